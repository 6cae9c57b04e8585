"""What a report says, as plain data: the one definition that every format writes (docs/adr/0022).

A document has a head (title, number, date, office …), ``sections`` of blocks, ``parts`` (the tables of remarks, whose
rows are kept apart, see ``rows``) and ``counts``. A block is a dictionary that says what it ``is``:

- ``paragraph``: ``text``; ``markdown``: ``text`` by staff; ``items``: ``items``;
- ``facts``: ``rows`` of name and value; ``table``: ``caption``, ``columns``, ``rows``, the first cell names the row;
- ``chart``: ``title``, ``alt``, ``label``, ``series`` (key, name), ``rows`` (label, key, total, parts by series);
- ``remarks``: ``parts``, the keys of the tables that stand here.

The report is written in Polish, whatever the reader's language: it is the city's official document.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Count
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.models import ChapterText, Consultation, DraftVersion, Opinion, Remark
from lublin2030.lib.dates import WARSAW, warsaw_day
from lublin2030.lib.numbers import grouped
from participation.figure_words import attendance_in_words, value_and_unit
from participation.ledger import LedgerRow, read_ledger
from participation.models import Attendance, Event
from participation.noted import stands_for_people
from summaries.counts import Counts, Line, Summary, summarise
from summaries.models import ConsultationReport, ReportText
from summaries.reports.rows import IMPROPER, WITHDRAWN, Parts

Block = dict[str, Any]
Section = dict[str, Any]
SCHEMA = 2  # raised when the form of the document or of its rows changes
LANGUAGE = "pl"
NONE = "–"


# -- Blocks -----------------------------------------------------------------------------------------------------------


def paragraph(text: str) -> Block:
    return {"is": "paragraph", "text": text}


def markdown(text: str) -> Block:
    return {"is": "markdown", "text": text}


def facts(rows: Sequence[tuple[str, str]]) -> Block:
    """Names with values; what has none is left out."""
    return {"is": "facts", "rows": [[name, value] for name, value in rows if value]}


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Block:
    return {"is": "table", "caption": caption, "columns": list(columns), "rows": [list(row) for row in rows]}


def chart(title: str, label: str, rows: list[dict[str, Any]], series: Sequence[Remark.Standing] = ()) -> Block:
    """A bar for each row; its alternative text says the longest and leads to the table, which says everything."""
    longest = sorted(rows, key=lambda row: -row["total"])[:3]
    named = "; ".join(f"{row['label']}: {grouped(row['total'])}" for row in longest)
    return {
        "is": "chart",
        "title": title,
        "label": label,
        "alt": _("Bar chart: %(title)s. The most: %(named)s. All numbers stand in the table below.")
        % {"title": title, "named": named},
        "series": [{"key": str(one.value), "name": str(one.label)} for one in series],
        "rows": rows,
    }


def remark_tables(parts: Sequence[dict[str, Any]]) -> Block:
    return {"is": "remarks", "parts": [one["key"] for one in parts]}


def section(key: str, title: str, blocks: Sequence[Block]) -> Section:
    """A chapter of the report; one that would be empty says so."""
    return {"key": key, "title": title, "blocks": list(blocks) or [paragraph(_("Nothing to report."))]}


# -- The document -----------------------------------------------------------------------------------------------------


def parts_for(consultation: Consultation, now: dt.datetime) -> Parts:
    """The tables of remarks: a chapter each, as the latest version that has it names it. Two queries."""
    versions = list(DraftVersion.objects.filter(draft__consultation=consultation).published(now))
    latest: dict[int, ChapterText] = {}
    for text in ChapterText.objects.filter(version__in=versions).order_by("version__number"):
        latest[text.chapter_id] = text
    ordered = sorted(latest.items(), key=lambda item: (item[1].number, item[0]))
    return Parts({key: (place, f"{one.number}. {one.title}") for place, (key, one) in enumerate(ordered, start=1)})


def document_of(report: ConsultationReport, consultation: Consultation, parts: Parts, now: dt.datetime) -> Block:
    """The whole content at the moment, but the remarks themselves, which ``parts`` has counted. In Polish.

    The number of queries does not depend on the number of remarks.
    """
    counted = summarise(consultation, now)
    texts = ReportText.objects.filter(consultation=consultation).first() or ReportText(consultation=consultation)
    tables = parts.as_data()
    proper = [one for one in tables if one["kind"] not in {IMPROPER, WITHDRAWN}]
    others = [one for one in tables if one["kind"] in {IMPROPER, WITHDRAWN}]
    is_frozen = bool(report.number)
    sections = [
        section("subject", _("Subject of the consultation"), _subject(consultation, now)),
        section("basis", _("Legal basis"), [markdown(consultation.legal_basis)] if consultation.legal_basis else []),
        section("information", _("Information actions"), _information(consultation, texts)),
        section("course", _("Course and forms"), _course(consultation)),
        section("statistics", _("Statistics"), _statistics(consultation, counted)),
        section(
            "remarks", _("Remarks with the stance on each"), [*_not_shown_yet(consultation, now), *_remarks(proper)]
        ),
        section("opinions", _("Opinions of institutions"), _opinions(consultation, now)),
        section("improper", _("Improper and withdrawn remarks"), _others(others)),
        section("summary", _("Conclusions"), [markdown(texts.summary)] if texts.summary else []),
        section("annexes", _("Annexes"), _annexes(texts)),
    ]
    if report.supersedes is not None:
        changed = [
            paragraph(
                _("This report corrects report no. %(number)s of %(day)s and takes its place.")
                % {"number": report.supersedes.number, "day": _day(report.supersedes.frozen_at)}
            ),
            markdown(report.what_changed),
        ]
        sections.insert(0, section("changes", _("What this report changes"), changed))
    return {
        "schema": SCHEMA,
        "language": LANGUAGE,
        "title": _("Report on the course and results of the consultation"),
        "subject": consultation.title,
        "consultation": consultation.slug,
        "state": "frozen" if is_frozen else "draft",
        "number": report.number,
        "date": warsaw_day(now).isoformat(),
        "office": report.office.name if is_frozen and report.office else "",
        "corrects": report.supersedes.number if is_frozen and report.supersedes else "",
        "demonstration": _("This consultation is a demonstration: its remarks and answers are invented.")
        if consultation.is_demonstration
        else "",
        "counts": {
            "remarks": counted.remarks,
            "proper": counted.proper,
            "senders": counted.senders,
            "answered": counted.total.answered,
        },
        "sections": [{"number": number} | one for number, one in enumerate(sections, start=1)],
        "parts": tables,
    }


def remark_columns() -> list[str]:
    """The columns of a table of remarks (domain.md §3), in Polish."""
    return [
        _("Submission no."),
        _("Remark no."),
        _("Received"),
        _("How it came"),
        _("Sender"),
        _("Part of the document"),
        _("Remark"),
        _("Reasons of the remark"),
        _("Stance"),
        _("Justification of the stance"),
    ]


# -- Sections ---------------------------------------------------------------------------------------------------------


def _day(moment: dt.datetime | dt.date | None) -> str:
    if moment is None:
        return ""
    return date_format(warsaw_day(moment) if isinstance(moment, dt.datetime) else moment, "DATE_FORMAT")


def _subject(consultation: Consultation, now: dt.datetime) -> list[Block]:
    draft = getattr(consultation, "draft", None)
    versions = list(DraftVersion.objects.filter(draft__consultation=consultation).published(now))[::-1]
    stage = consultation.stage
    rows = [
        (_("Process"), consultation.process.name),
        (_("Stage"), f"{stage.roman}. {stage.title}" if stage else ""),
        (_("Document"), draft.title if draft else ""),
        *((one.label or _("Version %(number)s") % {"number": one.number}, _day(one.published_at)) for one in versions),
        (_("Announced on the portal"), _day(consultation.published_at)),
        (
            _("Remarks were taken"),
            _("from %(first)s to %(last)s")
            % {"first": _day(consultation.opens_at), "last": _day(consultation.last_day)},
        ),
        (_("Days open"), grouped(consultation.days_open)),
        (_("Report due"), _day(consultation.report_due_on)),
    ]
    return [*([paragraph(consultation.summary)] if consultation.summary else []), facts(rows)]


def _information(consultation: Consultation, texts: ReportText) -> list[Block]:
    announced = _("The consultation was announced on the portal on %(day)s.") % {"day": _day(consultation.published_at)}
    return [paragraph(announced), *([markdown(texts.information)] if texts.information else [])]


def _course(consultation: Consultation) -> list[Block]:
    """The public events of the consultation's stage with what the ledger counted of each, and the stage's ledger."""
    if consultation.stage is None:
        return []
    ledger = read_ledger(consultation.process).rows_of(consultation.stage)
    counted: dict[int, list[str]] = {}
    said: set[int] = set()  # events whose attendance the ledger's own line gives
    for row in ledger:
        if row.figure.event_id and row.figure.value is not None:
            counted.setdefault(row.figure.event_id, []).append(value_and_unit(row.figure))
            if stands_for_people(row.figure):
                said.add(row.figure.event_id)
    noted = Attendance.objects.that_hold().of_public_events().filter(event__stage=consultation.stage)
    for attendance in noted.exclude(event__in=said):
        counted.setdefault(attendance.event_id, []).append(attendance_in_words(attendance))
    events = (
        Event.objects.public()
        .filter(process=consultation.process_id, stage=consultation.stage)
        .select_related("district")
        .order_by("starts_at", "pk")
    )
    blocks = []
    rows = [
        [
            event.title,
            str(event.get_kind_display()),
            _event_days(event),
            _event_place(event),
            ", ".join(counted.get(event.pk, [])) or NONE,
        ]
        for event in events
    ]
    if rows:
        blocks.append(
            table(
                _("Events of the stage. A dash: the ledger has no attendance of its own for the event."),
                [_("Event"), _("Form"), _("Date"), _("Place"), _("Attendance")],
                rows,
            )
        )
    if ledger:
        blocks.append(
            table(
                _(
                    "The ledger of the stage. Attendances are not unique people; figures of different units are not"
                    " added."
                ),
                [_("Activity"), _("Events"), _("Figure"), _("Source")],
                [[row.figure.activity, row.events or NONE, _figure(row), row.figure.source] for row in ledger],
            )
        )
    return blocks


def _figure(row: LedgerRow) -> str:
    said = f"{row.value} {row.unit}".strip()
    return f"{said} ({row.noted_in_words})" if row.noted_in_words else said or NONE


def _event_days(event: Event) -> str:
    first = _day(event.starts_at)
    if not event.all_day:
        first = date_format(event.starts_at.astimezone(), "DATETIME_FORMAT")
    said = f"{first} – {_day(event.last_day)}" if event.is_over_days else first
    if event.state == Event.State.CANCELLED:
        said += f" ({event.get_state_display()})"
    return said


def _event_place(event: Event) -> str:
    places = [event.address, event.district.name if event.district else "", _("online") if event.is_online else ""]
    return ", ".join(one for one in places if one) or NONE


def _statistics(consultation: Consultation, counted: Summary) -> list[Block]:
    submissions = consultation.submissions.order_by().values_list("sender_kind")
    kinds = Counter(dict(submissions.annotate(submissions=Count("pk"))))
    totals = facts(
        [
            (_("Remarks"), grouped(counted.remarks)),
            (_("of which proper"), grouped(counted.proper)),
            (_("People and organisations"), grouped(counted.senders)),
            (_("of which organisations"), grouped(kinds["organisation"])),
            (_("Remarks with a published answer"), grouped(counted.total.answered)),
        ]
    )
    if not counted.remarks:
        return [totals]
    standings = [standing for standing, number in counted.total if number]
    # As the document has them; the summary page begins with the chapter that has most remarks.
    in_order = sorted(counted.chapters, key=lambda line: (not line.number, int(line.number or 0)))
    blocks = [
        totals,
        chart(
            _("How the remarks were answered"),
            _("Stance"),
            [
                {"label": str(standing.label), "key": str(standing.value), "total": number, "parts": {}}
                for standing, number in counted.total
                if number
            ],
        ),
        chart(
            _("Remarks on each part of the document"),
            _("Part of the document"),
            [_bar(line) for line in in_order],
            standings,
        ),
        chart(_("How the remarks came"), _("How it came"), [_bar(line, with_parts=False) for line in counted.channels]),
    ]
    for title, label, lines in (
        (_("Remarks by topic"), _("Topic"), counted.topics),
        (_("Remarks by district"), _("District"), counted.districts),
    ):
        if lines:
            blocks.append(chart(title, label, [_bar(line, with_parts=False) for line in lines]))
    if counted.silent_districts:
        names = ", ".join(district.name for district in counted.silent_districts)
        blocks.append(paragraph(_("Districts from which no remark came: %(names)s.") % {"names": names}))
    return blocks


def _bar(line: Line, *, with_parts: bool = True) -> dict[str, Any]:
    label = str(getattr(line.record, line.field)) if line.record else str(line.label)
    counts: Counts = line.counts
    return {
        "label": f"{line.number}. {label}" if line.number else label,
        "key": "",
        "total": counts.total,
        "parts": {str(standing.value): number for standing, number in counts if number} if with_parts else {},
    }


def _remarks(parts: list[dict[str, Any]]) -> list[Block]:
    if not parts:
        return [paragraph(_("There was no proper remark."))]
    count = sum(one["rows"] for one in parts)
    told = ngettext(
        "All %(count)s proper remark, by the part of the document that it concerns. A natural person is not named;"
        " an organisation stands by its name.",
        "All %(count)s proper remarks, by the part of the document that they concern. Natural persons are not named;"
        " organisations stand by their names.",
        count,
    ) % {"count": grouped(count)}
    return [paragraph(told), remark_tables(parts)]


def _not_shown_yet(consultation: Consultation, now: dt.datetime) -> list[Block]:
    """Only a draft can be made by then."""
    if consultation.shows_remarks(now):
        return []
    shown_from = date_format(consultation.remarks_shown_from.astimezone(WARSAW), "DATETIME_FORMAT")
    told = _(
        "The public sees the remarks of this consultation from %(moment)s. Until then this draft is for staff only."
    )
    return [paragraph(told % {"moment": shown_from})]


def _others(parts: list[dict[str, Any]]) -> list[Block]:
    if not parts:
        return [paragraph(_("No remark was improper or withdrawn."))]
    told = _(
        "An improper remark stays in the register with its reason and is not answered. Of a withdrawn one only the"
        " number stays."
    )
    return [paragraph(told), remark_tables(parts)]


def _opinions(consultation: Consultation, now: dt.datetime) -> list[Block]:
    opinions = list(Opinion.objects.filter(consultation=consultation).select_related("institution"))
    if not opinions:
        return [paragraph(_("No institution was asked for its opinion."))]
    rows = [
        [
            one.institution.name,
            _day(one.asked_on),
            _day(one.due_on),
            _day(one.received_on) or NONE,
            _opinion_in_words(one, now),
        ]
        for one in opinions
    ]
    columns = [_("Institution"), _("Asked"), _("Term"), _("Received"), _("Opinion")]
    blocks = [table(_("Institutions that were asked for their opinion."), columns, rows)]
    for one in opinions:
        if one.content or one.answer:
            blocks.append({"is": "subheading", "text": one.institution.name})
            if one.content:
                blocks.append(markdown(one.content))
            if one.answer:
                blocks += [paragraph(_("The city's stance:")), markdown(one.answer)]
    return blocks


def _opinion_in_words(opinion: Opinion, now: dt.datetime) -> str:
    if opinion.stance:
        return str(opinion.get_stance_display())
    if not opinion.is_silent(now):
        return _("no answer yet")
    if opinion.silence_is_consent:
        return _("no answer within the term, which counts as agreement")
    return _("no answer within the term")


def _annexes(texts: ReportText) -> list[Block]:
    data = _("The register of remarks as data: XLSX, CSV and JSON, at the address of this report.")
    return [*([markdown(texts.annexes)] if texts.annexes else []), paragraph(data)]
