"""Say which passages of the last version those of an imported document continue: proposed by us, corrected by staff.

``DraftImport.matches`` is ``{"chapters": {"0": pk or null}, "passages": {"0.3": {"passage": pk or null,
"how": "same" | "similar" | "chosen" | "new", "score": 0.93}}, "confirmed": bool}``. Keys are places in the imported
document: the number of the chapter, from 0, and that of the passage in it. ``chosen`` is what a person said; of a
``new`` passage the score tells how alike the nearest old one is.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from consultations.errors import (
    ChapterContinuedTwice,
    MatchesChanged,
    NotPermitted,
    PlaceNotInImport,
    TargetNotInDraft,
)
from consultations.matching import Likeness, NewPassage, OldPassage, match_chapters, match_passages
from consultations.models import Chapter, ChapterText, DraftImport, DraftVersion, Passage, PassageText
from consultations.permissions import may_set_up_consultations


@dataclass(frozen=True)
class Imported:
    """A passage of the imported document at its place, and the number it will have."""

    place: str
    chapter: int
    number: str
    kind: str
    text: str


def imported_passages(document: dict[str, Any]) -> Iterator[Imported]:
    """The passages of an imported document in its order."""
    for at, chapter in enumerate(document.get("chapters", [])):
        for position, passage in enumerate(chapter["passages"]):
            yield Imported(
                place=f"{at}.{position}",
                chapter=at,
                number=f"{at + 1}.{position + 1}",
                kind=passage["kind"],
                text=passage["text"],
            )


def propose_matches(draft_import: DraftImport, *, now: dt.datetime | None = None) -> None:
    """Match the imported document to the latest published version, which becomes the import's ``base``. Four queries.

    Writes ``matches`` and ``base``, to the record and to the instance, over whatever they held. The caller has just
    changed the document, and raises the revision with it.
    """
    base = DraftVersion.objects.published(now or timezone.now()).filter(draft=draft_import.draft_id).first()
    document = draft_import.document
    new = list(imported_passages(document))
    old = [
        OldPassage(key, chapter, text)
        for key, chapter, text in PassageText.objects.filter(version=base)
        .order_by("chapter__number", "position")
        .values_list("passage_id", "chapter__chapter_id", "wording")
    ]
    chapter_of = {one.key: one.chapter for one in old}
    found = match_passages(old, [NewPassage(one.chapter, one.text) for one in new])
    chapters = match_chapters(
        list(ChapterText.objects.filter(version=base).order_by("number").values_list("chapter_id", "title")),
        [chapter["title"] for chapter in document.get("chapters", [])],
        [(one.chapter, chapter_of[match.key]) for one, match in zip(new, found, strict=True) if match.key is not None],
    )
    draft_import.base = base
    draft_import.matches = {
        "chapters": {str(at): key for at, key in enumerate(chapters)},
        "passages": {
            one.place: {"passage": match.key, "how": match.how, "score": match.score}
            for one, match in zip(new, found, strict=True)
        },
        "confirmed": False,
    }
    DraftImport.objects.filter(pk=draft_import.pk).update(base=base, matches=draft_import.matches)


@transaction.atomic
def choose_match(
    draft_import: DraftImport, *, place: str, passage: Passage | None, revision: int, by: User
) -> str | None:
    """Say which passage the one at the place continues, or that it is new (None).

    Where another place had the old passage, it is free there: the place is returned, and what stands at it counts as
    new. What was confirmed has to be confirmed again. Raises NotPermitted, PlaceNotInImport, TargetNotInDraft when the
    passage has no text in the import's base, MatchesChanged when somebody was faster or the import is closed.
    """
    matches = _to_be_changed(draft_import, by)
    if place not in matches.get("passages", {}):
        raise PlaceNotInImport
    freed = None
    score = 0.0
    if passage is not None:
        text = PassageText.objects.filter(version=draft_import.base_id, passage=passage).first()
        if text is None:
            raise TargetNotInDraft
        score = _likeness(draft_import, place, text.wording)
        freed = _free(matches, place, passage.pk)
    matches["passages"][place] = {"passage": passage and passage.pk, "how": "chosen", "score": score}
    _write(draft_import, matches | {"confirmed": False}, revision)
    return freed


def _free(matches: dict[str, Any], place: str, key: int) -> str | None:
    """Take the old passage away from another place that has it; that place, if there is one."""
    for other, match in matches["passages"].items():
        if match["passage"] == key and other != place:
            matches["passages"][other] = {"passage": None, "how": "new", "score": match["score"]}
            return str(other)
    return None


def _likeness(draft_import: DraftImport, place: str, wording: str) -> float:
    at, position = (int(part) for part in place.split("."))
    text = draft_import.document["chapters"][at]["passages"][position]["text"]
    likeness = Likeness()
    return round(likeness.of(likeness.stems(text), likeness.stems(wording)), 2)


@transaction.atomic
def accept_matches(draft_import: DraftImport, *, places: Iterable[str], revision: int, by: User) -> int:
    """Say that the matches at these places are right as they are; how many were.

    Raises NotPermitted, PlaceNotInImport, MatchesChanged when somebody was faster or the import is not open any more.
    """
    matches = _to_be_changed(draft_import, by)
    chosen = list(places)
    for place in chosen:
        if place not in matches.get("passages", {}):
            raise PlaceNotInImport
        matches["passages"][place]["how"] = "chosen"
    _write(draft_import, matches, revision)
    return len(chosen)


@transaction.atomic
def choose_chapters(draft_import: DraftImport, *, chosen: dict[str, Chapter | None], revision: int, by: User) -> None:
    """Say which chapter the one at each place continues, or that it is new (None). Places left out stay as they are.

    What was confirmed has to be confirmed again. Raises NotPermitted, PlaceNotInImport, TargetNotInDraft when a chapter
    has no text in the import's base, ChapterContinuedTwice, MatchesChanged as ``choose_match`` does.
    """
    matches = _to_be_changed(draft_import, by)
    if not set(chosen) <= set(matches.get("chapters", {})):
        raise PlaceNotInImport
    known = set(ChapterText.objects.filter(version=draft_import.base_id).values_list("chapter_id", flat=True))
    if any(chapter is not None and chapter.pk not in known for chapter in chosen.values()):
        raise TargetNotInDraft
    matches["chapters"] |= {place: chapter and chapter.pk for place, chapter in chosen.items()}
    keys = [key for key in matches["chapters"].values() if key is not None]
    if len(keys) != len(set(keys)):
        raise ChapterContinuedTwice
    _write(draft_import, matches | {"confirmed": False}, revision)


@transaction.atomic
def confirm_matches(draft_import: DraftImport, *, revision: int, by: User) -> None:
    """Say that somebody has looked at the matches and finds them right.

    Raises NotPermitted, MatchesChanged when they are not any more those that were looked at.
    """
    _write(draft_import, _to_be_changed(draft_import, by) | {"confirmed": True}, revision)


def _to_be_changed(draft_import: DraftImport, by: User) -> dict[str, Any]:
    if not may_set_up_consultations(by):
        raise NotPermitted
    return copy.deepcopy(draft_import.matches)


def _write(draft_import: DraftImport, matches: dict[str, Any], revision: int) -> None:
    """Keep the matches if nothing was changed since the revision, and the instance is of that revision."""
    kept = draft_import.revision == revision and DraftImport.objects.filter(
        pk=draft_import.pk, revision=revision, state=DraftImport.State.READY
    ).update(matches=matches, revision=F("revision") + 1)
    if not kept:
        raise MatchesChanged
    draft_import.matches, draft_import.revision = matches, revision + 1
