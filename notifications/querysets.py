"""The words in which the portal asks for messages and followers."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, now: dt.datetime) -> MessageQuerySet:
        """Messages to be sent now that nobody is sending, those due longest first."""
        return self.filter(
            Q(claimed_until__isnull=True) | Q(claimed_until__lte=now), state="due", due_at__lte=now
        ).order_by("due_at", "pk")

    def failed(self) -> MessageQuerySet:
        """Messages that were given up, the oldest first: staff decide whether to send them again."""
        return self.filter(state="failed").order_by("created_at", "pk")

    def in_trouble(self) -> MessageQuerySet:
        """Messages given up, and those that failed at least once and will be tried again."""
        return self.filter(Q(state="failed") | Q(state="due", attempts__gt=0)).order_by("created_at", "pk")


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def confirmed(self) -> SubscriptionQuerySet:
        return self.filter(confirmed_at__isnull=False)
