"""Voices for tests: as the desk's forms and tables bring them."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import jobs
from accounts.models import User
from accounts.roles import Role
from participation.models import Event, VoiceImport
from participation.services.voice_imports import bring_in
from participation.voice_table import COLUMNS
from stages.models import Process
from tests.factories import person

NOTERS = {Role.EDITOR, Role.COORDINATOR, Role.EXPERT}
MODERATORS = {Role.EDITOR, Role.COORDINATOR}
ROLES = [*Role, None]


def queries(call: Callable[[], Any]) -> int:
    """How many queries a call makes."""
    with CaptureQueriesContext(connection) as made:
        call()
    return len(made)


def somebody(role: Role | None) -> User:
    return person(role) if role else person()


def typed(of: Event | None = None, /, **fields: str) -> dict[str, str]:
    """The form of one voice as the browser sends it."""
    return {
        "event": str(of.pk) if of else "",
        "channel": "" if of else "cafe",
        "day": "" if of else "30.11.2021",
        "question": "",
        "language": "pl",
        "capture": str(uuid.uuid4()),
        "text": "Więcej ławek w cieniu.",
        "wording": "transcript",
        "theme": "",
        "district": "",
        "age_band": "",
    } | fields


def row_of_grid(of: Event | None = None, /, **fields: str) -> dict[str, str]:
    """One row of the grid as its page sends it."""
    whole = typed(of, **fields)
    head = {name: whole.pop(name) for name in ("event", "channel", "day", "question", "language")}
    return head | {f"r-{name}": value for name, value in whole.items()}


def table_row(of: Event, /, **fields: Any) -> dict[str, Any]:
    """A row of a table that is right, but for what is said."""
    return {"text": "Więcej drzew.", "wording": "transcript", "event": of.slug} | fields


def as_csv(rows: Sequence[dict[str, Any]], *, encoding: str = "utf-8-sig", delimiter: str = ";") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow([names[0] for names in COLUMNS.values()])
    writer.writerows([one.get(key, "") for key in COLUMNS] for one in rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[dict[str, Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.active.append([names[0] for names in COLUMNS.values()])
    for one in rows:
        book.active.append([one.get(key) for key in COLUMNS])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def checked(process: Process, content: bytes, *, by: User | None = None) -> VoiceImport:
    """The table brought in and checked by the worker."""
    upload = SimpleUploadedFile("glosy.csv", content)
    table = bring_in(process, upload=upload, by=by or person(Role.EDITOR))
    jobs.run_due()
    return VoiceImport.objects.get(pk=table.pk)


def verdicts(table: VoiceImport) -> list[str]:
    return [row["verdict"] for row in table.rows[1:]]


def problems(table: VoiceImport) -> list[tuple[str, str]]:
    return [(column, code) for row in table.rows[1:] for column, code, _value in row["problems"]]
