"""Sheets of answers: exported with a queue of remarks, brought back filled in, judged row by row, drafted once.

An answer that stands already is known, so that judging and drafting can be started twice without harm.
"""

from __future__ import annotations

import datetime as dt
from typing import IO, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.jobs import Progress
from accounts.models import User
from consultations.desk_filters import DeskFilter
from consultations.errors import NotPermitted
from consultations.models import AnswerSheet, Consultation, HistoryEntry
from consultations.permissions import may_answer, may_discard_sheet, may_enter_sheet
from consultations.services.brought_in import State, Way
from consultations.services.decisions import Refusals, decide_remarks
from consultations.services.history import record
from consultations.sheet_judging import DRAFTED, GOOD, REFUSED, Judged, judge, read_sheet, verdicts
from consultations.sheet_writing import write_sheet

CHECK, ENTER = "check-sheet", "enter-sheet"
AT_ONCE = 200  # answers drafted in one transaction

SHEETS = Way(
    model=AnswerSheet,
    subject="sheet",
    check=CHECK,
    enter=ENTER,
    brought_in=HistoryEntry.Verb.BRING_IN_SHEET,
    entered=HistoryEntry.Verb.ENTER_SHEET,
    discarded=HistoryEntry.Verb.DISCARD_SHEET,
    may_bring_in=may_answer,
    may_enter=may_enter_sheet,
    may_discard=may_discard_sheet,
)
bring_in_sheet, choose_rows, discard_sheet = SHEETS.bring_in, SHEETS.choose, SHEETS.discard


@transaction.atomic
def export_sheet(chosen: DeskFilter, *, by: User, now: dt.datetime | None = None) -> IO[bytes]:
    """The remarks of the filter as a workbook to fill in, without anything of their senders.

    Who took how many out of the portal is written down; the words that were looked for are not, they may name people.
    Raises NotPermitted.
    """
    if not may_answer(by):
        raise NotPermitted
    sheet, number = write_sheet(chosen.of_one, chosen.remarks())
    record(
        HistoryEntry.Verb.EXPORT_SHEET,
        consultation=chosen.of_one,
        by=by,
        at=now or timezone.now(),
        after={"remarks": number, **chosen.facts},
    )
    return sheet


# -- In the worker ----------------------------------------------------------------------------------------------------


def check_sheet(subject: dict[str, Any], progress: Progress) -> None:
    """Keep the verdict on each row, for the person who brought the sheet in."""
    SHEETS.judge_once(
        subject,
        progress,
        lambda sheet, content: verdicts(judge(read_sheet(content), consultation=sheet.consultation, by=sheet.by)),
    )


def enter_sheet(subject: dict[str, Any], progress: Progress) -> None:
    """Draft the accepted answers, some at a time. After a crash the next worker goes on.

    Much may have changed since the check: the sheet is judged anew for the person who chose, and where everything was
    to be drafted but a row is refused now, it goes back to be decided.
    """
    sheet = SHEETS.find(subject)
    if sheet.state != State.ENTERING:
        return
    by = User.objects.get(pk=subject["chosen_by"])
    rows = judge(read_sheet(SHEETS.content_of(sheet)), consultation=sheet.consultation, by=by)
    entering = SHEETS.in_state(sheet, State.ENTERING)
    if subject["everything"] and not sheet.drafted_answers and any(row.verdict == REFUSED for row in rows):
        entering.update(state=State.CHECKED, **verdicts(rows))
        return
    good = [row for row in rows if row.verdict == GOOD]
    progress(0, len(good))
    for start in range(0, len(good), AT_ONCE):
        chunk = good[start : start + AT_ONCE]
        # Read anew each time: roles can be taken away in the middle.
        _draft(sheet, chunk, by=User.objects.get(pk=by.pk))
        progress(start + len(chunk), len(good))
    entering.update(state=State.ENTERED, **verdicts(rows))
    SHEETS.forget_file(sheet)


def _draft(sheet: AnswerSheet, rows: list[Judged], *, by: User) -> None:
    """Draft these answers, each by itself, and write the result to their verdicts."""
    refused = _draft_held(sheet, rows, by)
    for row in rows:
        refusal = None if row.answer is None else refused.get(row.answer.remark.pk)
        row.verdict = DRAFTED if refusal is None else REFUSED
        if refusal is not None:
            row.code, row.detail = "refusal", {"name": type(refusal).__name__}


@transaction.atomic
def _draft_held(sheet: AnswerSheet, rows: list[Judged], by: User) -> Refusals:
    consultation = Consultation.objects.hold(sheet.consultation_id)
    answers = [row.answer for row in rows if row.answer is not None]
    refused = decide_remarks(consultation, answers, by=by, now=timezone.now())
    AnswerSheet.objects.filter(pk=sheet.pk).update(drafted_answers=F("drafted_answers") + len(answers) - len(refused))
    return refused
