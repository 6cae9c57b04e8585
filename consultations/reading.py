"""What the residents' pages of a consultation show, asked for in few queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from consultations.models import (
    Basket,
    ChapterText,
    Consultation,
    Draft,
    DraftVersion,
    HistoryEntry,
    PassageText,
    Remark,
    Tally,
)
from consultations.models.consultations import IdentityField
from consultations.models.remarks import POSITION_STEP
from lublin2030.lib.dates import days_between, warsaw_day

# What the public may know of a case: its steps, not what happened inside the office before an answer was published.
PUBLIC_STEPS = [
    HistoryEntry.Verb.RECEIVE,
    HistoryEntry.Verb.MARK_PROPER,
    HistoryEntry.Verb.MARK_IMPROPER,
    HistoryEntry.Verb.REOPEN_VERIFICATION,
    HistoryEntry.Verb.ASSIGN,
    HistoryEntry.Verb.PUBLISH,
    HistoryEntry.Verb.CORRECT,
    HistoryEntry.Verb.WITHDRAW,
]


@dataclass(frozen=True)
class Clock:
    """Where a consultation stands at a moment. All numbers are calendar days in Warsaw.

    ``days_left``: to the last day, 0 on it. ``days_to_opening``: 0 on the day of opening. ``day`` of ``term``: which
    day of the term it is, from 1. ``days_to_report``: to the day the report is due, negative after it.
    """

    phase: Consultation.Phase
    days_left: int
    days_to_opening: int
    day: int
    term: int
    days_to_report: int

    @classmethod
    def at(cls, consultation: Consultation, now: dt.datetime) -> Clock:
        first_day = warsaw_day(consultation.opens_at)
        term = (consultation.last_day - first_day).days + 1
        return cls(
            phase=consultation.phase(now),
            days_left=max(days_between(now, consultation.last_day), 0),
            days_to_opening=max(days_between(now, first_day), 0),
            day=min(max(1 - days_between(now, first_day), 0), term),
            term=term,
            days_to_report=days_between(now, consultation.report_due_on),
        )

    @property
    def is_open(self) -> bool:
        return self.phase == Consultation.Phase.OPEN

    @property
    def is_upcoming(self) -> bool:
        return self.phase == Consultation.Phase.UPCOMING

    @property
    def is_closed(self) -> bool:
        return self.phase == Consultation.Phase.CLOSED


@dataclass(frozen=True)
class TimedConsultation:
    """A consultation and its clock, for lists."""

    consultation: Consultation
    clock: Clock


def timed(consultations: Iterable[Consultation], now: dt.datetime) -> list[TimedConsultation]:
    """The consultations with their clocks, in the order they came."""
    return [TimedConsultation(consultation, Clock.at(consultation, now)) for consultation in consultations]


def required_labels(consultation: Consultation) -> list[str]:
    """What a sender must give, in words, in the order of the form."""
    return [str(field.label) for field in IdentityField if consultation.requires_online(field)]


# -- The draft ------------------------------------------------------------------------------------------------------


def draft_of(consultation: Consultation) -> Draft | None:
    """The consultation's draft, if it has one: a consultation of directions may have none."""
    return getattr(consultation, "draft", None)


def published_versions(consultation: Consultation, now: dt.datetime) -> list[DraftVersion]:
    """The versions of the draft that readers may see, the newest first. One query, or none without a draft."""
    draft = draft_of(consultation)
    return [] if draft is None else list(DraftVersion.objects.published(now).filter(draft=draft))


def choose_version(versions: Sequence[DraftVersion], number: str | None) -> DraftVersion | None:
    """The version of that number; the newest when the number is missing or unknown."""
    return next((one for one in versions if str(one.number) == number), versions[0] if versions else None)


@dataclass(frozen=True)
class ContentsLine:
    """One chapter in the contents: how many passages it has, and how many remarks came to it."""

    chapter: ChapterText
    passages: int
    remarks: int


def contents(consultation: Consultation, version: DraftVersion) -> list[ContentsLine]:
    """The chapters of a version with their numbers of passages and of remarks. Two queries."""
    chapters = ChapterText.objects.filter(version=version).order_by("number").annotate(size=Count("passages"))
    remarks = remarks_by_key(consultation, Tally.Dimension.CHAPTER)
    return [ContentsLine(one, one.size, remarks.get(str(one.chapter_id), 0)) for one in chapters]


@dataclass(frozen=True)
class ReaderPassage:
    """A passage in the reader with the number of remarks on it."""

    text: PassageText
    number: str
    remarks: int


def passages_of(consultation: Consultation, chapter: ChapterText) -> tuple[list[ReaderPassage], int]:
    """The passages of a chapter in order with their numbers of remarks, and the number of the whole chapter's.

    Two queries.
    """
    texts = list(PassageText.objects.filter(chapter=chapter).select_related("passage").order_by("position"))
    keys = [str(text.passage_id) for text in texts]
    chapter_key = str(chapter.chapter_id)
    tallies = (
        Tally.objects.filter(consultation=consultation)
        .filter(
            Q(dimension=Tally.Dimension.PASSAGE, key__in=keys) | Q(dimension=Tally.Dimension.CHAPTER, key=chapter_key)
        )
        .order_by()
        .values_list("dimension", "key")
        .annotate(total=Sum("remarks"))
    )
    remarks = {(dimension, key): total for dimension, key, total in tallies}
    return (
        [
            ReaderPassage(
                text,
                f"{chapter.number}.{text.position}",
                remarks.get((Tally.Dimension.PASSAGE.value, str(text.passage_id)), 0),
            )
            for text in texts
        ],
        remarks.get((Tally.Dimension.CHAPTER.value, chapter_key), 0),
    )


# -- Counters -------------------------------------------------------------------------------------------------------


def remarks_by_key(consultation: Consultation, dimension: Tally.Dimension) -> dict[str, int]:
    """How many remarks each value of a dimension has. Read from the tallies: one query."""
    tallies = Tally.objects.filter(consultation=consultation, dimension=dimension)
    return dict(tallies.order_by().values_list("key").annotate(total=Sum("remarks")))


def answered_count(consultation: Consultation) -> int:
    """How many remarks have a published answer. One query."""
    tallies = Tally.objects.filter(
        consultation=consultation, dimension=Tally.Dimension.TOTAL, standing__in=Remark.Outcome.values
    )
    return tallies.aggregate(total=Sum("remarks"))["total"] or 0


# -- Remarks --------------------------------------------------------------------------------------------------------


def address_of(position: int) -> str:
    """The number in an address (``12.3``) of the remark at a position of the register."""
    return f"{position // POSITION_STEP}.{position % POSITION_STEP}"


def neighbours(remark: Remark) -> tuple[str | None, str | None]:
    """The addresses of the remarks before and after this one in the register. Two queries."""
    positions: QuerySet[Remark, int] = Remark.objects.filter(consultation=remark.consultation_id).values_list(
        "position", flat=True
    )
    before = positions.filter(position__lt=remark.position).order_by("-position").first()
    after = positions.filter(position__gt=remark.position).order_by("position").first()
    return (
        None if before is None else address_of(before),
        None if after is None else address_of(after),
    )


def public_steps(remark: Remark) -> list[HistoryEntry]:
    """The dated steps of a remark that the public may know, the oldest first; who did them is not loaded."""
    return list(
        HistoryEntry.objects.filter(Q(submission=remark.submission_id) | Q(remark=remark), verb__in=PUBLIC_STEPS)
        .only("verb", "at")
        .order_by("at", "pk")
    )


# -- The reader's own unsent remarks --------------------------------------------------------------------------------


@dataclass(frozen=True)
class BasketLine:
    """One unsent remark: the number of its place (empty for the whole document) and what it says."""

    number: str
    words: str


def basket_lines(basket: Basket, version: DraftVersion | None) -> list[BasketLine]:
    """The unsent remarks of a browser, with numbers as in the version shown. One query."""
    chapter = ChapterText.objects.filter(version=version, chapter=OuterRef("chapter"))
    passage = PassageText.objects.filter(version=version, passage=OuterRef("passage"))
    kept = basket.remarks.annotate(
        chapter_number=Subquery(chapter.values("number")),
        passage_chapter=Subquery(passage.values("chapter__number")),
        passage_position=Subquery(passage.values("position")),
    )
    rows = kept.values_list("chapter_number", "passage_chapter", "passage_position", "change", "wording")
    return [
        BasketLine(
            number=f"{of_passage}.{position}" if position is not None else str(number or ""),
            words=change or wording,
        )
        for number, of_passage, position, change, wording in rows
    ]
