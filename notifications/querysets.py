"""The words in which the portal asks for messages and followers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

if TYPE_CHECKING:
    from consultations.models import Consultation

    # Ruff does not see names in quotes in the classes' bases; mypy needs them.
    from notifications.models import Message, Subscription  # noqa: F401


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
        return self.filter(kind__in=["consultation_opens", "consultation_closes", "confirm_following"])

    def with_basket_links(self) -> MessageQuerySet:
        """Messages with the link to unsent remarks, to addresses of which nothing else is known."""
        return self.filter(kind="basket_link")

    def sent_before(self, moment: dt.datetime) -> MessageQuerySet:
        return self.filter(state="sent", sent_at__lt=moment)


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def confirmed(self) -> SubscriptionQuerySet:
        return self.filter(confirmed_at__isnull=False)

    def unconfirmed(self) -> SubscriptionQuerySet:
        return self.filter(confirmed_at__isnull=True)

    def not_told(self, consultation: Consultation, *, key_prefix: str) -> SubscriptionQuerySet:
        """The consultation's confirmed followers to whom no message ``<key_prefix><follower's id>`` was written."""
        from notifications.models import Message

        key = Concat(Value(key_prefix), Cast(OuterRef("pk"), CharField(max_length=20)), output_field=CharField())
        return (
            self.confirmed()
            .filter(~Exists(Message.objects.filter(key=key).order_by()), consultation=consultation)
            .order_by("pk")
        )
