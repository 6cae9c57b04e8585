"""The history as an auditor reads it: what was asked for, a page of it, and the same as a file.

Nothing of a sender is read: what stands in a row are the verb, the staff member's name and the facts of the change.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.models import Consultation, HistoryEntry, Remark, Submission
from consultations.querysets import HistoryQuerySet
from consultations.table_template import safe_cell
from consultations.words import describe_history
from lublin2030.lib.choices import Choice
from lublin2030.lib.dates import WARSAW
from lublin2030.lib.paging import page_by_moment, read_key
from lublin2030.lib.typed_dates import read_day

SENDER = "nadawca"  # as a person: what senders did, and the clock
AT_ONCE = 1000  # rows of an export that are in memory at one time
NUMBER = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,4}))?(?:/([0-9]{4}))?")


@dataclass(frozen=True)
class HistoryFilter:
    """What of the history was asked for, and what can be asked for.

    Addresses: ``konsultacja`` (slug), ``czynnosc`` (verb), ``kto`` (an account's number, or ``nadawca``), ``od``,
    ``do`` (days in Warsaw, both included), ``numer`` (12/2021 of a submission with its remarks, 12.3/2021 of a remark;
    the year can be left out). While something cannot be read, nothing is found and ``faults`` says why: an
    auditor must not take the whole for a part.
    """

    consultations: list[Consultation]
    people: list[User]
    consultation: Consultation | None = None
    verb: str = ""
    person: User | None = None
    of_senders: bool = False
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    number: str = ""
    written: Mapping[str, str] = field(default_factory=dict)  # the days and the number as they were typed
    faults: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, params: Mapping[str, str]) -> HistoryFilter:
        """The filter of an address. Two queries, and at most two more when ``subjects`` looks a number up."""
        consultations = list(Consultation.objects.only("slug", "title", "translations", "opens_at"))
        people = list(User.objects.only("name", "email").order_by("name", "email"))
        slug, verb, who = params.get("konsultacja", ""), params.get("czynnosc", ""), params.get("kto", "")
        written = {name: params.get(name, "").strip()[:20] for name in ("od", "do", "numer")}
        first_day, last_day = read_day(written["od"]), read_day(written["do"])
        number = written["numer"] if NUMBER.fullmatch(written["numer"]) else ""
        consultation = next((one for one in consultations if one.slug == slug), None)
        person = next((one for one in people if one.pk == read_key(who)), None)
        faults = {}
        if slug and consultation is None:
            faults["konsultacja"] = _("There is no such consultation.")
        if verb and verb not in HistoryEntry.Verb:
            faults["czynnosc"] = _("There is no such step.")
        if who and person is None and who != SENDER:
            faults["kto"] = _("There is no such account.")
        for name, day in (("od", first_day), ("do", last_day)):
            if written[name] and day is None:
                faults[name] = _("This is no day. Write it like 24.11.2026.")
        if first_day and last_day and last_day < first_day:
            faults["do"] = _("The last day is before the first one.")
        if written["numer"] and not number:
            faults["numer"] = _("Write a number like 12/2021 or 12.3/2021.")
        return cls(
            consultations=consultations,
            people=people,
            consultation=consultation,
            verb=verb if verb in HistoryEntry.Verb else "",
            person=person,
            of_senders=who == SENDER,
            first_day=first_day,
            last_day=last_day,
            number=number,
            written=written,
            faults=faults,
        )

    def apply(self, entries: HistoryQuerySet) -> HistoryQuerySet:
        """The entries that were asked for; none while something could not be read."""
        if self.faults:
            return entries.none()
        if self.consultation:
            entries = entries.filter(consultation=self.consultation)
        if self.verb:
            entries = entries.filter(verb=self.verb)
        if self.person:
            entries = entries.filter(by=self.person)
        if self.of_senders:
            entries = entries.filter(by=None)
        if self.first_day:
            entries = entries.filter(at__gte=_midnight(self.first_day))
        if self.last_day:
            entries = entries.filter(at__lt=_midnight(self.last_day + dt.timedelta(days=1)))
        if self.number:
            submissions, remarks = self.subjects
            entries = entries.filter(Q(submission__in=submissions) | Q(remark__in=remarks))
        return entries

    @cached_property
    def subjects(self) -> tuple[list[int], list[int]]:
        """The submissions and remarks of the number, in every consultation of its year. At most two queries."""
        match = NUMBER.fullmatch(self.number)
        if match is None:
            return [], []
        chosen = [self.consultation] if self.consultation else self.consultations
        chosen = [one for one in chosen if not match[3] or one.year == int(match[3])]
        submissions = list(
            Submission.objects.filter(consultation__in=chosen, number=int(match[1])).values_list("pk", flat=True)
        )
        remarks = Remark.objects.filter(submission__in=submissions)
        if match[2]:
            return [], list(remarks.filter(ordinal=int(match[2])).values_list("pk", flat=True))
        return submissions, list(remarks.values_list("pk", flat=True))

    @property
    def is_set(self) -> bool:
        return bool(self.parameters)

    @property
    def parameters(self) -> dict[str, str]:
        """The filter as an address has it."""
        chosen = {
            "konsultacja": self.consultation.slug if self.consultation else "",
            "czynnosc": self.verb,
            "kto": SENDER if self.of_senders else str(self.person.pk) if self.person else "",
            "od": self.first_day.isoformat() if self.first_day else "",
            "do": self.last_day.isoformat() if self.last_day else "",
            "numer": self.number,
        }
        return {name: value for name, value in chosen.items() if value}

    @property
    def query(self) -> str:
        """The filter as it stands in an address before another parameter: empty, or ``czynnosc=decide&``."""
        return f"{urlencode(self.parameters)}&" if self.parameters else ""

    def facts(self) -> dict[str, Any]:
        """The filter as an export's own history row keeps it."""
        names = {"konsultacja": "consultation", "czynnosc": "verb", "od": "from", "do": "to", "numer": "number"}
        facts: dict[str, Any] = {names[name]: value for name, value in self.parameters.items() if name in names}
        if self.person or self.of_senders:
            facts["who"] = self.person.pk if self.person else "sender"
        return facts

    @property
    def verb_choices(self) -> list[Choice]:
        labels = sorted((str(label), value) for value, label in HistoryEntry.Verb.choices)
        return [Choice(value, label, value == self.verb) for label, value in labels]


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), WARSAW)


@dataclass(frozen=True)
class Line:
    """One entry in words. ``number`` is the submission's or remark's, as people quote it; empty for neither."""

    entry: HistoryEntry
    number: str
    consultation: str
    what: str
    who: str
    before: list[str]
    after: list[str]


def lines(entries: Iterable[HistoryEntry]) -> list[Line]:
    """The entries, read by ``in_words``, as lines. At most two queries, however many there are."""
    rows = list(entries)
    return [
        Line(
            entry=row,
            number=_number(row),
            consultation=row.consultation.text("title").value if row.consultation else "",
            what=said["what"],
            who=said["who"],
            before=said["before"],
            after=said["after"],
        )
        for row, said in zip(rows, describe_history(rows), strict=True)
    ]


def _number(entry: HistoryEntry) -> str:
    if entry.consultation is None:
        return ""
    subject = entry.remark.address if entry.remark else entry.submission.number if entry.submission else ""
    return f"{subject}/{entry.consultation.year}" if subject else ""


# -- As a file ------------------------------------------------------------------------------------------------------


def csv_lines(entries: HistoryQuerySet) -> Iterator[str]:
    """The entries as CSV with semicolons and the mark by which Excel knows UTF-8, a line at a time."""
    writer = csv.writer(_Echo(), delimiter=";")
    headers = [_("When"), _("Consultation"), _("Number"), _("What"), _("Who"), _("Before"), _("After")]
    yield "\ufeff" + writer.writerow(headers)
    for line in _lines_of(entries):
        before, after = ", ".join(line.before), ", ".join(line.after)
        texts = [line.consultation, line.number, line.what, line.who, before, after]
        yield writer.writerow([_moment(line), *map(safe_cell, texts)])


def json_lines(entries: HistoryQuerySet) -> Iterator[str]:
    """The entries as JSON, one to a line: the facts as they are kept, and the words of the page."""
    for line in _lines_of(entries):
        entry = line.entry
        told = {
            "id": entry.pk,
            "at": _moment(line),
            "consultation": entry.consultation.slug if entry.consultation else None,
            "submission": line.number if entry.submission_id else None,
            "remark": line.number if entry.remark_id else None,
            "verb": entry.verb,
            "what": line.what,
            "who": line.who,
            "before": entry.before,
            "after": entry.after,
            "before_in_words": line.before,
            "after_in_words": line.after,
        }
        yield json.dumps(told, ensure_ascii=False) + "\n"


FORMATS: dict[str, tuple[str, Callable[[HistoryQuerySet], Iterator[str]]]] = {
    "csv": ("text/csv; charset=utf-8", csv_lines),
    "jsonl": ("application/x-ndjson; charset=utf-8", json_lines),
}


def in_language(language: str, texts: Iterator[str]) -> Iterator[str]:
    """Make each text in the language: a file is made after its page's language is forgotten."""
    while True:
        with translation.override(language):
            text = next(texts, None)
        if text is None:
            return
        yield text


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _lines_of(entries: HistoryQuerySet) -> Iterator[Line]:
    """The entries in words, newest first, with at most ``AT_ONCE`` of them in memory.

    Read as pages by key: a cursor that outlives its transaction makes PostgreSQL put all rows aside before the first.
    As rows are only added, the pages fit together.
    """
    after: int | None = None
    while True:
        page = page_by_moment(entries.in_words(), field="at", newest_first=True, size=AT_ONCE, after=after)
        yield from lines(page.rows)
        if (after := page.after) is None:
            return


def _moment(line: Line) -> str:
    return line.entry.at.astimezone(WARSAW).isoformat(timespec="seconds")
