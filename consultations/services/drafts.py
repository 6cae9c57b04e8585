"""Prepare the next version of a draft. What is published does not change any more."""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from consultations.errors import NotPermitted, VersionInPreparation
from consultations.models import Chapter, ChapterText, Draft, DraftVersion, Passage, PassageText
from consultations.permissions import may_set_up_consultations


def is_published(version: DraftVersion, now: dt.datetime | None = None) -> bool:
    """Whether readers may have seen the version, so that its texts must stay."""
    return version.published_at is not None and version.published_at <= (now or timezone.now())


@transaction.atomic
def new_passage(draft: Draft) -> Passage:
    """A passage's identity with the next free permanent id (``f61``)."""
    _hold(draft)
    return Passage.objects.create(draft=draft, code=_next_code("f", draft.passages.values_list("code", flat=True)))


@transaction.atomic
def new_chapter(draft: Draft) -> Chapter:
    """A chapter's identity with the next free permanent id (``r6``)."""
    _hold(draft)
    return Chapter.objects.create(draft=draft, code=_next_code("r", draft.chapters.values_list("code", flat=True)))


def _hold(draft: Draft) -> None:
    """Lock the draft until the commit: who numbers at the same moment waits, and then sees our number."""
    Draft.objects.select_for_update().get(pk=draft.pk)


def _next_code(letter: str, codes: object) -> str:
    numbers = [int(found[1]) for code in codes if (found := re.fullmatch(rf"{letter}(\d+)", code))]  # type: ignore[attr-defined]
    return f"{letter}{max(numbers, default=0) + 1}"


@transaction.atomic
def start_next_version(draft: Draft, *, by: User) -> DraftVersion:
    """An unpublished version with the texts of the latest one, to be changed and published.

    Passages and chapters keep their permanent ids. Raises VersionInPreparation when there is one already,
    NotPermitted.
    """
    if not may_set_up_consultations(by):
        raise NotPermitted
    _hold(draft)
    latest = draft.versions.order_by("-number").first()
    if latest is not None and not is_published(latest):
        raise VersionInPreparation
    number = (draft.versions.aggregate(top=Max("number"))["top"] or 0) + 1
    version = DraftVersion.objects.create(draft=draft, number=number)
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
            wording=old.wording,
            translations=old.translations,
        )
        for old in latest.passages.all()
    )
    return version
