"""Take back a sheet of answers: judge it row by row, choose, draft what was accepted, once.

Judging and drafting run in the worker and can be started twice without harm: an answer that stands is known.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.jobs import Progress, ask_for
from accounts.models import Job, User
from consultations.errors import ImportNotReady, NotPermitted, RowsRefused, TableUnreadable
from consultations.models import AnswerSheet, Consultation, HistoryEntry
from consultations.permissions import may_answer
from consultations.services.decisions import Refusals, decide_remarks
from consultations.services.history import record
from consultations.sheet_judging import DRAFTED, GOOD, REFUSED, Judged, judge, read_sheet, verdicts
from consultations.table_reading import MOST_BYTES
from lublin2030.lib.tokens import new_token

CHECK, ENTER = "check-sheet", "enter-sheet"
AT_ONCE = 200  # answers drafted in one transaction
State = AnswerSheet.State


def bring_in_sheet(consultation: Consultation, *, upload: Any, by: User, now: dt.datetime | None = None) -> AnswerSheet:
    """Keep the file outside of everything public and ask the worker to judge it. Nothing is drafted.

    Raises NotPermitted, TableUnreadable for a file that is too large to be looked at.
    """
    if not may_answer(by):
        raise NotPermitted
    if (upload.size or 0) > MOST_BYTES:
        raise TableUnreadable("too_large")
    content = upload.read()
    now = now or timezone.now()
    with transaction.atomic():
        sheet = AnswerSheet(
            consultation=consultation,
            file_name=(upload.name or "")[-200:],
            sha256=hashlib.sha256(content).hexdigest(),
            by=by,
            at=now,
        )
        sheet.file.save(new_token(), ContentFile(content), save=False)
        sheet.save()
        ask_for(CHECK, key=f"{CHECK}:{sheet.pk}", by=by, now=now, sheet=sheet.pk)
        _record(HistoryEntry.Verb.BRING_IN_SHEET, sheet, by=by, now=now)
    return sheet


def choose_rows(sheet: AnswerSheet, *, everything: bool, by: User, now: dt.datetime | None = None) -> Job:
    """Draft the answers of a judged sheet: all, when no row is refused, or the accepted ones.

    Only whoever brought it in answers by it, so that it is known who drafted and who may not review.

    Raises NotPermitted, RowsRefused, ImportNotReady; one whose drafting failed can be chosen again and goes on.
    """
    if not may_answer(by) or sheet.by_id != by.pk:
        raise NotPermitted
    now = now or timezone.now()
    with transaction.atomic():
        waiting = AnswerSheet.objects.filter(pk=sheet.pk, state=State.CHECKED)
        if everything and waiting.filter(bad_rows__gt=0).exists():
            raise RowsRefused
        if not waiting.update(state=State.ENTERING) and not _failed(sheet):
            raise ImportNotReady
        # One job for each time the drafting was begun: two that go on at once ask for the same one.
        begun = Job.objects.filter(kind=ENTER, subject__sheet=sheet.pk).count()
        key = f"{ENTER}:{sheet.pk}:{begun + 1}"
        if not Job.objects.filter(key=key).exists():
            _record(HistoryEntry.Verb.ENTER_SHEET, sheet, by=by, now=now, everything=everything)
        return ask_for(ENTER, key=key, by=by, now=now, sheet=sheet.pk, everything=everything, chosen_by=by.pk)


def discard_sheet(sheet: AnswerSheet, *, by: User, now: dt.datetime | None = None) -> None:
    """Throw a sheet away of which nothing is drafted, with its file. Raises NotPermitted, ImportNotReady."""
    if not may_answer(by):
        raise NotPermitted
    with transaction.atomic():
        unentered = AnswerSheet.objects.filter(pk=sheet.pk, state__in=[State.WAITING, State.CHECKED, State.FAILED])
        if not unentered.update(state=State.DISCARDED, rows=[]):
            raise ImportNotReady
        _record(HistoryEntry.Verb.DISCARD_SHEET, sheet, by=by, now=now or timezone.now())
    _forget_file(sheet)


def job_of_sheet(sheet: AnswerSheet) -> Job | None:
    """The latest work on the sheet: its check, or its drafting. One query."""
    return Job.objects.filter(kind__in=[CHECK, ENTER], subject__sheet=sheet.pk).order_by("-pk").first()


def _record(verb: HistoryEntry.Verb, sheet: AnswerSheet, *, by: User, now: dt.datetime, **after: Any) -> None:
    """Without the file's name: people name files after people."""
    record(verb, consultation=sheet.consultation, by=by, at=now, after={"sheet": sheet.pk, **after})


def _failed(sheet: AnswerSheet) -> bool:
    job = job_of_sheet(sheet)
    entering = AnswerSheet.objects.filter(pk=sheet.pk, state=State.ENTERING).exists()
    return entering and job is not None and job.kind == ENTER and job.state == Job.State.FAILED


# -- In the worker ----------------------------------------------------------------------------------------------------


def check_sheet(subject: dict[str, Any], progress: Progress) -> None:
    """Read the file and keep each row's verdict; a file that is no sheet fails with its reason. Twice is the same."""
    sheet = AnswerSheet.objects.select_related("consultation", "by").get(pk=subject["sheet"])
    if sheet.state != State.WAITING:
        return
    progress(0, 2)
    waiting = AnswerSheet.objects.filter(pk=sheet.pk, state=State.WAITING)
    try:
        rows = read_sheet(_content(sheet))
    except FileNotFoundError:
        if waiting.exists():
            raise
        return  # thrown away meanwhile
    except TableUnreadable as error:
        waiting.update(state=State.FAILED, failure=f"{error.code}:{error.detail}"[:200])
        _forget_file(sheet)
        return
    progress(1, 2)
    waiting.update(state=State.CHECKED, **verdicts(judge(rows, consultation=sheet.consultation, by=sheet.by)))
    progress(2, 2)


def enter_sheet(subject: dict[str, Any], progress: Progress) -> None:
    """Draft the accepted answers, some at a time. After a crash the next worker goes on.

    Much may have changed since the check: the sheet is judged anew for the person who chose, and where everything was
    to be drafted but a row is refused now, it goes back to be decided.
    """
    sheet = AnswerSheet.objects.select_related("consultation").get(pk=subject["sheet"])
    if sheet.state != State.ENTERING:
        return
    by = User.objects.get(pk=subject["chosen_by"])
    rows = judge(read_sheet(_content(sheet)), consultation=sheet.consultation, by=by)
    entering = AnswerSheet.objects.filter(pk=sheet.pk, state=State.ENTERING)
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
    _forget_file(sheet)


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


def _content(sheet: AnswerSheet) -> bytes:
    with sheet.file.open("rb") as file:
        return bytes(file.read())


def _forget_file(sheet: AnswerSheet) -> None:
    """What was taken over stands in the register; the file is kept no longer. A deletion can be repeated."""
    sheet.file.storage.delete(str(sheet.file.name))
