"""The ledger: what each activity counted, in words, and what may be added up.

What holds (domain.md §5): figures of different units are never added; a figure is not counted when a figure that it
is a part of, directly or by way of others, counts the same unit; the city's own estimate is never among the sums.
What was noted at single events counts as people, and only where nothing else stands for it: see ``noted``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import ngettext

from lublin2030.lib.numbers import grouped
from participation.figure_words import (
    UNIT_ADDRESSES,
    corrections_in_words,
    events_in_words,
    people_in_words,
    qualified,
    unit_in_words,
    value_in_words,
)
from participation.models import Figure
from participation.noted import Noted, Shares, events_that_took_place, share_out
from stages.models import Process, Stage


@dataclass(frozen=True)
class LedgerRow:
    """A figure as the ledger shows it; ``depth`` is 1 for a part right below its whole, 2 for a part of that, and on.

    ``noted``: what was noted at its events. Where the figure has no value, that is what the row says; among the
    addends of people also where its value counts something else (``only_noted``). ``most`` is the greatest value of
    the unit in the stage, the full bar. It is 0 where there is nothing of the same unit beside it: a bar that
    compares nothing would stand there full and say something untrue.
    """

    figure: Figure
    depth: int = 0
    most: int = 0
    noted: Noted = field(default_factory=Noted)
    only_noted: bool = False

    @property
    def is_noted(self) -> bool:
        """Whether the row's value is the sum of what was noted at its events."""
        return bool(self.noted) and (self.only_noted or self.figure.value is None)

    @property
    def amount(self) -> int | None:
        """The row's number: the figure's value, else what was noted."""
        return self.noted.people if self.is_noted else self.figure.value

    @property
    def unit_code(self) -> str:
        return Figure.Unit.PEOPLE if self.is_noted else self.figure.unit

    @property
    def is_estimate(self) -> bool:
        """Drawn dashed: the row's number is not an exact count."""
        return self.noted.is_estimate if self.is_noted else self.figure.is_estimate

    @property
    def has_bar(self) -> bool:
        return self.most > 0 and self.amount is not None

    @property
    def value(self) -> str:
        if self.is_noted:
            return qualified(self.noted.people, Figure.Qualifier.ABOUT if self.is_estimate else "")
        return value_in_words(self.figure)

    @property
    def unit(self) -> str:
        amount = self.amount
        return "" if amount is None else unit_in_words(self.unit_code, amount, is_estimate=self.is_estimate)

    @property
    def events(self) -> str:
        words = events_in_words(self.figure)
        if words or not self.noted.events or self.figure.events_qualifier:
            return words
        return grouped(len(self.noted.events))

    @property
    def noted_in_words(self) -> str:
        """What was noted event by event, and at how many of the events; empty where nothing was."""
        if not self.noted:
            return ""
        return self._at_events() if self.is_noted else self._of_which()

    def _at_events(self) -> str:
        words = ngettext(
            "noted event by event: at %(known)s of %(events)s event",
            "noted event by event: at %(known)s of %(events)s events",
            self.noted.of_how_many,
        )
        return words % self._how_many_events()

    def _of_which(self) -> str:
        words = ngettext(
            "of which noted event by event: %(people)s at %(known)s of %(events)s event",
            "of which noted event by event: %(people)s at %(known)s of %(events)s events",
            self.noted.of_how_many,
        )
        people = people_in_words(self.noted.people, is_estimate=self.noted.is_estimate)
        return words % {"people": people, **self._how_many_events()}

    def _how_many_events(self) -> dict[str, str]:
        return {"known": grouped(len(self.noted.with_attendance)), "events": grouped(self.noted.of_how_many)}

    @property
    def corrections(self) -> list[str]:
        """What was corrected and what stood there, a sentence each, where the corrections came with the figure."""
        return corrections_in_words(self.figure)

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


@dataclass(frozen=True)
class Ledger:
    """A process's figures, the city's estimate among them, and what was noted at its events."""

    figures: tuple[Figure, ...]
    shares: Shares

    def sections(self) -> list[LedgerSection]:
        """The whole ledger by stage, what belongs to no stage last; the city's estimate is not in it."""
        stages: dict[int | None, Stage | None] = {}
        for figure in (*self.figures, *(line for line, _noted in self.shares.kinds)):
            if not figure.is_city_estimate:
                stages.setdefault(figure.stage_id, figure.stage)
        ordered = sorted(stages.values(), key=lambda stage: (stage is None, stage.number if stage else 0))
        return [LedgerSection(stage=stage, rows=self.rows_of(stage)) for stage in ordered]

    def rows_of(self, stage: Stage | None) -> list[LedgerRow]:
        """The rows of one stage, or of none; kinds that no figure is about come last."""
        key = stage.pk if stage else None
        figures = [figure for figure in self.figures if figure.stage_id == key and not figure.is_city_estimate]
        return ledger_rows(figures, self.shares, [kind for kind in self.shares.kinds if kind[0].stage_id == key])

    def row_of(self, figure: Figure) -> LedgerRow:
        """One figure with what was noted at its events."""
        return LedgerRow(figure, noted=self.shares.shown.get(figure.pk, Noted()))

    def estimate(self) -> LedgerRow | None:
        """The city's own estimate of the whole process."""
        return next((LedgerRow(figure) for figure in self.figures if figure.is_city_estimate), None)

    def totals(self) -> list[UnitTotal]:
        """What it adds up to, per unit."""
        return add_up(self.figures, self.shares)

    def left_out(self, unit: str) -> list[LedgerRow]:
        """The rows that count the unit and are not added: parts of what is, and what was noted below a value."""
        known = {figure.pk: figure for figure in self.figures}
        found: list[LedgerRow] = []
        for figure in self.figures:
            row = self.row_of(figure)
            if figure.is_city_estimate or row.unit_code != unit:
                continue
            if row.is_noted:
                row = replace(row, noted=_without(row.noted, self.shares.counted.get(figure.pk)))
                if row.noted:
                    found.append(row)
            elif figure.value is not None and _is_counted_in_a_whole(figure, known):
                found.append(row)
        return found

    def totals_by_stage(self) -> dict[Stage, list[UnitTotal]]:
        """The same for each stage by itself: a whole that stands in another stage does not hide its parts."""
        found: dict[Stage, list[UnitTotal]] = {}
        for section in self.sections():
            if section.stage is not None:
                figures = [row.figure for row in section.rows if row.figure.pk is not None]
                kinds = tuple((row.figure, row.noted) for row in section.rows if row.figure.pk is None)
                shares = Shares(shown=self.shares.shown, counted=self.shares.counted, kinds=kinds)
                found[section.stage] = add_up(figures, shares)
        return found


def read_ledger(process: Process, *, with_corrections: bool = False) -> Ledger:
    """The process's ledger. Three queries, one more with what was corrected."""
    figures = Figure.objects.of_process(process)
    if with_corrections:
        figures = figures.with_corrections()
    lines = tuple(figures)
    return Ledger(lines, share_out(lines, events_that_took_place(process)))


def ledger_rows(
    figures: Sequence[Figure], shares: Shares | None = None, kinds: Sequence[tuple[Figure, Noted]] = ()
) -> list[LedgerRow]:
    """The figures of one stage in their order, each part right below its whole where both are among them."""
    shown = shares.shown if shares else {}
    nothing = Noted()
    single = {figure.pk: LedgerRow(figure, noted=shown.get(figure.pk, nothing)) for figure in figures}
    alone = [LedgerRow(line, noted=noted) for line, noted in kinds]
    values: dict[str, list[int]] = {}
    for row in (*single.values(), *alone):
        if row.amount is not None:
            values.setdefault(row.unit_code, []).append(row.amount)
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
        row = single[figure.pk]
        yield replace(row, depth=depth, most=most.get(row.unit_code, 0))
        for part in parts.get(figure.pk, []):
            yield from place(part, depth + 1)

    wholes = [figure for figure in figures if figure.part_of_id not in here]
    # A circle of parts has no whole; the form refuses it, but a line must never vanish from the ledger.
    rows = [row for figure in [*wholes, *figures] for row in place(figure, 0)]
    return [*rows, *(replace(row, most=most.get(row.unit_code, 0)) for row in alone)]


def _without(noted: Noted, counted: Noted | None) -> Noted:
    keys = {one.event.pk for one in counted.events} if counted else set()
    return replace(noted, events=tuple(one for one in noted.events if one.event.pk not in keys))


@dataclass(frozen=True)
class UnitTotal:
    """What the ledger adds up to in one unit, and the rows that were added, none of them twice."""

    unit: str
    addends: tuple[LedgerRow, ...]

    @property
    def total(self) -> int:
        return sum(row.amount or 0 for row in self.addends)

    @property
    def has_estimate(self) -> bool:
        return any(row.is_estimate for row in self.addends)

    @property
    def address(self) -> str:
        """The unit's name in its page's address."""
        return UNIT_ADDRESSES[Figure.Unit(self.unit)]

    @property
    def unit_words(self) -> str:
        return unit_in_words(self.unit, self.total)

    @property
    def number(self) -> str:
        return grouped(self.total)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures whose own values were added."""
        return tuple(row.figure for row in self.addends if not row.is_noted)


def add_up(figures: Iterable[Figure], shares: Shares | None = None) -> list[UnitTotal]:
    """The sum per unit, in the order of the units.

    Of figures those that are not parts of a counted figure of their unit; of what was noted at events, which are
    people, what nothing else stands for.
    """
    known = {figure.pk: figure for figure in figures}
    shares = shares or Shares()
    nothing = Noted()
    counted: dict[str, list[LedgerRow]] = {}
    for figure in known.values():
        noted = shares.shown.get(figure.pk, nothing)
        if figure.value is not None and not figure.is_city_estimate and not _is_counted_in_a_whole(figure, known):
            counted.setdefault(figure.unit, []).append(LedgerRow(figure, noted=noted))
        if figure.pk in shares.counted:
            row = LedgerRow(figure, noted=shares.counted[figure.pk], only_noted=True)
            counted.setdefault(Figure.Unit.PEOPLE, []).append(row)
    for line, noted in shares.kinds:
        counted.setdefault(Figure.Unit.PEOPLE, []).append(LedgerRow(line, noted=noted))
    return [UnitTotal(unit, tuple(counted[unit])) for unit in Figure.Unit.values if unit in counted]


def _is_counted_in_a_whole(figure: Figure, known: dict[int, Figure]) -> bool:
    seen = {figure.pk}
    whole = known.get(figure.part_of_id) if figure.part_of_id else None
    while whole is not None and whole.pk not in seen:
        if whole.unit == figure.unit and not whole.is_city_estimate:
            return True
        seen.add(whole.pk)
        whole = known.get(whole.part_of_id) if whole.part_of_id else None
    return False
