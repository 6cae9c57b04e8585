"""The words in which the portal asks for events, figures and working groups."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from lublin2030.lib.dates import WARSAW, start_of_day

if TYPE_CHECKING:
    from participation.models import (  # noqa: F401  named in quotes
        Attendance,
        Direction,
        District,
        Event,
        EventChange,
        Figure,
        InvitationBatch,
        OpenAnswer,
        Registration,
        Survey,
        Voice,
        WorkingGroup,
    )
    from stages.models import Process, Stage


# Cards on paper are typed up some days later; a tablet is prepared some days before.
FIELD_DAYS_BACK = dt.timedelta(days=10)
FIELD_DAYS_AHEAD = dt.timedelta(days=14)


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
    def hold(self, pk: int) -> Event:
        """Lock the event until the commit, before any of its registrations: so all verbs on its places take turns."""
        return self.select_for_update().get(pk=pk)

    def public(self) -> EventQuerySet:
        """Events that residents see: all but drafts. Cancelled ones stay, so that nobody comes in vain."""
        return self.exclude(state="draft")

    def drafts(self) -> EventQuerySet:
        """Events that nobody but staff sees yet, the nearest first."""
        return self.filter(state="draft").order_by("starts_at", "pk")

    def coming(self, now: dt.datetime) -> EventQuerySet:
        """Events that are not over at the moment, the nearest first."""
        return self.not_over(now).order_by("starts_at", "pk")

    def not_over(self, moment: dt.datetime) -> EventQuerySet:
        """Events that were not over at the moment, in any order."""
        return self._with_last_moment().filter(self._not_over(moment))

    def past(self, now: dt.datetime) -> EventQuerySet:
        """Events that are over at the moment, the latest first."""
        return self._with_last_moment().exclude(self._not_over(now)).order_by("-starts_at", "-pk")

    def to_be_closed(self, now: dt.datetime) -> EventQuerySet:
        """Public events that are over, were not called off, and lack a summary or how many came; the oldest first.

        Of what happened before there was a portal, attendance stands in the ledger: only events it has announced count.
        """
        from participation.models import Attendance

        counted = Attendance.objects.that_hold().filter(event=OuterRef("pk"))
        lacks = Q(after_summary="") | Q(seed_key__isnull=True) & ~Exists(counted)
        return self.public().past(now).exclude(state="cancelled").filter(lacks).order_by("starts_at", "pk")

    def with_attendance(self) -> EventQuerySet:
        """With ``came``: how many people came by the attendance that holds, none where nobody has recorded it."""
        from participation.models import Attendance

        counted = Attendance.objects.that_hold().filter(event=OuterRef("pk"))
        return self.annotate(came=Subquery(counted.values("count")[:1]))

    def to_be_reminded_of(self, now: dt.datetime, *, before: dt.timedelta) -> EventQuerySet:
        """Announced events with people registered that begin within the time."""
        return self.filter(state="planned", places_taken__gt=0, starts_at__gt=now, starts_at__lte=now + before)

    def with_data_to_forget(self, ended_before: dt.datetime) -> EventQuerySet:
        """Events that ended before the moment and whose registrations are still there."""
        kept = Exists(_registrations().filter(event=OuterRef("pk")))
        return self._with_last_moment().filter(kept, Q(last_moment__lt=ended_before))

    def with_needs_to_forget(self, now: dt.datetime) -> EventQuerySet:
        """Events that are over and for which people told what they need."""
        told = _registrations().filter(event=OuterRef("pk")).exclude(needs="")
        return self.past(now).filter(Exists(told))

    def for_the_field(self, now: dt.datetime) -> EventQuerySet:
        """Public events of the days around the moment that were not called off: what a tablet is prepared for."""
        near = Q(last_moment__gte=now - FIELD_DAYS_BACK, starts_at__lte=now + FIELD_DAYS_AHEAD)
        return self.public()._with_last_moment().filter(near).exclude(state="cancelled").order_by("starts_at", "pk")

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
        return self.select_related("process", "stage__process", "district", "series")

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
        """With everything a line of a list shows, and the number of public voices that speak for each."""
        public = Q(voices__state="public") & (Q(voices__event__isnull=True) | ~Q(voices__event__state="draft"))
        return self.select_related("process", "group").annotate(voice_count=Count("voices", filter=public))


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
        return self.select_related("process", "event__process", "event__district", "theme", "district")

    def matching(self, **wanted: object) -> VoiceQuerySet:
        """Voices with these values; what is None or empty does not narrow."""
        return self.filter(**{name: value for name, value in wanted.items() if value})

    def counted_by(self, field: str) -> list[tuple[int, int]]:
        """How many voices each value of a foreign key has, the most first; none is not counted. One query."""
        rows = self.filter(**{f"{field}__isnull": False}).order_by().values_list(field).annotate(n=Count("pk"))
        return [(int(key), int(count)) for key, count in rows.order_by("-n", field)]


def _registrations() -> RegistrationQuerySet:
    from participation.models import Registration

    return Registration.objects.order_by()


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def living(self) -> RegistrationQuerySet:
        """Registrations that were neither cancelled nor left unconfirmed."""
        return self.filter(ended_at__isnull=True)

    def with_place(self) -> RegistrationQuerySet:
        return self.filter(state="place")

    def waiting(self) -> RegistrationQuerySet:
        """The waiting list: who came first stands first."""
        return self.filter(state="waiting").order_by("number")

    def found_by(self, words: str) -> RegistrationQuerySet:
        """Registrations whose name, address or telephone hold the words, or that have them for a number."""
        if words.isascii() and words.isdigit() and len(words) <= 6:
            return self.filter(Q(number=int(words)) | Q(phone__contains=words))
        return self.filter(Q(name__icontains=words) | Q(email__icontains=words))

    def ended(self) -> RegistrationQuerySet:
        return self.filter(ended_at__isnull=False)

    def of_email(self, email: str) -> RegistrationQuerySet:
        """Registrations of the address, whatever its capitals."""
        return self.filter(email__iexact=email)

    def unconfirmed_since(self, now: dt.datetime) -> RegistrationQuerySet:
        """Living registrations whose time to confirm is over, of events that have not begun."""
        return self.living().filter(
            confirmed_at__isnull=True, confirm_until__lte=now, event__state="planned", event__starts_at__gt=now
        )

    def to_be_reminded(self, event: Event, *, since: dt.datetime) -> RegistrationQuerySet:
        """Confirmed places of people with an address who have had no mail since the moment."""
        told = Q(registered_at__gt=since) | Q(moved_up_at__gt=since)
        return self.with_place().reached_by_mail().filter(event=event, confirmed_at__isnull=False).exclude(told)

    def reached_by_mail(self) -> RegistrationQuerySet:
        return self.exclude(email="")


class EventChangeQuerySet(models.QuerySet["EventChange"]):
    def told_to_all(self) -> EventChangeQuerySet:
        """What residents read: that an event was moved or cancelled. The number of places stands on the page anyway."""
        return self.exclude(what="capacity").order_by("pk")


class SurveyQuerySet(models.QuerySet["Survey"]):
    def public(self) -> SurveyQuerySet:
        """Surveys that residents see: published, and those put away since."""
        return self.exclude(state="draft")

    def open(self, now: dt.datetime) -> SurveyQuerySet:
        """Surveys that can be answered at the moment, the first to close first."""
        return self.filter(state="published", opens_at__lte=now, closes_at__gt=now).order_by("closes_at", "pk")

    def coming(self, now: dt.datetime) -> SurveyQuerySet:
        """Surveys that will open, the nearest first."""
        return self.filter(state="published", opens_at__gt=now).order_by("opens_at", "pk")

    def over(self, now: dt.datetime) -> SurveyQuerySet:
        """Surveys that cannot be answered any more, the latest first."""
        return self.public().filter(Q(closes_at__lte=now) | Q(state="archived")).order_by("-closes_at", "-pk")

    def without_results(self, now: dt.datetime) -> SurveyQuerySet:
        """Closed surveys whose results nobody has published or put away, the oldest first."""
        return self.filter(state="published", closes_at__lte=now, results_public_at__isnull=True).order_by(
            "closes_at", "pk"
        )

    def for_list(self) -> SurveyQuerySet:
        """With everything a line of a list shows."""
        return self.select_related("process", "stage__process")


class OpenAnswerQuerySet(models.QuerySet["OpenAnswer"]):
    def of_question(self, survey: Survey, code: str) -> OpenAnswerQuerySet:
        """What was answered to one question in own words, with all that making it a voice needs."""
        return self.filter(survey=survey, code=code).select_related("response__district")


class InvitationBatchQuerySet(models.QuerySet["InvitationBatch"]):
    def with_use(self) -> InvitationBatchQuerySet:
        """With how many of the codes were used (``used``)."""
        return self.annotate(used=Count("invitations", filter=Q(invitations__used_on__isnull=False)))
