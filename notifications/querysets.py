"""The words in which the portal asks for messages and followers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    # Ruff does not see names in quotes in the classes' bases; mypy needs them.
    from notifications.models import Happening, Message, Subscription  # noqa: F401

TELLING = ["consultation_opens", "consultation_closes", "happening", "digest"]
# What can be followed: the same names in a following and in a happening. The narrowest first: a happening that
# concerns several followings of one reader is told under the first of them.
TARGETS = ("event", "consultation", "theme", "district", "stage", "process")


class MessageQuerySet(models.QuerySet["Message"]):
    def unclaimed(self, now: dt.datetime) -> MessageQuerySet:
        """Messages that nobody is sending at the moment."""
        return self.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lte=now))

    def due(self, now: dt.datetime) -> MessageQuerySet:
        """Messages to be sent now that nobody is sending, those due longest first."""
        return self.unclaimed(now).filter(state="due", due_at__lte=now).order_by("due_at", "pk")

    def held_until(self, until: dt.datetime | None) -> MessageQuerySet:
        """Messages that the sender whose lease ends at that moment still holds."""
        return self.filter(state="due", claimed_until=until)

    def given_up(self) -> MessageQuerySet:
        """Messages that were given up, the oldest first: staff decide whether to send them again."""
        return self.filter(state="failed").order_by("pk")

    def to_be_tried_again(self) -> MessageQuerySet:
        """Messages that failed at least once and wait for their next try, the oldest first."""
        return self.filter(state="due", attempts__gt=0).order_by("pk")

    def in_trouble(self) -> MessageQuerySet:
        """Messages given up, and those that wait for another try."""
        return self.filter(Q(state="failed") | Q(state="due", attempts__gt=0)).order_by("pk")

    def for_desk(self) -> MessageQuerySet:
        """With what a row at the desk shows."""
        return self.select_related("submission__consultation", "consultation", "registration__event")

    def unsent(self) -> MessageQuerySet:
        return self.exclude(state="sent")

    def to_followers(self) -> MessageQuerySet:
        """Messages of following; the others belong to a submission."""
        return self.filter(kind__in=[*TELLING, "confirm_following", "following_link"])

    def telling(self) -> MessageQuerySet:
        """Messages that tell followers of happenings."""
        return self.filter(kind__in=TELLING)

    def digests_given_up(self, emails: Collection[str]) -> MessageQuerySet:
        """Digests to these addresses that were given up: what they tell returns to the next one."""
        return self.filter(kind="digest", state="failed", recipient__in=emails).order_by("pk")

    def with_basket_links(self) -> MessageQuerySet:
        """Messages with the link to unsent remarks, to addresses of which nothing else is known."""
        return self.filter(kind="basket_link")

    def sent_before(self, moment: dt.datetime) -> MessageQuerySet:
        return self.filter(state="sent", sent_at__lt=moment)


class HappeningQuerySet(models.QuerySet["Happening"]):
    def untold(self) -> HappeningQuerySet:
        """Happenings of which those who hear at once have not all had their mail written, in their order."""
        return self.filter(told_at__isnull=True).order_by("pk")

    def for_words(self) -> HappeningQuerySet:
        """With what a sentence about them says."""
        return self.select_related("process", "stage__process", "consultation", "theme__process", "event")


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def confirmed(self) -> SubscriptionQuerySet:
        return self.filter(confirmed_at__isnull=False)

    def unconfirmed(self) -> SubscriptionQuerySet:
        return self.filter(confirmed_at__isnull=True)

    def with_targets(self) -> SubscriptionQuerySet:
        """With what they follow."""
        return self.select_related("process", "stage__process", "consultation", "district", "theme__process", "event")

    def of_reader(self, email: str) -> SubscriptionQuerySet:
        """What one address follows."""
        return self.confirmed().filter(email=email).order_by("pk")

    def concerned_by(self, happening: Happening) -> SubscriptionQuerySet:
        """Confirmed followings, older than the happening, of what it concerns. Not those that have dealt with it."""
        targets = {name: getattr(happening, f"{name}_id") for name in TARGETS}
        conditions = [Q(**{name: key}) for name, key in targets.items() if key is not None]
        if not conditions:
            return self.none()
        return (
            self.filter(reduce(or_, conditions), confirmed_at__lte=happening.occurred_at, cursor__lt=happening.pk)
            .order_by("pk")
        )  # fmt: skip

    def at_once(self) -> SubscriptionQuerySet:
        return self.filter(frequency="at_once")

    def due_for_digest(self, frequency: str, now: dt.datetime) -> SubscriptionQuerySet:
        """Followings whose digest of this frequency is due."""
        return self.confirmed().filter(frequency=frequency, next_digest_at__lte=now)
