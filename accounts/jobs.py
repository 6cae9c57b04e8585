"""Long work in the background: ask for it, do it in a worker with visible progress, twice without harm."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Job, User
from lublin2030.lib.faults import place_of

log = logging.getLogger(__name__)

# A worker that has reported no progress for so long is taken for dead.
LEASE = dt.timedelta(minutes=5)
MOST_ATTEMPTS = 3


class LeaseLost(Exception):
    """Another worker has taken the job over: whoever gets this stops."""


class Progress:
    """How far a job is. Call it outside of a transaction, or nobody sees it before the commit."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def __call__(self, done: int, total: int) -> None:
        """Tell how much of how much is done, and keep the job for another lease. Raises LeaseLost."""
        until = timezone.now() + LEASE
        kept = Job.objects.filter(
            pk=self._job.pk, state=Job.State.RUNNING, claimed_until=self._job.claimed_until
        ).update(done=done, total=total, claimed_until=until)
        if not kept:
            raise LeaseLost
        self._job.claimed_until = until


Work = Callable[[dict[str, Any], Progress], None]
_kinds: dict[str, Work] = {}


def register_job(kind: str, work: Work) -> None:
    """Say what does the jobs of a kind; called when an app starts. ``work`` gets the subject and the progress."""
    if kind in _kinds:
        raise ValueError(f"There is a job {kind!r} already.")
    _kinds[kind] = work


def ask_for(kind: str, *, key: str, by: User | None, now: dt.datetime | None = None, **subject: Any) -> Job:
    """Ask for a job in the caller's transaction; the same key again gives the job that exists. KeyError: no such kind.

    On commit a worker is woken; without a broker the worker looks by itself every second.
    """
    if kind not in _kinds:
        raise KeyError(kind)
    Job.objects.bulk_create(
        [Job(kind=kind, key=key, subject=subject, asked_by=by, asked_at=now or timezone.now())], ignore_conflicts=True
    )
    transaction.on_commit(_wake, robust=True)
    return Job.objects.get(key=key)


def _wake() -> None:
    from accounts.tasks import waker

    if settings.CELERY_BROKER_URL:
        waker.wake()


def run_due(*, now: dt.datetime | None = None, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Do the jobs that wait, the oldest first; how many were tried. Any number of workers may call it at once."""
    tried = 0
    moment = now or timezone.now()
    _give_up_on_deadly(moment)
    free = Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, claimed_until__lte=moment)
    for pk in list(Job.objects.filter(free).order_by("asked_at", "pk").values_list("pk", flat=True)):
        if should_stop():
            break
        until = timezone.now() + LEASE
        taken = Job.objects.filter(free, pk=pk).update(
            state=Job.State.RUNNING, claimed_until=until, attempts=F("attempts") + 1, done=0
        )
        if taken:
            _do(Job.objects.get(pk=pk))
            tried += 1
    return tried


def _give_up_on_deadly(now: dt.datetime) -> None:
    """A job at which so many workers died (a document that eats all memory, say) would kill every next one too."""
    Job.objects.filter(state=Job.State.RUNNING, claimed_until__lte=now, attempts__gte=MOST_ATTEMPTS).update(
        state=Job.State.FAILED, claimed_until=None, last_error="WorkerDied", finished_at=now
    )


def _do(job: Job) -> None:
    """Run the job and write down how it went. The kept error is its kind only: a message can hold a person's data."""
    try:
        _kinds[job.kind](job.subject, Progress(job))
    except LeaseLost:
        return
    except Exception as error:  # whatever the work raises, the worker goes on with the next job
        # No message and no traceback: either can hold a person's data.
        log.error("Job %s of kind %s failed with %s at %s.", job.pk, job.kind, type(error).__name__, place_of(error))
        is_last = job.attempts >= MOST_ATTEMPTS
        _mine(job).update(
            state=Job.State.FAILED if is_last else Job.State.WAITING,
            claimed_until=None,
            last_error=type(error).__name__,
            finished_at=timezone.now() if is_last else None,
        )
    else:
        _mine(job).update(state=Job.State.DONE, claimed_until=None, last_error="", finished_at=timezone.now())


def _mine(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, claimed_until=job.claimed_until)


def forget_old(*, now: dt.datetime | None = None, days: int = 30) -> int:
    """Delete finished jobs older than so many days; how many."""
    limit = (now or timezone.now()) - dt.timedelta(days=days)
    return Job.objects.filter(finished_at__lt=limit).delete()[0]
