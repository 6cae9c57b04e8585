"""A version of a draft as one document, in one language: what the writers of PDF and DOCX are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext

from consultations.markup import Paragraph, Picture, pictures_of, read_html
from consultations.models import ChapterText, DraftImage, DraftVersion, PassageText
from consultations.rendering import Layout, layout_of
from lublin2030.lib.translations import ORIGINAL


@dataclass(frozen=True)
class Passage:
    """A passage: its number, its kind, its place in lists or headings, and what it says.

    ``level``: of a heading its place in the outline below the chapter (1), so from 2, none left out; of a list item
    how deep it stands, from 1, at most one deeper than the item before it.
    """

    number: str
    kind: PassageText.Kind
    level: int
    marker: str
    layout: Layout
    plain: str

    @property
    def inline(self) -> Paragraph | None:
        """Its only paragraph, where it is no more than that."""
        blocks = self.layout.blocks
        return blocks[0] if len(blocks) == 1 and isinstance(blocks[0], Paragraph) else None


@dataclass(frozen=True)
class ChapterPart:
    """A chapter with its title, the language of that, and its passages."""

    number: int
    title: str
    language: str
    passages: list[Passage]


@dataclass(frozen=True)
class PictureFile:
    """A picture's bytes and what kind of file they are: ``png``, ``jpg``, ``webp``."""

    content: bytes
    extension: str


@dataclass(frozen=True)
class Document:
    """Everything a writer needs. ``lines`` stand under the title: version and date, and which text is binding."""

    title: str
    title_language: str
    lines: list[str]
    language: str
    contents_title: str
    chapters: list[ChapterPart]
    published: str
    pictures: Mapping[str, PictureFile] = field(default_factory=dict)


EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}


def document_of(version: DraftVersion, language: str) -> Document:
    """The version in the language, Polish where something is not translated. Four queries, and a file per picture."""
    draft = version.draft
    chapters = list(ChapterText.objects.filter(version=version).order_by("number"))
    texts: dict[int, list[PassageText]] = {chapter.pk: [] for chapter in chapters}
    for text in PassageText.objects.filter(version=version).order_by("chapter", "position"):
        texts[text.chapter_id].append(text)
    with translation.override(language):
        published = date_format(timezone.localtime(version.published_at), "DATE_FORMAT") if version.published_at else ""
        label = version.text("label").value or gettext("version %(number)s") % {"number": version.number}
        lines = [f"{label}, {published}" if published else label]
        if language != ORIGINAL:
            lines.append(gettext("The Polish text is binding. Translations are there to help you read it."))
        lines.append(gettext("The number beside each passage is its number in this version: quote it in your remark."))
        contents_title = gettext("Contents")
    title = draft.text("title", language)
    parts = []
    for chapter in chapters:
        name = chapter.text("title", language)
        passages = list(_passages(chapter, texts[chapter.pk], language))
        parts.append(ChapterPart(chapter.number, name.value, name.language, passages))
    return Document(
        title=title.value,
        title_language=title.language,
        lines=lines,
        language=language,
        contents_title=contents_title,
        chapters=parts,
        published=version.published_at.isoformat() if version.published_at else "",
        pictures=_pictures(version),
    )


def _passages(chapter: ChapterText, texts: list[PassageText], language: str) -> Iterator[Passage]:
    outline, depth = 1, 0
    for text in texts:
        kind = PassageText.Kind(text.kind)
        level = 1
        if kind == PassageText.Kind.HEADING:
            level = outline = max(min(text.level, outline + 1, 6), 2)
        depth = max(min(text.level, depth + 1), 1) if kind == PassageText.Kind.ITEM else 0
        yield Passage(
            number=f"{chapter.number}.{text.position}",
            kind=kind,
            level=depth or level,
            marker=text.marker,
            layout=layout_of(text, language),
            plain=text.text("wording", language).value,
        )


def _pictures(version: DraftVersion) -> dict[str, PictureFile]:
    """The pictures that the version refers to, by digest."""
    used = {
        one.sha256
        for html in PassageText.objects.filter(version=version, html__contains="obraz:").values_list("html", flat=True)
        for one in _pictures_in(html)
    }
    found = {}
    for image in DraftImage.objects.filter(draft=version.draft_id, sha256__in=used, content_type__in=EXTENSIONS):
        with image.file.open("rb") as file:
            found[image.sha256] = PictureFile(file.read(), EXTENSIONS[image.content_type])
    return found


def _pictures_in(html: str) -> Iterator[Picture]:
    return pictures_of(read_html(html))
