"""Bring in a table of submissions: check it row by row, choose what to enter, enter it once and for all.

A letter that is entered is known by its digest, so that checking and entering can be started twice without harm.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.jobs import Progress
from accounts.models import User
from consultations.models import Consultation, HistoryEntry, ImportedLetter, RemarkImport
from consultations.permissions import may_type_in
from consultations.services.brought_in import State, Way
from consultations.services.submissions import enter_all
from consultations.table_judging import JudgedLetter, Verdict, judge
from consultations.table_reading import read_table
from consultations.written_places import version_of_letters
from lublin2030.lib.tokens import new_token

CHECK, ENTER = "check-table", "enter-table"
# So many remarks are entered in one transaction: long enough to be fast, short enough to let residents send meanwhile.
REMARKS_AT_ONCE = 400

TABLES = Way(
    model=RemarkImport,
    subject="table",
    check=CHECK,
    enter=ENTER,
    brought_in=HistoryEntry.Verb.BRING_IN_TABLE,
    entered=HistoryEntry.Verb.ENTER_TABLE,
    discarded=HistoryEntry.Verb.DISCARD_TABLE,
    may_bring_in=may_type_in,
    may_enter=lambda user, table: may_type_in(user),
    may_discard=lambda user, table: may_type_in(user),
)
# A letter with a refused row is refused whole.
bring_in, choose, discard = TABLES.bring_in, TABLES.choose, TABLES.discard


# -- In the worker ----------------------------------------------------------------------------------------------------


def check_table(subject: dict[str, Any], progress: Progress) -> None:
    """Keep the verdict on each row, in the file's order."""

    def judged(table: RemarkImport, content: bytes) -> dict[str, Any]:
        read = read_table(content)
        return _verdicts(_judged(table.consultation, read.rows), read.unknown_columns)

    TABLES.judge_once(subject, progress, judged)


def enter_table(subject: dict[str, Any], progress: Progress) -> None:
    """Enter the accepted letters, some at a time. After a crash the next worker goes on: what is entered is known.

    Lists and dates may have changed since the check: the table is judged anew, and where everything was to be entered
    but a row is refused now, it goes back to be decided.
    """
    table = TABLES.find(subject)
    if table.state != State.ENTERING:
        return
    consultation = table.consultation
    read = read_table(TABLES.content_of(table))
    letters = _judged(consultation, read.rows)
    refused = any(letter.entry is None for letter in letters)
    if subject["everything"] and refused and not table.letters.exists():
        TABLES.in_state(table, State.ENTERING).update(state=State.CHECKED, **_verdicts(letters, read.unknown_columns))
        return
    by = User.objects.filter(pk=subject["chosen_by"]).first()
    good = [letter for letter in letters if letter.entry is not None]
    done = 0
    progress(0, len(good))
    for chunk in _chunks(good):
        _enter(table, consultation, chunk, by=by)
        done += len(chunk)
        progress(done, len(good))
    TABLES.in_state(table, State.ENTERING).update(state=State.ENTERED)
    TABLES.forget_file(table)


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
