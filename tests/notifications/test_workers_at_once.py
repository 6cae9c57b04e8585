"""Workers, staff and readers that really act at once: every fact is noticed once, every address is told once."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from accounts.roles import Role
from lublin2030.lib.dates import warsaw
from notifications.errors import NotInTrouble
from notifications.models import Frequency, Happening, Message, Subscription
from notifications.services import following, outbox
from notifications.services.happenings import record_happenings
from notifications.services.telling import send_digests, tell_at_once
from stages.models import Process
from tests.factories import DURING, NewsFactory, ProcessFactory, person
from tests.factories_following import follow
from tests.parallel import at_once, database_for_threads

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = dt.timedelta(minutes=1)
THURSDAY = warsaw(2021, 12, 2, 7)
READERS = 40


@pytest.fixture
def process() -> Process:
    """A process with a piece of news that nobody has noticed yet, and readers of both ways."""
    process: Process = ProcessFactory()
    record_happenings(now=DURING)
    NewsFactory(process=process, published_at=DURING + MINUTE)
    for number in range(READERS):
        follow(process, f"now{number}@example.org")
        follow(process, f"daily{number}@example.org", frequency=Frequency.DAILY)
    return process


def told() -> Counter[str]:
    return Counter(Message.objects.values_list("recipient", flat=True))


def test_workers_that_look_and_tell_at_once_tell_everybody_once(process, tmp_path):
    later = DURING + MINUTE
    with database_for_threads(tmp_path):
        at_once([lambda: record_happenings(now=later)] * 3)
        assert Happening.objects.count() == 1
        at_once([lambda: tell_at_once(now=later)] * 3)
        at_once([lambda: send_digests(now=THURSDAY)] * 3)
        assert (len(told()), set(told().values())) == (2 * READERS, {1})


def test_who_changes_how_often_while_workers_tell_is_told_once(process, tmp_path):
    later = DURING + MINUTE
    with database_for_threads(tmp_path):
        record_happenings(now=later)
        tokens = list(Subscription.objects.filter(frequency="at_once").values_list("token", flat=True))

        def change() -> None:
            for token in tokens:
                following.change_frequency(token, frequency=Frequency.DAILY, now=later)

        at_once([lambda: tell_at_once(now=later), lambda: tell_at_once(now=later), change])
        tell_at_once(now=later)
        send_digests(now=THURSDAY)
        assert (len(told()), set(told().values())) == (2 * READERS, {1})


def test_a_digest_is_sent_again_or_returns_never_both(process, tmp_path):
    coordinator = person(Role.COORDINATOR)
    later = DURING + MINUTE
    with database_for_threads(tmp_path):
        record_happenings(now=later)
        tell_at_once(now=later)
        send_digests(now=THURSDAY)
        Message.objects.filter(kind="digest").update(state=Message.State.FAILED)
        failed = list(Message.objects.given_up())
        next_day = THURSDAY + dt.timedelta(days=1)

        def send_again() -> None:
            for message in failed:
                try:
                    outbox.resend(message, by=coordinator, now=next_day)
                except NotInTrouble:
                    continue

        at_once([send_again, lambda: send_digests(now=next_day)])
        assert set(told().values()) == {1}
        assert Message.objects.filter(kind="digest", state=Message.State.DUE).count() == READERS
