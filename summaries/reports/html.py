"""A report as web pages: the same content as in its documents, the tables of remarks on pages of their own."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from lublin2030.lib.paging import page_by_key
from summaries.models import ConsultationReport, ReportFile, ReportRow
from summaries.reports.rows import asks, stance_in_words

ROWS_OF_PAGE = 50
# Printed on the page, and run by a test: how anybody computes the digest of the content.
RECIPE = """import hashlib, json
data = json.load(open("sprawozdanie.json", encoding="utf-8"))
digest = hashlib.sha256()
for part in [data["report"], *data["remarks"]]:
    line = json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest.update(line.encode("utf-8") + b"\\n")
print(digest.hexdigest())"""


@dataclass(frozen=True)
class Addresses:
    """Where the pages and files of a report are: of a public one for everybody, of any other at the desk."""

    report: ConsultationReport

    @property
    def page(self) -> str:
        return self._address("")

    def part(self, key: int) -> str:
        return self._address("_rows", key)

    def file(self, name: str) -> str:
        return self._address("_file", name)

    def _address(self, what: str, *further: str | int) -> str:
        report = self.report
        slug = report.consultation.slug
        if report.is_public:
            return reverse(f"report{what}", args=[slug, report.slug, *further])
        if report.is_withheld:
            return reverse(f"desk:report_withheld{what}", args=[slug, report.slug, *further])
        return reverse(f"desk:report_draft{what}", args=[slug, *further])


def report_context(report: ConsultationReport) -> dict[str, Any]:
    """What the report's page shows. Three queries at most, however many remarks it has."""
    document = report.document
    addresses = Addresses(report)
    parts = {one["key"]: one | {"url": addresses.part(one["key"])} for one in document["parts"]}
    return {
        "report": report,
        "document": document,
        "day": day_of(document["date"]),
        "sections": document["sections"],
        "parts": parts,
        "files": files_of(report, addresses),
        "page_url": addresses.page,
        "recipe": RECIPE,
    }


def files_of(report: ConsultationReport, addresses: Addresses) -> list[dict[str, Any]]:
    """Every file the report has or will have, documents first; ``made`` is its row once it is made. One query."""
    made = {(one.format, one.volume): one for one in ReportFile.objects.filter(report=report)}
    # A document of many volumes has those that are made; while none is, its first is offered.
    wanted = set(made) | {(format.value, 1) for format in ReportFile.Format}
    order = [format.value for format in ReportFile.Format]
    rows = []
    for format, volume in sorted(wanted, key=lambda one: (order.index(one[0]), one[1])):
        name = ReportFile(format=format, volume=volume).file_name
        rows.append(
            {
                "format": ReportFile.Format(format).label,
                "volume": volume if (format, 2) in made else 0,
                "name": name,
                "url": addresses.file(name),
                "made": made.get((format, volume)),
            }
        )
    return rows


def rows_context(
    report: ConsultationReport, key: int, *, now: dt.datetime, after: int | None, before: int | None
) -> dict[str, Any] | None:
    """One page of one table of remarks; None where the report has no such table. One query."""
    document = report.document
    part = next((one for one in document["parts"] if one["key"] == key), None)
    if part is None:
        return None
    addresses = Addresses(report)
    stored = ReportRow.objects.filter(report=report, part=key)
    page = page_by_key(stored, key="position", size=ROWS_OF_PAGE, after=after, before=before)
    return {
        "report": report,
        "document": document,
        "day": day_of(document["date"]),
        "part": part,
        "parts": [one | {"url": addresses.part(one["key"])} for one in document["parts"]],
        "page": page,
        "rows": [shown_row(json.loads(row.line), report, now) for row in page.rows],
        "columns": [
            _("Number"),
            _("Received"),
            _("Sender"),
            _("Part of the document"),
            _("Remark"),
            _("Stance"),
        ],
        "reason_label": _("Reasons of the remark"),
        "corrected_label": _("The answer was corrected:"),
        "page_url": addresses.page,
    }


def shown_row(row: dict[str, Any], report: ConsultationReport, now: dt.datetime) -> dict[str, Any]:
    """A remark as a row of the page; it leads to the register, once that shows it."""
    address = row["number"].partition("/")[0]
    is_shown = report.consultation.shows_remarks(now)
    return row | {
        "url": reverse("consultations:remark", args=[report.consultation.slug, address]) if is_shown else "",
        "asks": asks(row),
        "stance_words": stance_in_words(row),
        "received_on": dt.date.fromisoformat(row["received"]),
        "answered_on": day_of(row["answered"]),
    }


def day_of(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def chain_of(report: ConsultationReport) -> Sequence[ConsultationReport]:
    """Every frozen report of the consultation, the latest first, without their contents. One query."""
    frozen = ConsultationReport.objects.frozen().filter(consultation=report.consultation_id)
    return list(frozen.without_content())
