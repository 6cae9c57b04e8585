"""The version of the draft that the council adopted: what it changes in the version that was consulted on.

The content file says only the differences; passages that it does not name are taken over word for word, with their
permanent ids. Every difference follows from an answered remark of the demonstration or is editorial: ``linked`` says
which from which.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from consultations.models import Chapter, ChapterText, Draft, DraftVersion, Passage, PassageText
from lublin2030.lib.dates import WARSAW
from lublin2030.lib.translations import split_texts
from lublin2030.loading.past import CONSULTATION
from lublin2030.loading.seeding import read_content


@dataclass(frozen=True)
class _Line:
    """A passage as the next version has it."""

    passage: Passage
    kind: str
    wording: str
    html: str = ""


NUMBER = 2


def is_loaded() -> bool:
    """Whether the draft of 2021 has a second version, ours or the staff's, or is not there at all. One query."""
    missing = Draft.objects.filter(consultation__seed_key=CONSULTATION).exclude(versions__number__gte=NUMBER)
    return not missing.exists()


@transaction.atomic
def load() -> int:
    """Add the adopted version to the draft of 2021; the number of its passages. DoesNotExist without that draft."""
    entry = read_content("consultation_2021")["draft"]["versions"][NUMBER - 1]
    draft = Draft.objects.get(consultation__seed_key=CONSULTATION)
    consulted = draft.versions.get(number=1)
    version = DraftVersion.objects.create(
        draft=draft,
        number=entry["number"],
        published_at=dt.datetime.fromisoformat(entry["published_at"]).replace(tzinfo=WARSAW),
        **split_texts({"label": entry["label"]}),
    )
    texts = list(
        consulted.passages.select_related("passage", "chapter__chapter").order_by("chapter__number", "position")
    )
    before = {text.passage.code: text for text in texts}
    identities = _new_identities(draft, entry) | {text.passage.code: text.passage for text in texts}
    added_after = {added["after"]: added for added in entry["added"]}
    moved = {line["moved"] for chapter in entry["chapters"] for line in chapter["passages"] if "moved" in line}

    def taken_over(code: str) -> _Line:
        return _Line(identities[code], before[code].kind, entry["changed"].get(code, before[code].wording))

    def new(line: dict[str, Any]) -> _Line:
        return _Line(identities[line["code"]], line["kind"], line["text"], line.get("html", ""))

    chapters: list[tuple[ChapterText, list[_Line]]] = []
    for old in consulted.chapters.select_related("chapter").order_by("number"):
        lines: list[_Line] = []
        for text in (one for one in texts if one.chapter_id == old.pk):
            code = text.passage.code
            if code not in entry["removed"] and code not in moved:
                lines.append(taken_over(code))
            if code in added_after:
                lines.append(new(added_after[code]))
        header = ChapterText(chapter=old.chapter, number=old.number, title=old.title, translations=old.translations)
        chapters.append((header, lines))
    for chapter in entry["chapters"]:
        identity = Chapter.objects.create(draft=draft, code=chapter["code"])
        header = ChapterText(chapter=identity, number=chapter["number"], **split_texts({"title": chapter["title"]}))
        lines = [taken_over(line["moved"]) if "moved" in line else new(line) for line in chapter["passages"]]
        chapters.append((header, lines))
    return _write(version, chapters)


def _new_identities(draft: Draft, entry: dict[str, Any]) -> dict[str, Passage]:
    """The passages that the version brings in, by their permanent ids."""
    lines = [*entry["added"], *(line for chapter in entry["chapters"] for line in chapter["passages"])]
    made = Passage.objects.bulk_create(Passage(draft=draft, code=line["code"]) for line in lines if "code" in line)
    return {passage.code: passage for passage in made}


def _write(version: DraftVersion, chapters: list[tuple[ChapterText, list[_Line]]]) -> int:
    for chapter, _lines in chapters:
        chapter.version = version
    ChapterText.objects.bulk_create(chapter for chapter, _lines in chapters)
    made = PassageText.objects.bulk_create(
        PassageText(
            version=version,
            chapter=chapter,
            passage=line.passage,
            position=position,
            kind=line.kind,
            wording=line.wording,
            html=line.html,
        )
        for chapter, lines in chapters
        for position, line in enumerate(lines, start=1)
    )
    return len(made)
