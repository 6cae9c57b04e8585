"""Who registered for an event, as a workbook for staff."""

from __future__ import annotations

import datetime as dt
import tempfile
from typing import IO, Any

import xlsxwriter
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lublin2030.lib.dates import WARSAW
from participation.models import Event

AT_ONCE = 500


def write_sheet(event: Event) -> IO[bytes]:
    """The workbook as a temporary file, read from its beginning. Texts are texts: nothing in them is a formula.

    Rows are written one after the other, so that memory does not grow with them.
    """
    # Who gets the file closes it, and with that it is gone.
    out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
    book = xlsxwriter.Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    sheet = book.add_worksheet(_("Registrations"))
    head = book.add_format({"bold": True, "bg_color": "#0b5d3f", "font_color": "#ffffff", "text_wrap": True})
    moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    columns = [
        (_("Number"), 9),
        (_("State"), 22),
        (_("Name and surname"), 30),
        (_("E-mail address"), 34),
        (_("Telephone"), 18),
        (_("Needs"), 40),
        (_("Registered"), 18),
        (_("Confirmed"), 18),
        (_("Came"), 18),
    ]
    for column, (title, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, head)
    sheet.freeze_panes(1, 3)
    for row, one in enumerate(event.registrations.order_by("number").iterator(chunk_size=AT_ONCE), start=1):
        sheet.write_number(row, 0, one.number)
        for column, words in enumerate(
            [str(one.get_state_display()), one.name, one.email, one.phone, one.needs], start=1
        ):
            sheet.write_string(row, column, words, text)
        for column, when in enumerate([one.registered_at, one.confirmed_at, one.came_at], start=6):
            _write_moment(sheet, row, column, when, moment)
    book.close()
    out.seek(0)
    return out


def _write_moment(sheet: Any, row: int, column: int, when: dt.datetime | None, look: Any) -> None:
    if when is not None:
        sheet.write_datetime(row, column, localtime(when, WARSAW).replace(tzinfo=None), look)
