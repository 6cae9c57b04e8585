"""What the front page shows, chosen from everything the city has published."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db.models import OuterRef, Subquery

from consultations.changed_words import Carried, with_changes
from consultations.models import ChangeSource, Consultation, Decision, Remark
from consultations.places import Placed, with_places
from consultations.reading import Clock
from consultations.wording import Run
from participation.ledger import LedgerRow, read_ledger
from participation.models import Event, Figure
from stages.models import News, Process, Stage
from summaries.counts import Counts, answers_of, total_counts

ALSO_OPEN = 3
NEWS = 3
EVENTS = 3
PAIRS = 2
MOST_CHANGED = 400  # characters of a change that is read at a glance
PAIRS_FROM = 10  # among so many latest answers, those to a proposed wording come first


@dataclass(frozen=True)
class Now:
    """What a resident can do now: take part, wait for an opening, or read how the latest consultation ended."""

    consultation: Consultation
    clock: Clock
    also_open: tuple[Consultation, ...] = ()
    result: Counts | None = None


@dataclass(frozen=True)
class Pair:
    """A remark and the city's latest answer.

    ``carried``: the words of the text that changed by it. Without them ``diff`` shows the change that the remark
    proposes in the passage its author read; None where it proposes none, or one so large that the passage cannot be
    recognised.
    """

    placed: Placed[Remark]
    decision: Decision
    diff: list[Run] | None
    carried: Carried | None = None


@dataclass(frozen=True)
class Extract:
    """The ledger's people of one stage, the largest first."""

    stage: Stage
    rows: tuple[LedgerRow, ...]


@dataclass(frozen=True)
class FrontPage:
    """The front page at one moment. Every part may be missing: a new portal has none of them."""

    process: Process | None
    stages: tuple[Stage, ...]
    now: Now | None
    extract: Extract | None
    pairs: tuple[Pair, ...]
    news: tuple[News, ...]
    events: tuple[Event, ...]


def front_page(now: dt.datetime) -> FrontPage:
    """What the front page shows at the (aware) moment. At most twenty queries, however much there is."""
    process = Process.objects.main()
    return FrontPage(
        process=process,
        stages=tuple(Stage.objects.of_main_process()),
        now=_now(now),
        extract=_extract(process) if process else None,
        pairs=_pairs(now),
        news=tuple(News.objects.published(now)[:NEWS]),
        events=tuple(Event.objects.public().coming(now).select_related("district")[:EVENTS]),
    )


def _now(now: dt.datetime) -> Now | None:
    """The open consultation that closes first, else the next to open, else the one that closed last."""
    opened = list(Consultation.objects.open(now)[: 1 + ALSO_OPEN])
    if opened:
        return Now(opened[0], Clock.at(opened[0], now), also_open=tuple(opened[1:]))
    upcoming = Consultation.objects.upcoming(now).first()
    if upcoming is not None:
        return Now(upcoming, Clock.at(upcoming, now))
    closed = Consultation.objects.closed(now).first()
    if closed is not None:
        return Now(closed, Clock.at(closed, now), result=total_counts(closed))
    return None


def _extract(process: Process) -> Extract | None:
    """The stage that counted people in the most ways; of equals the earlier."""
    people = {
        stage: total.addends
        for stage, totals in read_ledger(process).totals_by_stage().items()
        for total in totals
        if total.unit == Figure.Unit.PEOPLE
    }
    if not people:
        return None
    stage, counted = max(people.items(), key=lambda item: (len(item[1]), -item[0].number))
    rows = sorted(counted, key=lambda row: -(row.amount or 0))
    most = rows[0].amount or 0
    return Extract(stage, tuple(replace(row, most=most) for row in rows))


def _pairs(now: dt.datetime) -> tuple[Pair, ...]:
    """The latest answers with the words that they changed; where there are too few, answers to proposals."""
    real = _carried_pairs(now)
    if len(real) == PAIRS:
        return real
    shown = {pair.placed.remark.pk for pair in real}
    others = [pair for pair in _proposed_pairs(now) if pair.placed.remark.pk not in shown]
    return (*real, *others)[:PAIRS]


def _carried_pairs(now: dt.datetime) -> tuple[Pair, ...]:
    """Of the changes that were linked last, those whose words tell the most. Six queries, one without any link."""
    links = ChangeSource.objects.public(now).filter(kind=ChangeSource.Kind.REMARK).order_by("-pk")
    latest = list(links.select_related("passage", "version__draft__consultation")[:PAIRS_FROM])
    order = {link.pk: place for place, link in enumerate(latest)}
    carried = sorted(
        (one for one in with_changes(latest, now) if one.change is not None),
        key=lambda one: (not _tells(one), order[one.source.pk]),
    )
    # One card for a remark, and for a passage.
    chosen: list[Carried] = []
    for one in carried:
        seen = [(other.source.remark_id, other.source.passage_id) for other in chosen]
        if all(one.source.remark_id != remark and one.source.passage_id != place for remark, place in seen):
            chosen.append(one)
    chosen = chosen[:PAIRS]
    if not chosen:
        return ()
    keys = [one.source.remark_id for one in chosen if one.source.remark_id]
    placed = {one.remark.pk: one for one in with_places(Remark.objects.for_public_table(now).filter(pk__in=keys))}
    found = [(placed.get(one.source.remark_id or 0), one) for one in chosen]
    return tuple(
        Pair(place, answers_of(place.remark)[-1], None, carried=one) for place, one in found if place is not None
    )


def _tells(carried: Carried) -> bool:
    """Whether some words changed in a passage that can be recognised."""
    kept, changed = (
        sum(len(run.text) for run in carried.runs if (run.kind == "equal") is same) for same in (True, False)
    )
    return kept > 0 and 0 < changed <= MOST_CHANGED


def _proposed_pairs(now: dt.datetime) -> tuple[Pair, ...]:
    """The latest answers of the consultation that answered last. Five queries."""
    of_one = Remark.objects.filter(consultation=OuterRef("pk"), state=Remark.State.PUBLISHED)
    consultation = (
        Consultation.objects.showing_remarks(now)
        .annotate(answered_at=Subquery(of_one.order_by("-changed_at").values("changed_at")[:1]))
        .filter(answered_at__isnull=False)
        .order_by("-answered_at")
        .first()
    )
    if consultation is None:
        return ()
    latest = with_places(Remark.objects.lately_answered(consultation, now)[:PAIRS_FROM])
    pairs = [Pair(placed, answers_of(placed.remark)[-1], _diff(placed)) for placed in latest]
    return tuple(
        sorted(pairs, key=lambda pair: (pair.diff is None, not vars(pair.placed.remark)["public_wording"]))[:PAIRS]
    )


def _diff(placed: Placed[Remark]) -> list[Run] | None:
    runs = placed.difference or []
    kept, gone = (sum(len(run.text) for run in runs if run.kind == kind) for kind in ("equal", "delete"))
    return runs if kept > gone else None
