"""The words in which the portal asks for events, figures and working groups."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from lublin2030.lib.dates import WARSAW, start_of_day

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


def within_days(field: str, first: dt.date | None, last: dt.date | None) -> dict[str, dt.datetime]:
    """The lookups that keep a moment within the days of Warsaw, both inclusive; None sets no bound."""
    bounds: dict[str, dt.datetime] = {}
    if first is not None:
        bounds[f"{field}__gte"] = dt.datetime.combine(first, dt.time(), WARSAW)
    if last is not None:
        bounds[f"{field}__lt"] = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), WARSAW)
    return bounds


def count_by_district(rows: models.QuerySet[Any], field: str = "district") -> dict[int, int]:
    """District → how many of the rows name it; rows that name none are left out. One query."""
    counted = rows.filter(**{f"{field}__isnull": False}).order_by().values_list(field).annotate(rows=Count("pk"))
    return dict(counted)


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

    def without_after_summary(self, now: dt.datetime) -> EventQuerySet:
        """Public events that are over, were not called off and have no summary yet, the oldest first."""
        return self.public().past(now).exclude(state="cancelled").filter(after_summary="").order_by("starts_at", "pk")

    def matching(
        self, *, kind: str = "", stage: Stage | None = None, district: District | None = None
    ) -> EventQuerySet:
        """Events of the kind, the stage and the district; what is not given does not narrow."""
        wanted = {"kind": kind or None, "stage": stage, "district": district}
        return self.filter(**{field: value for field, value in wanted.items() if value is not None})

    def that_took_place(self) -> EventQuerySet:
        """Public events that were held, or at which attendance was noted, the earliest first; none called off."""
        from participation.models import Attendance

        noted = Attendance.objects.that_hold().filter(event=OuterRef("pk"))
        return (
            self.public().exclude(state="cancelled").filter(Q(state="held") | Exists(noted)).order_by("starts_at", "pk")
        )

    def between(self, first: dt.date | None, last: dt.date | None) -> EventQuerySet:
        """Events that begin on the days from the first to the last, by Warsaw's clock; None sets no bound."""
        return self.filter(**within_days("starts_at", first, last))

    def not_called_off(self) -> EventQuerySet:
        """Public events that took place or are still to come."""
        return self.public().exclude(state="cancelled")

    def per_district(self) -> dict[int, int]:
        """District → how many. Events without a district are nowhere. One query."""
        return count_by_district(self)

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
    def of_process(self, process: Process) -> FigureQuerySet:
        """All the process's figures by stage, those of no stage last, with what a line of the ledger shows."""
        # The databases disagree on where NULL stands.
        order = F("stage__number").asc(nulls_last=True)
        return (
            self.filter(process=process)
            .select_related("stage__process", "part_of", "event")
            .order_by(order, "position", "pk")
        )

    def with_corrections(self) -> FigureQuerySet:
        """With what they said before, the oldest first. One more query."""
        return self.prefetch_related("corrections")


class WorkingGroupQuerySet(models.QuerySet["WorkingGroup"]):
    def with_seats(self) -> WorkingGroupQuerySet:
        """With their seats and their stage."""
        return self.select_related("stage__process").prefetch_related("seats").order_by("name")


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def that_hold(self) -> AttendanceQuerySet:
        """The latest attendance of each event: what was not corrected since."""
        return self.filter(superseded_at__isnull=True)

    def of_public_events(self) -> AttendanceQuerySet:
        """Those of events that residents see and that were not called off."""
        return self.exclude(event__state__in=["draft", "cancelled"])

    def people_per_district(self) -> dict[int, int]:
        """District → the people at its events, those who came twice counted twice. One query."""
        rows = self.filter(event__district__isnull=False).order_by().values_list("event__district")
        return dict(rows.annotate(people=Sum("count")))


class DirectionQuerySet(models.QuerySet["Direction"]):
    def for_list(self) -> DirectionQuerySet:
        """With everything a line of a list shows."""
        return self.select_related("process", "group")


class VoiceQuerySet(models.QuerySet["Voice"]):
    def public(self) -> VoiceQuerySet:
        """Voices that a person has read and published, of events that residents see."""
        return self.filter(state="public").exclude(event__state="draft")

    def between(self, first: dt.date | None, last: dt.date | None) -> VoiceQuerySet:
        """Voices spoken on the days from the first to the last; None sets no bound."""
        bounds = {"spoken_on__gte": first, "spoken_on__lte": last}
        return self.filter(**{name: day for name, day in bounds.items() if day is not None})

    def per_district(self) -> dict[int, int]:
        """District → how many; those that name none are nowhere. One query."""
        return count_by_district(self)

    def waiting(self) -> VoiceQuerySet:
        """Voices nobody has read yet, the oldest first."""
        return self.filter(state="new").order_by("pk")

    def for_list(self) -> VoiceQuerySet:
        """With everything a line of a list shows."""
        return self.select_related("process", "event", "theme", "district")
