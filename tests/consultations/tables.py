"""Tables of remarks for tests, as files."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import jobs
from accounts.models import User
from accounts.roles import Role
from consultations.models import Consultation, RemarkImport
from consultations.services.tables import bring_in
from consultations.table_reading import COLUMNS
from tests.factories import person

GOOD = {"letter": "1", "channel": "paper", "received": "30.11.2021", "name": "Maria Przykładowa", "place": "1.1", "change": "Więcej drzew."}  # fmt: skip  # noqa: E501


def row(**values: Any) -> dict[str, Any]:
    """A row that is right, but for what is said."""
    return GOOD | values


def as_csv(rows: Sequence[dict[str, Any]], *, delimiter: str = ";", encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow([names[0] for names in COLUMNS.values()])
    writer.writerows([one.get(key, "") for key in COLUMNS] for one in rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[dict[str, Any]], header: Sequence[str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(header or [names[0] for names in COLUMNS.values()]))
    for one in rows:
        sheet.append([one.get(key) for key in COLUMNS])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def checked(
    consultation: Consultation, rows: Sequence[dict[str, Any]] | bytes, *, by: User | None = None
) -> RemarkImport:
    """The table brought in and checked by the worker."""
    content = rows if isinstance(rows, bytes) else as_csv(rows)
    table = bring_in(consultation, upload=SimpleUploadedFile("uwagi.csv", content), by=by or person(Role.COORDINATOR))
    jobs.run_due()
    return RemarkImport.objects.get(pk=table.pk)


def verdicts(table: RemarkImport) -> list[str]:
    return [one["verdict"] for one in table.rows[1:]]


def problems(table: RemarkImport) -> list[tuple[str, str]]:
    """Column and code of each fault, in the file's order."""
    return [(column, code) for one in table.rows[1:] for column, code, _value in one["problems"]]
