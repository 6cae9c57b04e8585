"""What residents read of consultations and of the register of remarks. The draft: ``views.drafts``."""

from __future__ import annotations

import datetime as dt
import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from consultations import reading
from consultations.filters import RegisterFilter
from consultations.models import Consultation, Remark
from consultations.models.remarks import POSITION_STEP
from consultations.places import with_places
from consultations.views.shared import context_of, public_consultation
from consultations.wording import compare_words
from lublin2030.lib.paging import page_by_key, read_key

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
        },
    )


@require_safe
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """The public register of remarks, by number, a page at a time."""
    now = timezone.now()
    consultation = public_consultation(slug, now)
    if not consultation.shows_remarks(now):
        return _not_shown_yet(request, consultation, now, status=200)
    chosen = RegisterFilter.read(consultation, request.GET, now)
    page = page_by_key(
        chosen.apply(Remark.objects.for_register(consultation, now)),
        key="position",
        size=settings.REGISTER_PAGE_SIZE,
        after=read_key(request.GET.get("after")),
        before=read_key(request.GET.get("before")),
    )
    return render(
        request,
        "consultations/register.html",
        context_of(consultation, now)
        | {"filter": chosen, "page": page, "rows": with_places(page.rows), "found": chosen.count()},
    )


@require_safe
def remark(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """One remark with the passage its author read, and the city's published answer."""
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
    before, after = reading.neighbours(shown)
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
            "runs": compare_words(placed.passage.wording, shown.wording) if placed.passage and shown.wording else None,
            "decision": decisions[-1] if decisions else None,
            "earlier_decisions": decisions[-2::-1],
            "steps": reading.public_steps(shown),
            "previous": before,
            "next": after,
        },
    )


def _not_shown_yet(request: HttpRequest, consultation: Consultation, now: dt.datetime, *, status: int) -> HttpResponse:
    """From when remarks are shown. The same for every number, so that nobody learns which remarks there are."""
    return render(request, "consultations/not_shown_yet.html", context_of(consultation, now), status=status)
