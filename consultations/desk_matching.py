"""What the page of an import's matches shows: each passage beside the one it continues, the doubtful ones, the gone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from consultations.comparing import remarks_on
from consultations.matching import Likeness, nearest, plain
from consultations.models import ChapterText, DraftImport, PassageText
from consultations.services.matching import Imported, imported_passages
from consultations.wording import Run, difference, marked
from lublin2030.lib.paging import KeyPage

PAGE = 20
PAGE_OF_GONE = 50
CANDIDATES = 5
SURE = 0.85  # a match less alike than that should be looked at
NEAR = 0.35  # a new passage with an old one at least so like it should be looked at
BEGINNING = 140  # characters of a candidate's text
PASSAGE_VIEWS = ("sprawdz", "podobne", "nowe", "wszystko")
VIEWS = (*PASSAGE_VIEWS, "usuniete", "rozdzialy")


@dataclass(frozen=True)
class Old:
    """A passage of the base version, and what hangs on it."""

    key: int
    code: str
    number: str
    text: str
    remarks: int

    @property
    def beginning(self) -> str:
        words = plain(self.text)
        return words if len(words) <= BEGINNING else words[: BEGINNING - 1].rstrip() + "…"


@dataclass(frozen=True)
class Candidate:
    """An old passage that a new one may continue, and the number of the new one that has it now, if another has."""

    old: Old
    percent: int
    is_chosen: bool
    taken_by: str


@dataclass(frozen=True)
class MatchLine:
    """A passage of the import with its match. ``index``: its place in the whole document, from 1."""

    index: int
    new: Imported
    old: Old | None
    how: str
    score: float

    @property
    def is_doubtful(self) -> bool:
        return (self.how == "similar" and self.score < SURE) or (self.how == "new" and self.score >= NEAR)

    @property
    def percent(self) -> int:
        return round(self.score * 100)

    @cached_property
    def _runs(self) -> list[Run]:
        return difference(self.old.text, self.new.text) if self.old else []

    def old_side(self) -> SafeString:
        """The old text with what went of it."""
        return marked(run for run in self._runs if run.kind != "insert")

    def new_side(self) -> SafeString:
        """The new text with what came to it; plain where there is nothing to compare it with."""
        runs = [run for run in self._runs if run.kind != "delete"]
        return marked(runs or [Run("equal", self.new.text)])


@dataclass(frozen=True)
class ChapterMatch:
    """A chapter of the import and the old one it continues."""

    place: str
    number: int
    title: str
    old: ChapterText | None


Row = TypeVar("Row", "MatchLine", "Gone")


def page_of(rows: Sequence[Row], *, size: int, after: int | None, before: int | None) -> KeyPage[Row]:
    """Of rows in ascending order of ``index`` those that follow ``after``, or come before ``before``, or the first.

    Like ``lublin2030.lib.paging.page_by_key``, for rows that stand in memory and not in a table.
    """
    if before is not None:
        earlier = [row for row in rows if row.index < before]
        shown, more_before, more_after = earlier[-size:], len(earlier) > size, len(earlier) < len(rows)
    else:
        later = [row for row in rows if row.index > (after or 0)]
        shown, more_before, more_after = later[:size], len(later) < len(rows), len(later) > size
    return KeyPage(
        shown,
        after=shown[-1].index if shown and more_after else None,
        before=shown[0].index if shown and more_before else None,
    )


@dataclass(frozen=True)
class Gone:
    """An old passage that no new one continues; ``index``: its place among those, the ones with remarks first."""

    index: int
    old: Old


@dataclass
class MatchTable:
    """All matches of an import. Made by ``read``; what costs time is worked out only for what is shown."""

    lines: list[MatchLine]
    olds: dict[int, Old]
    chapters: list[ChapterMatch]
    old_chapters: list[ChapterText]
    likeness: Likeness = field(default_factory=Likeness)

    @classmethod
    def read(cls, draft_import: DraftImport) -> MatchTable:
        """The table of an import with its draft. Three queries, however long the document."""
        rows = list(
            PassageText.objects.filter(version=draft_import.base_id)
            .order_by("chapter__number", "position")
            .values_list("passage_id", "passage__code", "chapter__number", "position", "wording")
        )
        remarks = remarks_on(draft_import.draft.consultation_id, None)
        olds = {
            key: Old(key, code, f"{chapter}.{position}", text, remarks.get(key, 0))
            for key, code, chapter, position, text in rows
        }
        old_chapters = list(
            ChapterText.objects.filter(version=draft_import.base_id).select_related("chapter").order_by("number")
        )
        by_key = {one.chapter_id: one for one in old_chapters}
        matches = draft_import.matches
        nothing: dict[str, Any] = {"passage": None, "how": "new", "score": 0.0}
        lines = []
        for index, new in enumerate(imported_passages(draft_import.document), start=1):
            match = matches.get("passages", {}).get(new.place, nothing)
            lines.append(MatchLine(index, new, olds.get(match["passage"] or 0), match["how"], match["score"]))
        chapters = [
            ChapterMatch(str(at), at + 1, chapter["title"], by_key.get(matches.get("chapters", {}).get(str(at)) or 0))
            for at, chapter in enumerate(draft_import.document.get("chapters", []))
        ]
        return cls(lines, olds, chapters, old_chapters)

    @cached_property
    def taken(self) -> dict[int, MatchLine]:
        """The new passage that continues each old one."""
        return {line.old.key: line for line in self.lines if line.old}

    @cached_property
    def gone(self) -> list[Gone]:
        """The old passages that no new one continues, those with remarks first."""
        left = sorted((old for old in self.olds.values() if old.key not in self.taken), key=lambda old: not old.remarks)
        return [Gone(index, old) for index, old in enumerate(left, start=1)]

    @property
    def gone_with_remarks(self) -> int:
        return sum(bool(gone.old.remarks) for gone in self.gone)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many passages each view shows, and how many are the same."""
        return {view: sum(map(_SHOWS[view], self.lines)) for view in _SHOWS} | {
            "same": sum(line.how == "same" for line in self.lines),
            "usuniete": len(self.gone),
            "rozdzialy": len(self.chapters),
        }

    def page(self, view: str, *, after: int | None, before: int | None) -> KeyPage[MatchLine]:
        """The passages of a view that follow ``after``, or come before ``before``, or the first."""
        rows = [line for line in self.lines if _SHOWS[view](line)]
        return page_of(rows, size=PAGE, after=after, before=before)

    def gone_page(self, *, after: int | None, before: int | None) -> KeyPage[Gone]:
        """A page of what is gone."""
        return page_of(self.gone, size=PAGE_OF_GONE, after=after, before=before)

    def candidates(self, line: MatchLine) -> list[Candidate]:
        """The old passages most like a new one, its own first."""
        found = nearest(self.likeness, line.new.text, self._stems, limit=CANDIDATES)
        keys = dict(found)
        if line.old and line.old.key not in keys:
            keys = {line.old.key: line.score} | keys
        return [
            Candidate(
                old=self.olds[key],
                percent=100 if line.how == "same" and line.old and key == line.old.key else round(score * 100),
                is_chosen=line.old is not None and key == line.old.key,
                taken_by=self.taken[key].new.number if key in self.taken and self.taken[key] != line else "",
            )
            for key, score in sorted(keys.items(), key=lambda item: line.old is None or item[0] != line.old.key)
        ]

    @cached_property
    def _stems(self) -> dict[int, str]:
        return {key: self.likeness.stems(old.text) for key, old in self.olds.items()}

    def find(self, text: str) -> Old | None:
        """The old passage of a number (``3.2``) or a permanent id (``f12``) as somebody types it."""
        wanted = text.strip().lower().rstrip(".")
        return next((old for old in self.olds.values() if wanted in {old.number, old.code.lower()}), None)


_SHOWS: dict[str, Callable[[MatchLine], bool]] = {
    "sprawdz": lambda line: line.is_doubtful,
    "podobne": lambda line: line.how in {"similar", "chosen"} and line.old is not None,
    "nowe": lambda line: line.old is None,
    "wszystko": lambda line: True,
}
