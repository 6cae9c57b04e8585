"""Prepare the next version of a draft. What is published does not change any more."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from consultations.errors import NotPermitted, VersionAlreadyPublished, VersionEmpty, VersionInPreparation
from consultations.models import Chapter, ChapterText, Draft, DraftVersion, HistoryEntry, Passage, PassageText
from consultations.permissions import may_set_up_consultations
from consultations.services.history import record
from consultations.signals import draft_version_published


def is_published(version: DraftVersion, now: dt.datetime | None = None) -> bool:
    """Whether readers may have seen the version, so that its texts must stay."""
    return version.published_at is not None and version.published_at <= (now or timezone.now())


@transaction.atomic
def new_passage(draft: Draft) -> Passage:
    """A passage's identity with the next free permanent id (``f61``)."""
    hold(draft)
    return Passage.objects.create(draft=draft, code=next_codes("f", draft.passages.values_list("code", flat=True))[0])


@transaction.atomic
def new_chapter(draft: Draft) -> Chapter:
    """A chapter's identity with the next free permanent id (``r6``)."""
    hold(draft)
    return Chapter.objects.create(draft=draft, code=next_codes("r", draft.chapters.values_list("code", flat=True))[0])


def hold(draft: Draft) -> None:
    """Lock the draft until the commit: who numbers at the same moment waits, and then sees our number."""
    Draft.objects.select_for_update().get(pk=draft.pk)


def next_codes(letter: str, taken: Iterable[str], count: int = 1) -> list[str]:
    """So many permanent ids above all that are taken. Call it while the draft is held."""
    numbers = [int(found[1]) for code in taken if (found := re.fullmatch(rf"{letter}(\d+)", code))]
    first = max(numbers, default=0) + 1
    return [f"{letter}{number}" for number in range(first, first + count)]


def refuse_version_in_preparation(draft: Draft) -> DraftVersion | None:
    """The latest version, which is published, or None. Raises VersionInPreparation. Call it while the draft is held."""
    latest = draft.versions.order_by("-number").first()
    if latest is not None and not is_published(latest):
        raise VersionInPreparation
    return latest


@transaction.atomic
def start_next_version(draft: Draft, *, by: User, now: dt.datetime | None = None) -> DraftVersion:
    """An unpublished version with the texts of the latest one, to be changed and published.

    Passages and chapters keep their permanent ids. Raises VersionInPreparation when there is one already,
    NotPermitted.
    """
    if not may_set_up_consultations(by):
        raise NotPermitted
    hold(draft)
    latest = refuse_version_in_preparation(draft)
    number = (draft.versions.aggregate(top=Max("number"))["top"] or 0) + 1
    version = DraftVersion.objects.create(draft=draft, number=number)
    record(
        HistoryEntry.Verb.START_VERSION,
        consultation=draft.consultation,
        by=by,
        at=now or timezone.now(),
        after={"version": number},
    )
    if latest is None:
        return version
    chapters = {
        old.pk: ChapterText(
            version=version,
            chapter_id=old.chapter_id,
            number=old.number,
            title=old.title,
            translations=old.translations,
        )
        for old in latest.chapters.all()
    }
    ChapterText.objects.bulk_create(chapters.values())
    PassageText.objects.bulk_create(
        PassageText(
            version=version,
            chapter=chapters[old.chapter_id],
            passage_id=old.passage_id,
            position=old.position,
            kind=old.kind,
            level=old.level,
            marker=old.marker,
            wording=old.wording,
            html=old.html,
            footnotes=old.footnotes,
            translations=old.translations,
        )
        for old in latest.passages.all()
    )
    return version


@transaction.atomic
def publish_version(
    version: DraftVersion, *, by: User, at: dt.datetime | None = None, now: dt.datetime | None = None
) -> DraftVersion:
    """Readers see the version from now on, or from the later (aware) moment ``at``; then its texts do not change.

    Raises VersionAlreadyPublished, VersionEmpty, NotPermitted.
    """
    if not may_set_up_consultations(by):
        raise NotPermitted
    now = now or timezone.now()
    hold(version.draft)
    if not version.passages.exists():
        raise VersionEmpty
    moment = max(at or now, now)
    changed = DraftVersion.objects.filter(pk=version.pk).exclude(published_at__lte=now).update(published_at=moment)
    if not changed:
        raise VersionAlreadyPublished
    record(
        HistoryEntry.Verb.PUBLISH_VERSION,
        consultation=version.draft.consultation,
        by=by,
        at=now,
        after={"version": version.number, "published_at": moment.isoformat()},
    )
    version.published_at = moment
    draft_version_published.send(sender=DraftVersion, version=version)
    return version
