"""The map of the districts: what the reader asked for, what was counted where, and in which of five steps it falls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.utils import formats
from django.utils.translation import gettext, ngettext

from lublin2030.lib.choices import Choice
from lublin2030.lib.numbers import grouped
from participation.measures import Measure, Narrowed, measures
from participation.models import BorderSet, District
from participation.tiles import Tile, lay_out
from stages.models import Stage

STEPS = 5
PER = 1000  # residents
RATE = "mieszkancy"


@dataclass(frozen=True)
class MapFilters:
    """What the reader asked for; whatever is unknown does not narrow."""

    measure: Measure
    stage: Stage | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    per_resident: bool = False
    stages: list[Stage] = field(default_factory=list)

    @classmethod
    def read(cls, params: Mapping[str, str]) -> MapFilters:
        """The filters of an address's parameters. One query: the stages that can be chosen."""
        stages = list(Stage.objects.of_main_process())
        known = {measure.name: measure for measure in measures()}
        return cls(
            measure=known.get(params.get("miara", ""), measures()[0]),
            stage={str(stage.number): stage for stage in stages}.get(params.get("etap", "")),
            first=_day(params.get("od", "")),
            last=_day(params.get("do", "")),
            per_resident=params.get("na", "") == RATE,
            stages=stages,
        )

    @property
    def narrowed(self) -> Narrowed:
        return Narrowed(self.stage, self.first, self.last)

    @property
    def any(self) -> bool:
        return bool(self.stage or self.first or self.last or self.per_resident or self.measure != measures()[0])

    @property
    def is_backwards(self) -> bool:
        """Whether the first day comes after the last: nothing lies between."""
        return bool(self.first and self.last and self.first > self.last)

    def events_query(self) -> str:
        """The stage as the beginning of a query of the list of events."""
        return f"{urlencode({'etap': self.stage.number})}&" if self.stage else ""

    def measure_choices(self) -> list[Choice]:
        return [Choice(one.name, str(one.label), one == self.measure) for one in measures()]

    def stage_choices(self) -> list[Choice]:
        return [
            Choice(str(stage.number), f"{stage.roman}. {stage.text('short_title')}", stage == self.stage)
            for stage in self.stages
        ]


@dataclass(frozen=True)
class Step:
    """One step of the scale, from 1: its bounds, both included, and how they are read."""

    level: int
    first: int
    last: int
    words: str


@dataclass(frozen=True)
class Place:
    """A district on the map. ``level`` is its step, 0 for nothing; None where there is no number to divide by."""

    district: District
    count: int
    level: int | None
    number: str
    words: str
    tile: Tile

    @property
    def label(self) -> str:
        """The name with the number, for those who do not see the map."""
        return f"{self.district.name}: {self.words}"


@dataclass(frozen=True)
class DistrictMap:
    """The whole map for one question. ``borders``: those to draw, None for tiles."""

    filters: MapFilters
    places: tuple[Place, ...]
    steps: tuple[Step, ...]
    width: int
    height: int
    borders: BorderSet | None
    has_population: bool

    @property
    def by_count(self) -> list[Place]:
        """The most first, equals by name: for the table beside the map."""
        return sorted(self.places, key=lambda place: (-(place.level or 0), -place.count, place.district.name))

    @property
    def outlines(self) -> list[tuple[Place, dict[str, str]]]:
        """Each place with its outline, where real borders are drawn."""
        drawn = self.borders.outlines if self.borders else {}
        return [(place, drawn[place.district.slug]) for place in self.places if place.district.slug in drawn]


def draw_map(filters: MapFilters, borders: BorderSet | None) -> DistrictMap:
    """What was counted in each district. Two queries and those of the measure."""
    districts = list(District.objects.all())
    counted = {} if filters.is_backwards else filters.measure.per_district(filters.narrowed)
    has_population = any(district.population for district in districts)
    by_rate = filters.per_resident and has_population
    shown = {one.pk: _rate(counted.get(one.pk, 0), one) if by_rate else counted.get(one.pk, 0) for one in districts}
    steps = scale(value for value in shown.values() if value)
    tiles, width, height = lay_out(districts)
    return DistrictMap(
        filters=filters,
        places=tuple(
            _place(one, filters.measure, counted.get(one.pk, 0), shown[one.pk], steps, tiles[one.pk], by_rate)
            for one in districts
        ),
        steps=tuple(Step(place + 1, low, high, _bounds(low, high, by_rate)) for place, (low, high) in enumerate(steps)),
        width=borders.width if borders else width,
        height=borders.height if borders else height,
        borders=borders,
        has_population=has_population,
    )


def scale(values: Iterable[int]) -> list[tuple[int, int]]:
    """At most five steps of equal width from 1 to the greatest of the values, both bounds included; none of none."""
    greatest = max(values, default=0)
    if greatest < 1:
        return []
    width = -(-greatest // STEPS)
    return [(low, min(low + width - 1, greatest)) for low in range(1, greatest + 1, width)]


def step_of(value: int, steps: Sequence[tuple[int, int]]) -> int:
    """The step in which the value falls, from 1; 0 for nothing."""
    return next((place for place, (low, high) in enumerate(steps, start=1) if low <= value <= high), 0)


def _rate(count: int, district: District) -> int | None:
    """Per 1,000 residents, in tenths; what is there at all is at least a tenth. None without a number of residents."""
    if not district.population:
        return None
    return max(round(10 * PER * count / district.population), 1) if count else 0


def _place(
    district: District,
    measure: Measure,
    count: int,
    value: int | None,
    steps: Sequence[tuple[int, int]],
    tile: Tile,
    by_rate: bool,
) -> Place:
    words = measure.words(count)
    if by_rate:
        rate = gettext("the number of residents is not entered") if value is None else _per_residents(value)
        words = f"{words}, {rate}"
    number = "–" if value is None else _number(value, by_rate)
    return Place(district, count, None if value is None else step_of(value, steps), number, words, tile)


def _number(value: int, by_rate: bool) -> str:
    return formats.number_format(value / 10, decimal_pos=1, use_l10n=True) if by_rate else grouped(value)


def _per_residents(tenths: int) -> str:
    return gettext("%(number)s per 1,000 residents") % {"number": _number(tenths, by_rate=True)}


def _bounds(low: int, high: int, by_rate: bool) -> str:
    if low == high:
        return _number(low, by_rate)
    return gettext("%(first)s to %(last)s") % {"first": _number(low, by_rate), "last": _number(high, by_rate)}


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def population_in_words(district: District) -> str:
    """“12,345 residents”; empty where it is not entered."""
    count = district.population
    if not count:
        return ""
    return ngettext("%(number)s resident", "%(number)s residents", count) % {"number": grouped(count)}
