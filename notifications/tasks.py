"""What workers run. Each calls one service and may run twice."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from lublin2030.lib.wake import Waker
from notifications.services import happenings, outbox, reminders, telling, terms
from notifications.services import housekeeping as keeping


def wake_is_possible() -> bool:
    """Whether there is a broker through which a worker can be woken."""
    return bool(settings.CELERY_BROKER_URL)


@shared_task
def sweep() -> int:
    """Send what is due."""
    return outbox.sweep()


@shared_task
def record_happenings() -> int:
    """Notice what became public."""
    return happenings.record_happenings()


@shared_task
def tell_followers() -> int:
    """Write to followers who hear at once."""
    return telling.tell_at_once()


@shared_task
def send_digests() -> int:
    """Write the digests that are due."""
    return telling.send_digests()


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
