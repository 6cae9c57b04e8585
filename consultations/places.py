"""Where a remark belongs, in the words of the version its author read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from consultations.models import BasketRemark, ChapterText, PassageText, Remark
from consultations.wording import Run, compare_words

AnyRemark = TypeVar("AnyRemark", Remark, BasketRemark)


@dataclass(frozen=True)
class Placed(Generic[AnyRemark]):
    """A remark with the texts it concerns: a passage and its chapter, a chapter alone, or neither (the document)."""

    remark: AnyRemark
    chapter: ChapterText | None
    passage: PassageText | None

    @property
    def wording(self) -> str:
        """The proposed wording as far as it may be read: the public one of a remark from the public table."""
        own = vars(self.remark)
        return str(own["public_wording"]) if "public_wording" in own else self.remark.wording

    @cached_property
    def difference(self) -> list[Run] | None:
        """What a new wording changes in the passage's Polish text, word by word: that text binds, and the form begins
        with it. None without a new wording, and where the texts are too long or too unlike for the way to help.
        """
        if self.passage is None or self.remark.kind != Remark.Kind.REWORD or not self.wording:
            return None
        return compare_words(self.passage.wording, self.wording)


def with_places(remarks: Iterable[AnyRemark]) -> list[Placed[AnyRemark]]:
    """Each remark with its place. Two queries, however many remarks."""
    rows = list(remarks)
    versions = {one.version_id for one in rows if one.version_id}
    chapters = {
        (text.version_id, text.chapter_id): text
        for text in ChapterText.objects.filter(
            version__in=versions, chapter__in={one.chapter_id for one in rows if one.chapter_id}
        )
    }
    passages = {
        (text.version_id, text.passage_id): text
        for text in PassageText.objects.filter(
            version__in=versions, passage__in={one.passage_id for one in rows if one.passage_id}
        ).select_related("chapter")
    }
    return [
        Placed(
            remark=one,
            chapter=chapters.get((one.version_id or 0, one.chapter_id or 0)),
            passage=passages.get((one.version_id or 0, one.passage_id or 0)),
        )
        for one in rows
    ]
