"""What was noted at single events, and with which line of the ledger it stands (docs/adr/0031).

A line *claims* an event that it names (``Figure.event``), and the events of its kind in its stage
(``Figure.event_kind``). What holds:

- An event stands with one line for the sums: with one that names it before one of its kind, and of equals with one
  that has a value before one that has none, then in the ledger's order. Without any it stands with its kind.
- Its attendance is *covered*, and never added, when a line that claims it, or a whole of that line, says how many
  people there were; or when a part of such a line does so without saying of which events: these may be among them.
- Every attendance that is not covered is counted once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.utils import translation
from django.utils.text import capfirst

from lublin2030.lib.translations import ORIGINAL
from participation.figure_words import attendance_in_words
from participation.models import Attendance, Event, Figure
from stages.models import Process

# A value of these units says how many came: it stands for the attendance of its events.
UNITS_OF_ATTENDANCE = frozenset({Figure.Unit.PEOPLE, Figure.Unit.PARTICIPANTS})


@dataclass(frozen=True)
class NotedEvent:
    """An event that took place, and the attendance that holds, if any was noted."""

    event: Event
    attendance: Attendance | None = None

    @property
    def is_estimate(self) -> bool:
        return self.attendance is not None and self.attendance.method == Attendance.Method.ESTIMATE

    @property
    def words(self) -> str:
        """“45 people”; empty where nothing was noted."""
        return "" if self.attendance is None else attendance_in_words(self.attendance)


@dataclass(frozen=True)
class Noted:
    """Events of one line, the earliest first. ``expected``: how many there were by the line itself, 0 if unknown."""

    events: tuple[NotedEvent, ...] = ()
    expected: int = 0

    @cached_property
    def with_attendance(self) -> tuple[NotedEvent, ...]:
        return tuple(one for one in self.events if one.attendance is not None)

    @cached_property
    def people(self) -> int:
        """Attendances added up: people at events, not unique people."""
        return sum(one.attendance.count for one in self.events if one.attendance is not None)

    @property
    def is_estimate(self) -> bool:
        """Whether any of the attendances is estimated; then the sum is too."""
        return any(one.is_estimate for one in self.events)

    @property
    def of_how_many(self) -> int:
        """How many events there were: as the line says, and never fewer than are known."""
        return max(self.expected, len(self.events))

    def __bool__(self) -> bool:
        """Whether any attendance was noted."""
        return bool(self.with_attendance)


@dataclass(frozen=True)
class Shares:
    """Which events stand with which line.

    ``shown``: figure's key → the events that its line shows. ``counted``: figure's key → those of them whose
    attendance is added, because nothing else stands for it. ``kinds``: lines of kinds that no figure is about, figures
    that are in no table, each with its events; all of these are added.
    """

    shown: dict[int, Noted] = field(default_factory=dict)
    counted: dict[int, Noted] = field(default_factory=dict)
    kinds: tuple[tuple[Figure, Noted], ...] = ()


def events_that_took_place(process: Process) -> list[NotedEvent]:
    """The process's public events that took place, each with its attendance. Two queries."""
    held = Attendance.objects.that_hold().of_public_events().filter(event__process=process)
    attendances = {attendance.event_id: attendance for attendance in held}
    events = Event.objects.filter(process=process).that_took_place().select_related("stage__process", "district")
    return [NotedEvent(event, attendances.get(event.pk)) for event in events.defer("summary", "after_summary")]


def stands_for_people(figure: Figure) -> bool:
    """Whether the figure's own value says how many people there were."""
    return figure.value is not None and figure.unit in UNITS_OF_ATTENDANCE and not figure.is_city_estimate


def share_out(figures: Sequence[Figure], events: Iterable[NotedEvent]) -> Shares:
    """The events shared out among the figures, which stand in the ledger's order. No query."""
    lines = [figure for figure in figures if not figure.is_city_estimate]
    naming: dict[int, list[Figure]] = {}
    of_kind: dict[tuple[int | None, str], list[Figure]] = {}
    for line in sorted(lines, key=lambda one: not stands_for_people(one)):  # stable: the ledger's order within
        if line.event_id is not None:
            naming.setdefault(line.event_id, []).append(line)
        if line.event_kind:
            of_kind.setdefault((line.stage_id, line.event_kind), []).append(line)
    covering = _Covering(lines)
    shown: dict[int, list[NotedEvent]] = {}
    counted: dict[int, list[NotedEvent]] = {}
    alone: dict[tuple[int | None, str], list[NotedEvent]] = {}
    for one in events:
        claims = [*naming.get(one.event.pk, []), *of_kind.get((one.event.stage_id, one.event.kind), [])]
        if not claims:
            alone.setdefault((one.event.stage_id, one.event.kind), []).append(one)
            continue
        owner = claims[0]
        if one.attendance is not None and not any(covering.stands_for(line) for line in claims):
            counted.setdefault(owner.pk, []).append(one)
        # A line with a value shows all of its events; one without shows those that its sum is made of.
        for key in {owner.pk, *(line.pk for line in claims if line.value is not None)}:
            shown.setdefault(key, []).append(one)
    by_key = {line.pk: line for line in lines}
    kinds = [(_line_of_kind(found), Noted(tuple(found))) for found in alone.values()]
    return Shares(
        shown={key: Noted(tuple(found), _expected(by_key[key])) for key, found in shown.items()},
        counted={key: Noted(tuple(found), _expected(by_key[key])) for key, found in counted.items()},
        kinds=tuple((line, noted) for line, noted in kinds if noted),
    )


class _Covering:
    """Whether a line's events are already counted by a value: its own, that of a whole, or of a part of no event."""

    def __init__(self, lines: Sequence[Figure]) -> None:
        self._known = {line.pk: line for line in lines}
        self._parts: dict[int, list[Figure]] = {}
        self._answers: dict[int, bool] = {}
        for line in lines:
            if line.part_of_id is not None:
                self._parts.setdefault(line.part_of_id, []).append(line)

    def stands_for(self, line: Figure) -> bool:
        if line.pk not in self._answers:
            self._answers[line.pk] = any(map(stands_for_people, self._with_wholes(line))) or any(
                stands_for_people(part) and part.event_id is None and not part.event_kind
                for part in self._parts_below(line)
            )
        return self._answers[line.pk]

    def _with_wholes(self, line: Figure) -> list[Figure]:
        found: dict[int, Figure] = {}
        at: Figure | None = line
        while at is not None and at.pk not in found:
            found[at.pk] = at
            at = self._known.get(at.part_of_id) if at.part_of_id else None
        return list(found.values())

    def _parts_below(self, line: Figure) -> list[Figure]:
        found: dict[int, Figure] = {}
        waiting = list(self._parts.get(line.pk, []))
        while waiting:
            part = waiting.pop()
            if part.pk not in found and part.pk != line.pk:
                found[part.pk] = part
                waiting += self._parts.get(part.pk, [])
        return list(found.values())


def _expected(line: Figure) -> int:
    exact = line.events_qualifier == Figure.EventsQualifier.EXACT
    return line.events_count or 0 if exact else 0


def _line_of_kind(events: Sequence[NotedEvent]) -> Figure:
    """A line that stands in no table: what was noted at events of a kind in a stage, in every language."""
    event = events[0].event
    line = Figure(process_id=event.process_id, stage=event.stage, event_kind=event.kind)
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            texts = {
                "activity": capfirst(str(event.get_kind_display())),
                "source": translation.gettext("Attendance noted in this portal"),
            }
        for name, text in texts.items():
            if code == ORIGINAL:
                setattr(line, name, text)
            else:
                line.translate(name, code, text)
    return line
