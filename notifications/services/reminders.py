"""Remind people of the events for which they have a place: three days and one day before."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from notifications.models import Message
from notifications.services import outbox
from participation.models import Event, Registration

DAYS_BEFORE = (3, 1)
BATCH = 500


def remind_of_events(*, now: dt.datetime | None = None) -> int:
    """Write to everyone with a confirmed place in an event that begins within three days, and within one.

    Each is told each once, however often and wherever this runs: the messages' keys see to that. Whoever registered or
    moved up within that time has just had a mail and gets no reminder of it. How many messages were written.
    """
    now = now or timezone.now()
    nearest: dict[int, tuple[Event, int]] = {}
    for days in DAYS_BEFORE:
        # The nearer reminder replaces the one before, when the worker has stood still in between.
        for event in Event.objects.to_be_reminded_of(now, before=dt.timedelta(days=days)):
            nearest[event.pk] = event, days
    return sum(_remind(event, days, now) for event, days in nearest.values())


def _remind(event: Event, days: int, now: dt.datetime) -> int:
    since = event.starts_at.astimezone(dt.UTC) - dt.timedelta(days=days)
    prefix = f"event-reminder:{days}:{event.starts_at.timestamp():.0f}:"
    waiting = Registration.objects.to_be_reminded(event, since=since).exclude(
        messages__key__startswith=prefix,
    )
    written, after = 0, 0
    while batch := list(waiting.filter(number__gt=after).order_by("number")[:BATCH]):
        with transaction.atomic():
            outbox.write_all(
                [
                    Message(
                        key=f"{prefix}{one.pk}",
                        kind=Message.Kind.EVENT_REMINDER,
                        recipient=one.email,
                        language=one.language,
                        context={"starts": event.starts_at.timestamp()},
                        registration=one,
                        created_at=now,
                        due_at=now,
                    )
                    for one in batch
                ]
            )
        written += len(batch)
        after = batch[-1].number
    return written
