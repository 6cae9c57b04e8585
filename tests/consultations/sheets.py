"""Sheets of answers for tests: exported, filled in, and judged on their way back."""

from __future__ import annotations

import io

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import jobs
from accounts.models import User
from consultations.models import AnswerSheet, Consultation, Remark
from consultations.services.sheets import bring_in_sheet
from consultations.sheet_rows import COLUMNS
from consultations.sheet_writing import write_sheet

KEYS = list(COLUMNS)
OUTCOME, WHY, TOKEN = (KEYS.index(key) + 1 for key in ("outcome", "justification", "token"))


def exported(consultation: Consultation) -> openpyxl.Workbook:
    sheet, _number = write_sheet(consultation, Remark.objects.filter(consultation=consultation))
    return openpyxl.load_workbook(sheet)


def filled_in(consultation: Consultation, *answers: tuple[str, str]) -> openpyxl.Workbook:
    """The sheet with an answer in each row, from the first."""
    book = exported(consultation)
    for number, (outcome, why) in enumerate(answers, start=2):
        book.worksheets[0].cell(number, OUTCOME, outcome)
        book.worksheets[0].cell(number, WHY, why)
    return book


def content_of(book: openpyxl.Workbook | bytes) -> bytes:
    if isinstance(book, bytes):
        return book
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def checked(consultation: Consultation, book: openpyxl.Workbook | bytes, by: User) -> AnswerSheet:
    file = SimpleUploadedFile("arkusz.xlsx", content_of(book))
    sheet = bring_in_sheet(consultation, upload=file, by=by)
    jobs.run_due()
    return AnswerSheet.objects.get(pk=sheet.pk)
