"""Whatever happens, in whatever order: who follows is told everything that concerns them, once, and nothing else.

A machine lets things happen, followers change how often they hear, the clock go on, the mail server fail, workers die
and staff send again; at the end everything is mended, and what was sent is compared with what had to be.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import count
from typing import Any

import hypothesis.strategies as st
import pytest
from django.core import mail
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.roles import Role
from notifications.models import Frequency, Happening, Message, Sighting, Subscription, Watch
from notifications.services import following, outbox, telling
from notifications.services.happenings import record_happenings
from stages.models import Process, Stage
from tests.factories import DURING, NewsFactory, ProcessFactory, StageFactory, person
from tests.factories_following import follow
from tests.notifications.backends import Moody

NUMBERS = count()  # the examples share one transaction
READERS = ["a@example.org", "b@example.org"]


class Followers(RuleBasedStateMachine):
    @initialize(
        frequencies=st.lists(st.sampled_from(Frequency.values), min_size=3, max_size=3),
        of_stage=st.lists(st.booleans(), min_size=3, max_size=3),
    )
    def begin(self, frequencies: list[str], of_stage: list[bool]) -> None:
        for model in (Message, Subscription, Happening, Sighting, Watch):
            model.objects.all().delete()
        Moody.reset()
        mail.outbox = []
        self.now = DURING
        self.coordinator = person(Role.COORDINATOR)
        self.process: Process = ProcessFactory()
        self.stage: Stage = StageFactory(process=self.process)
        self.owed: Counter[tuple[str, str]] = Counter()
        record_happenings(now=self.now)
        for reader, frequency, is_stage in zip([*READERS, READERS[0]], frequencies, of_stage, strict=True):
            self.somebody_follows(reader, is_stage, frequency)

    def _tick(self, seconds: int = 1) -> dt.datetime:
        self.now += dt.timedelta(seconds=seconds)
        return self.now

    @rule(reader=st.sampled_from(READERS), of_stage=st.booleans(), frequency=st.sampled_from(Frequency.values))
    def somebody_follows(self, reader: str, of_stage: bool, frequency: str) -> None:
        record: Any = self.stage if of_stage else self.process
        target = {"stage": self.stage} if of_stage else {"process": self.process}
        if not Subscription.objects.filter(email=reader, **target).exists():
            follow(
                record,
                reader,
                frequency=Frequency(frequency),
                since=self._tick(),
                now=self.now,
                cursor=telling.latest_happening(),
            )

    @rule(in_stage=st.booleans())
    def news_is_published(self, in_stage: bool) -> None:
        item = NewsFactory(
            process=self.process,
            stage=self.stage if in_stage else None,
            published_at=self._tick(),
            slug=f"n{next(NUMBERS)}-end",
        )
        for reader in READERS:
            concerned = Subscription.objects.filter(email=reader, process=self.process).exists() or (
                in_stage and Subscription.objects.filter(email=reader, stage=self.stage).exists()
            )
            if concerned:
                self.owed[reader, item.get_absolute_url()] = 1
        # Noticed before anybody changes anything: whom it concerns is settled.
        record_happenings(now=self._tick())

    @rule(days=st.sampled_from([0, 1, 1, 7]), is_given_up=st.booleans())
    def time_goes_on(self, days: int, is_given_up: bool) -> None:
        """The worker is up; the mail server is, or is not for so long that what waits is given up."""
        telling.tell_at_once(now=self._tick(3600))
        telling.send_digests(now=self._tick(days * 24 * 3600))
        if is_given_up:
            self.mail_is_given_up()

    @rule(reader=st.sampled_from(READERS), frequency=st.sampled_from(Frequency.values))
    def somebody_changes_how_often(self, reader: str, frequency: str) -> None:
        subscription = Subscription.objects.filter(email=reader).first()
        if subscription is not None:
            following.change_frequency(subscription.token, frequency=Frequency(frequency), now=self._tick())

    @rule()
    def the_worker_tells_at_once(self) -> None:
        telling.tell_at_once(now=self._tick())

    @rule()
    def a_worker_dies_after_a_batch(self) -> None:
        telling.tell_at_once(now=self._tick())
        Happening.objects.filter(pk=telling.latest_happening()).update(told_at=None)

    @rule()
    def digests_are_written(self) -> None:
        telling.send_digests(now=self._tick())

    @rule()
    def mail_goes_out(self) -> None:
        outbox.sweep(now=self._tick())

    @rule()
    def the_mail_server_refuses_everybody(self) -> None:
        Moody.refused = set(READERS)
        outbox.sweep(now=self._tick())
        Moody.refused = set()

    @rule()
    def mail_is_given_up(self) -> None:
        Message.objects.filter(state=Message.State.DUE).update(state=Message.State.FAILED, claimed_until=None)

    @rule()
    def staff_send_again(self) -> None:
        for message in Message.objects.given_up():
            outbox.resend(message, by=self.coordinator, now=self._tick())

    @invariant()
    def nobody_was_told_twice_or_nothing(self) -> None:
        for one in mail.outbox:
            assert "/aktualnosci/" in one.body
        assert not [told for told, times in self._told().items() if times > 1]

    def _told(self) -> Counter[tuple[str, str]]:
        told: Counter[tuple[str, str]] = Counter()
        for one in mail.outbox:
            paths = {word.removeprefix("https://portal.test") for word in one.body.split() if "/aktualnosci/n" in word}
            told.update((one.to[0], path) for path in paths)
        return told

    def teardown(self) -> None:
        if not hasattr(self, "owed"):
            return
        for _ in range(3):
            telling.tell_at_once(now=self._tick())
            telling.send_digests(now=self._tick(8 * 24 * 3600))
            self.staff_send_again()
            outbox.sweep(now=self._tick(24 * 3600))
        assert self._told() == self.owed


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_server")
def test_everybody_is_told_everything_once():
    run_state_machine_as_test(
        Followers,
        settings=settings(
            max_examples=60, stateful_step_count=16, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
