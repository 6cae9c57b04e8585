"""Figures of the ledger in words: “about 50 people”, “17 events”, “corrected on …, was …”."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext, npgettext_lazy

from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.numbers import grouped
from participation.models import Attendance, Figure, FigureRevision

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
# The units in addresses that people read.
UNIT_ADDRESSES = {
    Figure.Unit.PEOPLE: "osoby",
    Figure.Unit.OPINIONS: "opinie",
    Figure.Unit.REPLIES: "odpowiedzi",
    Figure.Unit.ENTITIES: "podmioty",
    Figure.Unit.EXPERTS: "eksperci",
    Figure.Unit.REMARKS: "uwagi",
    Figure.Unit.SENDERS: "zglaszajacy",
    Figure.Unit.PARTICIPANTS: "uczestnicy",
    Figure.Unit.PAGES: "strony",
}
# “About”, “nearly” and “over” ask for the genitive plural, which is the form that counts of five have.
GENITIVE_COUNT = 5


def unit_in_words(unit: str, count: int, *, is_estimate: bool = False) -> str:
    """The unit in the form that the count asks for: “1 person”, “773 people”."""
    return str(UNIT_FORMS[Figure.Unit(unit)] % {"count": GENITIVE_COUNT if is_estimate else count})


def value_in_words(figure: Figure | FigureRevision) -> str:
    """The value with its qualifier and without its unit: “773”, “about 50”; empty where nothing was counted."""
    return "" if figure.value is None else qualified(figure.value, figure.qualifier)


def qualified(value: int, qualifier: str) -> str:
    """A number with its qualifier: “773”, “about 50”."""
    number = grouped(value)
    match qualifier:
        case Figure.Qualifier.ABOUT:
            return gettext("about %(number)s") % {"number": number}
        case Figure.Qualifier.NEARLY:
            return gettext("nearly %(number)s") % {"number": number}
        case Figure.Qualifier.OVER:
            return gettext("over %(number)s") % {"number": number}
        case _:
            return number


def value_and_unit(figure: Figure | FigureRevision) -> str:
    """The value as it is read: “773 people”, “about 50 people”; empty where nothing was counted."""
    if figure.value is None:
        return ""
    return f"{value_in_words(figure)} {unit_in_words(figure.unit, figure.value, is_estimate=figure.is_estimate)}"


def people_in_words(count: int, *, is_estimate: bool) -> str:
    """Attendance as it is read: “45 people”, “about 45 people”."""
    number = qualified(count, Figure.Qualifier.ABOUT if is_estimate else Figure.Qualifier.EXACT)
    return f"{number} {unit_in_words(Figure.Unit.PEOPLE, count, is_estimate=is_estimate)}"


def attendance_in_words(attendance: Attendance) -> str:
    """“45 people”, or “about 45 people” where they were estimated."""
    return people_in_words(attendance.count, is_estimate=attendance.method == Attendance.Method.ESTIMATE)


def events_in_words(figure: Figure | FigureRevision) -> str:
    """How many there were of the activity: “17”, “1 (planned)”, or a word where the source has only a word."""
    if figure.events_count is None:
        has_word = figure.events_qualifier not in {"", Figure.EventsQualifier.EXACT}
        return figure.get_events_qualifier_display() if has_word else ""
    number = grouped(figure.events_count)
    if figure.events_qualifier == Figure.EventsQualifier.PLANNED:
        return gettext("%(number)s (planned)") % {"number": number}
    return number


def corrections_in_words(figure: Figure) -> list[str]:
    """A sentence for each correction, the oldest first; none where they were not read with the figure. No query."""
    if "corrections" not in getattr(figure, "_prefetched_objects_cache", {}):
        return []
    stood: list[FigureRevision] = list(figure.corrections.all())
    states: list[Figure | FigureRevision] = list(stood)
    states.append(figure)
    return [_correction_in_words(one, after) for one, after in zip(stood, states[1:], strict=True)]


def _correction_in_words(before: FigureRevision, after: Figure | FigureRevision) -> str:
    was: list[str] = []
    if (before.value, before.unit, before.qualifier) != (after.value, after.unit, after.qualifier):
        was.append(value_and_unit(before) or gettext("number not given"))
    if (before.events_count, before.events_qualifier) != (after.events_count, after.events_qualifier):
        was.append(gettext("how many: %(number)s") % {"number": events_in_words(before) or "–"})
    if before.source != after.source:
        was.append(gettext("source: %(source)s") % {"source": before.text("source").value})
    day = date_format(warsaw_day(before.corrected_at), "DATE_FORMAT")
    if not was:
        return gettext("Corrected on %(day)s: with what it is counted.") % {"day": day}
    return gettext("Corrected on %(day)s, was: %(was)s.") % {"day": day, "was": "; ".join(was)}
