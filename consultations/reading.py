"""What the residents' pages of a consultation show, asked for in few queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.urls import reverse

from consultations.models import (
    Basket,
    ChapterText,
    Consultation,
    Draft,
    DraftVersion,
    HistoryEntry,
    Opinion,
    PassageText,
    PassageVoice,
    Redaction,
    Remark,
    Tally,
)
from consultations.models.consultations import IdentityField
from consultations.models.remarks import POSITION_STEP
from consultations.parts import divide
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
# Of the submission itself: that its sender corrected the own name or contact is nobody's business, and no correction of
# a remark.
PUBLIC_STEPS_OF_SUBMISSION = [verb for verb in PUBLIC_STEPS if verb != HistoryEntry.Verb.CORRECT]


@dataclass(frozen=True)
class Clock:
    """Where a consultation stands at a moment. All numbers are calendar days in Warsaw.

    ``days_left``: to the last day, 0 on it. ``days_to_opening``: 0 on the day of opening. ``day`` of ``term``: which
    day of the term it is, from 1. ``days_to_report``: to the day the report is due, negative after it.
    ``shows_remarks``: whether the public may see remarks and their numbers.
    """

    phase: Consultation.Phase
    days_left: int
    days_to_opening: int
    day: int
    term: int
    days_to_report: int
    shows_remarks: bool

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
            shows_remarks=consultation.shows_remarks(now),
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
    """One chapter in the contents: how many passages it has, and how many remarks came to it (None: not shown yet)."""

    chapter: ChapterText
    passages: int
    remarks: int | None


def contents(consultation: Consultation, version: DraftVersion, now: dt.datetime) -> list[ContentsLine]:
    """The chapters of a version with their numbers of passages and of remarks. Two queries."""
    chapters = ChapterText.objects.filter(version=version).order_by("number").annotate(size=Count("passages"))
    if not consultation.shows_remarks(now):
        return [ContentsLine(one, one.size, None) for one in chapters]
    remarks = remarks_by_key(consultation, Tally.Dimension.CHAPTER)
    return [ContentsLine(one, one.size, remarks.get(str(one.chapter_id), 0)) for one in chapters]


@dataclass(frozen=True)
class ReaderPassage:
    """A passage in the reader with its public voices and its remarks, 0 of these as well while they are not shown.

    ``heading``: its level in the outline of the page, None of what is no heading. A run of list items is one list:
    ``opens_list`` with its first, ``closes_list`` with its last.
    """

    text: PassageText
    number: str
    remarks: int
    voices: int = 0
    heading: int | None = None
    opens_list: bool = False
    closes_list: bool = False


@dataclass(frozen=True)
class ReaderChapter:
    """One part of a chapter: most chapters have one only.

    ``part`` counts from 1. ``headings``: those of the whole chapter, for its contents. ``remarks``: on the whole
    chapter, 0 as well while they are not shown.
    """

    passages: list[ReaderPassage]
    headings: list[ReaderPassage]
    part: int
    parts: int
    remarks: int

    @property
    def previous_part(self) -> int | None:
        return self.part - 1 if self.part > 1 else None

    @property
    def next_part(self) -> int | None:
        return self.part + 1 if self.part < self.parts else None


def read_chapter(
    consultation: Consultation, chapter: ChapterText, now: dt.datetime, *, part: str = "", code: str = ""
) -> ReaderChapter | None:
    """A part of a chapter: that with the passage of the code, else that of the number, else the first.

    None where the number is none of the parts'. Three queries, two while remarks are not shown.
    """
    texts = list(PassageText.objects.filter(chapter=chapter).select_related("passage").order_by("position"))
    ranges = divide(
        [len(text.html or text.wording) for text in texts], [text.kind == PassageText.Kind.HEADING for text in texts]
    )
    wanted = next((place for place, text in enumerate(texts) if text.passage.code == code), None) if code else None
    if wanted is not None:
        index = next(number for number, places in enumerate(ranges) if wanted in places)
    elif part in {str(number) for number in range(1, len(ranges) + 1)}:
        index = int(part) - 1
    elif part:
        return None
    else:
        index = 0
    shown = [texts[place] for place in ranges[index]]
    remarks, of_chapter = _remarks_of(consultation, chapter, shown) if consultation.shows_remarks(now) else ({}, 0)
    voices = PassageVoice.objects.public().counts(text.passage_id for text in shown)
    return ReaderChapter(
        passages=list(_laid_out(chapter, shown, remarks, voices)),
        headings=[one for one in _laid_out(chapter, texts, {}, {}) if one.heading == 2],
        part=index + 1,
        parts=len(ranges),
        remarks=of_chapter,
    )


def _laid_out(
    chapter: ChapterText, texts: list[PassageText], remarks: dict[str, int], voices: dict[int, int]
) -> Iterator[ReaderPassage]:
    """The passages with their places in the outline: no level is left out, whatever the document did."""
    outline = 1
    is_item = [text.kind == PassageText.Kind.ITEM for text in texts]
    for place, text in enumerate(texts):
        heading = None
        if text.kind == PassageText.Kind.HEADING:
            heading = outline = max(min(text.level, outline + 1, 6), 2)
        yield ReaderPassage(
            text,
            f"{chapter.number}.{text.position}",
            remarks.get(str(text.passage_id), 0),
            voices=voices.get(text.passage_id, 0),
            heading=heading,
            opens_list=is_item[place] and (place == 0 or not is_item[place - 1]),
            closes_list=is_item[place] and (place + 1 == len(texts) or not is_item[place + 1]),
        )


def _remarks_of(
    consultation: Consultation, chapter: ChapterText, texts: list[PassageText]
) -> tuple[dict[str, int], int]:
    """How many remarks each passage has, by its id, and how many the whole chapter has. One query."""
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
    by_key = {(dimension, key): total for dimension, key, total in tallies}
    of_passages = {key: by_key.get((Tally.Dimension.PASSAGE.value, key), 0) for key in keys}
    return of_passages, by_key.get((Tally.Dimension.CHAPTER.value, chapter_key), 0)


def passage_address(slug: str, chapter_number: int, code: str, *, version: DraftVersion | None = None) -> str:
    """Where the reader opens at a passage, on whichever part of the chapter it stands.

    ``version``: of an earlier version; without it the newest is read.
    """
    query = {"wersja": version.number} if version else {}
    address = reverse("consultations:chapter", args=[slug, chapter_number])
    return f"{address}?{urlencode({**query, 'fragment': code})}#{code}"


# -- Opinions of institutions ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpinionLine:
    """What an institution was asked and what came of it: an answer, silence after the term, or nothing yet."""

    opinion: Opinion
    is_silent: bool


def opinions_of(consultation: Consultation, now: dt.datetime) -> list[OpinionLine]:
    """All bodies that were asked for their opinion, in the order in which they were. One query."""
    opinions = consultation.opinions.select_related("institution").order_by("asked_on", "institution__name")
    return [OpinionLine(one, one.is_silent(now)) for one in opinions]


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


def redaction_of(remark: Remark) -> Redaction | None:
    """The decision by which the public reads a text with redactions; None, and no query, for any other remark."""
    if remark.text_state != Remark.TextState.REDACTED:
        return None
    return Redaction.objects.filter(remark=remark).only("grounds", "at").order_by("-at", "-pk").first()


def public_steps(remark: Remark) -> list[HistoryEntry]:
    """The dated steps of a remark that the public may know, the oldest first; who did them is not loaded."""
    return list(
        HistoryEntry.objects.filter(
            Q(submission=remark.submission_id, verb__in=PUBLIC_STEPS_OF_SUBMISSION)
            | Q(remark=remark, verb__in=PUBLIC_STEPS)
        )
        .only("verb", "at")
        .order_by("at", "pk")
    )


# -- The reader's own unsent remarks --------------------------------------------------------------------------------


TOLD_BY_TEXT = frozenset({Remark.Kind.GENERAL.value, Remark.Kind.QUESTION.value, Remark.Kind.ADD.value})


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
    rows = kept.values_list("chapter_number", "passage_chapter", "passage_position", "kind", "change", "wording")
    return [
        BasketLine(
            number=f"{of_passage}.{position}" if position is not None else str(number or ""),
            # A new wording begins like the passage, and a removal says nothing itself: the kind tells more.
            words=change or (wording if kind in TOLD_BY_TEXT else str(Remark.Kind(kind).label)),
        )
        for number, of_passage, position, kind, change, wording in rows
    ]
