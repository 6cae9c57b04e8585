"""Mails about events: one of each kind, in the reader's language, each fact once, nothing outdated."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.roles import Role
from notifications.errors import OutOfDate
from notifications.models import Message
from notifications.rendering import render
from notifications.services import outbox
from notifications.services.reminders import remind_of_events
from participation.models import Event
from participation.services.events import NewOccasion, cancel_event, reschedule_event
from participation.services.registrations import cancel_registration, confirm_registration, register
from tests.factories import DURING, person
from tests.factories_events import COMING, DAY, open_event, registered, someone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]
PREFIX = {"pl": "https://portal.test/", "en": "https://portal.test/en/", "uk": "https://portal.test/uk/"}
HOUR = dt.timedelta(hours=1)


def latest(kind: str) -> Message:
    return Message.objects.filter(kind=kind).latest("pk")


def move(event: Event, **fields):
    now: dict[str, Any] = {
        "starts_at": COMING,
        "ends_at": None,
        "address": "Ratusz",
        "district": None,
        "is_online": False,
    }
    return reschedule_event(
        event, to=NewOccasion(**now | fields), why="Sala zalana", by=person(Role.EDITOR), now=DURING
    )


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
def test_every_mail_has_its_link_in_the_readers_language_in_both_bodies(language):
    event = open_event(capacity=1, title="Debata <b>o</b> zieleni")
    register(event, who=someone(1, language=language), now=DURING)
    second = register(event, who=someone(2, language=language), now=DURING)
    first = event.registrations.get(number=1)
    cancel_registration(first, by=person(Role.EDITOR), now=DURING)
    confirm_registration(second, now=DURING)
    remind_of_events(now=COMING - HOUR)
    move(event, address="Ratusz", starts_at=COMING + DAY)
    assert set(Message.objects.values_list("kind", flat=True)) == {
        "registration", "moved_up", "registration_ended", "event_reminder", "event_moved",
    }  # fmt: skip
    for kind in ("registration", "moved_up", "event_moved"):
        mail = render(latest(kind), now=DURING)
        address = f"{PREFIX[language]}zapisy/{second.token}/"
        assert address in mail.text
        assert address in mail.html
        assert "Debata <b>o</b> zieleni" in mail.text
        assert "Debata &lt;b&gt;o&lt;/b&gt; zieleni" in mail.html
        assert "\n" not in mail.subject
    assert first.token not in render(latest("registration_ended"), now=DURING).text


def test_who_waits_reads_the_place_in_the_queue():
    event = open_event(capacity=1)
    registered(event, 1, 2, 3)
    assert ": 2." in render(latest("registration"), now=DURING).text


def test_a_move_tells_old_and_new():
    event = open_event(address="Dom Kultury")
    registered(event, 1)
    move(event, address="Ratusz", starts_at=COMING + DAY)
    text = render(latest("event_moved"), now=DURING).text
    for words in ("8 grudnia 2021", "9 grudnia 2021", "Dom Kultury", "Ratusz", "Sala zalana"):
        assert words in text


def test_of_two_moves_only_the_later_is_told():
    event = open_event(address="Dom Kultury")
    registered(event, 1)
    move(event, address="Ratusz")
    first = latest("event_moved")
    move(event, address="Teatr Stary")
    with pytest.raises(OutOfDate):
        render(first, now=DURING)
    assert "Teatr Stary" in render(latest("event_moved"), now=DURING).text


def test_a_cancellation_is_told_with_its_reason_and_nothing_else_any_more():
    event = open_event()
    registered(event, 1)
    cancel_event(event, why="Burza", by=person(Role.EDITOR), now=DURING)
    assert "Burza" in render(latest("event_cancelled"), now=DURING).html
    with pytest.raises(OutOfDate):
        render(latest("registration"), now=DURING)


def test_whoever_has_cancelled_gets_no_mail_that_was_on_its_way():
    event = open_event()
    (one,) = registered(event, 1)
    cancel_registration(one, now=DURING)
    outbox.sweep(now=DURING)
    assert not Message.objects.exists()


def test_whoever_cancels_by_the_link_gets_no_mail_about_it():
    event = open_event()
    (one,) = registered(event, 1)
    cancel_registration(one, now=DURING)
    assert not Message.objects.filter(kind="registration_ended").exists()


# -- Reminders --------------------------------------------------------------------------------------------------------


def reminders() -> int:
    return Message.objects.filter(kind="event_reminder").count()


def test_three_days_and_one_day_before_everyone_with_a_place_is_reminded_once():
    registered(open_event(capacity=2), 1, 2, 3)
    assert remind_of_events(now=COMING - 4 * DAY) == 0
    assert [remind_of_events(now=COMING - 3 * DAY + n * HOUR) for n in range(3)] == [2, 0, 0]
    assert [remind_of_events(now=COMING - DAY + n * HOUR) for n in range(3)] == [2, 0, 0]
    assert remind_of_events(now=COMING) == 0


def test_a_worker_that_stood_still_reminds_once_not_twice():
    registered(open_event(), 1)
    assert remind_of_events(now=COMING - HOUR) == 1
    assert remind_of_events(now=COMING - HOUR / 2) == 0


def test_whoever_registers_within_that_time_is_not_reminded_of_it():
    event = open_event()
    registered(event, 1, now=COMING - 2 * DAY)
    assert remind_of_events(now=COMING - 2 * DAY + HOUR) == 0
    assert remind_of_events(now=COMING - DAY + HOUR) == 1


@pytest.mark.parametrize("state", ["cancelled", "held", "draft"])
def test_of_what_does_not_take_place_nobody_is_reminded(state):
    registered(open_event(), 1)
    Event.objects.update(state=state)
    assert remind_of_events(now=COMING - HOUR) == 0


def test_whoever_has_cancelled_or_not_confirmed_is_not_reminded():
    event = open_event(capacity=9)
    one, _other = registered(event, 1, 2)
    cancel_registration(one, now=DURING)
    registered(event, 3, confirmed=False)
    assert remind_of_events(now=COMING - HOUR) == 1


def test_a_reminder_of_the_old_time_is_not_sent_and_of_the_new_it_is():
    event = open_event()
    registered(event, 1)
    remind_of_events(now=COMING - HOUR)
    move(event, starts_at=COMING + 5 * DAY)
    with pytest.raises(OutOfDate):
        render(latest("event_reminder"), now=COMING - HOUR)
    assert remind_of_events(now=COMING + 5 * DAY - HOUR) == 1


def test_reminders_cost_the_same_queries_for_many(django_assert_max_num_queries):
    registered(open_event(capacity=None), *range(12))
    with django_assert_max_num_queries(8):
        assert remind_of_events(now=COMING - HOUR) == 12
