"""What workers run. Each calls one service and may run twice."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from lublin2030.lib.wake import Waker
from notifications.services import following, outbox, reminders, terms
from notifications.services import housekeeping as keeping


def wake_is_possible() -> bool:
    """Whether there is a broker through which a worker can be woken."""
    return bool(settings.CELERY_BROKER_URL)


@shared_task
def sweep() -> int:
    """Send what is due."""
    return outbox.sweep()


@shared_task
def announce_terms() -> int:
    """Write to followers what opens, and what closes in three days."""
    return following.announce_terms()


@shared_task
def announce_department_terms() -> int:
    """Write to departments whose terms near or have passed."""
    return terms.announce_department_terms()


@shared_task
def remind_of_events() -> int:
    """Remind people of the events for which they have a place."""
    return reminders.remind_of_events()


@shared_task
def housekeeping() -> int:
    """Forget addresses that are not needed any more."""
    return keeping.forget_old_addresses()


waker = Waker(lambda: sweep.apply_async(ignore_result=True, retry=False))
