"""What became public, found by asking the apps below for it. Only reads; ``services.happenings`` writes it down.

Facts with a moment of their own (news, terms, versions, answers, reports) are found by it. Of the others (events,
stages, results) the portal remembers how they were when it last looked: their ``Sighting``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import BooleanField, Count, ExpressionWrapper, Q

from consultations.models import Consultation, DraftVersion, HistoryEntry, PublicationBatch
from lublin2030.lib.dates import WARSAW, start_of_day, warsaw_day
from notifications.models import Happening
from participation.models import Event, Theme, Voice
from stages.models import News, Process, Result, Stage

Kind = Happening.Kind

LOOK_BACK = dt.timedelta(days=30)  # longer than any worker is down
OPENED_LATELY = dt.timedelta(days=2)  # what opened so long before the portal first looked is told all the same
CLOSES_SOON = dt.timedelta(days=3)
EVENTS_REMEMBERED = dt.timedelta(days=120)  # a summary written later than that is no news

Targets = dict[str, int | None]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that became public. ``key`` names it for ever; ``at`` is its (aware) moment."""

    key: str
    kind: Happening.Kind
    at: dt.datetime
    targets: Targets
    context: dict[str, Any] = field(default_factory=dict)
    is_demonstration: bool = False


@dataclass(frozen=True, kw_only=True)
class Look:
    """One look at the portal: now, what was public before ``began_at`` is old, and when it was last looked."""

    now: dt.datetime
    began_at: dt.datetime
    looked_at: dt.datetime | None

    @property
    def since(self) -> dt.datetime:
        """From when on facts are news."""
        return max(self.began_at, self.now - LOOK_BACK)


def moments(look: Look) -> Iterator[Fact]:
    """The facts with a moment of their own that may be news. At most eight queries."""
    yield from _news(look)
    yield from _terms(look)
    yield from _versions(look)
    yield from _answers(look)
    yield from _reports(look)
    yield from _voices(look)


def _targets(record: Any, own: Targets, process: Process, parents: Targets) -> Targets:
    """Its own followers and those of what it belongs to. Of what was invented for the demonstration, the followers of
    real things hear nothing, unless the whole portal is a demonstration."""
    if record.is_demonstration and not (settings.DEMONSTRATION or process.is_demonstration):
        return own
    return own | parents


def _news(look: Look) -> Iterator[Fact]:
    for item in News.objects.published(look.now).filter(published_at__gt=look.since).select_related("process"):
        if item.published_at is not None:
            yield Fact(
                key=f"news:{item.pk}",
                kind=Kind.NEWS,
                at=item.published_at,
                targets=_targets(item, {}, item.process, {"process": item.process_id, "stage": item.stage_id}),
                context={"news": item.pk},
                is_demonstration=item.is_demonstration,
            )


def _of_consultation(
    consultation: Consultation, key: str, kind: Happening.Kind, at: dt.datetime, **context: Any
) -> Fact:
    parents: Targets = {"process": consultation.process_id, "stage": consultation.stage_id}
    return Fact(
        key=key,
        kind=kind,
        at=at,
        targets=_targets(consultation, {"consultation": consultation.pk}, consultation.process, parents),
        context=context,
        is_demonstration=consultation.is_demonstration,
    )


def _public_from(consultation: Consultation, *moments: dt.datetime) -> dt.datetime:
    """The last of the moments, and not before the consultation itself is public."""
    return max(*moments, consultation.published_at or moments[0])


def _terms(look: Look) -> Iterator[Fact]:
    """Consultations that have opened, that close soon, that have closed."""
    public = Consultation.objects.public(look.now).select_related("process")
    for one in public.filter(opens_at__lte=look.now, closes_at__gt=look.since):
        if one.is_open(look.now):
            opened = _public_from(one, one.opens_at)
            if opened > look.since - OPENED_LATELY:
                yield _of_consultation(one, f"consultation-opens:{one.pk}", Kind.CONSULTATION_OPENS, opened)
            nears = _public_from(one, one.opens_at, one.closes_at - CLOSES_SOON)
            if nears <= look.now:
                key = f"consultation-closes:{one.pk}:{one.closes_at.astimezone(dt.UTC):%Y%m%d%H%M}"
                yield _of_consultation(one, key, Kind.CONSULTATION_CLOSES, nears)
        elif one.published_at is not None and one.published_at < one.closes_at:
            key = f"consultation-closed:{one.pk}:{one.closes_at.astimezone(dt.UTC):%Y%m%d%H%M}"
            yield _of_consultation(one, key, Kind.CONSULTATION_CLOSED, one.closes_at)


def _versions(look: Look) -> Iterator[Fact]:
    versions = DraftVersion.objects.published(look.now).filter(
        Q(published_at__gt=look.since) | Q(draft__consultation__published_at__gt=look.since),
        draft__consultation__published_at__lte=look.now,
    )
    for version in versions.select_related("draft__consultation__process").order_by("pk"):
        consultation = version.draft.consultation
        assert version.published_at is not None  # noqa: S101  the queryset says so
        at = _public_from(consultation, version.published_at)
        # The first version is told with the opening: it is what is consulted.
        if version.number > 1 and at > look.since:
            key = f"draft-version:{version.pk}"
            yield _of_consultation(consultation, key, Kind.DRAFT_VERSION, at, version=version.pk)


def _answers(look: Look) -> Iterator[Fact]:
    batches = PublicationBatch.objects.filter(
        Q(published_at__gt=look.since)
        | Q(consultation__closes_at__gt=look.since, consultation__closes_at__lte=look.now)
        | Q(consultation__published_at__gt=look.since),
        published_at__lte=look.now,
        consultation__published_at__lte=look.now,
        answers__gt=0,
    )
    for batch in batches.select_related("consultation__process").order_by("pk"):
        consultation = batch.consultation
        assert batch.published_at is not None  # noqa: S101  the queryset says so
        at = _public_from(consultation, batch.published_at, consultation.remarks_shown_from)
        if look.since < at <= look.now:
            key = f"answers:{batch.pk}"
            yield _of_consultation(consultation, key, Kind.ANSWERS, at, batch=batch.pk)


def _reports(look: Look) -> Iterator[Fact]:
    """Frozen reports, by what the consultation's history says: reports themselves belong to an app beside this one."""
    frozen = HistoryEntry.objects.filter(verb=HistoryEntry.Verb.FREEZE_REPORT)
    recent = frozen.filter(
        Q(at__gt=look.since) | Q(consultation__published_at__gt=look.since),
        at__lte=look.now,
        consultation__published_at__lte=look.now,
    )
    found = list(recent.select_related("consultation__process").order_by("pk"))
    first = {}
    if found:
        rows = frozen.filter(consultation__in=[entry.consultation_id for entry in found]).order_by("-pk")
        first = dict(rows.values_list("consultation", "pk"))
    for entry in found:
        consultation = entry.consultation
        assert consultation is not None  # noqa: S101  a constraint and the filter say so
        at = _public_from(consultation, entry.at)
        if at > look.since:
            kind = Kind.REPORT if first[consultation.pk] == entry.pk else Kind.REPORT_CORRECTED
            key = f"report:{entry.pk}"
            yield _of_consultation(consultation, key, kind, at, number=entry.after.get("number", ""))


def _voices(look: Look) -> Iterator[Fact]:
    """How many voices on a theme became public, a day at a time, when the day is over: many come at once."""
    today = start_of_day(look.now)
    if look.looked_at is None or look.looked_at >= today:
        return
    first = warsaw_day(max(look.since, look.looked_at))
    for days in range((warsaw_day(look.now) - first).days):
        day = first + dt.timedelta(days=days)
        begin, end = (dt.datetime.combine(each, dt.time(), WARSAW) for each in (day, day + dt.timedelta(days=1)))
        voices = Voice.objects.public().filter(theme__isnull=False, state_at__gte=begin, state_at__lt=end)
        if not settings.DEMONSTRATION:
            voices = voices.filter(is_demonstration=False)
        counted = dict(voices.order_by().values_list("theme").annotate(Count("pk")))
        for theme in Theme.objects.filter(pk__in=counted).order_by("pk"):
            yield Fact(
                key=f"voices:{theme.pk}:{day:%Y%m%d}",
                kind=Kind.VOICES,
                at=end,
                targets={"theme": theme.pk},
                context={"count": counted[theme.pk], "day": day.isoformat()},
            )


@dataclass(frozen=True, kw_only=True)
class Seen:
    """How a record without moments is now; ``told`` says what is news when its facts were others, or none, before."""

    record: str
    facts: dict[str, Any]
    told: Callable[[dict[str, Any] | None, int], Iterable[Fact]]  # of the facts before, or None, and the revision


def sighted(look: Look, known: frozenset[str]) -> Iterator[Seen]:
    """Every record whose changes are told, as it is now. ``known``: those seen before. Three queries."""
    yield from _events(look)
    yield from _stages(look)
    yield from _results(look, known)


def _events(look: Look) -> Iterator[Seen]:
    events = (
        Event.objects.public()
        .filter(starts_at__gt=look.now - EVENTS_REMEMBERED)
        .annotate(is_summarised=ExpressionWrapper(~Q(after_summary=""), output_field=BooleanField()))
        .defer("summary", "after_summary", "translations")
        .select_related("process")
    )
    for event in events.order_by("pk"):
        facts = {
            "starts_at": event.starts_at.astimezone(dt.UTC).isoformat(),
            "state": str(event.state),
            "summarised": bool(vars(event)["is_summarised"]),
        }
        yield Seen(record=f"event:{event.pk}", facts=facts, told=_EventNews(event, facts, look))


@dataclass(frozen=True)
class _EventNews:
    event: Event
    facts: dict[str, Any]
    look: Look

    def __call__(self, before: dict[str, Any] | None, revision: int) -> Iterator[Fact]:
        for kind in self._kinds(before):
            event = self.event
            parents: Targets = {
                "process": event.process_id,
                "stage": event.stage_id,
                "district": event.district_id,
            }
            yield Fact(
                key=f"{kind.value.replace('_', '-')}:{event.pk}:{revision}",
                kind=kind,
                at=self.look.now,
                targets=_targets(event, {"event": event.pk}, event.process, parents),
                context={"starts_at": self.facts["starts_at"]},
                is_demonstration=event.is_demonstration,
            )

    def _kinds(self, before: dict[str, Any] | None) -> Iterator[Happening.Kind]:
        is_coming = not self.event.is_past(self.look.now)
        is_planned = self.event.state == Event.State.PLANNED
        if before is None:
            if is_coming and is_planned:
                yield Kind.EVENT_ANNOUNCED
            return
        if is_coming and before["state"] != self.facts["state"]:
            if self.event.state == Event.State.CANCELLED:
                yield Kind.EVENT_CANCELLED
            elif is_planned and before["state"] == Event.State.CANCELLED:
                yield Kind.EVENT_RESTORED
                return
        if is_coming and is_planned and before["starts_at"] != self.facts["starts_at"]:
            yield Kind.EVENT_MOVED
        if self.facts["summarised"] and not before["summarised"] and self.event.state != Event.State.CANCELLED:
            yield Kind.EVENT_SUMMARISED


def _stages(look: Look) -> Iterator[Seen]:
    today = warsaw_day(look.now)
    for stage in Stage.objects.select_related("process").order_by("pk"):
        facts = {"state": str(stage.state_on(today))}
        yield Seen(record=f"stage:{stage.pk}", facts=facts, told=_StageNews(stage, facts, look))


def _of_stage(stage: Stage, key: str, kind: Happening.Kind, look: Look, **context: Any) -> Fact:
    targets: Targets = {"stage": stage.pk, "process": stage.process_id}
    return Fact(
        key=key,
        kind=kind,
        at=look.now,
        targets=targets,
        context=context,
        is_demonstration=stage.process.is_demonstration,
    )


@dataclass(frozen=True)
class _StageNews:
    stage: Stage
    facts: dict[str, Any]
    look: Look

    def __call__(self, before: dict[str, Any] | None, revision: int) -> Iterator[Fact]:
        kinds = {Stage.State.CURRENT.value: Kind.STAGE_BEGUN, Stage.State.DONE.value: Kind.STAGE_ENDED}
        kind = kinds.get(self.facts["state"])
        if before is not None and kind is not None:
            key = f"{kind.value.replace('_', '-')}:{self.stage.pk}:{revision}"
            yield _of_stage(self.stage, key, kind, self.look)


def _results(look: Look, known: frozenset[str]) -> Iterator[Seen]:
    for result in Result.objects.select_related("stage__process").order_by("pk"):
        # What comes with its stage was brought in, not added.
        is_added = f"stage:{result.stage_id}" in known
        yield Seen(record=f"result:{result.pk}", facts={}, told=_ResultNews(result, is_added, look))


@dataclass(frozen=True)
class _ResultNews:
    result: Result
    is_added: bool
    look: Look

    def __call__(self, before: dict[str, Any] | None, revision: int) -> Iterator[Fact]:
        if before is None and self.is_added:
            key = f"stage-result:{self.result.pk}"
            yield _of_stage(self.result.stage, key, Kind.STAGE_RESULT, self.look, result=self.result.pk)
