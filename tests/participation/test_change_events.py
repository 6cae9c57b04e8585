"""An announced event is moved, cancelled or given places by verbs: with a reason and a history, told to everyone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.roles import Role
from lublin2030.lib.dates import warsaw
from notifications.models import Message
from participation.errors import (
    EndsBeforeStart,
    EventChanged,
    EventNotPlanned,
    MovedToThePast,
    NothingMoved,
    NotPermitted,
    ReasonMissing,
)
from participation.models import Event, EventChange
from participation.occasions import Occasion
from participation.services.events import NewOccasion, cancel_event, change_capacity, reschedule_event
from participation.services.registrations import lapse_unconfirmed, register
from tests.factories import DURING, DistrictFactory, person
from tests.factories_events import COMING, DAY, open_event, registered, someone

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
FORBIDDEN = [role for role in Role if role not in {Role.EDITOR, Role.COORDINATOR}]


@pytest.fixture
def clerk():
    return person(Role.EDITOR)


def to(event: Event, **fields) -> NewOccasion:
    """Where the event is, but for these fields."""
    now: dict[str, Any] = {
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "address": event.address,
        "district": event.district,
        "is_online": event.is_online,
        "online_url": event.online_url,
    }
    return NewOccasion(**now | fields)


def move(event: Event, by, why="Sala zalana", read=None, **fields) -> EventChange:
    return reschedule_event(event, to=to(event, **fields), why=why, by=by, read=read, now=DURING)


def told(kind: str) -> list[str]:
    return sorted(Message.objects.filter(kind=kind).values_list("recipient", flat=True))


def test_a_move_keeps_from_where_to_where_why_and_by_whom(clerk):
    event = open_event(address="Ratusz")
    district = DistrictFactory(name="Rury")
    change = move(event, clerk, starts_at=COMING + DAY, ends_at=None, address="Dom Kultury", district=district)
    change.refresh_from_db()
    assert (change.before.starts_at, change.before.address) == (COMING, "Ratusz")
    assert (change.after.starts_at, change.after.place) == (COMING + DAY, ("Dom Kultury", "Rury", False))
    assert (change.why, change.by, change.at) == ("Sala zalana", clerk, DURING)
    event.refresh_from_db()
    assert (event.starts_at, event.ends_at, event.address) == (COMING + DAY, None, "Dom Kultury")


def test_everyone_who_registered_is_told_of_a_move_once_and_keeps_the_place(clerk):
    event = open_event(capacity=1)
    registered(event, 1, 2)
    move(event, clerk, address="Dom Kultury")
    assert told("event_moved") == ["osoba1@example.org", "osoba2@example.org"]
    event.refresh_from_db()
    assert (event.places_taken, event.waiting_count) == (1, 1)


def test_an_event_moved_nearer_holds_no_place_longer_than_until_it_begins(clerk):
    event = open_event()
    one = register(event, who=someone(), now=DURING)
    move(event, clerk, starts_at=DURING + HOUR, ends_at=None)
    one.refresh_from_db()
    assert one.confirm_until == DURING + HOUR
    assert lapse_unconfirmed(now=DURING + 2 * HOUR) == 0


def test_registration_ends_with_the_new_beginning(clerk):
    event = open_event(registration_closes_at=COMING - HOUR)
    move(event, clerk, starts_at=DURING + HOUR, ends_at=None)
    event.refresh_from_db()
    assert event.registration_ends_at == DURING + HOUR


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"starts_at": DURING}, MovedToThePast),
        ({"ends_at": COMING - HOUR}, EndsBeforeStart),
        ({}, NothingMoved),
        ({"why": "  ", "address": "Gdzie indziej"}, ReasonMissing),
        ({"read": "what it was", "address": "Gdzie indziej"}, EventChanged),
    ],
)
def test_a_move_that_makes_no_sense_changes_nothing(clerk, fields, error):
    event = open_event()
    with pytest.raises(error):
        move(event, clerk, **fields)
    assert not EventChange.objects.exists()


def test_two_colleagues_who_move_it_from_the_same_page_do_not_overwrite_each_other(clerk):
    event = open_event()
    read = Occasion.of(event).fingerprint
    move(event, clerk, address="Ratusz", read=read)
    with pytest.raises(EventChanged):
        move(event, clerk, address="Dom Kultury", read=read)


def test_a_cancelled_event_says_why_and_everyone_is_told(clerk):
    event = open_event(capacity=1)
    registered(event, 1, 2)
    cancel_event(event, why="Burza", by=clerk, now=DURING)
    event.refresh_from_db()
    assert event.state == "cancelled"
    assert event.changes.get().why == "Burza"
    assert told("event_cancelled") == ["osoba1@example.org", "osoba2@example.org"]


def test_an_event_is_cancelled_once(clerk):
    event = open_event()
    cancel_event(event, why="Burza", by=clerk, now=DURING)
    with pytest.raises(EventNotPlanned):
        cancel_event(event, why="Burza", by=clerk, now=DURING)
    with pytest.raises(IntegrityError), transaction.atomic():
        EventChange.objects.create(event=event, what="cancelled", why="znowu", at=DURING)


@pytest.mark.parametrize(
    "fields",
    [{"state": "draft"}, {"state": "cancelled"}, {"state": "held"}, {"starts_at": DURING - DAY, "ends_at": None}],
)
def test_only_what_is_announced_and_not_over_is_changed(clerk, fields):
    event = open_event(**fields)
    for verb in (
        lambda: move(event, clerk, address="Gdzie indziej"),
        lambda: cancel_event(event, why="Burza", by=clerk, now=DURING),
        lambda: change_capacity(event, capacity=9, by=clerk, now=DURING),
    ):
        with pytest.raises(EventNotPlanned):
            verb()


@pytest.mark.parametrize("role", FORBIDDEN)
def test_other_roles_change_nothing(role):
    event, other = open_event(), person(role)
    for verb in (
        lambda: move(event, other, address="Gdzie indziej"),
        lambda: cancel_event(event, why="Burza", by=other, now=DURING),
        lambda: change_capacity(event, capacity=9, by=other, now=DURING),
    ):
        with pytest.raises(NotPermitted):
            verb()


def test_more_places_let_people_move_up_in_order(clerk):
    event = open_event(capacity=1)
    registered(event, *range(1, 6))
    moved = change_capacity(event, capacity=3, by=clerk, now=DURING)
    assert [one.number for one in moved] == [2, 3]
    assert told("moved_up") == ["osoba2@example.org", "osoba3@example.org"]
    assert event.changes.get().new == {"capacity": 3}


def test_without_a_limit_everyone_moves_up(clerk):
    event = open_event(capacity=1)
    registered(event, *range(1, 6))
    assert len(change_capacity(event, capacity=None, by=clerk, now=DURING)) == 4


def test_fewer_places_throw_nobody_out_and_nobody_moves_up_until_there_is_room(clerk):
    event = open_event(capacity=3)
    registered(event, *range(1, 6))
    assert change_capacity(event, capacity=1, by=clerk, now=DURING) == []
    event.refresh_from_db()
    assert (event.places_taken, event.waiting_count, event.free_places) == (3, 2, 0)


# -- Clocks that change -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "ends", "hours"),
    [
        (warsaw(2022, 3, 26, 22), warsaw(2022, 3, 27, 6), 7),
        (warsaw(2022, 10, 29, 22), warsaw(2022, 10, 30, 6), 9),
        (warsaw(2022, 6, 1, 22), warsaw(2022, 6, 2, 6), 8),
    ],
)
def test_the_length_is_what_passes_not_what_the_clock_shows(starts, ends, hours):
    assert open_event(starts_at=starts, ends_at=ends).length == hours * HOUR


def test_a_place_is_held_for_hours_that_pass():
    starts = warsaw(2022, 3, 29, 12)
    event = open_event(starts_at=starts, ends_at=None, confirmation_hours=24)
    one = register(event, who=someone(), now=warsaw(2022, 3, 26, 12))
    assert one.confirm_until == warsaw(2022, 3, 27, 13)
