"""Register for an event, confirm, cancel, move up from the waiting list, lapse, forget (docs/adr/0027).

Every verb that gives or frees a place holds the event first, so they take turns: exactly as many get a place as there
are, and whoever waits moves up in the same transaction in which a place becomes free.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from lublin2030.lib.limits import HOUR, count_in, forget_windows
from lublin2030.lib.tokens import is_token
from participation.errors import (
    EmailRegistered,
    EventBegun,
    EventCalledOff,
    NotPermitted,
    NotTheDayYet,
    RegistrationClosed,
    RegistrationEnded,
    RegistrationNotOpenYet,
    RegistrationNotTaken,
    RegistrationRefused,
    TooOften,
)
from participation.models import Event, RateCount, Registration
from participation.permissions import may_run_events
from participation.signals import (
    registration_cancelled,
    registration_confirmed,
    registration_made,
    registrations_moved_up,
)

LINK_AGAIN_AFTER = dt.timedelta(hours=1)
BATCH = 200


@dataclass(frozen=True, kw_only=True)
class Registrant:
    """Who registers: the fields of the form. Staff may leave the address out."""

    name: str
    email: str = ""
    phone: str = ""
    needs: str = ""
    language: str = "pl"


def count_registering(*, address: str | None, now: dt.datetime | None = None) -> None:
    """Count a registration from an internet address. Raises TooOften beyond ``RATE_REGISTRATIONS_PER_HOUR``."""
    most = settings.RATE_REGISTRATIONS_PER_HOUR
    count_in(RateCount, "register", address=address, most=most, window=HOUR, refusal=TooOften, now=now)


def forget_old_counts(*, now: dt.datetime | None = None) -> int:
    """Delete the counters of windows that are over; how many there were."""
    return forget_windows(RateCount, now=now or timezone.now())


def find_registration(token: str) -> Registration | None:
    """The registration of a secret link, or none; the token may be anything that stands in an address."""
    if not is_token(token):
        return None
    return Registration.objects.filter(token=token).select_related("event__process", "event__district").first()


def refuse_registering(event: Event, *, now: dt.datetime, by: User | None = None) -> None:
    """Say why nobody can register now. Staff may also before registration opens, after it closes, and during the event.

    Raises RegistrationNotTaken, EventCalledOff, EventBegun, RegistrationNotOpenYet, RegistrationClosed.
    """
    if event.state == Event.State.CANCELLED:
        raise EventCalledOff
    if not (event.takes_registration and event.is_public):
        raise RegistrationNotTaken
    if by is not None:
        if event.is_past(now):
            raise EventBegun
        return
    if event.starts_at <= now or event.state != Event.State.PLANNED:
        raise EventBegun
    if event.registration_opens_at is not None and event.registration_opens_at > now:
        raise RegistrationNotOpenYet(event.registration_opens_at)
    if event.registration_ends_at <= now:
        raise RegistrationClosed


def why_closed(event: Event, *, now: dt.datetime) -> RegistrationRefused | None:
    """The refusal that a resident would get now, or none."""
    try:
        refuse_registering(event, now=now)
    except RegistrationRefused as refusal:
        return refusal
    return None


@transaction.atomic
def register(
    event: Event,
    *,
    who: Registrant,
    by: User | None = None,
    now: dt.datetime | None = None,
) -> Registration:
    """Give a free place, or the next number of the waiting list. The same address again changes nothing.

    It gets its link once more, at most once an hour. ``by`` are staff, who register somebody for whom there is nothing
    to confirm. Raises what ``refuse_registering`` raises; for staff NotPermitted, EmailRegistered for a known address.
    """
    if by is not None and not may_run_events(by):
        raise NotPermitted
    now = now or timezone.now()
    event = Event.objects.hold(event.pk)
    refuse_registering(event, now=now, by=by)
    known = Registration.objects.living().of_email(who.email).filter(event=event).first() if who.email else None
    if known is not None:
        if by is not None:
            raise EmailRegistered
        _send_link(known, now=now)
        return known
    event.registration_seq += 1
    gets_place = event.has_free_place
    registration = Registration.objects.create(
        event=event,
        number=event.registration_seq,
        name=who.name,
        email=who.email,
        phone=who.phone,
        needs=who.needs if event.asks_needs else "",
        language=who.language,
        state=Registration.State.PLACE if gets_place else Registration.State.WAITING,
        registered_at=now,
        registered_by=by,
        confirmed_at=now if by is not None else None,
        confirm_until=None if by is not None else _held_until(event, now),
    )
    if gets_place:
        event.places_taken += 1
    else:
        event.waiting_count += 1
    _keep_counts(event)
    if who.email:
        _send_link(registration, now=now)
    return registration


def _send_link(registration: Registration, *, now: dt.datetime) -> None:
    """Let the link be sent, at most once an hour, however often it is asked for."""
    changed = (
        Registration.objects.filter(pk=registration.pk)
        .filter(Q(link_sent_at__isnull=True) | Q(link_sent_at__lte=now - LINK_AGAIN_AFTER))
        .update(link_sent_at=now)
    )
    if changed:
        registration.link_sent_at = now
        registration_made.send(Registration, registration=registration, now=now)


def _held_until(event: Event, now: dt.datetime) -> dt.datetime:
    """Until when a place is held that nobody has confirmed; never longer than until the event."""
    return min(now.astimezone(dt.UTC) + dt.timedelta(hours=event.confirmation_hours), event.starts_at)


def _keep_counts(event: Event) -> None:
    event.save(update_fields=["registration_seq", "places_taken", "waiting_count", "came_count"])


@transaction.atomic
def confirm_registration(registration: Registration, *, now: dt.datetime | None = None) -> Registration:
    """The person has the address and wants to come. Confirming twice changes nothing.

    Raises RegistrationEnded after the term or a cancellation, EventCalledOff, EventBegun.
    """
    now = now or timezone.now()
    event = Event.objects.hold(registration.event_id)
    registration.refresh_from_db()
    if registration.confirmed_at is not None and registration.lives:
        return registration
    refuse_when_begun(event, now=now)
    waits = Registration.objects.living().filter(pk=registration.pk, confirmed_at__isnull=True, confirm_until__gt=now)
    if not waits.update(confirmed_at=now):
        raise RegistrationEnded
    registration.refresh_from_db()
    registration_confirmed.send(Registration, registration=registration, now=now)
    return registration


def refuse_when_begun(event: Event, *, now: dt.datetime) -> None:
    """EventCalledOff, and EventBegun: of such an event no place is given or given back."""
    if event.state == Event.State.CANCELLED:
        raise EventCalledOff
    if event.starts_at <= now:
        raise EventBegun


@transaction.atomic
def cancel_registration(
    registration: Registration, *, by: User | None = None, now: dt.datetime | None = None
) -> list[Registration]:
    """Give the place back; whoever waits moves up. Cancelling twice changes nothing. Those who moved up, in order.

    ``by`` are staff. Raises for staff NotPermitted; EventCalledOff, EventBegun.
    """
    if by is not None and not may_run_events(by):
        raise NotPermitted
    now = now or timezone.now()
    event = Event.objects.hold(registration.event_id)
    refuse_when_begun(event, now=now)
    registration.refresh_from_db()
    ended = Registration.objects.living().filter(pk=registration.pk)
    had_place = registration.has_place
    if not ended.update(state=Registration.State.CANCELLED, ended_at=now, ended_by=by, came_at=None):
        return []
    if had_place:
        event.places_taken -= 1
    else:
        event.waiting_count -= 1
    if registration.came_at is not None:
        event.came_count -= 1
    registration.refresh_from_db()
    registration_cancelled.send(Registration, registration=registration, now=now)
    return fill_free_places(event, now=now)


def fill_free_places(event: Event, *, now: dt.datetime) -> list[Registration]:
    """Give what is free to those who wait, in their order, and keep the event's counts. Those who moved up.

    The caller holds the event. Once it has begun or is cancelled, nobody moves up any more.
    """
    moved: list[Registration] = []
    if event.state == Event.State.PLANNED and event.starts_at > now and event.waiting_count:
        queue = event.registrations.waiting()
        moved = list(queue if event.free_places is None else queue[: event.free_places])
    for registration in moved:
        registration.state = Registration.State.PLACE
        registration.moved_up_at = now
        if registration.confirmed_at is None:
            registration.confirm_until = _held_until(event, now)
    Registration.objects.bulk_update(moved, ["state", "moved_up_at", "confirm_until"], batch_size=BATCH)
    event.places_taken += len(moved)
    event.waiting_count -= len(moved)
    _keep_counts(event)
    if moved:
        registrations_moved_up.send(Registration, registrations=moved, now=now)
    return moved


def lapse_unconfirmed(*, now: dt.datetime | None = None, should_stop: Callable[[], bool] = lambda: False) -> int:
    """End what nobody has confirmed in time; the next in the waiting list move up. How many ended.

    Each event in a transaction of its own, so that any number of workers may do it at once, and one that is killed
    leaves nothing half done.
    """
    now = now or timezone.now()
    late = Registration.objects.unconfirmed_since(now).order_by("event").values_list("event", flat=True)
    done = 0
    for event_id in late.distinct():
        if should_stop():
            break
        done += _lapse(event_id, now)
    return done


@transaction.atomic
def _lapse(event_id: int, now: dt.datetime) -> int:
    event = Event.objects.hold(event_id)
    late = list(Registration.objects.unconfirmed_since(now).filter(event=event).values_list("pk", "state"))
    Registration.objects.filter(pk__in=[pk for pk, _state in late]).update(
        state=Registration.State.LAPSED, ended_at=now
    )
    places = sum(state == Registration.State.PLACE for _pk, state in late)
    event.places_taken -= places
    event.waiting_count -= len(late) - places
    fill_free_places(event, now=now)
    return len(late)


def check_in(registration: Registration, *, by: User, now: dt.datetime | None = None) -> bool:
    """The person is here; whether that was news. Whoever waits may be let in too, when somebody did not come.

    Raises NotPermitted, EventCalledOff, NotTheDayYet, RegistrationEnded.
    """
    now = now or timezone.now()
    return _note_coming(registration, came_at=now, by=by, now=now)


def undo_check_in(registration: Registration, *, by: User, now: dt.datetime | None = None) -> bool:
    """The person is not here after all; whether that was news. Raises as ``check_in``."""
    return _note_coming(registration, came_at=None, by=by, now=now or timezone.now())


@transaction.atomic
def _note_coming(registration: Registration, *, came_at: dt.datetime | None, by: User, now: dt.datetime) -> bool:
    if not may_run_events(by):
        raise NotPermitted
    event = Event.objects.hold(registration.event_id)
    if event.state == Event.State.CANCELLED:
        raise EventCalledOff
    if not event.is_its_day(now):
        raise NotTheDayYet
    living = Registration.objects.living().filter(pk=registration.pk)
    changed = living.filter(came_at__isnull=came_at is not None).update(came_at=came_at)
    if not changed and not living.exists():
        raise RegistrationEnded
    Event.objects.filter(pk=event.pk).update(came_count=F("came_count") + (changed if came_at else -changed))
    registration.refresh_from_db()
    return bool(changed)


def place_in_queue(registration: Registration) -> int:
    """How many stand in the waiting list up to and with this person."""
    ahead = Registration.objects.waiting().filter(event=registration.event_id, number__lte=registration.number)
    return ahead.count()


def forget_registrations(*, now: dt.datetime | None = None) -> int:
    """Delete the data of people registered for events that ended ``REGISTRATIONS_KEPT_DAYS`` ago; how many people.

    What they need is deleted as soon as the event is over. The event's counts stay: registered, waiting, checked in.
    """
    now = now or timezone.now()
    for event in Event.objects.with_needs_to_forget(now)[:BATCH]:
        event.registrations.exclude(needs="").update(needs="")
    deleted = 0
    ended_before = now - dt.timedelta(days=settings.REGISTRATIONS_KEPT_DAYS)
    for event in Event.objects.with_data_to_forget(ended_before)[:BATCH]:
        deleted += event.registrations.count()
        event.registrations.all().delete()
    return deleted
