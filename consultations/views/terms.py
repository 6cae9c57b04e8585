"""The desk's page of terms."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from consultations.models import Consultation
from consultations.permissions import may_read_terms
from consultations.terms import terms_of
from consultations.views.desk_pages import desk_page
from lublin2030.lib.paging import page_by_moment, read_key

PAGE = 20


@desk_page(may_read_terms)
def terms(request: HttpRequest) -> HttpResponse:
    """Every consultation with its legal clocks, its answers and the departments that have some to draft."""
    now = timezone.now()
    page = page_by_moment(
        Consultation.objects.all(),
        field="opens_at",
        newest_first=True,
        size=PAGE,
        after=read_key(request.GET.get("after")),
    )
    return render(request, "desk/terms.html", {"rows": terms_of(page.rows, now), "after": page.after, "now": now})
