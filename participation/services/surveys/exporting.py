"""Every single answer to take away: for people, for spreadsheets and for SPSS. Written row by row."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from typing import IO

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from lublin2030.lib.table_templates import safe_cell
from lublin2030.lib.translations import ORIGINAL
from participation.errors import NotPermitted
from participation.models import OpenAnswer, Survey, SurveyResponse
from participation.permissions import may_build_surveys
from participation.surveys.columns import Column, Row, columns_of, spss_syntax
from participation.surveys.structure import Questionnaire

CHUNK = 500
LONGEST_CELL = 32_767  # characters: the bound of XLSX
CSV = "text/csv; charset=utf-8"
FORMS = {
    "csv": CSV,
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "liczby.csv": CSV,
    "sps": "text/plain; charset=utf-8",
    "opis.csv": CSV,
}


def export(survey: Survey, *, form: str, by: User) -> tuple[str, str, Iterator[bytes] | IO[bytes]]:
    """A file's name, its type, and its content: ``csv`` and ``xlsx`` with words, ``liczby.csv`` with numbers for SPSS,
    ``sps`` the syntax that reads it, ``opis.csv`` what the columns and numbers mean. Words are Polish.

    Raises NotPermitted; KeyError for another form.
    """
    if not may_build_surveys(by):
        raise NotPermitted
    questionnaires = [
        Questionnaire(one) for one in survey.versions.filter(published_at__isnull=False).order_by("number")
    ]
    with translation.override(ORIGINAL):
        columns = [_settled(column) for column in columns_of(questionnaires)]
    name = f"ankieta-{survey.slug}.{form}" if "." not in form else f"ankieta-{survey.slug}-{form}"
    match form:
        case "xlsx":
            content: Iterator[bytes] | IO[bytes] = _workbook(survey, columns)
        case "sps":
            numbers = f"ankieta-{survey.slug}-liczby.csv"
            content = iter([b"\xef\xbb\xbf" + spss_syntax(columns, file_name=numbers).encode()])
        case "opis.csv":
            content = _lines(_codebook(columns))
        case "liczby.csv":
            content = _lines(_table(survey, columns, in_words=False), is_safe=True)
        case "csv":
            content = _lines(_table(survey, columns, in_words=True))
        case _:
            raise KeyError(form)
    return name, FORMS[form], content


def _settled(column: Column) -> Column:
    """The column with its words as they are in the language that is active now."""
    return Column(
        column.name, str(column.label), column.read, {k: str(v) for k, v in column.labels.items()}, column.is_text
    )


def rows_of(survey: Survey) -> Iterator[Row]:
    """Each answer with its own words. Two queries for every ``CHUNK`` answers."""
    after = 0
    while True:
        part = list(
            SurveyResponse.objects.filter(survey=survey, pk__gt=after)
            .select_related("version", "kiosk", "batch")
            .order_by("pk")[:CHUNK]
        )
        if not part:
            return
        after = part[-1].pk
        words: dict[int, dict[str, str]] = {}
        for response, code, text in OpenAnswer.objects.filter(response__in=part).values_list(
            "response_id", "code", "text"
        ):
            words.setdefault(response, {})[code] = text
        for one in part:
            yield Row(one, words.get(one.pk, {}))


def _table(survey: Survey, columns: list[Column], *, in_words: bool) -> Iterator[list[int | str | None]]:
    yield [column.name for column in columns]
    for row in rows_of(survey):
        yield [column.said(row) if in_words else _plain(column.read(row)) for column in columns]


def _plain(value: int | str | None) -> int | str | None:
    """A value in one line, as SPSS reads texts."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _codebook(columns: list[Column]) -> Iterator[list[int | str | None]]:
    with translation.override(ORIGINAL):
        yield [_("Column"), _("Meaning"), _("Number"), _("Word")]
    for column in columns:
        if not column.labels:
            yield [column.name, column.label, None, None]
        for number, label in column.labels.items():
            yield [column.name, column.label, number, label]


def _lines(rows: Iterator[list[int | str | None]], *, is_safe: bool = False) -> Iterator[bytes]:
    """Rows as CSV with semicolons in UTF-8, with the mark by which Excel and SPSS know it.

    ``is_safe``: for a program that takes nothing for a formula, so nothing is put before a text.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    yield b"\xef\xbb\xbf"
    for row in rows:
        writer.writerow([safe_cell(cell) if isinstance(cell, str) and not is_safe else cell for cell in row])
        if out.tell() > 30_000:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _workbook(survey: Survey, columns: list[Column]) -> IO[bytes]:
    """The workbook in a temporary file: answers in words, and what the columns mean."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  the answer reads and closes it
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    head = book.add_format({"bold": True, "bg_color": "#0b5d3f", "font_color": "#ffffff"})
    with translation.override(ORIGINAL):
        names = _("Answers"), _("Columns")
    for name, rows in ((names[0], _table(survey, columns, in_words=True)), (names[1], _codebook(columns))):
        sheet = book.add_worksheet(name)
        sheet.set_column(0, max(len(columns) - 1, 3), 18)
        sheet.freeze_panes(1, 0)
        for line, row in enumerate(rows):
            for at, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(line, at, cell)
                elif cell:
                    sheet.write_string(line, at, cell[:LONGEST_CELL], head if line == 0 else None)
    book.set_properties({"title": survey.title, "company": "Lublin"})
    book.close()
    file.seek(0)
    return file
