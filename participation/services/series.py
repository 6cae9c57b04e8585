"""Plan a series of events at once: what they have in common, and for each its day, hours and place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from lublin2030.lib.dates import warsaw_day
from participation.errors import EndsBeforeStart, NotPermitted, SeriesEmpty
from participation.models import District, Event, EventSeries
from participation.permissions import may_run_events
from stages.models import Process, Stage

MOST_IN_SERIES = 60
LONGEST_SLUG = 100  # leaves room for the day and a number
POLISH_L = str.maketrans({"ł": "l", "Ł": "L"})  # what Unicode does not take apart


@dataclass(frozen=True, kw_only=True)
class Common:
    """What all events of a series are. ``is_public``: announced at once, else drafts."""

    process: Process
    kind: Event.Kind
    title: str
    stage: Stage | None = None
    summary: str = ""
    languages: str = "pl"
    has_sign_language: bool = False
    is_step_free: bool = False
    capacity: int | None = None
    takes_registration: bool = False
    is_public: bool = False


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """When and where one of them is. Moments are aware; without hours ``all_day`` from midnight in Warsaw."""

    starts_at: dt.datetime
    ends_at: dt.datetime | None = None
    all_day: bool = False
    address: str = ""
    district: District | None = None

    @property
    def place(self) -> str:
        """What tells it from the others in its title; empty where only the day does."""
        return self.address or (self.district.name if self.district else "")


@transaction.atomic
def plan_series(
    common: Common, meetings: Sequence[Meeting], *, form_token: str, by: User, now: dt.datetime | None = None
) -> EventSeries:
    """Make the series with its events, all or none; the same form sent again finds the series it made.

    An announced event that is over already counts as held. Raises NotPermitted, SeriesEmpty, EndsBeforeStart.
    """
    if not may_run_events(by):
        raise NotPermitted
    if not meetings:
        raise SeriesEmpty
    if any(one.ends_at is not None and one.ends_at < one.starts_at for one in meetings):
        raise EndsBeforeStart
    now = now or timezone.now()
    series, is_new = EventSeries.objects.get_or_create(
        form_token=form_token,
        defaults={
            "process": common.process,
            "slug": _free_slugs(EventSeries, [_slug(common.title)])[0],
            "title": common.title,
            "summary": common.summary,
            "made_at": now,
            "made_by": by,
            "is_demonstration": common.process.is_demonstration,
        },
    )
    if is_new:
        events = [_event(series, common, one, now) for one in meetings]
        wanted = [f"{_slug(event.title)}-{warsaw_day(event.starts_at):%d-%m-%Y}" for event in events]
        for event, slug in zip(events, _free_slugs(Event, wanted), strict=True):
            event.slug = slug
        Event.objects.bulk_create(events)
    return series


def _event(series: EventSeries, common: Common, one: Meeting, now: dt.datetime) -> Event:
    event = Event(
        series=series,
        process=common.process,
        stage=common.stage,
        kind=common.kind,
        title=(f"{common.title} – {one.place}" if one.place else common.title)[
            : Event._meta.get_field("title").max_length
        ],
        summary=common.summary,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        all_day=one.all_day,
        address=one.address,
        district=one.district,
        languages=common.languages,
        has_sign_language=common.has_sign_language,
        is_step_free=common.is_step_free,
        capacity=common.capacity,
        takes_registration=common.takes_registration,
        is_demonstration=series.is_demonstration,
    )
    if common.is_public:
        event.state = Event.State.HELD if event.is_past(now) else Event.State.PLANNED
    return event


def _slug(title: str) -> str:
    return slugify(title.translate(POLISH_L))[:LONGEST_SLUG].strip("-") or "wydarzenie"


def _free_slugs(model: type[Event] | type[EventSeries], wanted: list[str]) -> list[str]:
    """The wanted addresses, with a number behind those that are taken. One query."""
    beginnings = {slug[:20] for slug in wanted}
    taken: set[str] = set()
    for beginning in beginnings:
        taken |= set(model._default_manager.filter(slug__startswith=beginning).values_list("slug", flat=True))
    free = []
    for slug in wanted:
        number, one = 1, slug
        while one in taken:
            number += 1
            one = f"{slug}-{number}"
        taken.add(one)
        free.append(one)
    return free
