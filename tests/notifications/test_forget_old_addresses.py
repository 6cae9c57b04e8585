"""Addresses that are not needed any more are deleted; those that are needed stay."""

from __future__ import annotations

import datetime as dt

import pytest

from notifications.models import Message, Subscription
from notifications.services.housekeeping import (
    CONFIRM_WITHIN,
    FOLLOWERS_KEPT_AFTER_CLOSING,
    SENT_TO_FOLLOWERS_KEPT,
    forget_old_addresses,
)
from notifications.services.outbox import sweep
from tests.factories import CLOSES, DURING, submission

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize(("now", "left"), [(DURING + CONFIRM_WITHIN, 1), (DURING + CONFIRM_WITHIN + SECOND, 0)])
def test_a_following_never_confirmed_is_deleted_after_14_days(consultation, now, left):
    Subscription.objects.create(consultation=consultation, email="a@example.org", created_at=DURING)
    forget_old_addresses(now=now)
    assert Subscription.objects.count() == left


@pytest.mark.parametrize(
    ("now", "left"),
    [(CLOSES + FOLLOWERS_KEPT_AFTER_CLOSING, 1), (CLOSES + FOLLOWERS_KEPT_AFTER_CLOSING + SECOND, 0)],
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
