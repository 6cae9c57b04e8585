"""Pages on which everybody reads voices, and the directions of development they speak for."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from lublin2030.lib.paging import KeyPage, page_by_moment, read_key
from lublin2030.lib.panels import rendered_panels
from lublin2030.lib.translations import TranslatedModel
from participation.models import Direction, District, Voice
from participation.querysets import VoiceQuerySet
from participation.voice_filters import VoiceFilters

PAGE = 20


@dataclass(frozen=True)
class Tallied:
    """A theme or a district with the number of public voices of it."""

    record: TranslatedModel | District
    count: int


def voice_page(voices: VoiceQuerySet, request: HttpRequest, *, size: int = PAGE) -> KeyPage[Voice]:
    """The page of voices, the latest noted first, that the address asks for. At most two queries."""
    return page_by_moment(
        voices.for_list(),
        field="pk",
        newest_first=True,
        size=size,
        after=read_key(request.GET.get("after")),
        before=read_key(request.GET.get("before")),
    )


@require_safe
def voices(request: HttpRequest) -> HttpResponse:
    """Public voices by theme, district, channel and event, and how many there are of each theme and district."""
    filters = VoiceFilters.read(request.GET)
    public = Voice.objects.public()
    themes = {theme.pk: theme for theme in filters.themes}
    districts = {district.pk: district for district in filters.districts}
    of_themes = [Tallied(themes[key], count) for key, count in public.counted_by("theme") if key in themes]
    of_districts = [Tallied(districts[key], count) for key, count in public.counted_by("district") if key in districts]
    context = {
        "section": "voices",
        "filters": filters,
        "page": voice_page(filters.narrow(public), request),
        "query": filters.query(),
        "of_themes": of_themes,
        "of_districts": of_districts,
        "most_of_theme": of_themes[0].count if of_themes else 0,
        "most_of_district": of_districts[0].count if of_districts else 0,
    }
    return render(request, "participation/voices.html", context)


@require_safe
def voice(request: HttpRequest, pk: int) -> HttpResponse:
    """The lasting address of one voice."""
    found = get_object_or_404(Voice.objects.public().for_list(), pk=pk)
    context = {
        "section": "voices",
        "voice": found,
        "directions": found.directions.order_by("position", "pk"),
        "panels": rendered_panels("voice", request, found),
    }
    return render(request, "participation/voice.html", context)


@require_safe
def directions(request: HttpRequest) -> HttpResponse:
    """The directions of development that the working groups worked out, each with the number of its voices."""
    found = Direction.objects.for_list().order_by("position", "pk")
    return render(request, "participation/directions.html", {"section": "groups", "directions": found})


@require_safe
def direction(request: HttpRequest, slug: str) -> HttpResponse:
    """One direction with its group, its voices a page at a time, and what apps above add."""
    found = get_object_or_404(Direction.objects.for_list(), slug=slug)
    context = {
        "section": "groups",
        "direction": found,
        "page": voice_page(Voice.objects.public().filter(directions=found), request),
        "panels": rendered_panels("direction", request, found),
    }
    return render(request, "participation/direction.html", context)
