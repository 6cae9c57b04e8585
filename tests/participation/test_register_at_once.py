"""Crowds and double clicks at a registration: in many threads at once, on SQLite (in a file) and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest
from django.db.models import F

from accounts.roles import Role
from notifications.models import Message
from participation.errors import RegistrationEnded
from participation.models import Event, Registration
from participation.services.events import change_capacity
from participation.services.registrations import (
    cancel_registration,
    check_in,
    confirm_registration,
    lapse_unconfirmed,
    register,
)
from tests.factories import DURING, person
from tests.factories_events import COMING, open_event, registered, someone
from tests.parallel import at_once, database_for_threads

pytestmark = pytest.mark.django_db(transaction=True)


def counts_are_right(event: Event) -> bool:
    event.refresh_from_db()
    rows = event.registrations
    return (event.places_taken, event.waiting_count) == (rows.with_place().count(), rows.waiting().count())


def test_of_twenty_at_once_for_five_places_five_are_in_and_fifteen_wait_in_order(tmp_path):
    event = open_event(capacity=5)
    with database_for_threads(tmp_path):
        at_once([partial(register, event, who=someone(number), now=DURING) for number in range(20)])
        rows = list(event.registrations.order_by("number").values_list("number", "state"))
        assert rows == [(number, "place" if number <= 5 else "waiting") for number in range(1, 21)]
        assert counts_are_right(event)
        assert Message.objects.filter(kind="registration").count() == 20


def test_eight_clicks_of_one_person_make_one_registration_and_one_mail(tmp_path):
    event = open_event(capacity=5)
    with database_for_threads(tmp_path):
        made = at_once([partial(register, event, who=someone(), now=DURING)] * 8)
        assert len({one.pk for one in made}) == 1
        assert Message.objects.count() == 1
        assert counts_are_right(event)


def test_eight_clicks_on_cancel_free_one_place_for_one_person(tmp_path):
    event = open_event(capacity=1)
    first, *_waiting = registered(event, *range(1, 6))
    with database_for_threads(tmp_path):
        own = [Registration.objects.get(pk=first.pk) for _click in range(8)]
        moved = at_once([partial(cancel_registration, one, now=DURING) for one in own])
        assert sorted(len(one) for one in moved) == [0] * 7 + [1]
        assert Message.objects.filter(kind="moved_up").count() == 1
        assert counts_are_right(event)
        assert event.places_taken == 1


def test_those_who_cancel_and_those_who_register_at_once_never_overfill_nor_leave_a_place_empty(tmp_path):
    event = open_event(capacity=5)
    present = registered(event, *range(1, 9))
    with database_for_threads(tmp_path):
        calls: list[Callable[[], object]] = [partial(cancel_registration, one, now=DURING) for one in present[:4]]
        calls += [partial(register, event, who=someone(number), now=DURING) for number in range(20, 28)]
        at_once(calls)
        assert counts_are_right(event)
        assert (event.places_taken, event.waiting_count) == (5, 7)
        last_in = event.registrations.with_place().order_by("-number")[0].number
        assert event.registrations.waiting()[0].number > last_in


def test_a_place_is_confirmed_or_has_lapsed_never_both(tmp_path):
    event = open_event(capacity=4)
    made = registered(event, *range(1, 7), confirmed=False)
    late = made[0].confirm_until
    with database_for_threads(tmp_path):

        def confirm(one: Registration) -> None:
            with suppress(RegistrationEnded):
                confirm_registration(one, now=DURING)

        at_once(
            [partial(confirm, one) for one in made[:3]] + [partial(lapse_unconfirmed, now=late) for _worker in range(3)]
        )
        for one in Registration.objects.all():
            assert (one.confirmed_at is None) or one.lives
        assert counts_are_right(event)


def test_more_places_and_cancelling_at_once_let_everyone_move_up_once(tmp_path):
    event, clerk = open_event(capacity=1), person(Role.EDITOR)
    first, *_waiting = registered(event, *range(1, 7))
    with database_for_threads(tmp_path):
        at_once(
            [
                partial(cancel_registration, first, now=DURING),
                partial(change_capacity, event, capacity=3, by=clerk, now=DURING),
            ]
        )
        assert counts_are_right(event)
        assert list(event.registrations.with_place().order_by("number").values_list("number", flat=True)) == [2, 3, 4]
        assert Message.objects.filter(kind="moved_up").count() == 3


def test_two_at_the_door_who_check_in_the_same_person_count_one(tmp_path):
    event, clerk = open_event(capacity=5), person(Role.EDITOR)
    one, *_others = registered(event, 1, 2)
    with database_for_threads(tmp_path):
        news = at_once([partial(check_in, Registration.objects.get(pk=one.pk), by=clerk, now=COMING) for _ in range(6)])
        assert news.count(True) == 1
        assert Event.objects.filter(came_count=F("places_taken") - 1).exists()
