"""The map of the districts, and a district's own page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from lublin2030.lib.paging import page_by_moment, read_key
from participation.district_map import RATE, MapFilters, draw_map, population_in_words
from participation.measures import Narrowed, measures
from participation.models import BorderSet, District, Event

COMING_IN_DISTRICT = 10
PAST_PAGE = 20


def district_map(request: HttpRequest) -> HttpResponse:
    """What happened where: tiles, or the borders that staff have published, and the same as a table."""
    filters = MapFilters.read(request.GET)
    drawn = draw_map(filters, BorderSet.objects.public())
    return render(request, "participation/map.html", {"section": "events", "map": drawn, "rate": RATE})


def district(request: HttpRequest, slug: str) -> HttpResponse:
    """One district: what was counted in it, and its events."""
    now = timezone.now()
    found = get_object_or_404(District, slug=slug)
    events = Event.objects.public().matching(district=found).for_list()
    after, before = read_key(request.GET.get("after")), read_key(request.GET.get("before"))
    past = page_by_moment(
        events.past(now), field="starts_at", newest_first=True, size=PAST_PAGE, after=after, before=before
    )
    context = {
        "section": "events",
        "district": found,
        "population": population_in_words(found),
        "counts": [(one, one.words(one.per_district(Narrowed()).get(found.pk, 0))) for one in measures()],
        "coming": events.coming(now)[:COMING_IN_DISTRICT],
        "past": past,
    }
    return render(request, "participation/district.html", context)
