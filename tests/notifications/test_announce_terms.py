"""Followers are told once when a consultation opens and once when three days or less are left."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import Message, Subscription
from notifications.services import following, outbox
from notifications.services.following import announce_terms
from tests.factories import CLOSES, DURING, OPENS

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


def follow(consultation, count=1, *, since=OPENS - 10 * DAY, confirmed=True, start=0):
    return Subscription.objects.bulk_create(
        Subscription(
            consultation=consultation,
            email=f"f{number}@example.org",
            created_at=since,
            confirmed_at=since if confirmed else None,
        )
        for number in range(start, start + count)
    )


def kinds() -> list[str]:
    return sorted(Message.objects.values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (OPENS - MINUTE, []),
        (OPENS, ["consultation_opens"]),
        (OPENS + 2 * DAY - MINUTE, ["consultation_opens"]),
        (OPENS + 2 * DAY, []),
        (DURING, []),
        (CLOSES - 3 * DAY - MINUTE, []),
        (CLOSES - 3 * DAY, ["consultation_closes"]),
        (CLOSES - MINUTE, ["consultation_closes"]),
        (CLOSES, []),
    ],
)
def test_what_is_told_when(consultation, now, told):
    follow(consultation)
    announce_terms(now=now)
    assert kinds() == told


def test_keys_name_the_consultation_and_the_follower(consultation):
    (one,) = follow(consultation)
    announce_terms(now=OPENS)
    announce_terms(now=CLOSES - DAY)
    assert set(Message.objects.values_list("key", flat=True)) == {
        f"consultation-opens:{consultation.pk}:{one.pk}",
        f"consultation-closes:{consultation.pk}:{one.pk}",
    }


def test_telling_again_tells_nobody_twice(consultation):
    follow(consultation, 3)
    assert [announce_terms(now=CLOSES - DAY) for _ in range(3)] == [3, 0, 0]
    assert Message.objects.count() == 3


def test_two_workers_at_once_write_each_message_once(consultation, monkeypatch):
    follow(consultation, 3)
    write_all = outbox.write_all

    def write_after_another(messages):
        monkeypatch.setattr(outbox, "write_all", write_all)
        announce_terms(now=CLOSES - DAY)  # the other worker was faster
        write_all(messages)

    monkeypatch.setattr(outbox, "write_all", write_after_another)
    announce_terms(now=CLOSES - DAY)
    assert Message.objects.count() == 3


def test_the_unconfirmed_are_not_told(consultation):
    follow(consultation, confirmed=False)
    assert announce_terms(now=OPENS) == 0


def test_who_came_after_the_opening_is_told_of_the_closing_only(consultation):
    follow(consultation, since=OPENS + MINUTE)
    announce_terms(now=OPENS + DAY)
    assert kinds() == []
    announce_terms(now=CLOSES - DAY)
    assert kinds() == ["consultation_closes"]


def test_a_consultation_that_is_not_public_is_not_announced(consultation):
    follow(consultation)
    consultation.published_at = None
    consultation.save()
    assert announce_terms(now=OPENS) == 0


def test_the_reader_gets_the_language_asked_for(consultation):
    (one,) = follow(consultation)
    Subscription.objects.filter(pk=one.pk).update(language="uk")
    announce_terms(now=OPENS)
    assert Message.objects.get().language == "uk"


def test_more_followers_than_a_batch_are_all_told(consultation, monkeypatch):
    monkeypatch.setattr(following, "BATCH", 4)
    follow(consultation, 10)
    assert announce_terms(now=OPENS) == 10
    assert Message.objects.values("recipient").distinct().count() == 10


def test_queries_do_not_grow_with_followers(consultation):
    def queries(now) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            announce_terms(now=now)
        return len(captured)

    follow(consultation, 2)
    few = queries(OPENS)
    follow(consultation, 60, start=2)  # SQLite takes about 80 rows in one statement
    assert queries(OPENS) == few
    assert Message.objects.count() == 62
