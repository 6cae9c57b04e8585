"""What residents read of versions: two of them compared, and one passage through all of them. Nothing is changed here.

The first reader of a short comparison makes it; a long one is asked for, and the page says that it is being prepared.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from consultations import comparing, reading
from consultations.models import Passage, PassageVoice
from consultations.services.comparisons import comparison_of
from consultations.views.shared import context_of, public_consultation
from lublin2030.lib.paging import read_key
from participation.models import Voice

EVERYTHING = "wszystko"
VOICES_SHOWN = 3


@require_safe
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Two published versions (``?z=1&na=2``): what changed, chapter by chapter, in parts that stay light.

    ``pokaz=wszystko`` shows unchanged passages too; ``czesc`` is the part, ``fragment`` a passage whose part is wanted.
    """
    now = timezone.now()
    consultation = public_consultation(slug, now)
    choice = comparing.Choice.read(consultation, request.GET.get("z"), request.GET.get("na"), now)
    if not choice.versions:
        raise Http404
    everything = request.GET.get("pokaz") == EVERYTHING
    context = context_of(consultation, now) | {
        "draft": reading.draft_of(consultation),
        "choice": choice,
        "everything": everything,
    }
    if choice.is_mistaken or choice.older is None or choice.newer is None:
        return render(request, "consultations/compare.html", context, status=404 if choice.is_mistaken else 200)
    comparison = comparison_of(choice.older, choice.newer, now=now)
    if comparison is None:
        return render(request, "consultations/compare.html", context | {"is_prepared": True}, status=202)
    outline = comparing.outline(comparison, everything=everything)
    part = _part(request, outline)
    context |= {
        "comparison": comparison,
        "outline": outline,
        "part": part,
        "rows": comparing.rows_of(
            comparison,
            choice,
            outline,
            part,
            consultation=consultation,
            everything=everything,
            shows_remarks=consultation.shows_remarks(now),
            now=now,
        ),
        "query": _query(choice, everything),
        "query_changes": _query(choice, False),
        "query_everything": _query(choice, True),
    }
    return render(request, "consultations/compare.html", context)


def _part(request: HttpRequest, outline: comparing.Outline) -> int:
    """The part that is wanted, the passage's before the number's; the first when there is no such part."""
    wanted = outline.part_of.get(request.GET.get("fragment", "")) or read_key(request.GET.get("czesc")) or 1
    return wanted if wanted <= len(outline.parts) else 1


def _query(choice: comparing.Choice, everything: bool) -> str:
    values: dict[str, Any] = {
        "z": choice.older and choice.older.number,
        "na": choice.newer and choice.newer.number,
    }
    return urlencode(values | ({"pokaz": EVERYTHING} if everything else {}))


@require_safe
def passage(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The permanent address of a passage: its text in the newest version that has it, or in another (``?wersja=``)."""
    now = timezone.now()
    consultation = public_consultation(slug, now)
    versions = reading.published_versions(consultation, now)
    one = get_object_or_404(Passage, draft__consultation=consultation, code=code)
    story = comparing.story_of(consultation, one, versions, now)
    step = story.step(request.GET.get("wersja"))
    if step is None or not versions:
        raise Http404
    counts = comparing.remarks_on(consultation.pk, [one.pk]) if consultation.shows_remarks(now) else {}
    latest = versions[0]
    links = PassageVoice.objects.public().filter(passage=one)
    voices = Voice.objects.public().filter(passage_links__passage=one).for_list().order_by("-pk")[:VOICES_SHOWN]
    return render(
        request,
        "consultations/passage.html",
        context_of(consultation, now)
        | {
            "draft": reading.draft_of(consultation),
            "passage": one,
            "story": story,
            "step": step,
            "version": step.version,
            "latest": latest,
            "is_latest": step.version == latest,
            "remarks": counts.get(one.pk, 0),
            "voices": voices,
            "voice_count": links.count(),
            "shows_remarks": consultation.shows_remarks(now),
            "takes_remarks": consultation.is_open(now) and step.version == latest and step.text is not None,
        },
    )
