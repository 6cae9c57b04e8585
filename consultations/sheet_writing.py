"""Write a queue of remarks as a workbook in which a department without access fills in its answers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Any

import xlsxwriter
from django.db.models import Max
from django.utils.translation import gettext as _

from consultations.models import Consultation, Decision, Remark
from consultations.outcomes import offered_outcomes
from consultations.places import Placed, with_places
from consultations.querysets import RemarkQuerySet
from consultations.sheet_rows import COLUMNS, FILLED_IN, NAME, token_of

AT_ONCE = 500  # remarks read from the database
MOST_IN_CELL = 32_000  # characters; Excel cannot hold more than 32,767
WIDTHS = {"number": 11, "place": 9, "current": 40, "kind": 18, "change": 45, "wording": 40, "reason": 35,
          "department": 22, "state": 16, "outcome": 24, "justification": 60, "token": 12}  # fmt: skip


def write_sheet(consultation: Consultation, remarks: RemarkQuerySet) -> tuple[IO[bytes], int]:
    """The workbook as a temporary file, read from its beginning, and how many remarks it holds.

    No sender's name or contact stands in it.

    Rows are written one after the other, so that memory does not grow with them; four queries for ``AT_ONCE`` remarks.
    """
    # Who gets the file closes it, and with that it is gone.
    out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(NAME)
    lists = book.add_worksheet(_("Decisions"))
    look: dict[str, Any] = {
        "num_format": "@",
        "text_wrap": True,
        "valign": "top",
        "border": 1,
        "border_color": "#c9d3ce",
    }
    head = book.add_format(
        {"bold": True, "bg_color": "#0b5d3f", "font_color": "#ffffff", "text_wrap": True, "valign": "top"}
    )
    locked = book.add_format({**look, "bg_color": "#eef1ef", "font_color": "#3f4a45"})
    free = book.add_format({**look, "locked": False})
    for column, (key, name) in enumerate(COLUMNS.items()):
        hidden = {"hidden": True} if key == "token" else {}
        sheet.set_column(column, column, WIDTHS[key], free if key in FILLED_IN else locked, hidden)
        sheet.write_string(0, column, str(name), head)
    sheet.freeze_panes(1, 1)
    last = 0
    for last, row in enumerate(_rows(remarks), start=1):
        for column, (key, text) in enumerate(row.items()):
            sheet.write_string(last, column, text[:MOST_IN_CELL], free if key in FILLED_IN else locked)
    outcomes = [str(offer.outcome.label) for offer in offered_outcomes(consultation)]
    lists.set_column(0, 0, 40)
    for number, outcome in enumerate(outcomes):
        lists.write_string(number, 0, outcome)
    place = list(COLUMNS).index("outcome")
    sheet.data_validation(
        1, place, max(last, 1), place,
        {
            "validate": "list",
            "source": f"='{lists.get_name()}'!$A$1:$A${len(outcomes)}",
            "error_title": _("Not on the list"),
            "error_message": _("The import will refuse this value. Choose one from the list."),
        },
    )  # fmt: skip
    # Without a password: it keeps from mistakes, and what was changed all the same is refused by its mark.
    sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
    book.set_properties({"title": consultation.text("title").value, "company": "Lublin"})
    book.close()
    out.seek(0)
    return out, last


def _rows(remarks: RemarkQuerySet) -> Iterator[dict[str, str]]:
    """The remarks' rows in the register's order."""
    queue = remarks.select_related("consultation", "submission", "department").defer(
        "submission__name", "submission__email", "submission__phone", "submission__address",
        "submission__representative", "submission__tracking_token", "submission__form_token",
    ).order_by("position")  # fmt: skip
    after = 0
    while chunk := list(queue.filter(position__gt=after)[:AT_ONCE]):
        after = chunk[-1].position
        keys = [one.pk for one in chunk]
        latest = latest_answers(keys)
        current = {
            one.remark_id: one for one in Decision.objects.current().filter(remark__in=keys).order_by("revision")
        }
        for placed in with_places(chunk):
            answer = current.get(placed.remark.pk)
            yield _row(placed, answer, latest.get(placed.remark.pk, 0))


def latest_answers(keys: list[int]) -> dict[int, int]:
    """The number of the latest answer of each remark that has one, also of one that was sent back. One query."""
    rows = Decision.objects.filter(remark__in=keys).order_by().values_list("remark").annotate(latest=Max("revision"))
    return dict(rows)


def _row(placed: Placed[Remark], answer: Decision | None, latest: int) -> dict[str, str]:
    remark = placed.remark
    if placed.passage is not None:
        place = str(placed.passage.number)
    else:
        place = str(placed.chapter.number) if placed.chapter is not None else ""
    return {
        "number": remark.public_number,
        "place": place,
        "current": placed.passage.wording if placed.passage is not None else "",
        "kind": str(remark.get_kind_display()),
        "change": remark.change,
        "wording": remark.wording,
        "reason": remark.reason,
        "department": remark.department.text("name").value if remark.department is not None else "",
        "state": str(remark.get_state_display()),
        "outcome": str(Remark.Outcome(answer.outcome).label) if answer is not None else "",
        "justification": answer.justification if answer is not None else "",
        "token": token_of(remark, latest).signed(),
    }
