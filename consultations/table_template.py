"""The table to fill in: XLSX with lists to choose from, or CSV. It is read by ``table_reading``."""

from __future__ import annotations

import csv
import datetime as dt
import io

import xlsxwriter
from django.utils.translation import gettext as _

from consultations.letter_forms import KINDS, TYPED_CHANNELS
from consultations.models import Consultation, Submission
from consultations.table_reading import COLUMNS, EXAMPLE, SHEET
from consultations.written_places import version_of_letters
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.typed_dates import write_moment
from participation.models import District

LAST_ROW = 10_001  # down to here cells offer their lists
WIDTHS = {"letter": 10, "name": 28, "address": 28, "email": 24, "change": 50, "wording": 50, "reason": 40, "place": 10}
NEEDED = {"channel", "received"}
_DANGEROUS = ("=", "+", "-", "@", "\t")


def headers() -> list[str]:
    """The names of the columns, those needed with a star."""
    return [f"{names[0]} *" if key in NEEDED else names[0] for key, names in COLUMNS.items()]


def allowed_values(consultation: Consultation) -> dict[str, list[str]]:
    """For each column with a list: its values in the reader's words. Two queries."""
    return {
        "channel": [str(one.label) for one in TYPED_CHANNELS],
        "signed": [_("yes"), _("no")],
        "sender_kind": [str(one.label) for one in Submission.SenderKind],
        "district": list(District.objects.values_list("name", flat=True)),
        "kind": [str(label).partition(" – ")[2] for _value, label in KINDS[1:]],
        "topic": [one.text("name").value for one in consultation.topics.all()],
    }


def example_row(consultation: Consultation, now: dt.datetime) -> dict[str, str]:
    """One invented row; its letter's name tells the reader of the table to leave it out."""
    values = allowed_values(consultation)
    opened = warsaw_day(consultation.opens_at)
    version = version_of_letters(consultation, now)
    chapter = None if version is None else version.chapters.order_by("number").first()
    return {
        "letter": EXAMPLE.upper(),
        "channel": values["channel"][0],
        "received": write_moment(opened),
        "lodged": write_moment(opened),
        "signed": values["signed"][0],
        "sender_kind": values["sender_kind"][0],
        "name": "Jan Przykładowy",
        "district": values["district"][0] if values["district"] else "",
        "place": "0" if chapter is None else f"{chapter.number}.1",
        "kind": values["kind"][3],
        "change": _("One row is one remark. Rows with the same letter belong together. Delete this row or leave it."),
        "topic": values["topic"][0] if values["topic"] else "",
    }


def template_xlsx(consultation: Consultation, *, now: dt.datetime) -> bytes:
    """The template as a workbook: the table, the allowed values, and how to fill it in."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format(
        {"bold": True, "bg_color": "#0b5d3f", "font_color": "#ffffff", "text_wrap": True, "valign": "top"}
    )
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    soft = book.add_format(
        {"num_format": "@", "text_wrap": True, "valign": "top", "italic": True, "font_color": "#4b5a53"}
    )
    sheet = book.add_worksheet(SHEET)
    lists = book.add_worksheet(_("Allowed values"))
    values = allowed_values(consultation)
    example = example_row(consultation, now)
    for column, (key, name) in enumerate(zip(COLUMNS, headers(), strict=True)):
        # Text everywhere: or Excel makes a date of 3.2 and a number of 3.10.
        sheet.set_column(column, column, WIDTHS.get(key, 16), text)
        sheet.write_string(0, column, name, head)
        sheet.write_string(1, column, example.get(key, ""), soft)
    sheet.freeze_panes(1, 1)
    for column, (key, allowed) in enumerate(values.items()):
        lists.set_column(column, column, 30)
        lists.write_string(0, column, COLUMNS[key][0], head)
        lists.write_column(1, column, allowed, text)
        if allowed:
            letter = xlsxwriter.utility.xl_col_to_name(column)
            place = list(COLUMNS).index(key)
            sheet.data_validation(
                1, place, LAST_ROW, place,
                {
                    "validate": "list",
                    "source": f"='{lists.get_name()}'!${letter}$2:${letter}${len(allowed) + 1}",
                    "error_type": "warning",
                    "error_title": _("Not on the list"),
                    "error_message": _("The import will refuse this value. Choose one from the list."),
                },
            )  # fmt: skip
    book.set_properties({"title": consultation.text("title").value, "company": "Lublin"})
    book.close()
    return out.getvalue()


def template_csv(consultation: Consultation, *, now: dt.datetime) -> bytes:
    """The template as CSV with semicolons, in UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(headers())
    example = example_row(consultation, now)
    writer.writerow([safe_cell(example.get(key, "")) for key in COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def safe_cell(text: str) -> str:
    """The text with a quote before a sign that a spreadsheet would take for the beginning of a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text
