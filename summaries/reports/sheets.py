"""A report as XLSX: what it is about, the remarks, the statistics. Written row by row, with constant memory."""

from __future__ import annotations

import datetime as dt
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from summaries.models import ConsultationReport
from summaries.reports.data import data_columns, said
from summaries.reports.pdf import chart_table, document_title, head_facts
from summaries.reports.rows import rows_of

LONGEST_CELL = 32_767  # characters: the format's own bound
ROWS_OF_SHEET = 1_000_000  # below the format's own bound of 1 048 576
DAYS = {"received", "answered"}
WIDTHS = {
    "submission": 11, "ordinal": 8, "received": 12, "channel_name": 20, "sender": 28, "place": 34, "change": 60,
    "reason": 45, "stance": 22, "justification": 60, "wording": 45,
}  # fmt: skip


def write_xlsx(report: ConsultationReport, out: IO[bytes]) -> None:
    """The workbook. Texts are texts: nothing in them is a formula or a link."""
    book = xlsxwriter.Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            "default_date_format": "dd.mm.yyyy",
        },
    )
    head = book.add_format({"bold": True, "bg_color": "#0b5d3f", "font_color": "#ffffff", "text_wrap": True})
    document = report.document | {"volume": 1, "volumes": 1}
    _write_about(book, report, document, head)
    _write_remarks(book, report, head)
    _write_statistics(book, document, head)
    book.set_properties(
        {"title": document_title(document), "company": "Lublin", "comments": f"SHA-256 {report.sha256}"}
    )
    book.close()


def _write_about(book: Any, report: ConsultationReport, document: dict[str, Any], head: Any) -> None:
    sheet = book.add_worksheet(_("About the report"))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 80)
    rows = [
        [_("Report"), document["title"]],
        [_("Consultation"), document["subject"]],
        *head_facts(report, document),
        [_("Remarks"), str(document["counts"]["remarks"])],
        [_("of which proper"), str(document["counts"]["proper"])],
        [_("People and organisations"), str(document["counts"]["senders"])],
    ]
    if not report.is_frozen:
        rows.insert(0, [_("DRAFT"), _("This is a draft: the report is not signed.")])
    if document["demonstration"]:
        rows.append([_("Demonstration"), document["demonstration"]])
    for number, (name, value) in enumerate(rows):
        sheet.write_string(number, 0, name, head)
        sheet.write_string(number, 1, value)


def _write_remarks(book: Any, report: ConsultationReport, head: Any) -> None:
    columns = data_columns()
    keys = [key for key, _name in columns]
    text = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "dd.mm.yyyy", "valign": "top"})
    sheet = _remark_sheet(book, columns, head, 1)
    number, sheets = 0, 1
    for row in rows_of(report):
        if number == ROWS_OF_SHEET:
            sheets += 1
            sheet = _remark_sheet(book, columns, head, sheets)
            number = 0
        number += 1
        for column, key in enumerate(keys):
            value = row[key]
            if key in DAYS:
                if value:
                    sheet.write_datetime(number, column, dt.datetime.fromisoformat(value), day)
            elif key == "ordinal":
                sheet.write_number(number, column, value)
            elif value != "":
                sheet.write_string(number, column, _fitting(said(value)), text)


def _remark_sheet(book: Any, columns: list[tuple[str, str]], head: Any, number: int) -> Any:
    name = _("Remarks")
    sheet = book.add_worksheet(name if number == 1 else f"{name} {number}")
    for column, (key, _name) in enumerate(columns):
        sheet.set_column(column, column, WIDTHS.get(key, 18))
    sheet.freeze_panes(1, 2)
    for column, (_key, title) in enumerate(columns):
        sheet.write_string(0, column, title, head)
    return sheet


def _write_statistics(book: Any, document: dict[str, Any], head: Any) -> None:
    sheet = book.add_worksheet(_("Statistics"))
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 12, 16)
    number = 0
    for section in document["sections"]:
        for block in section["blocks"]:
            if block["is"] != "chart":
                continue
            sheet.write_string(number, 0, block["title"])
            columns, _rows = chart_table(block)
            for column, name in enumerate(columns):
                sheet.write_string(number + 1, column, name, head)
            number += 2
            for row in block["rows"]:
                sheet.write_string(number, 0, row["label"])
                sheet.write_number(number, 1, row["total"])
                for column, one in enumerate(block["series"], start=2):
                    sheet.write_number(number, column, row["parts"].get(one["key"], 0))
                number += 1
            number += 1


def _fitting(text: str) -> str:
    """The text as far as a cell can hold it; the data files have it whole."""
    if len(text) <= LONGEST_CELL:
        return text
    told = _(" … (the rest stands in the CSV and JSON files)")
    return text[: LONGEST_CELL - len(told)] + told
