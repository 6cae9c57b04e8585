"""What the pages show of two versions compared, and of one passage through all versions; asked for in few queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Sum
from django.db.models.functions import Coalesce, Length
from django.utils.safestring import SafeString

from consultations.change_sources import sources_between, sources_of_passage
from consultations.matching import longest_in_order
from consultations.models import (
    ChangeSource,
    ChapterText,
    Consultation,
    DraftVersion,
    Passage,
    PassageChange,
    PassageText,
    Tally,
    VersionComparison,
)
from consultations.reading import passage_address, published_versions
from consultations.services.comparisons import compared_text
from consultations.wording import Run, difference, marked

Kind = PassageChange.Kind
# A page of at most so many changes and about so many characters stays far below 100 kB, whatever the document's size.
MOST_ROWS = 60
MOST_CHARACTERS = 40_000
OPENING = 1500  # characters of an unchanged text that are shown


@dataclass(frozen=True)
class Choice:
    """Which two versions the reader asked for. Without both there is nothing to compare."""

    versions: list[DraftVersion]
    older: DraftVersion | None
    newer: DraftVersion | None
    is_mistaken: bool

    @classmethod
    def read(cls, consultation: Consultation, older: str | None, newer: str | None, now: dt.datetime) -> Choice:
        """From ``z`` and ``na``: the last two versions when nothing is asked for, in the order of their numbers."""
        versions = published_versions(consultation, now)
        by_number = {str(one.number): one for one in versions}
        if not older and not newer:
            pair = [versions[1], versions[0]] if len(versions) > 1 else [None, None]
            return cls(versions, pair[0], pair[1], False)
        one, other = by_number.get(older or ""), by_number.get(newer or "")
        if one is None or other is None or one == other:
            return cls(versions, one, other if one != other else None, True)
        first, second = sorted([one, other], key=lambda version: version.number)
        return cls(versions, first, second, False)


@dataclass
class ChapterLine:
    """A chapter in the overview: its title in either version, what changed of it, and where its changes begin."""

    older: ChapterText | None
    newer: ChapterText | None
    changes: int = 0
    part: int = 1
    is_moved: bool = False

    @property
    def anchor(self) -> str:
        """Its place on a page of changes."""
        if self.newer:
            return f"rozdzial-{self.newer.number}"
        return f"dawny-rozdzial-{self.older.number}" if self.older else ""

    @property
    def shown(self) -> ChapterText | None:
        return self.newer or self.older

    @property
    def title_changes(self) -> SafeString | None:
        """What changed of the title; None when nothing did."""
        if self.older is None or self.newer is None or self.older.title == self.newer.title:
            return None
        return marked(difference(self.older.title, self.newer.title))


@dataclass(frozen=True)
class Outline:
    """All changes of a comparison without their words: the chapters, and where each page of changes begins and ends."""

    chapters: list[ChapterLine]
    parts: list[tuple[int, int]]  # first and last position
    part_of: dict[str, int]  # by the passage's code
    chapter_at: dict[int, ChapterLine]  # by position, where a chapter begins among what is shown


def outline(comparison: VersionComparison, *, everything: bool) -> Outline:
    """The changes, or all passages, divided into pages. Two queries, however long the document."""
    texts = ChapterText.objects.filter(version__in=[comparison.older_id, comparison.newer_id]).order_by("number")
    older: dict[int, ChapterText] = {}
    newer: dict[int, ChapterText] = {}
    for text in texts:
        (newer if text.version_id == comparison.newer_id else older)[text.chapter_id] = text
    lines = {identity: ChapterLine(older.get(identity), newer.get(identity)) for identity in [*newer, *older]}
    _mark_moved(lines, list(older), list(newer))
    changes = comparison.changes.all() if everything else comparison.changes.changed()
    rows = changes.order_by("position").values_list(
        "position",
        "kind",
        "is_moved",
        "passage__code",
        Coalesce("newer__chapter__chapter", "older__chapter__chapter"),
        Coalesce(Length("newer__wording"), 0) + Coalesce(Length("older__wording"), 0),
    )
    parts: list[tuple[int, int]] = []
    part_of: dict[str, int] = {}
    chapter_at: dict[int, ChapterLine] = {}
    count = characters = 0
    before: int | None = None
    for position, kind, is_moved, code, chapter, length in rows:
        length = min(length, OPENING) if kind == Kind.SAME and not is_moved else length
        if not parts or count >= MOST_ROWS or characters + length > MOST_CHARACTERS:
            parts.append((position, position))
            count = characters = 0
        parts[-1] = (parts[-1][0], position)
        count, characters = count + 1, characters + length
        part_of[code] = len(parts)
        line = lines[chapter]
        if chapter != before:
            chapter_at[position] = line
            before = chapter
        if kind != Kind.SAME or is_moved:
            line.part = line.part if line.changes else len(parts)
            line.changes += 1
    return Outline(list(lines.values()), parts, part_of, chapter_at)


def _mark_moved(lines: Mapping[int, ChapterLine], older: Sequence[int], newer: Sequence[int]) -> None:
    """Mark the chapters that stand in another order among those of both versions."""
    places = {identity: place for place, identity in enumerate(older)}
    common = [identity for identity in newer if identity in places]
    stayed = {common[kept] for kept in longest_in_order([places[identity] for identity in common])}
    for identity in common:
        lines[identity].is_moved = identity not in stayed


@dataclass(frozen=True)
class ChangeRow:
    """One passage on a page of changes: its numbers, its text with what changed, and the ways to it."""

    change: PassageChange
    chapter: ChapterLine | None  # where its chapter begins on the page
    anchor: str  # the chapter's, once on a page
    text: SafeString
    remarks: int
    older_address: str
    newer_address: str
    sources: list[ChangeSource] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.change.passage.code

    @property
    def older_number(self) -> str:
        return self.change.older.number if self.change.older else ""

    @property
    def newer_number(self) -> str:
        return self.change.newer.number if self.change.newer else ""


def rows_of(
    comparison: VersionComparison,
    choice: Choice,
    shown: Outline,
    part: int,
    *,
    consultation: Consultation,
    everything: bool,
    shows_remarks: bool,
    now: dt.datetime,
) -> list[ChangeRow]:
    """The changes of one part with their sources. Two queries, and one for the numbers of remarks if they are shown."""
    if not shown.parts:
        return []
    first, last = shown.parts[part - 1]
    changes = comparison.changes.all() if everything else comparison.changes.changed()
    page = list(
        changes.filter(position__gte=first, position__lte=last)
        .select_related("passage", "older__chapter", "newer__chapter")
        .order_by("position")
    )
    passages = [change.passage_id for change in page]
    remarks = remarks_on(consultation.pk, passages) if shows_remarks else {}
    sources = _sources(choice, passages, now)
    rows: list[ChangeRow] = []
    anchors: set[str] = set()
    for change in page:
        chapter = shown.chapter_at.get(change.position) or (None if rows else _chapter_of(shown, change))
        anchor = chapter.anchor if chapter and chapter.anchor not in anchors else ""
        anchors.add(anchor)
        older, newer = (
            reader_address(consultation, text, version, change.passage.code) if text else ""
            for text, version in ((change.older, choice.older), (change.newer, choice.newer))
        )
        rows.append(
            ChangeRow(
                change,
                chapter,
                anchor,
                text_of(change),
                remarks.get(change.passage_id, 0),
                older,
                newer,
                sources.get(change.passage_id, []),
            )
        )
    return rows


def _sources(choice: Choice, passages: list[int], now: dt.datetime) -> dict[int, list[ChangeSource]]:
    if choice.older is None or choice.newer is None:
        raise AssertionError("A comparison without its versions.")
    return sources_between(choice.older, choice.newer, passages, now)


def _chapter_of(shown: Outline, change: PassageChange) -> ChapterLine | None:
    """The chapter that an earlier part began: it is named again at the head of the page."""
    starts = [position for position in shown.chapter_at if position <= change.position]
    return shown.chapter_at[max(starts)] if starts else None


def text_of(change: PassageChange) -> SafeString:
    """The passage's text with what went and came, ready for the page."""
    match change.kind:
        case Kind.CHANGED:
            return marked(Run(kind, text) for kind, text in change.runs)
        case Kind.ADDED if change.newer:
            return marked([Run("insert", compared_text(change.newer))])
        case Kind.REMOVED if change.older:
            return marked([Run("delete", compared_text(change.older))])
    text = compared_text(change.newer) if change.newer else ""
    return marked([Run("equal", text if len(text) <= OPENING else text[:OPENING].rstrip() + "…")])


def remarks_on(consultation: int, passages: Iterable[int] | None) -> dict[int, int]:
    """How many remarks each of these passages has, or of all (None), by the passage's key.

    Read from the consultation's tallies: one query.
    """
    tallies = Tally.objects.filter(consultation=consultation, dimension=Tally.Dimension.PASSAGE).exclude(key="")
    if passages is not None:
        tallies = tallies.filter(key__in=[str(one) for one in passages])
    totals = tallies.order_by().values_list("key").annotate(total=Sum("remarks"))
    return {int(key): total for key, total in totals}


# -- One passage through all versions -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A passage in one version: its text there, and what changed since the version before that has it.

    ``kind``: ``first`` (no earlier published version), ``added``, ``same``, ``changed`` or ``removed``.
    """

    version: DraftVersion
    text: PassageText | None
    kind: str
    address: str  # in the reader
    previous: DraftVersion | None = None
    previous_text: PassageText | None = None
    changes: SafeString | None = None
    sources: list[ChangeSource] = field(default_factory=list)

    @property
    def is_renumbered(self) -> bool:
        return bool(self.text and self.previous_text and self.text.number != self.previous_text.number)


@dataclass(frozen=True)
class Story:
    """A passage's texts in the published versions, the newest first."""

    passage: Passage
    steps: list[Step] = field(default_factory=list)

    def step(self, number: str | None) -> Step | None:
        """The step of a version; without a number, the newest that has the passage."""
        having = [one for one in self.steps if one.text is not None]
        if number is None:
            return having[0] if having else None
        return next((one for one in self.steps if str(one.version.number) == number), None)


def story_of(consultation: Consultation, passage: Passage, versions: Sequence[DraftVersion], now: dt.datetime) -> Story:
    """The passage through these versions (the newest first); no steps when none of them has it. Three queries."""
    texts = {
        text.version_id: text
        for text in PassageText.objects.filter(passage=passage, version__in=versions).select_related("chapter")
    }
    if not texts:
        return Story(passage)
    kept = {
        (older, newer): runs
        for older, newer, runs in PassageChange.objects.filter(passage=passage, kind=Kind.CHANGED)
        .filter(comparison__in=VersionComparison.objects.current())
        .values_list("comparison__older", "comparison__newer", "runs")
    }
    steps: list[Step] = []
    last: tuple[DraftVersion, PassageText] | None = None
    previous: DraftVersion | None = None
    for version in reversed(versions):
        text = texts.get(version.pk)
        if text is None:
            if last is not None and previous == last[0]:
                steps.append(Step(version, None, "removed", "", last[0], last[1]))
        else:
            address = reader_address(consultation, text, version, passage.code)
            if last is None:
                steps.append(Step(version, text, "first" if previous is None else "added", address, previous))
            elif compared_text(last[1]) == compared_text(text):
                steps.append(Step(version, text, "same", address, last[0], last[1]))
            else:
                runs = kept.get((last[0].pk, version.pk))
                way = (
                    [Run(kind, words) for kind, words in runs]
                    if runs
                    else difference(compared_text(last[1]), compared_text(text))
                )
                steps.append(Step(version, text, "changed", address, last[0], last[1], marked(way)))
        if text is not None:
            last = (version, text)
        previous = version
    sources = sources_of_passage(passage.pk, now)
    return Story(passage, [replace(step, sources=sources.get(step.version.pk, [])) for step in reversed(steps)])


def reader_address(consultation: Consultation, text: PassageText, version: DraftVersion | None, code: str) -> str:
    """Where the reader shows the passage in that version. Reads the text's chapter."""
    if version is None:
        raise AssertionError("A text without its version.")
    return passage_address(consultation.slug, text.chapter.number, code, version=version)
