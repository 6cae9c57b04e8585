"""A table of voices: its columns, and what its rows mean."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import translation

from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.languages import language_name
from lublin2030.lib.plaintext import FORBIDDEN
from lublin2030.lib.redacting import propose
from lublin2030.lib.table_files import Layout, Row, plain
from lublin2030.lib.typed_dates import read_day
from participation.models import AgeBand, District, Event, Theme, Voice
from participation.services.voices import LANGUAGES, QUESTION_LIMIT, TEXT_LIMIT, NewVoice, channel_of, may_be_of
from stages.models import Process

MOST_ROWS = 10_000
SHEET = "Głosy"
# Each column: its name in our template, and other headers under which it is known. All small letters.
COLUMNS: dict[str, tuple[str, ...]] = {
    "number": ("nr", "number", "lp.", "lp", "№"),
    "text": ("głos", "text", "treść", "opinia", "voice", "голос"),
    "wording": ("czyje słowa", "wording", "whose words", "чиї слова"),
    "event": ("wydarzenie", "event", "подія"),
    "channel": ("skąd", "channel", "kanał", "канал"),
    "day": ("dzień", "day", "data", "день"),
    "question": ("pytanie", "question", "питання"),
    "theme": ("temat", "theme", "topic", "тема"),
    "district": ("dzielnica", "district", "район"),
    "age": ("wiek", "age", "вік"),
    "language": ("język", "language", "мова"),
}
LAYOUT = Layout(
    sheet=SHEET, columns=COLUMNS, needed=(("text",), ("wording",), ("event", "channel")), most_rows=MOST_ROWS
)
SHOWN = 80  # characters of a refused value that the verdict repeats
# What a row's ``capture_id`` is made from, together with the file's digest and the row's number.
NAMESPACE = uuid.UUID("5d2a4f0e-6b0c-4f7e-9f57-3a1f1a1c2030")


class Verdict:
    """What becomes of a row."""

    GOOD = "good"
    KNOWN = "known"  # the same row of the same file was entered before
    REFUSED = "refused"


@dataclass
class JudgedRow:
    """A row with what is wrong with it (column, code of the fault, the value), and the voice it is if nothing is.

    ``found``: kinds of what may be a person's data in its text; that does not refuse it, a person reads it yet.
    """

    number: int
    voice: NewVoice | None = None
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    verdict: str = Verdict.GOOD

    def as_json(self) -> dict[str, Any]:
        return {"row": self.number, "verdict": self.verdict, "problems": self.problems, "found": self.found}


def capture_id_of(sha256: str, row: int) -> uuid.UUID:
    """The lasting id of a row of a file."""
    return uuid.uuid5(NAMESPACE, f"{sha256}:{row}")


@dataclass(frozen=True)
class Lists:
    """The values a table may use, by every name under which they are known. None: several have that name."""

    wording: dict[str, Any]
    channel: dict[str, Any]
    age: dict[str, Any]
    language: dict[str, Any]
    event: dict[str, Any]
    theme: dict[str, Any]
    district: dict[str, Any]

    @classmethod
    def of(cls, process: Process) -> Lists:
        """The process's events and themes, the city's districts, our own lists. Three queries."""
        events = Event.objects.filter(process=process).select_related("district", "process")
        return cls(
            wording=_by_names(Voice.Wording, _value, lambda one: [one.label]),
            channel=_by_names(Voice.Channel, _value, lambda one: [one.label]),
            age=_by_names(AgeBand, _value, lambda one: [one.label]),
            language=_by_names(LANGUAGES, str, lambda one: [language_name(one)]),
            event=_by_names(events, _slug, lambda one: [one.text("title").value]),
            theme=_by_names(Theme.objects.filter(process=process), _slug, lambda one: [one.text("name").value]),
            district=_by_names(District.objects.all(), _slug, lambda one: [one.name]),
        )


def _value(choice: Any) -> str:
    return str(choice.value)


def _slug(record: Any) -> str:
    return str(record.slug)


def _by_names(choices: Iterable[Any], key: Callable[[Any], str], names: Callable[[Any], list[Any]]) -> dict[str, Any]:
    """Each choice by its code and by its name in each language; a name of several leads to none of them."""
    found: dict[str, Any] = {}
    all_of_them = list(choices)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for choice in all_of_them:
                for name in names(choice):
                    said = plain(str(name))
                    found[said] = choice if found.get(said, choice) == choice else None
    return found | {plain(key(choice)): choice for choice in all_of_them}


def judge(row: Row, *, process: Process, lists: Lists, sha256: str, now: dt.datetime) -> JudgedRow:
    """The row's verdict. Whether it was entered before is for the caller to know, by its ``capture_id``. No query."""
    judged = JudgedRow(row.number)
    text, question = row.text("text"), row.text("question")
    for key, limit in (("text", TEXT_LIMIT), ("question", QUESTION_LIMIT)):
        if len(row.text(key)) > limit:
            judged.problems.append((key, "too_long", str(limit)))
        if FORBIDDEN.search(row.text(key)):
            judged.problems.append((key, "control_characters", ""))
    if not text:
        judged.problems.append(("text", "missing", ""))
    event = _listed(row, judged, lists, "event")
    channel = _listed(row, judged, lists, "channel") or (channel_of(event) if event else None)
    if not row.text("event") and not row.text("channel"):
        judged.problems.append(("channel", "missing", ""))
    if event is not None and not may_be_of(event, now):
        judged.problems.append(("event", "not_held", row.text("event")[:SHOWN]))
    day = _day(row, judged, event, now)
    wording = _listed(row, judged, lists, "wording")
    if not row.text("wording"):
        judged.problems.append(("wording", "missing", ""))
    rest = {key: _listed(row, judged, lists, key) for key in ("theme", "district", "age", "language")}
    if judged.problems or channel is None:
        judged.verdict = Verdict.REFUSED
        return judged
    judged.found = list(dict.fromkeys(one.kind.value for one in propose(text)))
    judged.voice = NewVoice(
        text=text,
        process=process,
        event=event,
        channel=channel,
        wording=wording,
        spoken_on=day,
        question=question,
        theme=rest["theme"],
        district=rest["district"],
        age_band=rest["age"].value if rest["age"] else "",
        language=rest["language"] or "pl",
        capture_id=capture_id_of(sha256, row.number),
    )
    return judged


def _day(row: Row, judged: JudgedRow, event: Event | None, now: dt.datetime) -> Any:
    text = row.text("day").split(" ")[0]
    if not text:
        if event is None and not row.text("event"):
            judged.problems.append(("day", "missing", ""))
        return event and warsaw_day(event.starts_at)
    day = read_day(text)
    if day is None:
        judged.problems.append(("day", "not_date", text[:SHOWN]))
    elif day > warsaw_day(now):
        judged.problems.append(("day", "future", text[:SHOWN]))
    return day


def _listed(row: Row, judged: JudgedRow, lists: Lists, key: str) -> Any:
    """The value that the cell names; one that nobody knows, or that several are called, is a fault."""
    text = row.text(key)
    if not text:
        return None
    values: dict[str, Any] = getattr(lists, key)
    value = values.get(plain(text))
    if value is None:
        judged.problems.append((key, "ambiguous" if plain(text) in values else "unknown", text[:SHOWN]))
    return value
