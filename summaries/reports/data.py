"""A report as data: CSV for people with spreadsheets, JSON for programs. Both are written row by row.

JSON: ``{"sha256": …, "report": …, "remarks": […]}``. ``report`` and each remark are canonical JSON, one a line, exactly
the lines of which the digest is computed (docs/howto/report.md). CSV: UTF-8 with a byte order mark and semicolons,
which is what Excel opens in Poland with a double click.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from typing import IO, Any

from django.utils.translation import gettext as _

from consultations.table_template import safe_cell
from summaries.models import ConsultationReport
from summaries.reports.rows import lines_of, rows_of


def data_columns() -> list[tuple[str, str]]:
    """Every column of the data: its key in JSON and its name for people. The first ten are those of the report."""
    return [
        ("submission", _("Submission no.")),
        ("ordinal", _("Remark no.")),
        ("received", _("Received")),
        ("channel_name", _("How it came")),
        ("sender", _("Sender")),
        ("place", _("Part of the document")),
        ("change", _("Remark")),
        ("reason", _("Reasons of the remark")),
        ("stance", _("Stance")),
        ("justification", _("Justification of the stance")),
        ("wording", _("Proposed wording")),
        ("number", _("Number")),
        ("kind_name", _("Kind")),
        ("passage", _("Permanent id of the passage")),
        ("topic", _("Topic")),
        ("district", _("District")),
        ("language", _("Language")),
        ("department", _("Department")),
        ("answered", _("Answer published")),
        ("correction", _("Why the answer was corrected")),
        ("improper_reason", _("Why it is improper")),
        ("demonstration", _("Demonstration")),
    ]


def said(value: Any) -> str:
    """A value as a cell says it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def content_hash(report: ConsultationReport) -> str:
    """The SHA-256 of the report's canonical form: the content's line, then each row's, each ended by a line feed.

    The content says by ``schema`` what a row's line holds (``lines_of``), so old and new reports are computed alike.
    """
    digest = hashlib.sha256(report.content.encode() + b"\n")
    for line in lines_of(report):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def write_json(report: ConsultationReport, out: IO[bytes]) -> None:
    """The whole report as one JSON document."""
    out.write(f'{{"sha256":"{report.sha256}","report":\n{report.content}\n,"remarks":['.encode())
    separator = b"\n"
    for line in lines_of(report):
        out.write(separator + line.encode())
        separator = b"\n,"
    out.write(b"\n]}\n")


def write_csv(report: ConsultationReport, out: IO[bytes]) -> None:
    """The remarks as a table."""
    columns = data_columns()
    out.write(b"\xef\xbb\xbf")
    for chunk in _csv_chunks(report, columns):
        out.write(chunk.encode())


def _csv_chunks(report: ConsultationReport, columns: list[tuple[str, str]]) -> Iterator[str]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow([name for _key, name in columns])
    for number, row in enumerate(rows_of(report), start=1):
        writer.writerow([safe_cell(said(row[key])) for key, _name in columns])
        if number % 1000 == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
