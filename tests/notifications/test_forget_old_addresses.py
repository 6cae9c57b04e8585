"""Addresses that are not needed any more are deleted; those that are needed stay."""

from __future__ import annotations

import datetime as dt

import pytest

from notifications.models import Happening, Message, Subscription
from notifications.services.housekeeping import (
    CONFIRM_WITHIN,
    HAPPENINGS_KEPT,
    SENT_TO_FOLLOWERS_KEPT,
    forget_old_addresses,
)
from notifications.services.outbox import sweep
from notifications.sources import LOOK_BACK
from notifications.targets import KEPT_AFTER_END, is_over
from tests.factories import CLOSES, DURING, EventFactory, submission
from tests.factories_following import follow, happening

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize(("now", "left"), [(DURING + CONFIRM_WITHIN, 1), (DURING + CONFIRM_WITHIN + SECOND, 0)])
def test_a_following_never_confirmed_is_deleted_after_14_days(consultation, now, left):
    Subscription.objects.create(consultation=consultation, email="a@example.org", created_at=DURING)
    forget_old_addresses(now=now)
    assert Subscription.objects.count() == left


@pytest.mark.parametrize(
    ("now", "left"),
    [(CLOSES + KEPT_AFTER_END, 1), (CLOSES + KEPT_AFTER_END + SECOND, 0)],
)
def test_followers_are_deleted_60_days_after_the_end(follower, now, left):
    forget_old_addresses(now=now)
    assert Subscription.objects.count() == left


@pytest.mark.usefixtures("mail_server", "during")
def test_old_mail_to_followers_goes_and_mail_about_submissions_stays(consultation, due_message):
    submission(consultation)
    due_message("follower")
    assert sweep(now=DURING) == 2
    forget_old_addresses(now=DURING + SENT_TO_FOLLOWERS_KEPT + SECOND)
    assert list(Message.objects.values_list("kind", flat=True)) == ["receipt"]


def test_mail_that_waits_is_kept(due_message):
    due_message()
    forget_old_addresses(now=DURING + SENT_TO_FOLLOWERS_KEPT + SECOND)
    assert Message.objects.exists()


@pytest.mark.parametrize("days", [59, 60, 61, 62])
@pytest.mark.parametrize("ends_at", [None, DURING + dt.timedelta(hours=2)])
def test_followers_of_an_event_are_deleted_when_nothing_can_be_told_of_it_any_more(ends_at, days):
    event = EventFactory(starts_at=DURING, ends_at=ends_at)
    follow(event)
    now = DURING + dt.timedelta(days=days)
    forget_old_addresses(now=now)
    assert Subscription.objects.exists() is not is_over(event, now)


def test_old_happenings_go_when_they_were_told_and_not_before(consultation):
    told, untold = happening(consultation=consultation), happening(consultation=consultation)
    Happening.objects.filter(pk=told.pk).update(told_at=DURING)
    forget_old_addresses(now=DURING + HAPPENINGS_KEPT)
    assert Happening.objects.count() == 2
    forget_old_addresses(now=DURING + HAPPENINGS_KEPT + SECOND)
    assert list(Happening.objects.all()) == [untold]


def test_what_is_forgotten_is_too_old_to_be_noticed_anew():
    assert LOOK_BACK + dt.timedelta(days=7) < HAPPENINGS_KEPT
