"""The way of a file that people fill in and bring in: kept, judged row by row, chosen from, entered once, forgotten.

Tables of submissions and sheets of answers go it alike. What their rows mean stands in ``services.tables`` and
``services.sheets``. Judging and entering run in the worker and can be started twice without harm.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.jobs import Progress, ask_for
from accounts.models import Job, User
from consultations.errors import ImportNotReady, NotPermitted, RowsRefused, TableUnreadable
from consultations.models import AnswerSheet, Consultation, HistoryEntry, RemarkImport
from consultations.models.brought_in import BroughtIn
from consultations.services.history import record
from consultations.table_reading import MOST_BYTES
from lublin2030.lib.tokens import new_token

Kind = TypeVar("Kind", RemarkImport, AnswerSheet)
State = BroughtIn.State


@dataclass(frozen=True)
class Way(Generic[Kind]):
    """How one kind of file goes its way. ``subject`` is what its jobs and its history call its key."""

    model: type[Kind]
    subject: str
    check: str
    enter: str
    brought_in: HistoryEntry.Verb
    entered: HistoryEntry.Verb
    discarded: HistoryEntry.Verb
    may_bring_in: Callable[[Any], bool]
    may_enter: Callable[[Any, Kind], bool]
    may_discard: Callable[[Any, Kind], bool]

    def bring_in(self, consultation: Consultation, *, upload: Any, by: User, now: dt.datetime | None = None) -> Kind:
        """Keep the file outside of everything public and ask the worker to judge it. Nothing is entered.

        Raises NotPermitted, TableUnreadable for a file that is too large to be looked at.
        """
        if not self.may_bring_in(by):
            raise NotPermitted
        if (upload.size or 0) > MOST_BYTES:
            raise TableUnreadable("too_large")
        content = upload.read()
        now = now or timezone.now()
        with transaction.atomic():
            one = self.model(
                consultation=consultation,
                file_name=(upload.name or "")[-200:],
                sha256=hashlib.sha256(content).hexdigest(),
                by=by,
                at=now,
            )
            one.file.save(new_token(), ContentFile(content), save=False)
            one.save()
            ask_for(self.check, key=f"{self.check}:{one.pk}", by=by, now=now, **{self.subject: one.pk})
            self._record(self.brought_in, one, by=by, now=now)
        return one

    def choose(self, one: Kind, *, everything: bool, by: User, now: dt.datetime | None = None) -> Job:
        """Enter a judged file: everything, which must then be without a refused row, or what is accepted.

        Raises NotPermitted, RowsRefused, ImportNotReady; one whose entering failed can be chosen again and goes on
        where it stopped.
        """
        if not self.may_enter(by, one):
            raise NotPermitted
        now = now or timezone.now()
        with transaction.atomic():
            waiting = self.in_state(one, State.CHECKED)
            if everything and waiting.filter(bad_rows__gt=0).exists():
                raise RowsRefused
            if not waiting.update(state=State.ENTERING) and not self._has_failed_entering(one):
                raise ImportNotReady
            # One job for each time the entering was begun: two that go on at once ask for the same one.
            begun = Job.objects.filter(kind=self.enter, **{f"subject__{self.subject}": one.pk}).count()
            key = f"{self.enter}:{one.pk}:{begun + 1}"
            if not Job.objects.filter(key=key).exists():
                self._record(self.entered, one, by=by, now=now, everything=everything)
            subject = {self.subject: one.pk, "everything": everything, "chosen_by": by.pk}
            return ask_for(self.enter, key=key, by=by, now=now, **subject)

    def discard(self, one: Kind, *, by: User, now: dt.datetime | None = None) -> None:
        """Throw a file away of which nothing is entered; also one that could not be judged, whatever the reason.

        Raises NotPermitted, ImportNotReady.
        """
        if not self.may_discard(by, one):
            raise NotPermitted
        with transaction.atomic():
            unentered = self.in_state(one, State.WAITING, State.CHECKED, State.FAILED)
            if not unentered.update(state=State.DISCARDED, rows=[]):
                raise ImportNotReady
            self._record(self.discarded, one, by=by, now=now or timezone.now())
        self.forget_file(one)

    def job_of(self, one: Kind) -> Job | None:
        """The latest work on the file: its check, or its entering. One query."""
        kinds = [self.check, self.enter]
        return Job.objects.filter(kind__in=kinds, **{f"subject__{self.subject}": one.pk}).order_by("-pk").first()

    def in_state(self, one: Kind, *states: State) -> QuerySet[Kind]:
        """The row while it is in one of the states: what checks and changes in one statement begins here."""
        return self.model._default_manager.filter(pk=one.pk, state__in=states)

    def _has_failed_entering(self, one: Kind) -> bool:
        job = self.job_of(one)
        is_entering = self.in_state(one, State.ENTERING).exists()
        return is_entering and job is not None and job.kind == self.enter and job.state == Job.State.FAILED

    def _record(self, verb: HistoryEntry.Verb, one: Kind, *, by: User, now: dt.datetime, **after: Any) -> None:
        """Without the file's name: people name files after people."""
        record(verb, consultation=one.consultation, by=by, at=now, after={self.subject: one.pk, **after})

    # -- In the worker ------------------------------------------------------------------------------------------------

    def find(self, subject: dict[str, Any]) -> Kind:
        """The file that a job is about."""
        found: Kind = self.model._default_manager.select_related("consultation", "by").get(pk=subject[self.subject])
        return found

    def judge_once(
        self, subject: dict[str, Any], progress: Progress, judge: Callable[[Kind, bytes], dict[str, Any]]
    ) -> None:
        """Keep the fields that hold each row's verdict; a file that cannot be read fails with its reason.

        Twice is the same.
        """
        one = self.find(subject)
        if one.state != State.WAITING:
            return
        progress(0, 2)
        waiting = self.in_state(one, State.WAITING)
        try:
            content = self.content_of(one)
            progress(1, 2)
            verdicts = judge(one, content)
        except FileNotFoundError:
            if waiting.exists():
                raise
            return  # thrown away meanwhile
        except TableUnreadable as error:
            waiting.update(state=State.FAILED, failure=f"{error.code}:{error.detail}"[:200])
            self.forget_file(one)
            return
        waiting.update(state=State.CHECKED, **verdicts)
        progress(2, 2)

    def content_of(self, one: Kind) -> bytes:
        with one.file.open("rb") as file:
            return bytes(file.read())

    def forget_file(self, one: Kind) -> None:
        """A file can be full of personal data, and what was taken over stands in the register: it is kept no longer.

        Its name in the row stays: a deletion that failed can be repeated, and a missing file is no harm.
        """
        one.file.storage.delete(str(one.file.name))
