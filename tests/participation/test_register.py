"""Registering: a place while there is one, then the waiting list in order; once for each address, by its link."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.roles import Role
from notifications.models import Message
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
)
from participation.models import Event, Registration
from participation.services.registrations import (
    cancel_registration,
    check_in,
    confirm_registration,
    find_registration,
    forget_registrations,
    lapse_unconfirmed,
    place_in_queue,
    register,
    undo_check_in,
    why_closed,
)
from tests.factories import DURING, person
from tests.factories_events import COMING, DAY, open_event, registered, someone

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def states(event: Event) -> list[str]:
    return list(event.registrations.order_by("number").values_list("state", flat=True))


def counts(event: Event) -> tuple[int, int]:
    event.refresh_from_db()
    return event.places_taken, event.waiting_count


def kinds() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("kind", flat=True))


# -- Places and the waiting list --------------------------------------------------------------------------------------


def test_who_comes_first_gets_the_places_the_others_wait_in_order():
    event = open_event(capacity=2)
    made = registered(event, 1, 2, 3, 4)
    assert states(event) == ["place", "place", "waiting", "waiting"]
    assert [one.number for one in made] == [1, 2, 3, 4]
    assert place_in_queue(made[3]) == 2
    assert counts(event) == (2, 2)


def test_without_a_limit_everyone_gets_a_place():
    event = open_event(capacity=None)
    registered(event, *range(1, 6))
    assert counts(event) == (5, 0)


def test_nobody_overtakes_those_who_wait():
    event = open_event(capacity=1)
    registered(event, 1, 2)
    Event.objects.filter(pk=event.pk).update(capacity=2)  # as if a place had become free in this very moment
    registered(event, 3)
    assert states(event) == ["place", "waiting", "waiting"]


def test_whoever_cancels_lets_the_next_move_up_with_one_mail():
    event = open_event(capacity=1)
    first, second, third = registered(event, 1, 2, 3)
    assert cancel_registration(first, now=DURING) == [second]
    assert states(event) == ["cancelled", "place", "waiting"]
    assert counts(event) == (1, 1)
    assert list(Message.objects.filter(kind="moved_up").values_list("recipient", flat=True)) == [second.email]
    assert place_in_queue(third) == 1


def test_cancelling_twice_changes_nothing_more():
    event = open_event(capacity=1)
    first, *_rest = registered(event, 1, 2, 3)
    cancel_registration(first, now=DURING)
    assert cancel_registration(first, now=DURING) == []
    assert counts(event) == (1, 1)


def test_whoever_leaves_the_waiting_list_frees_no_place():
    event = open_event(capacity=1)
    _first, second, _third = registered(event, 1, 2, 3)
    assert cancel_registration(second, now=DURING) == []
    assert states(event) == ["place", "cancelled", "waiting"]
    assert counts(event) == (1, 1)


def test_whoever_has_cancelled_can_register_again_at_the_end_of_the_list():
    event = open_event(capacity=1)
    first, *_rest = registered(event, 1, 2)
    cancel_registration(first, now=DURING)
    (again,) = registered(event, 1)
    assert (again.number, again.state) == (3, "waiting")


# -- One registration for each address --------------------------------------------------------------------------------


def test_the_same_address_again_is_the_same_registration_and_gets_the_link_once_an_hour():
    event = open_event()
    first = register(event, who=someone(), now=DURING)
    again = register(event, who=someone(email="OSOBA1@example.org"), now=DURING + HOUR / 2)
    assert again.pk == first.pk
    assert kinds() == ["registration"]
    register(event, who=someone(), now=DURING + HOUR)
    assert kinds() == ["registration"] * 2


def test_the_database_refuses_a_second_living_registration_of_an_address():
    (one,) = registered(open_event(), 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.create(
            event=one.event, number=9, name="X", email="Osoba1@EXAMPLE.org", state="place", registered_at=DURING
        )


def test_people_without_an_address_are_as_many_as_they_are():
    event, clerk = open_event(capacity=None), person(Role.EDITOR)
    for _time in range(2):
        register(event, who=someone(email=""), by=clerk, now=DURING)
    assert counts(event) == (2, 0)
    assert kinds() == []


def test_needs_are_kept_only_where_the_event_asks_for_them():
    asking, other = open_event(asks_needs=True), open_event()
    for event in (asking, other):
        register(event, who=someone(needs="pętla indukcyjna"), now=DURING)
    assert list(Registration.objects.order_by("pk").values_list("needs", flat=True)) == ["pętla indukcyjna", ""]


# -- When nobody can register -----------------------------------------------------------------------------------------

CLOSED: dict[str, tuple[dict[str, Any], Any]] = {
    "cancelled": ({"state": "cancelled"}, EventCalledOff),
    "draft": ({"state": "draft"}, RegistrationNotTaken),
    "held": ({"state": "held"}, EventBegun),
    "without registration": ({"takes_registration": False}, RegistrationNotTaken),
    "begun": ({"starts_at": DURING - HOUR, "ends_at": DURING + HOUR}, EventBegun),
    "over": ({"starts_at": DURING - DAY, "ends_at": DURING - DAY + HOUR}, EventBegun),
    "not open yet": ({"registration_opens_at": DURING + HOUR}, RegistrationNotOpenYet),
    "closed": ({"registration_closes_at": DURING}, RegistrationClosed),
}


@pytest.mark.parametrize(("fields", "error"), CLOSED.values(), ids=CLOSED)
def test_nobody_registers_when_it_is_not_the_time(fields, error):
    event = open_event(**fields)
    with pytest.raises(error):
        register(event, who=someone(), now=DURING)
    assert isinstance(why_closed(event, now=DURING), error)
    assert not event.registrations.exists()


@pytest.mark.parametrize("name", ["not open yet", "closed", "begun"])
def test_staff_register_also_before_and_after_and_during_the_event(name):
    event = open_event(**CLOSED[name][0])
    assert register(event, who=someone(), by=person(Role.COORDINATOR), now=DURING).has_place


@pytest.mark.parametrize("name", ["cancelled", "draft", "without registration", "over"])
def test_but_not_for_what_is_over_or_cancelled(name):
    with pytest.raises(RegistrationRefused):
        register(open_event(**CLOSED[name][0]), who=someone(), by=person(Role.EDITOR), now=DURING)


def test_staff_are_told_of_an_address_that_is_there_already():
    event = open_event()
    registered(event, 1)
    with pytest.raises(EmailRegistered):
        register(event, who=someone(), by=person(Role.EDITOR), now=DURING)


@pytest.mark.parametrize("kind", ["interview", "focus_group"])
def test_interviews_and_focus_groups_take_no_registration(kind):
    with pytest.raises(IntegrityError), transaction.atomic():
        open_event(kind=kind)


# -- Confirming and lapsing -------------------------------------------------------------------------------------------


def test_confirming_twice_changes_nothing():
    (one,) = registered(open_event(), 1)
    at = one.confirmed_at
    assert confirm_registration(one, now=DURING + HOUR).confirmed_at == at


def test_a_place_is_held_for_the_events_hours_but_not_longer_than_until_the_event():
    event, soon = open_event(confirmation_hours=5), open_event(confirmation_hours=48, starts_at=DURING + HOUR)
    assert register(event, who=someone(), now=DURING).confirm_until == DURING + 5 * HOUR
    assert register(soon, who=someone(), now=DURING).confirm_until == DURING + HOUR


def test_what_is_not_confirmed_lapses_and_the_next_moves_up():
    event = open_event(capacity=1)
    register(event, who=someone(1), now=DURING)
    registered(event, 2)
    assert lapse_unconfirmed(now=DURING + 47 * HOUR) == 0
    assert lapse_unconfirmed(now=DURING + 48 * HOUR) == 1
    assert states(event) == ["lapsed", "place"]
    assert counts(event) == (1, 0)
    assert lapse_unconfirmed(now=DURING + 49 * HOUR) == 0


def test_after_the_term_nobody_confirms_even_before_the_housekeeping_has_run():
    one = register(open_event(), who=someone(), now=DURING)
    with pytest.raises(RegistrationEnded):
        confirm_registration(one, now=DURING + 48 * HOUR)


def test_who_moves_up_unconfirmed_has_the_whole_time_to_confirm():
    event = open_event(capacity=1)
    (first,) = registered(event, 1)
    second = register(event, who=someone(2), now=DURING)
    cancel_registration(first, now=DURING + 40 * HOUR)
    second.refresh_from_db()
    assert second.confirm_until == DURING + 88 * HOUR
    assert lapse_unconfirmed(now=DURING + 50 * HOUR) == 0


def test_once_the_event_has_begun_nothing_lapses_and_nobody_moves_up():
    event = open_event(capacity=1)
    first = register(event, who=someone(1), now=COMING - HOUR)
    assert lapse_unconfirmed(now=COMING) == 0
    with pytest.raises(EventBegun):
        cancel_registration(first, now=COMING)
    assert states(event) == ["place"]


@pytest.mark.parametrize("verb", [confirm_registration, cancel_registration])
def test_of_a_cancelled_event_nothing_is_confirmed_or_cancelled(verb):
    one = register(open_event(), who=someone(), now=DURING)
    Event.objects.update(state="cancelled")
    with pytest.raises(EventCalledOff):
        verb(one, now=DURING)


@pytest.mark.parametrize("token", ["", "x" * 65, "ąę", "../", "nie-ma-takiego"])
def test_a_token_of_nobody_finds_nothing(token):
    registered(open_event(), 1)
    assert find_registration(token) is None


# -- At the door ------------------------------------------------------------------------------------------------------


def test_checking_in_counts_once_and_can_be_undone():
    event, clerk = open_event(), person(Role.EDITOR)
    one, _other = registered(event, 1, 2)
    assert [check_in(one, by=clerk, now=COMING) for _time in range(2)] == [True, False]
    event.refresh_from_db()
    assert event.came_count == 1
    assert [undo_check_in(one, by=clerk, now=COMING) for _time in range(2)] == [True, False]
    event.refresh_from_db()
    assert event.came_count == 0


def test_whoever_waits_may_be_let_in_when_somebody_did_not_come():
    event = open_event(capacity=1)
    _first, second = registered(event, 1, 2)
    assert check_in(second, by=person(Role.EDITOR), now=COMING)


def test_nobody_is_checked_in_before_the_day_or_after_cancelling():
    event, clerk = open_event(), person(Role.EDITOR)
    one, other = registered(event, 1, 2)
    with pytest.raises(NotTheDayYet):
        check_in(one, by=clerk, now=COMING - DAY)
    cancel_registration(other, now=DURING)
    with pytest.raises(RegistrationEnded):
        check_in(other, by=clerk, now=COMING)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.EDITOR, Role.COORDINATOR}])
def test_other_roles_register_check_in_and_strike_off_nobody(role):
    event, other = open_event(), person(role)
    (one,) = registered(event, 1)
    for verb in (
        lambda: register(event, who=someone(2), by=other, now=DURING),
        lambda: check_in(one, by=other, now=COMING),
        lambda: undo_check_in(one, by=other, now=COMING),
        lambda: cancel_registration(one, by=other, now=DURING),
    ):
        with pytest.raises(NotPermitted):
            verb()


# -- What is kept -----------------------------------------------------------------------------------------------------


def test_thirty_days_after_the_event_only_the_counts_are_left():
    event = open_event(capacity=1, asks_needs=True)
    one, _other = registered(event, 1, 2)
    check_in(one, by=person(Role.EDITOR), now=COMING)
    over = COMING + dt.timedelta(hours=2)
    assert forget_registrations(now=over + 29 * DAY) == 0
    assert forget_registrations(now=over + 31 * DAY) == 2
    assert not Registration.objects.exists()
    assert not Message.objects.exists()
    event.refresh_from_db()
    assert (event.places_taken, event.waiting_count, event.came_count) == (1, 1, 1)


def test_needs_are_deleted_as_soon_as_the_event_is_over():
    event = open_event(asks_needs=True)
    register(event, who=someone(needs="tłumacz migowy"), now=DURING)
    forget_registrations(now=COMING + HOUR)
    assert Registration.objects.get().needs == "tłumacz migowy"
    forget_registrations(now=COMING + 3 * HOUR)
    assert Registration.objects.get().needs == ""


@pytest.mark.parametrize("days", [1, 90])
def test_how_long_names_are_kept_is_a_setting(settings, days):
    settings.REGISTRATIONS_KEPT_DAYS = days
    event = open_event()
    registered(event, 1)
    over = COMING + dt.timedelta(hours=2)
    assert forget_registrations(now=over + (days - 1) * DAY) == 0
    assert forget_registrations(now=over + days * DAY + HOUR) == 1
