"""A draft with everything that an import can bring: what the tests of reading, searching and downloading share."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image

from consultations.models import Chapter, ChapterText, Consultation, DraftImage, DraftVersion, Passage, PassageText
from tests.factories import OPENS, consultation_with_draft

Kind = PassageText.Kind


def picture(consultation: Consultation, *, colour: str = "green", alt: str = "Plan miasta") -> DraftImage:
    """A picture of the consultation's draft."""
    content = io.BytesIO()
    Image.new("RGB", (40, 20), colour).save(content, "PNG")
    image = DraftImage(
        draft=consultation.draft,
        sha256=hashlib.sha256(content.getvalue()).hexdigest(),
        content_type="image/png",
        width=40,
        height=20,
        alt=alt,
    )
    image.file.save("plan.png", ContentFile(content.getvalue()), save=False)
    image.save()
    return image


def version_of(consultation: Consultation, number: int = 1) -> DraftVersion:
    return consultation.draft.versions.get(number=number)


def chapter_of(version: DraftVersion, number: int, title: str) -> ChapterText:
    """One more chapter of the version."""
    chapter = Chapter.objects.create(draft=version.draft, code=f"r{number}-{version.number}")
    return ChapterText.objects.create(version=version, chapter=chapter, number=number, title=title)


def add_passage(chapter: ChapterText, wording: str, *, code: str = "", **fields: Any) -> PassageText:
    """One more passage at the end of the chapter."""
    draft = chapter.version.draft
    code = code or f"f{draft.passages.count() + 1}"
    return PassageText.objects.create(
        version=chapter.version,
        chapter=chapter,
        passage=Passage.objects.create(draft=draft, code=code),
        position=chapter.passages.count() + 1,
        wording=wording,
        **fields,
    )


TABLE = (
    '<table><thead><tr><th>Cel</th><th colspan="2">Lata</th></tr></thead><tbody>'
    "<tr><th>Zieleń</th><td>2025</td><td><ul><li>park</li><li>skwer</li></ul></td></tr>"
    '<tr><td rowspan="2">Drogi</td><td>2026</td><td>2027</td></tr><tr><td>a</td><td>b</td></tr></tbody></table>'
)


def rich_consultation(**fields: Any) -> Consultation:
    """A public consultation whose draft has one chapter with every kind of passage (f1–f12), published."""
    consultation = consultation_with_draft(chapters=0, **fields)
    version = version_of(consultation)
    image = picture(consultation)
    chapter = chapter_of(version, 1, "Miasto zielone")
    chapter.translate("title", "en", "The green city")
    chapter.save()
    add_passage(
        chapter,
        "Miasto sadzi drzewa1 i dba o ścieżki rowerowe, zob. plan.",
        html='Miasto <strong>sadzi drzewa</strong><sup class="note">1</sup> i dba o <em>ścieżki rowerowe</em>,'
        ' zob. <a href="https://lublin.eu/plan?a=1&amp;b=2">plan</a>.',
        footnotes=[{"number": "1", "html": "Około <em>tysiąca</em> rocznie."}],
    )
    add_passage(chapter, "Kierunki", kind=Kind.HEADING, level=4)
    add_passage(chapter, "Działania:")
    add_passage(chapter, "więcej lip", kind=Kind.ITEM, level=1, marker="a)")
    add_passage(chapter, "na ulicach", kind=Kind.ITEM, level=2, marker="–")
    add_passage(chapter, "w parkach", kind=Kind.ITEM, level=2, marker="–")
    add_passage(chapter, "mniej betonu", kind=Kind.ITEM, level=1, marker="b)")
    add_passage(chapter, "plac bez znaku", kind=Kind.ITEM, level=1)
    add_passage(chapter, "Cel | Lata\nZieleń | 2025 | park skwer", kind=Kind.TABLE, html=TABLE)
    add_passage(
        chapter,
        "Plan miasta",
        kind=Kind.IMAGE,
        html=f'<img src="obraz:{image.sha256}" alt="Plan miasta" width="40" height="20">',
    )
    translated = add_passage(chapter, "Ostatni akapit.")
    translated.translate("wording", "en", "The last paragraph.")
    translated.save()
    add_passage(chapter, "Dwa akapity. Drugi.", html="<p>Dwa akapity.</p><p>Drugi.</p>")
    return consultation


def publish_next(consultation: Consultation, *, published_at: Any = OPENS) -> DraftVersion:
    """A second version whose first chapter holds f1 with another wording."""
    first = version_of(consultation)
    version = DraftVersion.objects.create(
        draft=consultation.draft, number=2, label="Wersja 2", published_at=published_at
    )
    old = first.chapters.get(number=1)
    chapter = ChapterText.objects.create(version=version, chapter=old.chapter, number=1, title="Nowy rozdział")
    PassageText.objects.create(
        version=version,
        chapter=chapter,
        passage=first.passages.get(passage__code="f1").passage,
        position=1,
        wording="Miasto sadzi krzewy.",
    )
    return version
