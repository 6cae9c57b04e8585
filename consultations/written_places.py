"""Places in a draft as people write them on paper: “3.2”, “3,2”, “f12”, “3”, “dokument”."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from consultations.models import ChapterText, Consultation, DraftVersion, PassageText

# Nobody who writes the name of the whole document should have to learn a sign for it.
WHOLE_DOCUMENT = {
    "", "0", "-", "–", "dokument", "cały dokument", "całość", "document", "the whole document", "документ",
    "весь документ",
}  # fmt: skip
_NUMBERS = re.compile(r"(?:r|rozdz\.?|rozdział|§)?\s*(\d{1,4})(?:\s*[.,]\s*(\d{1,6}))?\s*\.?")
_CODE = re.compile(r"f\d{1,18}")
# Of more places than that the database is not asked one by one: a table can name fifty thousand. Then all passages are
# read, of which no draft has so many.
NAMED_AT_ONCE = 300


@dataclass(frozen=True)
class WrittenPlace:
    """What a written place names: a passage by number or by permanent id, a chapter by number, or the document."""

    chapter: int | None = None
    position: int | None = None
    code: str = ""


@dataclass(frozen=True)
class FoundPlace:
    """The place in one version of the draft; neither of both means the whole document."""

    chapter: ChapterText | None = None
    passage: PassageText | None = None

    @property
    def version(self) -> DraftVersion | None:
        """The version in which it was found; none for the whole document, which has no text of its own."""
        return None if self.chapter is None else self.chapter.version

    @property
    def written(self) -> str:
        """The place as one would write it again."""
        if self.passage is not None:
            return self.passage.number
        return "0" if self.chapter is None else str(self.chapter.number)


def read_place(text: str) -> WrittenPlace | None:
    """What the text names, or none when it names nothing that a draft could have."""
    text = " ".join(text.split()).casefold()
    if text in WHOLE_DOCUMENT:
        return WrittenPlace()
    if _CODE.fullmatch(text):
        return WrittenPlace(code=text)
    match = _NUMBERS.fullmatch(text)
    if match is None:
        return None
    return WrittenPlace(chapter=int(match[1]), position=int(match[2]) if match[2] else None)


def find_places(version: DraftVersion | None, texts: Iterable[str]) -> dict[str, FoundPlace | None]:
    """Each text with its place in the version, or with none. At most two queries, however many texts."""
    written = {text: read_place(text) for text in texts}
    named = {place for place in written.values() if place is not None}
    chapters: dict[int, ChapterText] = {}
    by_number: dict[tuple[int, int], PassageText] = {}
    by_code: dict[str, PassageText] = {}
    if version is not None and any(place.chapter is not None and place.position is None for place in named):
        rows = ChapterText.objects.filter(version=version).select_related("chapter", "version")
        chapters = {chapter.number: chapter for chapter in rows}
    numbered = {place for place in named if place.position is not None}
    codes = {place.code for place in named if place.code}
    if version is not None and (numbered or codes):
        passages = PassageText.objects.filter(version=version).select_related(
            "passage", "chapter__chapter", "chapter__version"
        )
        if len(named) <= NAMED_AT_ONCE:
            places = Q(
                chapter__number__in={place.chapter for place in numbered},
                position__in={place.position for place in numbered},
            )
            passages = passages.filter(places | Q(passage__code__in=codes))
        for passage in passages:
            by_number[passage.chapter.number, passage.position] = passage
            by_code[passage.passage.code] = passage

    def found(place: WrittenPlace | None) -> FoundPlace | None:
        if place is None:
            return None
        if place == WrittenPlace():
            return FoundPlace()
        if place.position is None and not place.code:
            chapter = chapters.get(place.chapter or 0)
            return None if chapter is None else FoundPlace(chapter=chapter)
        passage = by_code.get(place.code) if place.code else by_number.get((place.chapter or 0, place.position or 0))
        return None if passage is None else FoundPlace(chapter=passage.chapter, passage=passage)

    return {text: found(place) for text, place in written.items()}


def version_of_letters(consultation: Consultation, now: dt.datetime) -> DraftVersion | None:
    """The version whose numbers a letter quotes: the newest that was published before the consultation closed.

    A version adopted after the end was not yet there when the senders wrote. Without such a one, the newest published.
    """
    published = DraftVersion.objects.published(now).filter(draft__consultation=consultation)
    return published.filter(published_at__lt=consultation.closes_at).first() or published.first()
