"""The template of a table to fill in, XLSX with lists to choose from, or CSV. It is read by ``table_files``."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

import xlsxwriter
from django.utils.translation import gettext as _

LAST_ROW = 10_001  # down to here cells offer their lists
_DANGEROUS = ("=", "+", "-", "@", "\t")


@dataclass(frozen=True)
class Column:
    """A column of a template: its header, one invented value, what it allows (empty: anything), its width."""

    header: str
    name: str
    example: str = ""
    allowed: list[str] = field(default_factory=list)
    has_list: bool = False
    width: int = 16


def template_xlsx(columns: list[Column], *, sheet: str, title: str) -> bytes:
    """The template as a workbook: the table, and the allowed values."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format(
        {"bold": True, "bg_color": "#0b5d3f", "font_color": "#ffffff", "text_wrap": True, "valign": "top"}
    )
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    soft = book.add_format(
        {"num_format": "@", "text_wrap": True, "valign": "top", "italic": True, "font_color": "#4b5a53"}
    )
    table = book.add_worksheet(sheet)
    lists = book.add_worksheet(_("Allowed values"))
    for place, column in enumerate(columns):
        # Text everywhere: or Excel makes a date of 3.2 and a number of 3.10.
        table.set_column(place, place, column.width, text)
        table.write_string(0, place, column.header, head)
        table.write_string(1, place, column.example, soft)
    table.freeze_panes(1, 1)
    with_lists = [(place, column) for place, column in enumerate(columns) if column.has_list]
    for at, (place, column) in enumerate(with_lists):
        lists.set_column(at, at, 30)
        lists.write_string(0, at, column.name, head)
        lists.write_column(1, at, column.allowed, text)
        if column.allowed:
            letter = xlsxwriter.utility.xl_col_to_name(at)
            table.data_validation(
                1, place, LAST_ROW, place,
                {
                    "validate": "list",
                    "source": f"='{lists.get_name()}'!${letter}$2:${letter}${len(column.allowed) + 1}",
                    "error_type": "warning",
                    "error_title": _("Not on the list"),
                    "error_message": _("The import will refuse this value. Choose one from the list."),
                },
            )  # fmt: skip
    book.set_properties({"title": title, "company": "Lublin"})
    book.close()
    return out.getvalue()


def template_csv(columns: list[Column]) -> bytes:
    """The template as CSV with semicolons, in UTF-8 with the mark by which Excel knows it."""
    return csv_of([[column.header for column in columns], [safe_cell(column.example) for column in columns]])


def csv_of(rows: list[list[str]]) -> bytes:
    """Rows as CSV with semicolons, in UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def safe_cell(text: str) -> str:
    """The text with a quote before a sign that a spreadsheet would take for the beginning of a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text
