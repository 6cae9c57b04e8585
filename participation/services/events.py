"""Move an announced event, cancel it, change its number of places: each with its history, and people are told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from participation.errors import (
    EndsBeforeStart,
    EventChanged,
    EventNotPlanned,
    MovedToThePast,
    NothingMoved,
    NotPermitted,
    ReasonMissing,
)
from participation.models import District, Event, EventChange, Registration
from participation.occasions import Occasion
from participation.permissions import may_run_events
from participation.services.registrations import fill_free_places
from participation.signals import event_cancelled, event_rescheduled


@dataclass(frozen=True, kw_only=True)
class NewOccasion:
    """Where and when an event is to be from now on. Moments are aware."""

    starts_at: dt.datetime
    ends_at: dt.datetime | None
    address: str
    district: District | None
    is_online: bool
    online_url: str = ""


@transaction.atomic
def reschedule_event(
    event: Event, *, to: NewOccasion, why: str, by: User, read: str | None = None, now: dt.datetime | None = None
) -> EventChange:
    """Move an announced event to another time or place; everyone registered is told from where to where, and why.

    ``read`` is the fingerprint of the occasion its form was opened with. Raises NotPermitted, ReasonMissing,
    EventNotPlanned, EventChanged, MovedToThePast, EndsBeforeStart, NothingMoved.
    """
    event, now = _planned(event, why=why, by=by, now=now)
    before = Occasion.of(event)
    if read is not None and read != before.fingerprint:
        raise EventChanged
    if to.starts_at <= now:
        raise MovedToThePast
    if to.ends_at is not None and to.ends_at < to.starts_at:
        raise EndsBeforeStart
    event.starts_at, event.ends_at, event.all_day = to.starts_at, to.ends_at, False
    event.address, event.district, event.is_online = to.address, to.district, to.is_online
    if Occasion.of(event) == before and event.online_url == to.online_url:
        raise NothingMoved
    event.online_url = to.online_url
    event.save(
        update_fields=[
            "starts_at",
            "ends_at",
            "all_day",
            "address",
            "district",
            "is_online",
            "online_url",
            "changed_at",
        ]
    )
    # A place that is held must not be held longer than until the event.
    event.registrations.living().filter(confirmed_at__isnull=True, confirm_until__gt=event.starts_at).update(
        confirm_until=event.starts_at
    )
    change = EventChange.objects.create(
        event=event,
        what=EventChange.What.MOVED,
        old=before.as_json(),
        new=Occasion.of(event).as_json(),
        why=why,
        at=now,
        by=by,
    )
    event_rescheduled.send(EventChange, change=change, now=now)
    return change


@transaction.atomic
def cancel_event(event: Event, *, why: str, by: User, now: dt.datetime | None = None) -> EventChange:
    """Call an announced event off for good; the reason stands on its page, and everyone registered is told.

    Raises NotPermitted, ReasonMissing, EventNotPlanned.
    """
    event, now = _planned(event, why=why, by=by, now=now)
    event.state = Event.State.CANCELLED
    event.save(update_fields=["state", "changed_at"])
    change = EventChange.objects.create(event=event, what=EventChange.What.CANCELLED, why=why, at=now, by=by)
    event_cancelled.send(EventChange, change=change, now=now)
    return change


@transaction.atomic
def change_capacity(
    event: Event, *, capacity: int | None, by: User, now: dt.datetime | None = None
) -> list[Registration]:
    """Set the number of places, none for no limit. If there are more, people move up; if fewer, nobody loses a place.

    Those who moved up. Raises NotPermitted, EventNotPlanned.
    """
    if not may_run_events(by):
        raise NotPermitted
    now = now or timezone.now()
    event = Event.objects.hold(event.pk)
    if event.state != Event.State.PLANNED or event.is_past(now):
        raise EventNotPlanned
    if event.capacity == capacity:
        return []
    old, event.capacity = event.capacity, capacity
    event.save(update_fields=["capacity", "changed_at"])
    EventChange.objects.create(
        event=event, what=EventChange.What.CAPACITY, old={"capacity": old}, new={"capacity": capacity}, at=now, by=by
    )
    return fill_free_places(event, now=now)


def _planned(event: Event, *, why: str, by: User, now: dt.datetime | None) -> tuple[Event, dt.datetime]:
    """The event, held; only what is announced and not over is moved or cancelled, and only for a reason."""
    if not may_run_events(by):
        raise NotPermitted
    if not why.strip():
        raise ReasonMissing
    now = now or timezone.now()
    event = Event.objects.hold(event.pk)
    if event.state != Event.State.PLANNED or event.is_past(now):
        raise EventNotPlanned
    return event, now
