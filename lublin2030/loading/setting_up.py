"""A consultation of a content file with its lists and its draft."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from consultations.models import (
    Chapter,
    ChapterText,
    Consultation,
    Department,
    Draft,
    DraftVersion,
    ImproperReason,
    Passage,
    PassageText,
    Topic,
)
from lublin2030.lib.translations import split_texts
from lublin2030.loading.seeding import Seeder
from participation.models import District
from stages.models import Process, Stage

CONSULTATION_TEXTS = ("title", "summary", "rules", "legal_basis", "privacy_notice", "contact")


@dataclass(frozen=True)
class Places:
    """Everything a content file's remarks name by address or code."""

    consultation: Consultation
    version: DraftVersion
    chapters: dict[int, Chapter]
    passages: dict[str, tuple[Passage, Chapter]]
    topics: dict[str, Topic]
    reasons: dict[str, ImproperReason]
    departments: dict[str, Department]
    districts: dict[str, District]


def make_departments(entries: list[dict[str, Any]]) -> None:
    """Create the departments that are missing. Their names are ours, so they are marked as demonstration."""
    seeder = Seeder()
    for entry in entries:
        seeder.make(
            Department,
            f"department:{entry['slug']}",
            slug=entry["slug"],
            short_name=entry["short_name"],
            email=entry["email"],
            is_demonstration=True,
            **split_texts({"name": entry["name"]}),
        )


def make_consultation(
    content: dict[str, Any],
    *,
    seed_key: str,
    process: Process,
    stage: Stage | None,
    opens_at: dt.datetime,
    closes_at: dt.datetime,
) -> Places:
    """Create the consultation, public since its opening, with its lists and the first version of its draft."""
    entry = content["consultation"]
    consultation = Consultation.objects.create(
        seed_key=seed_key,
        is_demonstration=True,
        process=process,
        stage=stage,
        slug=entry["slug"],
        kind=entry["kind"],
        opens_at=opens_at,
        closes_at=closes_at,
        report_days=entry["report_days"],
        required_fields=entry["required_fields"],
        published_at=opens_at,
        **split_texts({name: entry[name] for name in CONSULTATION_TEXTS}),
    )
    reasons = {
        reason["code"]: ImproperReason.objects.create(
            consultation=consultation, code=reason["code"], position=position, **split_texts({"label": reason["label"]})
        )
        for position, reason in enumerate(content["improper_reasons"], start=1)
    }
    topics = {
        topic["slug"]: Topic.objects.create(
            consultation=consultation, slug=topic["slug"], position=position, **split_texts({"name": topic["name"]})
        )
        for position, topic in enumerate(content["topics"], start=1)
    }
    version, chapters, passages = _draft(consultation, content["draft"])
    return Places(
        consultation=consultation,
        version=version,
        chapters=chapters,
        passages=passages,
        topics=topics,
        reasons=reasons,
        departments={department.slug: department for department in Department.objects.all()},
        districts={district.slug: district for district in District.objects.all()},
    )


def _draft(
    consultation: Consultation, entry: dict[str, Any]
) -> tuple[DraftVersion, dict[int, Chapter], dict[str, tuple[Passage, Chapter]]]:
    draft = Draft.objects.create(consultation=consultation, **split_texts({"title": entry["title"]}))
    version_entry = entry["versions"][0]
    version = DraftVersion.objects.create(
        draft=draft,
        number=version_entry["number"],
        published_at=consultation.opens_at,
        **split_texts({"label": version_entry["label"]}),
    )
    chapters: dict[int, Chapter] = {}
    passages: dict[str, tuple[Passage, Chapter]] = {}
    for chapter_entry in version_entry["chapters"]:
        number = chapter_entry["number"]
        chapter = chapters[number] = Chapter.objects.create(draft=draft, code=f"r{number}")
        text = ChapterText.objects.create(
            version=version, chapter=chapter, number=number, **split_texts({"title": chapter_entry["title"]})
        )
        made = Passage.objects.bulk_create(
            Passage(draft=draft, code=passage["code"]) for passage in chapter_entry["passages"]
        )
        PassageText.objects.bulk_create(
            PassageText(
                version=version,
                chapter=text,
                passage=passage,
                position=position,
                kind=passage_entry["kind"],
                **split_texts({"wording": passage_entry["text"]}),
            )
            for position, (passage, passage_entry) in enumerate(
                zip(made, chapter_entry["passages"], strict=True), start=1
            )
        )
        passages |= {passage.code: (passage, chapter) for passage in made}
    return version, chapters, passages
