"""Voices behind the passages of a draft: the public's list, and the desk's pages on which they are linked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.desk_pages import desk_page, signed_in_person
from consultations import reading
from consultations.errors import ConsultationError
from consultations.models import Consultation, Passage, PassageText, PassageVoice
from consultations.services.change_links import processes_of
from consultations.services.voice_links import link_voice, unlink_voice
from consultations.views.shared import context_of, public_consultation
from consultations.voice_panels import linked_passages
from consultations.voice_querysets import PassageVoiceQuerySet
from consultations.words import status_for, words_for
from consultations.written_places import FoundPlace, find_places
from lublin2030.lib.paging import page_by_moment, read_key
from participation.models import Voice
from participation.permissions import may_moderate_voices
from participation.voice_filters import EVERY, VoiceFilters
from participation.voice_views import voice_page

MOST_AT_ONCE = 100
LISTED = 20


# -- The public ------------------------------------------------------------------------------------------------------


@require_safe
def passage_voices(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The public voices behind one passage, the latest noted first, a page at a time."""
    now = timezone.now()
    consultation = public_consultation(slug, now)
    passage = get_object_or_404(Passage, draft__consultation=consultation, code=code)
    text = _newest_text(passage)
    if text is None:
        raise Http404
    context = context_of(consultation, now) | {
        "draft": reading.draft_of(consultation),
        "passage": passage,
        "text": text,
        "count": PassageVoice.objects.public().filter(passage=passage).count(),
        "page": voice_page(Voice.objects.public().filter(passage_links__passage=passage), request),
    }
    return render(request, "consultations/passage_voices.html", context)


def _newest_text(passage: Passage) -> PassageText | None:
    """What the passage says in the newest public version that has it."""
    texts = PassageText.objects.filter(passage=passage, version__published_at__lte=timezone.now())
    return texts.select_related("chapter", "version").order_by("-version__number").first()


# -- The desk: from a voice to passages ------------------------------------------------------------------------------


@desk_page(may_moderate_voices)
def voice_passages(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The passages that a voice stands behind: each by its number in the newest public version."""
    voice = get_object_or_404(Voice.objects.for_list(), pk=pk)
    consultations = _consultations_of(voice)
    if request.method != "POST":
        return _voice_page(request, voice, consultations)
    if request.POST.get("action") == "unlink":
        return _unlink(request, PassageVoice.objects.filter(voice=voice), back="desk:voice_passages", key=pk)
    if request.POST.get("action") != "link":
        raise BadRequest
    written = request.POST.get("numer", "")[:60]
    found = _place(consultations, request.POST.get("konsultacja", ""), written)
    if found is None or found.passage is None:
        problem = _("There is no such passage in the draft. Write its number, like 3.2, or its permanent id, like f12.")
        return _voice_page(request, voice, consultations, problem=problem, written=written, status=422)
    try:
        link_voice(found.passage.passage, voice, by=signed_in_person(request))
    except ConsultationError as refusal:
        return _voice_page(
            request, voice, consultations, problem=words_for(refusal), written=written, status=status_for(refusal)
        )
    messages.success(request, _("Linked: passage %(number)s.") % {"number": found.passage.number})
    return redirect("desk:voice_passages", pk)


@desk_page(may_moderate_voices)
def passage_place(request: HttpRequest) -> HttpResponseBase:
    """What stands at the place that is being typed, as the piece shown beside the field."""
    written = request.GET.get("numer", "")[:60]
    if not written.strip():
        return HttpResponse()
    consultations = list(Consultation.objects.for_reading(timezone.now()).filter(draft__isnull=False))
    found = _place(consultations, request.GET.get("konsultacja", ""), written)
    return render(request, "desk/intake/_place.html", {"found": found, "written": written})


def _consultations_of(voice: Voice) -> list[Consultation]:
    """Public consultations whose drafts the voice can stand behind."""
    public = Consultation.objects.for_reading(timezone.now()).filter(draft__isnull=False).select_related("process")
    return [one for one in public if voice.process_id in set(processes_of(one))]


def _place(consultations: list[Consultation], slug: str, written: str) -> FoundPlace | None:
    """The place in the newest public version of the consultation's draft; none where there is no such one."""
    consultation = next((one for one in consultations if one.slug == slug), None)
    if consultation is None or "\x00" in written:
        return None
    versions = reading.published_versions(consultation, timezone.now())
    return find_places(versions[0] if versions else None, [written])[written]


def _voice_page(
    request: HttpRequest,
    voice: Voice,
    consultations: list[Consultation],
    *,
    problem: str = "",
    written: str = "",
    status: int = 200,
) -> HttpResponse:
    links = PassageVoice.objects.filter(voice=voice).select_related("passage__draft__consultation")
    texts = {one.text.passage_id: one.text for one in linked_passages(links, timezone.now())}
    context = {
        "voice": voice,
        "links": [(link, texts.get(link.passage_id)) for link in links.order_by("pk")[:MOST_AT_ONCE]],
        "consultations": consultations,
        "chosen": request.POST.get("konsultacja", ""),
        "written": written,
        "problem": problem,
        "queue_name": "voices",
    }
    return render(request, "desk/voices/passages.html", context, status=status)


# -- The desk: from a passage to voices ------------------------------------------------------------------------------


@desk_page(may_moderate_voices)
def voices_of_passage(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The voices behind a passage, and those that could be linked to it, by the filters of the queue of voices."""
    passage = get_object_or_404(Passage.objects.select_related("draft__consultation__process"), pk=pk)
    if request.method == "POST":
        if request.POST.get("action") == "unlink":
            return _unlink(request, PassageVoice.objects.filter(passage=passage), back="desk:voices_of_passage", key=pk)
        keys = [key for key in map(read_key, request.POST.getlist("checked")) if key is not None]
        return _link_checked(request, passage, keys[:MOST_AT_ONCE])
    filters = VoiceFilters.read(request.GET, of_desk=True, at_first=EVERY)
    others = Voice.objects.filter(process__in=processes_of(passage.draft.consultation))
    others = filters.narrow(others).exclude(passage_links__passage=passage)
    links = PassageVoice.objects.filter(passage=passage).select_related("voice")
    context: dict[str, Any] = {
        "passage": passage,
        "consultation": passage.draft.consultation,
        "text": _newest_text(passage),
        "links": links.order_by("-pk")[:MOST_AT_ONCE],
        "filters": filters,
        "query": filters.query(),
        "page": page_by_moment(
            others.for_list(),
            field="pk",
            newest_first=False,
            size=LISTED,
            after=read_key(request.GET.get("after")),
            before=read_key(request.GET.get("before")),
        ),
        "queue_name": "voices",
    }
    return render(request, "desk/voices/of_passage.html", context)


def _link_checked(request: HttpRequest, passage: Passage, keys: list[int]) -> HttpResponseBase:
    done = 0
    refused: dict[str, int] = {}
    for voice in Voice.objects.filter(pk__in=keys):
        try:
            link_voice(passage, voice, by=signed_in_person(request))
        except ConsultationError as refusal:
            refused[words_for(refusal)] = refused.get(words_for(refusal), 0) + 1
        else:
            done += 1
    if done:
        messages.success(request, ngettext("%(n)d voice is linked.", "%(n)d voices are linked.", done) % {"n": done})
    for words in refused:
        messages.warning(request, words)
    if not keys:
        messages.warning(request, _("Check at least one voice."))
    return redirect("desk:voices_of_passage", passage.pk)


def _unlink(request: HttpRequest, links: PassageVoiceQuerySet, *, back: str, key: int) -> HttpResponseBase:
    link = links.select_related("passage").filter(pk=read_key(request.POST.get("link")) or 0).first()
    try:
        if link is not None:
            unlink_voice(link, by=signed_in_person(request))
    except ConsultationError as refusal:
        messages.warning(request, words_for(refusal))
    else:
        messages.success(request, _("The link is removed."))
    return redirect(back, key)
