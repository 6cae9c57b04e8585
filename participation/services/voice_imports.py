"""Bring in a table of voices: check it row by row, choose what to enter, enter it once and for all.

Checking and entering run in the worker and can be started twice without harm: a row's ``capture_id`` comes from the
file and its number there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.jobs import Progress, ask_for
from accounts.models import Job, User
from lublin2030.lib import table_files
from lublin2030.lib.table_files import MOST_BYTES, Row, Table
from lublin2030.lib.tokens import new_token
from participation.errors import ImportNotReady, NotPermitted, RowsRefused, TableUnreadable
from participation.models import Voice, VoiceImport
from participation.permissions import may_note_voices
from participation.services.voices import note_voices
from participation.voice_table import LAYOUT, JudgedRow, Lists, Verdict, judge
from stages.models import Process

CHECK, ENTER = "check-voices", "enter-voices"
AT_ONCE = 400  # rows judged or entered between two words of progress
KEEP_DAYS = 30  # a table that nobody has decided about, and what was said of the rows of one that somebody has

State = VoiceImport.State
One = TypeVar("One")


def bring_in(process: Process, *, upload: Any, by: User, now: dt.datetime | None = None) -> VoiceImport:
    """Keep the file outside of everything public and ask the worker to check it. Nothing is entered.

    Raises NotPermitted, TableUnreadable for a file that is too large to be looked at.
    """
    if not may_note_voices(by):
        raise NotPermitted
    if (upload.size or 0) > MOST_BYTES:
        raise TableUnreadable("too_large")
    content = upload.read()
    now = now or timezone.now()
    with transaction.atomic():
        table = VoiceImport(
            process=process,
            file_name=(upload.name or "")[-200:],
            sha256=hashlib.sha256(content).hexdigest(),
            by=by,
            at=now,
        )
        table.file.save(new_token(), ContentFile(content), save=False)
        table.save()
        ask_for(CHECK, key=f"{CHECK}:{table.pk}", by=by, now=now, table=table.pk)
    return table


def choose(table: VoiceImport, *, everything: bool, by: User, now: dt.datetime | None = None) -> Job:
    """Enter the checked table: everything, which must then be without a refused row, or its accepted rows.

    Raises NotPermitted, RowsRefused, ImportNotReady; a table whose entering failed can be chosen again and goes on
    where it stopped.
    """
    if not may_note_voices(by):
        raise NotPermitted
    with transaction.atomic():
        waiting = VoiceImport.objects.filter(pk=table.pk, state=State.CHECKED)
        if everything and waiting.filter(bad_rows__gt=0).exists():
            raise RowsRefused
        if not waiting.update(state=State.ENTERING) and not _failed(table):
            raise ImportNotReady
        # One job for each time the entering was begun: two that go on at once ask for the same one.
        begun = Job.objects.filter(kind=ENTER, subject__table=table.pk).count()
        return ask_for(ENTER, key=f"{ENTER}:{table.pk}:{begun + 1}", by=by, now=now, table=table.pk, chosen_by=by.pk)


def discard(table: VoiceImport, *, by: User) -> None:
    """Throw a table away that is not entered, with its file. Raises NotPermitted, ImportNotReady."""
    if not may_note_voices(by):
        raise NotPermitted
    unentered = VoiceImport.objects.filter(pk=table.pk, state__in=[State.WAITING, State.CHECKED, State.FAILED])
    if not unentered.update(state=State.DISCARDED, rows=[]):
        raise ImportNotReady
    _forget_file(table)


def job_of(table: VoiceImport) -> Job | None:
    """The latest work on the table: its check, or its entering. One query."""
    return Job.objects.filter(kind__in=[CHECK, ENTER], subject__table=table.pk).order_by("-pk").first()


def _failed(table: VoiceImport) -> bool:
    job = job_of(table)
    entering = VoiceImport.objects.filter(pk=table.pk, state=State.ENTERING).exists()
    return entering and job is not None and job.kind == ENTER and job.state == Job.State.FAILED


def refused_rows(table: VoiceImport) -> list[Row]:
    """The rows of a checked table that are refused, as they stand in the file. Raises ImportNotReady."""
    if table.state != State.CHECKED:
        raise ImportNotReady
    refused = {row["row"] for row in table.rows[1:] if row["problems"]}
    return [row for row in _read(table).rows if row.number in refused]


# -- In the worker ----------------------------------------------------------------------------------------------------


def check_table(subject: dict[str, Any], progress: Progress) -> None:
    """Read the file and keep each row's verdict; a file that is no table fails with its reason. Twice is the same."""
    table = VoiceImport.objects.select_related("process").get(pk=subject["table"])
    waiting = VoiceImport.objects.filter(pk=table.pk, state=State.WAITING)
    if table.state != State.WAITING:
        return
    try:
        read = _read(table)
    except FileNotFoundError:
        if waiting.exists():
            raise
        return  # thrown away meanwhile
    except TableUnreadable as error:
        waiting.update(state=State.FAILED, failure=f"{error.code}:{error.detail}"[:200])
        _forget_file(table)
        return
    rows = _judged(table, read, progress)
    known = _known([row.voice.capture_id for row in rows if row.voice])
    for row in rows:
        if row.voice and row.voice.capture_id in known:
            row.verdict = Verdict.KNOWN
    waiting.update(
        state=State.CHECKED,
        rows=[{"row": 0, "unknown_columns": read.unknown_columns}, *(row.as_json() for row in rows)],
        good_rows=sum(row.verdict == Verdict.GOOD for row in rows),
        known_rows=sum(row.verdict == Verdict.KNOWN for row in rows),
        bad_rows=sum(row.verdict == Verdict.REFUSED for row in rows),
    )


def enter_table(subject: dict[str, Any], progress: Progress) -> None:
    """Enter the accepted rows, some at a time. After a crash the next worker goes on: what is entered is known.

    Lists may have changed since the check: the rows are judged anew, and one that is refused now stays out.
    """
    table = VoiceImport.objects.select_related("process").get(pk=subject["table"])
    if table.state != State.ENTERING:
        return
    by = User.objects.get(pk=subject["chosen_by"])
    good = [row.voice for row in _judged(table, _read(table), progress) if row.voice]
    done = 0
    progress(0, len(good))
    for chunk in _chunks(good):
        with transaction.atomic():
            entered = note_voices(chunk, by=by)
            VoiceImport.objects.filter(pk=table.pk).update(entered_voices=F("entered_voices") + entered)
        done += len(chunk)
        progress(done, len(good))
    VoiceImport.objects.filter(pk=table.pk, state=State.ENTERING).update(state=State.ENTERED)
    _forget_file(table)


def forget_old_imports(*, now: dt.datetime | None = None) -> int:
    """Throw old undecided tables away, and forget what was said of the rows of the others; how many of both."""
    old = VoiceImport.objects.filter(at__lt=(now or timezone.now()) - dt.timedelta(days=KEEP_DAYS))
    thrown = 0
    for table in old.filter(state=State.CHECKED):
        if VoiceImport.objects.filter(pk=table.pk, state=State.CHECKED).update(state=State.DISCARDED, rows=[]):
            _forget_file(table)
            thrown += 1
    dealt_with = old.filter(state__in=[State.ENTERED, State.FAILED, State.DISCARDED])
    return thrown + dealt_with.exclude(rows=[]).update(rows=[])


def _read(table: VoiceImport) -> Table:
    with table.file.open("rb") as file:
        content = bytes(file.read())
    try:
        return table_files.read_table(content, LAYOUT)
    except table_files.TableUnreadable as error:
        raise TableUnreadable(error.code, error.detail) from error


def _judged(table: VoiceImport, read: Table, progress: Progress) -> list[JudgedRow]:
    lists, now = Lists.of(table.process), timezone.now()
    judged: list[JudgedRow] = []
    progress(0, len(read.rows))
    for chunk in _chunks(read.rows):
        judged += [judge(row, process=table.process, lists=lists, sha256=table.sha256, now=now) for row in chunk]
        progress(len(judged), len(read.rows))
    return judged


def _known(capture_ids: list[UUID]) -> set[UUID]:
    known: set[UUID] = set()
    for chunk in _chunks(capture_ids):
        known.update(Voice.objects.filter(capture_id__in=chunk).values_list("capture_id", flat=True))
    return known


def _chunks(rows: Sequence[One]) -> Iterator[Sequence[One]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


def _forget_file(table: VoiceImport) -> None:
    """What was taken over stands among the voices, so the file is kept no longer; a missing file is no harm."""
    table.file.storage.delete(str(table.file.name))
