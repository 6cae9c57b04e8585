"""What the map of the districts can count. Each app adds its own when it starts, so that none has to know another's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from lublin2030.lib.numbers import grouped
from participation.figure_words import unit_in_words
from participation.models import Attendance, Event, Figure, Voice
from stages.models import Stage


@dataclass(frozen=True)
class Narrowed:
    """Of which stage and of which days (in Warsaw, both included) is counted; None does not narrow."""

    stage: Stage | None = None
    first: dt.date | None = None
    last: dt.date | None = None


@dataclass(frozen=True)
class Measure:
    """One thing to count by district. ``name`` stands in the address; ``words`` says a number of it.

    ``per_district``: district's key → how many, none of them private; a constant number of queries.
    """

    name: str
    label: str | Promise
    note: str | Promise
    per_district: Callable[[Narrowed], dict[int, int]]
    words: Callable[[int], str]
    order: int = 100


_measures: dict[str, Measure] = {}


def register_measure(measure: Measure) -> None:
    """Add a measure to the map; a second one of the same name is a mistake."""
    if measure.name in _measures:
        raise ValueError(f"There is a measure {measure.name!r} already.")
    _measures[measure.name] = measure


def measures() -> list[Measure]:
    """All that can be counted, in the map's order."""
    return sorted(_measures.values(), key=lambda measure: measure.order)


def _events(narrowed: Narrowed) -> dict[int, int]:
    events = Event.objects.not_called_off().matching(stage=narrowed.stage)
    return events.between(narrowed.first, narrowed.last).per_district()


def _voices(narrowed: Narrowed) -> dict[int, int]:
    voices = Voice.objects.public().between(narrowed.first, narrowed.last)
    return (voices.filter(event__stage=narrowed.stage) if narrowed.stage else voices).per_district()


def _participants(narrowed: Narrowed) -> dict[int, int]:
    events = Event.objects.not_called_off().matching(stage=narrowed.stage).between(narrowed.first, narrowed.last)
    return Attendance.objects.that_hold().filter(event__in=events).people_per_district()


def _events_in_words(count: int) -> str:
    return ngettext("%(number)s event", "%(number)s events", count) % {"number": grouped(count)}


def _voices_in_words(count: int) -> str:
    return ngettext("%(number)s voice", "%(number)s voices", count) % {"number": grouped(count)}


def _participants_in_words(count: int) -> str:
    return f"{grouped(count)} {unit_in_words(Figure.Unit.PEOPLE, count)}"


def register_measures() -> None:
    """Called once when the app starts."""
    register_measure(
        Measure(
            "wydarzenia",
            _("events"),
            _("Events that took place or are announced, by the district they are in. Those online are nowhere."),
            _events,
            _events_in_words,
            order=10,
        )
    )
    register_measure(
        Measure(
            "uczestnicy",
            _("people at events"),
            _("People counted at events in the district. Someone who came twice is counted twice."),
            _participants,
            _participants_in_words,
            order=20,
        )
    )
    register_measure(
        Measure(
            "glosy",
            _("voices"),
            _("Published voices, by the district they are about or were noted in."),
            _voices,
            _voices_in_words,
            order=30,
        )
    )
