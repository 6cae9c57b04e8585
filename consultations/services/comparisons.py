"""Compare two published versions of a draft, once: what became of each passage, word by word.

The Polish text is compared: it is the binding one. Published texts do not change, so a comparison is kept for good; it
is made anew only when one of its versions was published again after it (docs/adr/0012).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.jobs import ask_for
from accounts.models import Job, User
from consultations.errors import VersionsNotComparable
from consultations.matching import longest_in_order
from consultations.models import (
    ChapterText,
    Draft,
    DraftVersion,
    PassageChange,
    PassageText,
    VersionComparison,
)
from consultations.services.drafts import is_published
from consultations.wording import difference

JOB = "compare-versions"
AT_ONCE = 300  # changed passages that are compared while the reader waits: well under a second
STEP = 100  # changed passages between two reports of progress
Kind = PassageChange.Kind
Tell = Callable[[int, int], None]  # how much of how much is done


@dataclass(frozen=True)
class Change:
    """What became of one passage, before its words are compared."""

    kind: PassageChange.Kind
    is_moved: bool
    older: PassageText | None
    newer: PassageText | None


def compared_text(text: PassageText) -> str:
    """What of a passage is compared: its wording and its footnotes, whose numbers may shift without a change."""
    notes = [" ".join(unescape(strip_tags(note["html"])).split()) for note in text.footnotes]
    return "\n".join([text.wording, *(f"Przypis: {note}" for note in notes if note)])


def comparison_of(
    older: DraftVersion, newer: DraftVersion, *, now: dt.datetime | None = None
) -> VersionComparison | None:
    """The comparison, made now if it is missing and short; None while a worker makes it.

    Raises VersionsNotComparable. Two queries when it is there.
    """
    older, newer = _in_order(older, newer, now or timezone.now())
    found = _kept(older, newer)
    if found is not None:
        return found
    changes = survey(older, newer)
    if sum(change.kind == Kind.CHANGED for change in changes) > AT_ONCE:
        ask_to_compare(older, newer)
        return None
    return _keep(older, newer, changes, now=now)


def ask_to_compare(older: DraftVersion, newer: DraftVersion, *, by: User | None = None) -> Job:
    """The job that compares the two versions. Asked for as often as one likes, it is one job."""
    published = max(one.published_at for one in (older, newer) if one.published_at is not None)
    with transaction.atomic():
        key = f"{JOB}:{older.pk}:{newer.pk}:{published:%Y%m%d%H%M%S}"
        return ask_for(JOB, key=key, by=by, older=older.pk, newer=newer.pk)


def compare_versions(subject: dict[str, Any], progress: Tell) -> None:
    """The job: compare two versions, telling how far it is. Whether it runs once or twice, one comparison comes of it.

    Versions that are gone, or not published any more, have nothing to be compared.
    """
    versions = list(DraftVersion.objects.filter(pk__in=[subject["older"], subject["newer"]]))
    if len(versions) == 2:
        with suppress(VersionsNotComparable):
            make_comparison(*versions, progress=progress)


def make_comparison(
    older: DraftVersion,
    newer: DraftVersion,
    *,
    progress: Tell = lambda done, total: None,
    now: dt.datetime | None = None,
) -> VersionComparison:
    """The comparison of any length, made if it is missing. Raises VersionsNotComparable.

    The words are compared outside of any transaction; who is second to write finds what the first has written.
    """
    older, newer = _in_order(older, newer, now or timezone.now())
    return _kept(older, newer) or _keep(older, newer, survey(older, newer), progress=progress, now=now)


def prepare_comparisons(*, now: dt.datetime | None = None) -> int:
    """Ask for the comparison of every published version with the one before it where it is missing; how many were.

    Run by the worker every minute: however a version came to be published, its readers find the comparison made.
    """
    moment = now or timezone.now()
    versions = list(DraftVersion.objects.published(moment).order_by("draft_id", "number"))
    made = set(VersionComparison.objects.current().values_list("older_id", "newer_id"))
    pairs = [
        (older, newer)
        for older, newer in pairwise(versions)
        if older.draft_id == newer.draft_id and (older.pk, newer.pk) not in made
    ]
    for older, newer in pairs:
        ask_to_compare(older, newer)
    return len(pairs)


def changed_since_previous(version: DraftVersion) -> set[int]:
    """The ids of the passages that are new, worded otherwise or moved since the version published before. One query.

    Empty until that comparison has been made.
    """
    previous = (
        DraftVersion.objects.filter(draft=version.draft_id, number__lt=version.number)
        .filter(published_at__lte=timezone.now())
        .order_by("-number")
        .values("pk")[:1]
    )
    changes = PassageChange.objects.changed().filter(comparison__newer=version, comparison__older=previous)
    return set(changes.exclude(newer=None).values_list("passage_id", flat=True))


# -- What became of each passage -------------------------------------------------------------------------------------


def survey(older: DraftVersion, newer: DraftVersion) -> list[Change]:
    """What became of every passage, in the newer version's order, removed ones where they stood. Three queries.

    Moved is what stands otherwise among the passages that both versions have, or under another chapter; a number that
    only shifted because something was put in before is no move.
    """
    old, new = _texts(older), _texts(newer)
    old_by_passage = {text.passage_id: text for text in old}
    new_passages = {text.passage_id for text in new}
    moved = _moved(old, new)
    chapters = list(ChapterText.objects.filter(version=newer).order_by("number").values_list("pk", "chapter_id"))
    gone_after = _gone(old, new_passages, moved, {identity for _pk, identity in chapters})
    texts_of: dict[int, list[PassageText]] = defaultdict(list)
    for text in new:
        texts_of[text.chapter_id].append(text)
    changes = [Change(Kind.REMOVED, False, text, None) for text in gone_after["start", 0]]
    for chapter, identity in chapters:
        changes += [Change(Kind.REMOVED, False, text, None) for text in gone_after["chapter", identity]]
        for text in texts_of[chapter]:
            before = old_by_passage.get(text.passage_id)
            if before is None:
                changes.append(Change(Kind.ADDED, False, None, text))
            else:
                kind = Kind.SAME if compared_text(before) == compared_text(text) else Kind.CHANGED
                changes.append(Change(kind, text.passage_id in moved, before, text))
            changes += [Change(Kind.REMOVED, False, gone, None) for gone in gone_after["passage", text.passage_id]]
    return changes


def _texts(version: DraftVersion) -> list[PassageText]:
    texts = PassageText.objects.filter(version=version).select_related("chapter")
    return list(texts.order_by("chapter__number", "position"))


def _moved(old: Sequence[PassageText], new: Sequence[PassageText]) -> set[int]:
    """The passages of both versions that left their order or their chapter; as few as possible."""
    places = {text.passage_id: place for place, text in enumerate(old)}
    chapters = {text.passage_id: text.chapter.chapter_id for text in old}
    common = [text for text in new if text.passage_id in places]
    stayed = {common[kept].passage_id for kept in longest_in_order([places[text.passage_id] for text in common])}
    return {
        text.passage_id
        for text in common
        if text.passage_id not in stayed or text.chapter.chapter_id != chapters[text.passage_id]
    }


def _gone(
    old: Sequence[PassageText], new_passages: set[int], moved: set[int], chapters: set[int]
) -> dict[tuple[str, int], list[PassageText]]:
    """The removed passages, each by what it stood behind: a passage that stayed, its chapter's title, or nothing."""
    behind: dict[tuple[str, int], list[PassageText]] = defaultdict(list)
    anchor, chapter = ("start", 0), None
    for text in old:
        if text.chapter.chapter_id != chapter:
            chapter = text.chapter.chapter_id
            if chapter in chapters:
                anchor = ("chapter", chapter)
        if text.passage_id not in new_passages:
            behind[anchor].append(text)
        elif text.passage_id not in moved:
            anchor = ("passage", text.passage_id)
    return behind


# -- Keeping it ------------------------------------------------------------------------------------------------------


def _in_order(one: DraftVersion, other: DraftVersion, now: dt.datetime) -> tuple[DraftVersion, DraftVersion]:
    """The two versions, the smaller number first. Raises VersionsNotComparable."""
    if one.draft_id != other.draft_id or one.pk == other.pk:
        raise VersionsNotComparable
    if not (is_published(one, now) and is_published(other, now)):
        raise VersionsNotComparable
    return (one, other) if one.number < other.number else (other, one)


def _kept(older: DraftVersion, newer: DraftVersion) -> VersionComparison | None:
    return VersionComparison.objects.current().filter(older=older, newer=newer).first()


def _keep(
    older: DraftVersion,
    newer: DraftVersion,
    changes: Sequence[Change],
    *,
    progress: Tell = lambda done, total: None,
    now: dt.datetime | None = None,
) -> VersionComparison:
    """Compare the words and write everything down in one transaction, unless somebody has meanwhile."""
    rows = []
    total = sum(change.kind == Kind.CHANGED for change in changes)
    done = 0
    for position, change in enumerate(changes, start=1):
        runs: list[list[str]] = []
        if change.kind == Kind.CHANGED and change.older is not None and change.newer is not None:
            way = difference(compared_text(change.older), compared_text(change.newer))
            runs = [[run.kind, run.text] for run in way]
            done += 1
            if done % STEP == 0:
                progress(done, total)
        text = change.newer or change.older
        if text is None:
            raise AssertionError("A change without a text.")
        rows.append(
            PassageChange(
                position=position,
                kind=change.kind,
                is_moved=change.is_moved,
                passage_id=text.passage_id,
                older=change.older,
                newer=change.newer,
                runs=runs,
            )
        )
    counts = {kind: sum(change.kind == kind for change in changes) for kind in Kind.values}
    counts["moved"] = sum(change.is_moved for change in changes)
    with transaction.atomic():
        Draft.objects.select_for_update().get(pk=older.draft_id)
        found = _kept(older, newer)
        if found is not None:
            return found
        VersionComparison.objects.filter(older=older, newer=newer).delete()  # of a version that was published again
        made = VersionComparison.objects.create(older=older, newer=newer, counts=counts, made_at=now or timezone.now())
        for row in rows:
            row.comparison = made
        PassageChange.objects.bulk_create(rows, batch_size=500)
    return made
