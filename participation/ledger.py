"""The ledger: what each activity counted, in words, and what may be added up.

What holds (domain.md §5): figures of different units are never added; a figure is not counted when a figure that it
is a part of, directly or by way of others, counts the same unit; the city's own estimate is never among the sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, npgettext_lazy

from lublin2030.lib.numbers import grouped
from participation.models import Figure
from stages.models import Process, Stage

UNIT_FORMS = {
    Figure.Unit.PEOPLE: npgettext_lazy("unit", "person", "people", "count"),
    Figure.Unit.OPINIONS: npgettext_lazy("unit", "opinion", "opinions", "count"),
    Figure.Unit.REPLIES: npgettext_lazy("unit", "reply", "replies", "count"),
    Figure.Unit.ENTITIES: npgettext_lazy("unit", "entity", "entities", "count"),
    Figure.Unit.EXPERTS: npgettext_lazy("unit", "expert", "experts", "count"),
    Figure.Unit.REMARKS: npgettext_lazy("unit", "remark", "remarks", "count"),
    Figure.Unit.SENDERS: npgettext_lazy("unit", "sender", "senders", "count"),
    Figure.Unit.PARTICIPANTS: npgettext_lazy("unit", "participant", "participants", "count"),
    Figure.Unit.PAGES: npgettext_lazy("unit", "page", "pages", "count"),
}
# “About”, “nearly” and “over” ask for the genitive plural, which is the form that counts of five have.
GENITIVE_COUNT = 5


def unit_in_words(unit: str, count: int, *, is_estimate: bool = False) -> str:
    """The unit in the form that the count asks for: “1 person”, “773 people”."""
    return str(UNIT_FORMS[Figure.Unit(unit)] % {"count": GENITIVE_COUNT if is_estimate else count})


def value_in_words(figure: Figure) -> str:
    """The value with its qualifier and without its unit: “773”, “about 50”; empty where nothing was counted."""
    if figure.value is None:
        return ""
    number = grouped(figure.value)
    match figure.qualifier:
        case Figure.Qualifier.ABOUT:
            return gettext("about %(number)s") % {"number": number}
        case Figure.Qualifier.NEARLY:
            return gettext("nearly %(number)s") % {"number": number}
        case Figure.Qualifier.OVER:
            return gettext("over %(number)s") % {"number": number}
        case _:
            return number


def events_in_words(figure: Figure) -> str:
    """How many there were of the activity: “17”, “1 (planned)”, or a word where the source has only a word."""
    if figure.events_count is None:
        has_word = figure.events_qualifier not in {"", Figure.EventsQualifier.EXACT}
        return figure.get_events_qualifier_display() if has_word else ""
    number = grouped(figure.events_count)
    if figure.events_qualifier == Figure.EventsQualifier.PLANNED:
        return gettext("%(number)s (planned)") % {"number": number}
    return number


@dataclass(frozen=True)
class LedgerRow:
    """A figure as the ledger shows it; ``depth`` is 1 for a part right below its whole, 2 for a part of that, and on.

    ``most`` is the greatest value of the unit in the stage, the full bar. It is 0 where there is nothing of the same
    unit beside it: a bar that compares nothing would stand there full and say something untrue.
    """

    figure: Figure
    depth: int = 0
    most: int = 0

    @property
    def has_bar(self) -> bool:
        return self.most > 0 and self.figure.value is not None

    @property
    def value(self) -> str:
        return value_in_words(self.figure)

    @property
    def unit(self) -> str:
        if self.figure.value is None:
            return ""
        return unit_in_words(self.figure.unit, self.figure.value, is_estimate=self.figure.is_estimate)

    @property
    def events(self) -> str:
        return events_in_words(self.figure)

    @property
    def whole_elsewhere(self) -> Figure | None:
        """The figure that this one is a part of, where it does not stand right above."""
        return self.figure.part_of if self.depth == 0 else None


@dataclass(frozen=True)
class LedgerSection:
    """The rows of one stage, or of no stage."""

    stage: Stage | None
    rows: list[LedgerRow]

    @property
    def has_bars(self) -> bool:
        return any(row.has_bar for row in self.rows)


def ledger_rows(figures: Sequence[Figure]) -> list[LedgerRow]:
    """The figures of one stage in their order, each part right below its whole where both are among them."""
    values: dict[str, list[int]] = {}
    for figure in figures:
        if figure.value is not None:
            values.setdefault(figure.unit, []).append(figure.value)
    most = {unit: max(same) for unit, same in values.items() if len(same) > 1}
    here = {figure.pk for figure in figures}
    parts: dict[int, list[Figure]] = {}
    for figure in figures:
        if figure.part_of_id in here:
            parts.setdefault(figure.part_of_id, []).append(figure)
    placed: set[int] = set()

    def place(figure: Figure, depth: int) -> Iterator[LedgerRow]:
        if figure.pk in placed:
            return
        placed.add(figure.pk)
        yield LedgerRow(figure=figure, depth=depth, most=most.get(figure.unit, 0))
        for part in parts.get(figure.pk, []):
            yield from place(part, depth + 1)

    wholes = [figure for figure in figures if figure.part_of_id not in here]
    # A circle of parts has no whole; the form refuses it, but a line must never vanish from the ledger.
    return [row for figure in [*wholes, *figures] for row in place(figure, 0)]


def ledger_sections(process: Process) -> list[LedgerSection]:
    """The whole ledger by stage, figures of no stage last. One query."""
    by_stage: dict[int | None, list[Figure]] = {}
    for figure in Figure.objects.ledger(process):
        by_stage.setdefault(figure.stage_id, []).append(figure)
    without_stage = by_stage.pop(None, [])
    sections = [LedgerSection(stage=figures[0].stage, rows=ledger_rows(figures)) for figures in by_stage.values()]
    if without_stage:
        sections.append(LedgerSection(stage=None, rows=ledger_rows(without_stage)))
    return sections


@dataclass(frozen=True)
class UnitTotal:
    """What the ledger adds up to in one unit, and the figures that were added."""

    unit: str
    total: int
    has_estimate: bool
    figures: tuple[Figure, ...]

    @property
    def unit_words(self) -> str:
        return unit_in_words(self.unit, self.total)

    @property
    def number(self) -> str:
        return grouped(self.total)

    @property
    def addends(self) -> list[LedgerRow]:
        """The figures that were added, as the ledger shows them."""
        return [LedgerRow(figure) for figure in self.figures]


def add_up(figures: Iterable[Figure]) -> list[UnitTotal]:
    """The sum per unit, in the order of the units, of figures that are not parts of a counted figure of their unit."""
    known = {figure.pk: figure for figure in figures}
    counted: dict[str, list[Figure]] = {}
    for figure in known.values():
        if figure.value is not None and not figure.is_city_estimate and not _is_counted_in_a_whole(figure, known):
            counted.setdefault(figure.unit, []).append(figure)
    return [
        UnitTotal(
            unit=unit,
            total=sum(figure.value or 0 for figure in counted[unit]),
            has_estimate=any(figure.is_estimate for figure in counted[unit]),
            figures=tuple(counted[unit]),
        )
        for unit in Figure.Unit.values
        if unit in counted
    ]


def _is_counted_in_a_whole(figure: Figure, known: dict[int, Figure]) -> bool:
    seen = {figure.pk}
    whole = known.get(figure.part_of_id) if figure.part_of_id else None
    while whole is not None and whole.pk not in seen:
        if whole.unit == figure.unit and not whole.is_city_estimate:
            return True
        seen.add(whole.pk)
        whole = known.get(whole.part_of_id) if whole.part_of_id else None
    return False


def totals_per_unit(process: Process) -> list[UnitTotal]:
    """What the process's ledger adds up to, per unit. One query."""
    return add_up(Figure.objects.of_process(process))
