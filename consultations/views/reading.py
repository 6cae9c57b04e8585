"""What residents read of consultations and of the register of remarks. The draft: ``views.drafts``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from consultations import reading
from consultations.changed_words import carried_by, explanations_of
from consultations.filters import RegisterFilter
from consultations.models import Attachment, Consultation, Remark
from consultations.models.remarks import POSITION_STEP
from consultations.places import with_places
from consultations.public_text import TEXTS
from consultations.snippets import snippet
from consultations.views.shared import context_of, public_consultation
from consultations.wording import Run
from lublin2030.lib.paging import read_key

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
            "has_summary": consultation.summary_is_public(now),
            "opinions": reading.opinions_of(consultation, now),
        },
    )


@require_safe
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """The public register of remarks, by words, filters and order, a page at a time."""
    now = timezone.now()
    consultation = public_consultation(slug, now)
    if not consultation.shows_remarks(now):
        return _not_shown_yet(request, consultation, now, status=200)
    chosen = RegisterFilter.read(consultation, request.GET, now)
    remarks = Remark.objects.for_register(consultation, now)
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
    if not consultation.shows_remarks(now):
        return _not_shown_yet(request, consultation, now, status=404)
    remarks = Remark.objects.for_public_table(now).filter(consultation=consultation).select_related("passage")
    shown = get_object_or_404(remarks, position=position)
    placed = with_places([shown])[0]
    versions = reading.published_versions(consultation, now)
    decisions = getattr(shown, "public_decisions", [])
    is_answered = shown.state == Remark.State.PUBLISHED and shown.text_state != Remark.TextState.WAITING
    chosen = RegisterFilter.read(consultation, request.GET, now) if request.GET else None
    if chosen is None or chosen.is_plain:
        before, after = reading.neighbours(shown)
    else:
        search = chosen.search(Remark.objects.for_register(consultation, now))
        before, after = (None if one is None else reading.address_of(one) for one in search.neighbours(shown))
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
            "runs": placed.difference,
            "redaction": reading.redaction_of(shown),
            "attachments": Attachment.objects.filter(submission=shown.submission_id).numbered().public(now),
            "decision": decisions[-1] if decisions else None,
            "earlier_decisions": decisions[-2::-1],
            "carried": carried_by([shown.pk], now).get(shown.pk, []) if is_answered else [],
            "explanation": explanations_of([shown.pk]).get(shown.pk) if is_answered else None,
            "steps": reading.public_steps(shown),
            "previous": before,
            "next": after,
            "filter": chosen,
        },
    )


def _not_shown_yet(request: HttpRequest, consultation: Consultation, now: dt.datetime, *, status: int) -> HttpResponse:
    """From when remarks are shown. The same for every number, so that nobody learns which remarks there are."""
    return render(request, "consultations/not_shown_yet.html", context_of(consultation, now), status=status)
