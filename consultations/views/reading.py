"""What residents read: consultations, the draft, the register of remarks. Nothing here changes anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from consultations import reading
from consultations.filters import RegisterFilter
from consultations.models import ChapterText, Consultation, DraftVersion, Remark
from consultations.models.remarks import POSITION_STEP
from consultations.places import with_places
from consultations.public_text import TEXTS
from consultations.services.baskets import find_basket
from consultations.snippets import snippet
from consultations.views.shared import context_of, public_consultation
from consultations.wording import Run, compare_words
from lublin2030.lib.paging import read_key
from lublin2030.middleware import BASKET_COOKIE

REMARK_ADDRESS = re.compile(r"([1-9][0-9]{0,8})\.([1-9][0-9]{0,2})")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All public consultations: open ones first (the one that closes first leads), then coming ones, then closed."""
    now = timezone.now()
    public = Consultation.objects.for_list(now)
    return render(
        request,
        "consultations/list.html",
        {
            "section": "consultations",
            "open": reading.timed(public.open(now), now),
            "upcoming": reading.timed(public.upcoming(now), now),
            "closed": reading.timed(public.closed(now), now),
        },
    )


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One consultation: its term, its rules, and the ways to the draft and to the register."""
    now = timezone.now()
    consultation = public_consultation(slug, now)
    return render(
        request,
        "consultations/detail.html",
        context_of(consultation, now)
        | {
            "has_draft": bool(reading.published_versions(consultation, now)),
            "required": reading.required_labels(consultation),
            "improper_reasons": list(consultation.improper_reasons.all()),
            "answered": reading.answered_count(consultation),
        },
    )


@require_safe
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """The contents of the draft: the newest published version, or an earlier one (``?wersja=``)."""
    now = timezone.now()
    consultation = public_consultation(slug, now)
    versions = reading.published_versions(consultation, now)
    version = reading.choose_version(versions, request.GET.get("wersja"))
    context = context_of(consultation, now) | {
        "draft": reading.draft_of(consultation),
        "versions": versions,
        "version": version,
        "is_latest": version is None or version == versions[0],
        "contents": reading.contents(consultation, version) if version else [],
    }
    return _with_basket(request, "consultations/draft.html", consultation, version, context)


@require_safe
def chapter(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The reader: one chapter with its passages, the contents beside it, and the browser's own unsent remarks."""
    now = timezone.now()
    consultation = public_consultation(slug, now)
    versions = reading.published_versions(consultation, now)
    version = reading.choose_version(versions, request.GET.get("wersja"))
    chapters = list(ChapterText.objects.filter(version=version).order_by("number")) if version else []
    place = next((place for place, one in enumerate(chapters) if one.number == number), None)
    if version is None or place is None:
        raise Http404
    shown = chapters[place]
    passages, chapter_remarks = reading.passages_of(consultation, shown)
    is_latest = version == versions[0]
    context = context_of(consultation, now) | {
        "draft": reading.draft_of(consultation),
        "version": version,
        "is_latest": is_latest,
        "chapters": chapters,
        "chapter": shown,
        "passages": passages,
        "chapter_remarks": chapter_remarks,
        "previous": chapters[place - 1] if place else None,
        "next": chapters[place + 1] if place + 1 < len(chapters) else None,
        "takes_remarks": consultation.is_open(now) and is_latest,
    }
    return _with_basket(request, "consultations/chapter.html", consultation, version, context)


@require_safe
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """The public register of remarks, by words, filters and order, a page at a time."""
    now = timezone.now()
    consultation = public_consultation(slug, now)
    chosen = RegisterFilter.read(consultation, request.GET, now)
    remarks = Remark.objects.for_register(consultation)
    search = chosen.search(remarks.with_public_text() if chosen.query_text else remarks)
    page = search.page(
        size=settings.REGISTER_PAGE_SIZE,
        after=read_key(request.GET.get("after")),
        before=read_key(request.GET.get("before")),
    )
    rows = with_places(page.rows)
    return render(
        request,
        "consultations/register.html",
        context_of(consultation, now)
        | {
            "filter": chosen,
            "page": page,
            "rows": rows,
            "found": chosen.count(),
            "found_by_words": search.found(),
            "lines": list(zip(rows, _hits(page.rows, chosen), strict=True)),
        },
    )


def _hits(rows: Sequence[Remark], chosen: RegisterFilter) -> list[list[Run]]:
    """Of each row the place of its text that the words hit, if any did (a number can be hit too)."""
    if chosen.query_text is None:
        return [[] for _ in rows]
    forms = chosen.query_text.forms
    return [snippet((vars(row)[f"public_{name}"] for name in TEXTS), forms) for row in rows]


@require_safe
def remark(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """One remark with the passage its author read, and the city's published answer.

    With the register's parameters in the address the neighbours are those in the register as it was asked for.
    """
    now = timezone.now()
    consultation = public_consultation(slug, now)
    match = REMARK_ADDRESS.fullmatch(number)
    if match is None:
        raise Http404
    position = int(match[1]) * POSITION_STEP + int(match[2])
    remarks = Remark.objects.for_public_table().filter(consultation=consultation).select_related("passage")
    shown = get_object_or_404(remarks, position=position)
    placed = with_places([shown])[0]
    versions = reading.published_versions(consultation, now)
    decisions = getattr(shown, "public_decisions", [])
    chosen = RegisterFilter.read(consultation, request.GET, now) if request.GET else None
    if chosen is None or chosen.is_plain:
        before, after = reading.neighbours(shown)
    else:
        search = chosen.search(Remark.objects.for_register(consultation))
        before, after = (None if one is None else reading.address_of(one) for one in search.neighbours(shown))
    wording = vars(shown)["public_wording"]
    return render(
        request,
        "consultations/remark.html",
        context_of(consultation, now)
        | {
            "remark": shown,
            "passage": placed.passage,
            "chapter": placed.chapter,
            "version": next((one for one in versions if one.pk == shown.version_id), None),
            "is_latest": not versions or versions[0].pk == shown.version_id,
            "runs": compare_words(placed.passage.wording, wording) if placed.passage and wording else None,
            "redaction": reading.redaction_of(shown),
            "decision": decisions[-1] if decisions else None,
            "earlier_decisions": decisions[-2::-1],
            "steps": reading.public_steps(shown),
            "previous": before,
            "next": after,
            "filter": chosen,
        },
    )


def _with_basket(
    request: HttpRequest,
    template: str,
    consultation: Consultation,
    version: DraftVersion | None,
    context: dict[str, Any],
) -> HttpResponse:
    """The page with the browser's unsent remarks, if there are any; it is then kept by nobody."""
    basket = find_basket(consultation, cookie_key=request.COOKIES.get(BASKET_COOKIE))
    lines = reading.basket_lines(basket, version) if basket else []
    response = render(request, template, context | {"basket_lines": lines})
    if lines:
        response["Cache-Control"] = "private, no-store"
    return response
