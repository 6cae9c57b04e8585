"""The words in which the portal asks for events and figures."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from participation.models import Figure
    from stages.models import Process


class EventQuerySet(models.QuerySet["Event"]):
    def public(self) -> EventQuerySet:
        """Events that residents see: all but drafts. Cancelled ones stay, so that nobody comes in vain."""
        return self.exclude(state="draft")

    def coming(self, now: dt.datetime) -> EventQuerySet:
        """Events that are not over at the moment, the nearest first."""
        return self.filter(self._not_over(now)).order_by("starts_at", "pk")

    def past(self, now: dt.datetime) -> EventQuerySet:
        """Events that are over at the moment, the latest first."""
        return self.exclude(self._not_over(now)).order_by("-starts_at", "-pk")

    @staticmethod
    def _not_over(now: dt.datetime) -> Q:
        # One rule in two places: Event.is_past says the same of one event; a test holds them together.
        return (
            Q(ends_at__gte=now)
            | Q(ends_at__isnull=True, all_day=False, starts_at__gte=now)
            | Q(ends_at__isnull=True, all_day=True, starts_at__gte=now - dt.timedelta(days=1))
        )


class FigureQuerySet(models.QuerySet["Figure"]):
    def ledger(self, process: Process) -> FigureQuerySet:
        """The process's figures in the ledger's order, with their stage; the city's estimate is not among them."""
        return (
            self.filter(process=process, is_city_estimate=False)
            .select_related("stage__process", "part_of", "event")
            .order_by("stage__number", "position", "pk")
        )

    def city_estimate(self, process: Process) -> Figure | None:
        """The city's own estimate of the whole process."""
        return self.filter(process=process, is_city_estimate=True).first()
