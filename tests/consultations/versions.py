"""Versions of a draft for tests, written down as a reader sees them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from consultations.models import (
    Chapter,
    ChapterText,
    Consultation,
    Draft,
    DraftImport,
    DraftVersion,
    Passage,
    PassageText,
)
from tests.factories import DURING, OPENS

EARLIER = OPENS
LATER = DURING - dt.timedelta(hours=1)
FRAGMENT = "Fragment {}: miasto sadzi drzewa."


def next_version(
    consultation: Consultation,
    chapters: Sequence[tuple[str, str, Sequence[tuple[str, str]]]],
    *,
    published_at: dt.datetime | None = LATER,
    **fields: Any,
) -> DraftVersion:
    """A version of chapters (code, title, passages) of passages (code, wording); identities are found or made."""
    draft = Draft.objects.get(consultation=consultation)
    number = fields.pop("number", draft.versions.count() + 1)
    version = DraftVersion.objects.create(draft=draft, number=number, published_at=published_at, **fields)
    for at, (chapter_code, title, passages) in enumerate(chapters, start=1):
        chapter, _made = Chapter.objects.get_or_create(draft=draft, code=chapter_code)
        text = ChapterText.objects.create(version=version, chapter=chapter, number=at, title=title)
        codes = [code for code, _wording in passages]
        known = {one.code: one for one in Passage.objects.filter(draft=draft, code__in=codes)}
        Passage.objects.bulk_create(Passage(draft=draft, code=code) for code in codes if code not in known)
        known = {one.code: one for one in Passage.objects.filter(draft=draft, code__in=codes)}
        PassageText.objects.bulk_create(
            PassageText(version=version, chapter=text, passage=known[code], position=position, wording=wording)
            for position, (code, wording) in enumerate(passages, start=1)
        )
    return version


def as_first(number: str, wording: str = FRAGMENT) -> tuple[str, str]:
    """The passage of that number in the factories' first version, with its own wording or another."""
    chapter, position = (int(part) for part in number.split("."))
    return f"f{(chapter - 1) * 3 + position}", wording.format(number)


def changed_version(consultation: Consultation, **fields: Any) -> DraftVersion:
    """A second version: f2 worded otherwise, f3 removed, f7 added at the beginning, f6 moved to the first chapter."""
    return next_version(
        consultation,
        [
            ("r1", "Rozdział 1", [("f7", "Zupełnie nowy akapit o lotnisku."), as_first("1.1"),
                                  as_first("1.2", "Fragment {}: miasto sadzi krzewy."), as_first("2.3")]),
            ("r2", "Rozdział drugi", [as_first("2.1"), as_first("2.2")]),
        ],
        **fields,
    )  # fmt: skip


def imported(consultation: Consultation, chapters: Sequence[tuple[str, Sequence[str]]], **fields: Any) -> DraftImport:
    """A document that was read and waits to be checked, of chapters (title, texts of its passages)."""
    document = {
        "title": "Projekt",
        "chapters": [
            {
                "title": title,
                "passages": [
                    {
                        "kind": "paragraph",
                        "level": 1,
                        "marker": "",
                        "text": text,
                        "html": "",
                        "footnotes": [],
                        "images": [],
                    }
                    for text in texts
                ],
            }
            for title, texts in chapters
        ],
    }
    values = {"format": "text", "state": DraftImport.State.READY, "document": document, "at": DURING}
    return DraftImport.objects.create(draft=Draft.objects.get(consultation=consultation), **values | fields)
