"""What workers run. Each calls one service and may run twice."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from notifications.services import following, outbox


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
