"""The words in which the portal asks for events, figures and working groups."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from lublin2030.lib.dates import start_of_day

if TYPE_CHECKING:
    from participation.models import (  # noqa: F401  named in quotes
        Attendance,
        Direction,
        District,
        Event,
        Figure,
        Voice,
        WorkingGroup,
    )
    from stages.models import Process, Stage


# Cards on paper are typed up some days later; a tablet is prepared some days before.
FIELD_DAYS_BACK = dt.timedelta(days=10)
FIELD_DAYS_AHEAD = dt.timedelta(days=14)


class EventQuerySet(models.QuerySet["Event"]):
    def public(self) -> EventQuerySet:
        """Events that residents see: all but drafts. Cancelled ones stay, so that nobody comes in vain."""
        return self.exclude(state="draft")

    def coming(self, now: dt.datetime) -> EventQuerySet:
        """Events that are not over at the moment, the nearest first."""
        return self._with_last_moment().filter(self._not_over(now)).order_by("starts_at", "pk")

    def past(self, now: dt.datetime) -> EventQuerySet:
        """Events that are over at the moment, the latest first."""
        return self._with_last_moment().exclude(self._not_over(now)).order_by("-starts_at", "-pk")

    def for_the_field(self, now: dt.datetime) -> EventQuerySet:
        """Public events of the days around the moment that were not called off: what a tablet is prepared for."""
        near = Q(last_moment__gte=now - FIELD_DAYS_BACK, starts_at__lte=now + FIELD_DAYS_AHEAD)
        return self.public()._with_last_moment().filter(near).exclude(state="cancelled").order_by("starts_at", "pk")

    def without_after_summary(self, now: dt.datetime) -> EventQuerySet:
        """Public events that are over, were not called off and have no summary yet, the oldest first."""
        return self.public().past(now).exclude(state="cancelled").filter(after_summary="").order_by("starts_at", "pk")

    def matching(
        self, *, kind: str = "", stage: Stage | None = None, district: District | None = None
    ) -> EventQuerySet:
        """Events of the kind, the stage and the district; what is not given does not narrow."""
        wanted = {"kind": kind or None, "stage": stage, "district": district}
        return self.filter(**{field: value for field, value in wanted.items() if value is not None})

    def for_list(self) -> EventQuerySet:
        """With everything a line of a list shows."""
        return self.select_related("process", "stage__process", "district")

    def _with_last_moment(self) -> EventQuerySet:
        return self.alias(last_moment=Coalesce("ends_at", "starts_at"))

    @staticmethod
    def _not_over(now: dt.datetime) -> Q:
        # One rule in two places: Event.is_past says the same of one event; a test holds them together.
        return Q(all_day=False, last_moment__gte=now) | Q(all_day=True, last_moment__gte=start_of_day(now))


class FigureQuerySet(models.QuerySet["Figure"]):
    def ledger(self, process: Process) -> FigureQuerySet:
        """The process's figures in the ledger's order, with their stage; the city's estimate is not among them."""
        return self.of_process(process).filter(is_city_estimate=False)

    def of_process(self, process: Process) -> FigureQuerySet:
        """All the process's figures by stage, those of no stage last, with what a line of the ledger shows."""
        # The databases disagree on where NULL stands.
        order = F("stage__number").asc(nulls_last=True)
        return (
            self.filter(process=process)
            .select_related("stage__process", "part_of", "event")
            .order_by(order, "position", "pk")
        )

    def of_stage(self, stage: Stage) -> FigureQuerySet:
        """The stage's figures in the ledger's order, the city's estimate among them."""
        return self.filter(stage=stage).select_related("part_of", "event").order_by("position", "pk")

    def city_estimate(self, process: Process) -> Figure | None:
        """The city's own estimate of the whole process."""
        return self.filter(process=process, is_city_estimate=True).first()


class WorkingGroupQuerySet(models.QuerySet["WorkingGroup"]):
    def with_seats(self) -> WorkingGroupQuerySet:
        """With their seats and their stage."""
        return self.select_related("stage__process").prefetch_related("seats").order_by("name")


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def that_hold(self) -> AttendanceQuerySet:
        """The latest attendance of each event: what was not corrected since."""
        return self.filter(superseded_at__isnull=True)


class DirectionQuerySet(models.QuerySet["Direction"]):
    def for_list(self) -> DirectionQuerySet:
        """With everything a line of a list shows."""
        return self.select_related("process", "group")


class VoiceQuerySet(models.QuerySet["Voice"]):
    def public(self) -> VoiceQuerySet:
        """Voices that a person has read and published, of events that residents see."""
        return self.filter(state="public").exclude(event__state="draft")

    def waiting(self) -> VoiceQuerySet:
        """Voices nobody has read yet, the oldest first."""
        return self.filter(state="new").order_by("pk")

    def for_list(self) -> VoiceQuerySet:
        """With everything a line of a list shows."""
        return self.select_related("process", "event", "theme", "district")
