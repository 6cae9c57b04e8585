"""``manage.py work``: the embedded worker. It does what Celery's workers and beat do in production."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections, connections

from accounts import jobs as long_work
from consultations.services.attachments import delete_orphan_files
from consultations.services.baskets import forget_old_baskets
from consultations.services.comparisons import prepare_comparisons
from consultations.services.confirmation import expire_unconfirmed
from consultations.services.draft_files import prepare_files
from consultations.services.forgetting import forget_old_intake
from consultations.services.limits import forget_old_counts
from consultations.services.presence import forget_old_presences
from notifications.services import happenings, housekeeping, outbox, reminders, telling, terms
from participation.services import registrations
from participation.services.surveys.answering import forget_old_drafts
from participation.services.surveys.limits import forget_old_counts as forget_survey_counts

log = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = 60.0
SECONDS_TO_FINISH = 0.7  # after a signal; a mail half sent is sent again by its lease


@dataclass
class Job:
    """A service that runs by the clock; after a failure it waits longer each time, up to a minute."""

    name: str
    every_seconds: float
    run: Callable[[], object]
    due: float = 0.0
    failures: int = 0

    def do(self, now: float) -> bool:
        """Run the service and plan the next time; whether it went well. ``now`` is the monotonic clock's."""
        try:
            self.run()
        except Exception as error:  # the worker outlives whatever happens to the database
            self.failures += 1
            pause = max(self.every_seconds, min(LONGEST_PAUSE_SECONDS, 2.0 ** (self.failures - 1)))
            # The error's kind only: a database's message can hold the row, and with it an address.
            log.error("%s failed (%s), next try in %.0f s", self.name, type(error).__name__, pause)
            self.due = now + min(pause, LONGEST_PAUSE_SECONDS)
            return False
        self.failures = 0
        self.due = now + self.every_seconds
        return True


class Command(BaseCommand):
    help = (
        "Send what is due, tell followers what is new, forget what is old: the worker of an installation without Redis."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Do each job once and end.")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        # The same by the same names as in CELERY_BEAT_SCHEDULE.
        jobs = [
            Job("record-happenings", 60, happenings.record_happenings),
            Job("tell-followers", 60, lambda: telling.tell_at_once(should_stop=stop.is_set)),
            Job("send-digests", 60, lambda: telling.send_digests(should_stop=stop.is_set)),
            Job("announce-department-terms", 600, terms.announce_department_terms),
            Job("sweep-messages", 1, lambda: outbox.sweep(should_stop=stop.is_set)),
            Job("expire-unconfirmed", 60, lambda: expire_unconfirmed(should_stop=stop.is_set)),
            Job("forget-old-baskets", 3600, forget_old_baskets),
            Job("forget-old-intake", 3600, forget_old_intake),
            Job("forget-old-counts", 3600, forget_old_counts),
            Job("lapse-registrations", 60, lambda: registrations.lapse_unconfirmed(should_stop=stop.is_set)),
            Job("forget-registrations", 3600, registrations.forget_registrations),
            Job("forget-registration-counts", 3600, registrations.forget_old_counts),
            Job("remind-of-events", 600, reminders.remind_of_events),
            Job("forget-old-presences", 600, forget_old_presences),
            Job("forget-old-survey-drafts", 3600, forget_old_drafts),
            Job("forget-old-survey-counts", 3600, forget_survey_counts),
            Job("delete-orphan-files", 6 * 3600, delete_orphan_files),
            Job("forget-old-addresses", 3600, housekeeping.forget_old_addresses),
            Job("prepare-comparisons", 60, prepare_comparisons),
            Job("prepare-draft-files", 60, prepare_files),
            Job("forget-old-jobs", 3600, long_work.forget_old),
        ]
        long_jobs = [Job("run-jobs", 1, lambda: long_work.run_due(should_stop=stop.is_set))]
        if options["once"]:
            went_well = [job.do(time.monotonic()) for job in [*jobs, *long_jobs]]
            if not all(went_well):
                raise CommandError("Not every job went well: see the log.")
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_unused: stop.set())
        self.stdout.write("Worker: sends mail every second. Ctrl-C ends it.")
        self.stdout.flush()
        # The work is done in a thread, so that a mail server that keeps us waiting does not delay the end.
        # Long work has a thread of its own, so that no mail waits for the reading of a document.
        threads = [
            threading.Thread(target=_work, args=(each, stop), name="work", daemon=True) for each in (jobs, long_jobs)
        ]
        for thread in threads:
            thread.start()
        stop.wait()
        until = time.monotonic() + SECONDS_TO_FINISH
        for thread in threads:
            thread.join(max(until - time.monotonic(), 0))
        self.stdout.write("Worker: ended.")


def _work(jobs: list[Job], stop: threading.Event) -> None:
    """Run what is due until told to stop. A connection that broke is replaced before the next job."""
    while not stop.is_set():
        for job in jobs:
            if stop.is_set():
                break
            if job.due <= time.monotonic():
                close_old_connections()
                if not job.do(time.monotonic()):
                    connections.close_all()
        pause = min(job.due for job in jobs) - time.monotonic()
        stop.wait(max(pause, 0.05))
    connections.close_all()
