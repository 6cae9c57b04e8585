"""What workers run for the back office. Each calls one service and may run twice."""

from __future__ import annotations

from celery import shared_task

from accounts import jobs
from lublin2030.lib.wake import Waker


@shared_task
def run_jobs() -> int:
    """Do the jobs that wait."""
    return jobs.run_due()


@shared_task
def forget_old_jobs() -> int:
    """Delete jobs that were finished long ago."""
    return jobs.forget_old()


waker = Waker(lambda: run_jobs.apply_async(ignore_result=True, retry=False))
