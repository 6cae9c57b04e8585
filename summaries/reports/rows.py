"""The remarks of a report, one line of canonical JSON each: the table of domain.md §3.

A line is written from the public table (``for_public_table``) and holds nothing that the public may not read: of a
natural person that it is one, of an organisation its name. A draft, which only staff see, says the same of remarks that
the consultation does not show yet. The register is read by key, some thousand rows at a time; the number of queries
follows the thousands, never the rows.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from consultations.models import Consultation, Remark, Submission
from consultations.places import Placed, with_places
from lublin2030.lib.dates import warsaw_day
from summaries.counts import answers_of
from summaries.models import ConsultationReport, ReportRow

AT_ONCE = 2000
WITH_PART = 2  # the schema of the content from which on a line says in which table it stands
IMPROPER, WITHDRAWN, DOCUMENT = "improper", "withdrawn", "document"
Standing = Remark.Standing

# What tells what was said: of a withdrawn remark only its number stays, and whether a person sent it.
OF_WHAT_WAS_SAID = ("place", "passage", "kind", "kind_name", "topic", "district")


def canonical(data: Mapping[str, Any]) -> str:
    """The data as JSON of one form: keys in order, no blanks, no escapes that are not needed."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass
class Parts:
    """The tables into which the rows go, and how many each has: chapters, the whole document, improper, withdrawn."""

    chapters: Mapping[int, tuple[int, str]]  # chapter's key → its place among the tables, its title
    counts: dict[int, int] = field(default_factory=dict)

    def key(self, remark: Remark) -> int:
        """The table of the remark."""
        if remark.standing == Standing.IMPROPER:
            key = self._after(1)
        elif remark.standing == Standing.WITHDRAWN:
            key = self._after(2)
        else:
            place = self.chapters.get(remark.chapter_id or 0)
            key = place[0] if place else self._after(0)
        self.counts[key] = self.counts.get(key, 0) + 1
        return key

    def _after(self, further: int) -> int:
        return len(self.chapters) + 1 + further

    def as_data(self) -> list[dict[str, Any]]:
        """The tables that have rows, in their order."""
        named = [(number, "chapter", title) for number, title in self.chapters.values()]
        named += [
            (self._after(0), DOCUMENT, _("The whole document")),
            (self._after(1), IMPROPER, _("Improper remarks")),
            (self._after(2), WITHDRAWN, _("Remarks withdrawn by their senders")),
        ]
        return [
            {"key": key, "kind": kind, "title": title, "rows": self.counts[key]}
            for key, kind, title in sorted(named)
            if self.counts.get(key)
        ]


def live_rows(consultation: Consultation, now: dt.datetime, parts: Parts, *, for_staff: bool) -> Iterator[ReportRow]:
    """The rows of all the consultation's remarks as the register says them now, by number; none is saved.

    ``for_staff``: also those of a consultation that hides its remarks until it has closed.
    """
    shown = Remark.objects.as_public_will_read() if for_staff else Remark.objects.for_public_table(now)
    remarks = shown.filter(consultation=consultation).select_related("chapter", "passage").order_by("position")
    after = -1
    while chunk := list(remarks.filter(position__gt=after)[:AT_ONCE]):
        for placed in with_places(chunk):
            remark = placed.remark
            yield ReportRow(
                part=parts.key(remark), position=remark.position, line=canonical(row_of(placed, consultation))
            )
        after = chunk[-1].position


def row_of(placed: Placed[Remark], consultation: Consultation) -> dict[str, Any]:
    """What the report says of a remark. Dates are days in Warsaw."""
    remark = placed.remark
    sender_kind = remark.submission.sender_kind
    organisation = str(getattr(remark, "organisation", ""))
    own = vars(remark)
    answers = answers_of(remark)
    decision = answers[-1] if answers else None
    improper = remark.submission.improper_reason
    places = [f"{placed.chapter.number}. {placed.chapter.title}" if placed.chapter else _("the whole document")]
    if placed.passage:
        places.append(_("passage %(number)s") % {"number": placed.passage.number})
    is_person = sender_kind == Submission.SenderKind.PERSON
    is_withdrawn = remark.standing == Standing.WITHDRAWN
    named = "" if is_withdrawn else organisation
    sender = _("natural person") if is_person else named or _("organisation")
    row = {
        "submission": f"{remark.submission_number}/{consultation.year}",
        "ordinal": remark.ordinal,
        "number": f"{remark.address}/{consultation.year}",
        "received": warsaw_day(remark.received_at).isoformat(),
        "channel": remark.channel,
        "channel_name": str(remark.get_channel_display()),
        "sender_kind": sender_kind,
        "sender": sender,
        "place": ", ".join(places),
        "passage": remark.passage.code if remark.passage else "",
        "kind": remark.kind,
        "kind_name": str(remark.get_kind_display()),
        "topic": remark.topic.name if remark.topic else "",
        "district": remark.district.name if remark.district else "",
        "language": remark.submission.language,
        "change": own["public_change"],
        "wording": own["public_wording"],
        "reason": own["public_reason"],
        "standing": remark.standing,
        "stance": remark.get_standing_display(),
        "justification": decision.justification if decision else "",
        "correction": decision.corrects_why if decision else "",
        "department": decision.department.name if decision else "",
        "answered": warsaw_day(decision.published_at).isoformat() if decision and decision.published_at else "",
        "improper_reason": improper.label if improper and remark.standing == Standing.IMPROPER else "",
        "demonstration": remark.is_demonstration,
    }
    if is_withdrawn:
        row |= dict.fromkeys(OF_WHAT_WAS_SAID, "")
    return row


def lines_of(report: ConsultationReport) -> Iterator[str]:
    """The report's rows as canonical JSON, by number: what the digest is computed of.

    Each says by ``part`` in which table it stands, as it is kept beside the line. In reports of the first schema it
    does not, and their digests stay what they are.
    """
    says_part = report.document["schema"] >= WITH_PART
    for part, line in _kept(report):
        yield canonical(json.loads(line) | {"part": part}) if says_part else line


def rows_of(report: ConsultationReport) -> Iterator[dict[str, Any]]:
    """The report's rows by number."""
    return (json.loads(line) for _part, line in _kept(report))


def rows_of_part(report: ConsultationReport, part: int) -> Iterator[dict[str, Any]]:
    """The rows of one table of the report, by number."""
    return (json.loads(line) for _part, line in _kept(report, part=part))


def _kept(report: ConsultationReport, **narrowed: int) -> Iterator[tuple[int, str]]:
    """Table and line of the rows as they are kept, by number. The memory it takes does not grow with them."""
    after = -1
    rows = ReportRow.objects.filter(report=report, **narrowed).order_by("position")
    lines = rows.values_list("position", "part", "line")
    while chunk := list(lines.filter(position__gt=after)[:AT_ONCE]):
        for _position, part, line in chunk:
            yield part, line
        after = chunk[-1][0]


def save_rows(report: ConsultationReport, rows: Iterable[ReportRow]) -> int:
    """Keep the rows with the report; how many."""
    count = 0
    batch: list[ReportRow] = []
    for row in rows:
        row.report = report
        batch.append(row)
        count += 1
        if len(batch) == AT_ONCE:
            ReportRow.objects.bulk_create(batch)
            batch = []
    ReportRow.objects.bulk_create(batch)
    return count


def asks(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a remark says, for people: each text with its name, which is empty where it needs none. In Polish."""
    texts = [("", row["change"])]
    if row["kind"] == Remark.Kind.REMOVE:
        texts.insert(0, ("", row["kind_name"]))
    label = _("Text to add") if row["kind"] == Remark.Kind.ADD else _("Proposed wording")
    texts.append((label, row["wording"]))
    return [(name, text) for name, text in texts if text]


def stance_in_words(row: Mapping[str, Any]) -> str:
    """The outcome, or why the remark is improper."""
    if row["improper_reason"]:
        return f"{row['stance']}: {row['improper_reason']}"
    return str(row["stance"])
