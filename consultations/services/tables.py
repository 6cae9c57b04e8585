"""Bring in a table of submissions: check it row by row, choose what to enter, enter it once and for all.

Checking and entering run in the worker and can be started twice without harm: what is entered is known by its digest.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.jobs import Progress, ask_for
from accounts.models import Job, User
from consultations.errors import ImportNotReady, NotPermitted, RowsRefused, TableUnreadable
from consultations.models import Consultation, HistoryEntry, ImportedLetter, RemarkImport
from consultations.permissions import may_type_in
from consultations.services.history import record
from consultations.services.submissions import enter_all
from consultations.table_judging import JudgedLetter, Verdict, judge
from consultations.table_reading import MOST_BYTES, read_table
from consultations.written_places import version_of_letters
from lublin2030.lib.tokens import new_token

CHECK, ENTER = "check-table", "enter-table"
# So many remarks are entered in one transaction: long enough to be fast, short enough to let residents send meanwhile.
REMARKS_AT_ONCE = 400

State = RemarkImport.State


def bring_in(consultation: Consultation, *, upload: Any, by: User, now: dt.datetime | None = None) -> RemarkImport:
    """Keep the file outside of everything public and ask the worker to check it. Nothing is entered.

    Raises NotPermitted, TableUnreadable for a file that is too large to be looked at.
    """
    if not may_type_in(by):
        raise NotPermitted
    if (upload.size or 0) > MOST_BYTES:
        raise TableUnreadable("too_large")
    content = upload.read()
    now = now or timezone.now()
    with transaction.atomic():
        table = RemarkImport(
            consultation=consultation,
            file_name=(upload.name or "")[-200:],
            sha256=hashlib.sha256(content).hexdigest(),
            by=by,
            at=now,
        )
        table.file.save(new_token(), ContentFile(content), save=False)
        table.save()
        ask_for(CHECK, key=f"{CHECK}:{table.pk}", by=by, now=now, table=table.pk)
        _record(HistoryEntry.Verb.BRING_IN_TABLE, table, by=by, now=now)
    return table


def choose(table: RemarkImport, *, everything: bool, by: User, now: dt.datetime | None = None) -> Job:
    """Enter the checked table: everything, which must then be without a refused row, or its accepted letters.

    A letter with a refused row is refused whole. Raises NotPermitted, RowsRefused, ImportNotReady; a table whose
    entering failed can be chosen again and goes on where it stopped.
    """
    if not may_type_in(by):
        raise NotPermitted
    now = now or timezone.now()
    with transaction.atomic():
        waiting = RemarkImport.objects.filter(pk=table.pk, state=State.CHECKED)
        if everything and waiting.filter(bad_rows__gt=0).exists():
            raise RowsRefused
        chosen = waiting.update(state=State.ENTERING)
        if not chosen and not _failed(table):
            raise ImportNotReady
        # One job for each time the entering was begun: two that go on at once ask for the same one.
        begun = Job.objects.filter(kind=ENTER, subject__table=table.pk).count()
        key = f"{ENTER}:{table.pk}:{begun + 1}"
        if not Job.objects.filter(key=key).exists():
            _record(HistoryEntry.Verb.ENTER_TABLE, table, by=by, now=now, everything=everything)
        return ask_for(ENTER, key=key, by=by, now=now, table=table.pk, everything=everything, chosen_by=by.pk)


def discard(table: RemarkImport, *, by: User, now: dt.datetime | None = None) -> None:
    """Throw a table away that is not entered, with its file; also one that could not be checked, whatever the reason.

    Raises NotPermitted, ImportNotReady.
    """
    if not may_type_in(by):
        raise NotPermitted
    unentered = [State.WAITING, State.CHECKED, State.FAILED]
    with transaction.atomic():
        unentered_table = RemarkImport.objects.filter(pk=table.pk, state__in=unentered)
        if not unentered_table.update(state=State.DISCARDED, rows=[]):
            raise ImportNotReady
        _record(HistoryEntry.Verb.DISCARD_TABLE, table, by=by, now=now or timezone.now())
    _forget_file(table)


def _record(verb: HistoryEntry.Verb, table: RemarkImport, *, by: User, now: dt.datetime, **after: Any) -> None:
    """Without the file's name: people name files after people."""
    record(verb, consultation=table.consultation, by=by, at=now, after={"table": table.pk, **after})


def job_of(table: RemarkImport) -> Job | None:
    """The latest work on the table: its check, or its entering. One query."""
    return Job.objects.filter(kind__in=[CHECK, ENTER], subject__table=table.pk).order_by("-pk").first()


def _failed(table: RemarkImport) -> bool:
    job = job_of(table)
    entering = RemarkImport.objects.filter(pk=table.pk, state=State.ENTERING).exists()
    return entering and job is not None and job.kind == ENTER and job.state == Job.State.FAILED


# -- In the worker ----------------------------------------------------------------------------------------------------


def check_table(subject: dict[str, Any], progress: Progress) -> None:
    """Read the file and keep each row's verdict; a file that is no table fails with its reason. Twice is the same."""
    table = RemarkImport.objects.select_related("consultation").get(pk=subject["table"])
    if table.state != State.WAITING:
        return
    progress(0, 3)
    try:
        read = read_table(_content(table))
    except FileNotFoundError:
        if RemarkImport.objects.filter(pk=table.pk, state=State.WAITING).exists():
            raise
        return  # thrown away meanwhile
    except TableUnreadable as error:
        failure = f"{error.code}:{error.detail}"[:200]
        RemarkImport.objects.filter(pk=table.pk, state=State.WAITING).update(state=State.FAILED, failure=failure)
        _forget_file(table)
        return
    progress(1, 3)
    letters = _judged(table.consultation, read.rows)
    progress(2, 3)
    RemarkImport.objects.filter(pk=table.pk, state=State.WAITING).update(
        state=State.CHECKED, **_verdicts(letters, read.unknown_columns)
    )
    progress(3, 3)


def enter_table(subject: dict[str, Any], progress: Progress) -> None:
    """Enter the accepted letters, some at a time. After a crash the next worker goes on: what is entered is known.

    Lists and dates may have changed since the check: the table is judged anew, and where everything was to be entered
    but a row is refused now, it goes back to be decided.
    """
    table = RemarkImport.objects.select_related("consultation").get(pk=subject["table"])
    if table.state != State.ENTERING:
        return
    consultation = table.consultation
    read = read_table(_content(table))
    letters = _judged(consultation, read.rows)
    refused = any(letter.entry is None for letter in letters)
    if subject["everything"] and refused and not table.letters.exists():
        RemarkImport.objects.filter(pk=table.pk, state=State.ENTERING).update(
            state=State.CHECKED, **_verdicts(letters, read.unknown_columns)
        )
        return
    by = User.objects.filter(pk=subject["chosen_by"]).first()
    good = [letter for letter in letters if letter.entry is not None]
    done = 0
    progress(0, len(good))
    for chunk in _chunks(good):
        _enter(table, consultation, chunk, by=by)
        done += len(chunk)
        progress(done, len(good))
    RemarkImport.objects.filter(pk=table.pk, state=State.ENTERING).update(state=State.ENTERED)
    _forget_file(table)


@transaction.atomic
def _enter(table: RemarkImport, consultation: Consultation, letters: list[JudgedLetter], *, by: User | None) -> None:
    """Enter those of the letters that are not known yet."""
    # Whoever enters the same letters meanwhile waits here, and then finds them known.
    held = Consultation.objects.hold(consultation.pk)
    known = _known(held, [letter.digest for letter in letters])
    new = [letter for letter in letters if letter.digest not in known]
    entries = [dataclasses.replace(letter.entry, form_token=new_token()) for letter in new if letter.entry is not None]
    submissions = enter_all(held, entries, by=by, now=timezone.now(), within_term=False)
    ImportedLetter.objects.bulk_create(
        ImportedLetter(consultation=held, digest=letter.digest, submission=submission, of_import=table)
        for letter, submission in zip(new, submissions, strict=True)
    )
    RemarkImport.objects.filter(pk=table.pk).update(entered_submissions=F("entered_submissions") + len(submissions))


def _judged(consultation: Consultation, rows: list[Any]) -> list[JudgedLetter]:
    """The letters with their verdicts; those that an import has entered already are known."""
    now = timezone.now()
    letters = judge(rows, consultation=consultation, version=version_of_letters(consultation, now), now=now)
    known = _known(consultation, [letter.digest for letter in letters])
    for letter in letters:
        if letter.digest in known and not letter.is_refused:
            for row in letter.judged:
                row.verdict = Verdict.KNOWN
    return letters


def _known(consultation: Consultation, digests: list[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(digests), 500):
        known.update(
            ImportedLetter.objects.filter(
                consultation=consultation, digest__in=digests[start : start + 500]
            ).values_list("digest", flat=True)
        )
    return known


def _verdicts(letters: list[JudgedLetter], unknown_columns: list[str]) -> dict[str, Any]:
    """The fields of the import that hold the verdicts; first the header's, then each row's, in the file's order."""
    rows = sorted((row for letter in letters for row in letter.judged), key=lambda row: row.number)
    return {
        "rows": [{"row": 0, "unknown_columns": unknown_columns}, *(row.as_json() for row in rows)],
        "good_rows": sum(row.verdict == Verdict.GOOD for row in rows),
        "known_rows": sum(row.verdict == Verdict.KNOWN for row in rows),
        "bad_rows": sum(row.verdict in {Verdict.REFUSED, Verdict.WITH_LETTER} for row in rows),
    }


def _chunks(letters: list[JudgedLetter]) -> Iterator[list[JudgedLetter]]:
    chunk: list[JudgedLetter] = []
    remarks = 0
    for letter in letters:
        if chunk and remarks + len(letter.rows) > REMARKS_AT_ONCE:
            yield chunk
            chunk, remarks = [], 0
        chunk.append(letter)
        remarks += len(letter.rows)
    if chunk:
        yield chunk


def _content(table: RemarkImport) -> bytes:
    with table.file.open("rb") as file:
        return bytes(file.read())


def _forget_file(table: RemarkImport) -> None:
    """The file is full of personal data, and what was taken over stands in the register: it is kept no longer.

    Its name in the row stays: a deletion that failed can be repeated, and a missing file is no harm.
    """
    table.file.storage.delete(str(table.file.name))
