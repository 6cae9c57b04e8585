"""The front page, and the summary of a consultation for councillors and, once published, for everybody."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from consultations.models import Consultation
from consultations.permissions import may_read_summary_early
from summaries.counts import STANDINGS, summarise
from summaries.front import front_page


def home(request: HttpRequest) -> HttpResponse:
    """The front page. The same for everybody, so it may be cached whole."""
    now = timezone.now()
    return render(request, "summaries/home.html", {"page": front_page(now), "today": now, "now": now})


def summary(request: HttpRequest, slug: str) -> HttpResponse:
    """One consultation in numbers; 404 for whoever may not read it, so that nobody learns it is being prepared."""
    now = timezone.now()
    consultation = get_object_or_404(Consultation.objects.for_reading(now), slug=slug)
    is_public = consultation.summary_is_public(now)
    # A public page must not ask who reads it: asking would make it personal to every cache.
    if not is_public and not may_read_summary_early(request.user):
        raise Http404
    counted = summarise(consultation, now)
    shown = [standing for standing in STANDINGS if counted.total.numbers.get(standing)]
    response = render(
        request,
        "summaries/summary.html",
        {"section": "consultations", "summary": counted, "standings": shown, "is_public": is_public},
    )
    if not is_public:
        response.headers["Cache-Control"] = "private, no-store"
    return response
