"""From bytes to chapters: check, convert, walk, arrange, and list what was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from consultations.importing.blocks import BlockReader, Piece
from consultations.importing.errors import UnreadableDocument
from consultations.importing.inlines import with_alt_texts
from consultations.importing.packages import MOST_BYTES, Package, find_losses, with_text_boxes_as_paragraphs
from consultations.importing.pandoc import convert
from consultations.importing.pasted import read_pasted
from consultations.importing.pictures import Picture
from consultations.importing.problems import Problems

LONGEST_TITLE = 300  # characters of a chapter's title, as its column has it
LONGEST_DOCUMENT_TITLE = 200
BLOCKS_A_STEP = 50
FINISHING = 5  # percent of the steps that are left for what follows the walk

Tell = Callable[[int, int], None]


@dataclass
class Read:
    """What was read: ``document`` as described in ``consultations.importing``, ``problems``, ``pictures`` by digest."""

    document: dict[str, Any]
    problems: list[dict[str, Any]]
    pictures: dict[str, Picture] = field(default_factory=dict)


def read_document(
    data: bytes,
    kind: str,
    *,
    chapter_level: int = 0,
    front_title: str,
    picture_word: str,
    tell: Tell = lambda done, total: None,
) -> Read:
    """Read a document of the kind ``docx``, ``odt``, ``markdown`` or ``text``. Raises UnreadableDocument.

    Headings down to ``chapter_level`` begin chapters; 0: level 1 does, or level 2 where a single level 1 at the top is
    the title. ``front_title`` names the chapter of what stands before the first heading, ``picture_word`` is the text
    of a picture that has none. ``tell`` hears how far it is.
    """
    if not data.strip():
        raise UnreadableDocument("empty")
    if len(data) > MOST_BYTES:
        raise UnreadableDocument("too_large")
    try:
        return _read(data, kind, chapter_level, front_title, picture_word, tell)
    except RecursionError as error:  # thousands of quotes in quotes: no document, an attempt
        raise UnreadableDocument("damaged") from error


def _read(data: bytes, kind: str, chapter_level: int, front_title: str, picture_word: str, tell: Tell) -> Read:
    problems = Problems()
    package = Package(data, kind) if kind in {"docx", "odt"} else None
    if package is not None:
        package.check_all()
        data_for_converter = with_text_boxes_as_paragraphs(package, data) if kind == "docx" else data
    else:
        data_for_converter = _as_utf8(data)
    if kind == "text":
        title, pieces, reader = "", read_pasted(data_for_converter.decode()), None
    else:
        reader = BlockReader(problems, package.picture if package else _no_picture, picture_word=picture_word)
        title, pieces = _walk(reader, convert(data_for_converter, kind), tell)
    if package is not None:
        find_losses(package, "\n".join(_all_text(title, pieces, problems)), problems)
    facts = reader.inlines.facts if reader else {}
    document = arrange(title, pieces, chapter_level=chapter_level, front_title=front_title, problems=problems)
    if not any(chapter["passages"] for chapter in document["chapters"]):
        raise UnreadableDocument("no_text")
    used = {sha for chapter in document["chapters"] for passage in chapter["passages"] for sha in passage["images"]}
    document["pictures"] = {sha: one for sha, one in facts.items() if sha in used}
    write_alt_texts(document)
    pictures = {sha: one for sha, one in reader.inlines.pictures.items() if sha in used} if reader else {}
    return Read(document, problems.as_list(), pictures)


def _no_picture(_address: str) -> bytes | None:
    """Markdown names its pictures by address only; they are not in the text."""
    return None


def _as_utf8(data: bytes) -> bytes:
    """Text in UTF-8, also when it came in the Windows code page of Central Europe."""
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableDocument("wrong_type")
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1250")
    for encoding in encodings:
        try:
            return data.decode(encoding).encode()
        except UnicodeDecodeError:
            continue
    raise UnreadableDocument("encoding")


def _walk(reader: BlockReader, tree: dict[str, Any], tell: Tell) -> tuple[str, list[Piece]]:
    blocks = tree["blocks"]
    total = len(blocks) + len(blocks) * FINISHING // 100 + 1
    tell(0, total)
    title = reader.title(tree["meta"])
    for start in range(0, len(blocks), BLOCKS_A_STEP):
        reader.read(blocks[start : start + BLOCKS_A_STEP])
        tell(min(start + BLOCKS_A_STEP, len(blocks)), total)
    return title, reader.pieces


def _all_text(title: str, pieces: list[Piece], problems: Problems) -> list[str]:
    """All that was read or has been listed, so that nothing is missed twice."""
    return [title, *problems.details(), *(piece.text for piece in pieces)]


def arrange(
    title: str, pieces: list[Piece], *, chapter_level: int, front_title: str, problems: Problems
) -> dict[str, Any]:
    """The pieces in chapters."""
    levels = Counter(piece.level for piece in pieces if piece.kind == "heading")
    first = min(levels, default=1)
    is_title = (
        not title
        and bool(pieces)
        and pieces[0].kind == "heading"
        and pieces[0].level == first
        and levels[first] == 1
        and len(levels) > 1
        and chapter_level != first
    )
    if is_title:
        title, pieces = pieces[0].text, pieces[1:]
    deepest = chapter_level or (min(level for level in levels if level > first) if is_title else first)
    chapters: list[dict[str, Any]] = []
    for piece in pieces:
        if piece.kind == "heading" and piece.level <= deepest:
            chapters.append({"title": piece.text, "passages": _from_chapter_heading(piece, problems)})
            if len(piece.text) > LONGEST_TITLE:
                chapters[-1]["title"] = piece.text[: LONGEST_TITLE - 1].rstrip() + "…"
            continue
        if not chapters:
            chapters.append({"title": front_title, "passages": []})
        chapters[-1]["passages"].append(_passage(piece, deepest))
    if len(title) > LONGEST_DOCUMENT_TITLE:
        problems.add("title_page", detail=title)
        title = title[: LONGEST_DOCUMENT_TITLE - 1].rstrip() + "…"
    return {
        "title": title,
        "chapters": chapters,
        "headings": {str(level): levels[level] for level in sorted(levels)},
        "chapter_level": deepest,
        "title_from_heading": is_title,
    }


def _from_chapter_heading(piece: Piece, problems: Problems) -> list[dict[str, Any]]:
    """A chapter's title is one line of plain text; what does not fit it becomes its first passage, or is listed."""
    if len(piece.text) > LONGEST_TITLE:
        problems.add("long_heading", piece.text)
        return [_passage(Piece("paragraph", piece.text, html=piece.html, footnotes=piece.footnotes), 0)]
    for note in piece.footnotes:
        problems.add("heading_footnote", piece.text, detail=note["html"])
    if piece.html and not piece.footnotes:
        problems.add("heading_layout", piece.text)
    return []


def _passage(piece: Piece, chapter_level: int) -> dict[str, Any]:
    level = max(2, piece.level - chapter_level + 1) if piece.kind == "heading" else piece.level
    return {
        "kind": piece.kind,
        "level": level,
        "marker": piece.marker,
        "text": piece.text,
        "html": piece.html,
        "footnotes": piece.footnotes,
        "images": piece.images,
    }


def write_alt_texts(document: dict[str, Any]) -> None:
    """Put the pictures' alternative texts into the HTML; a picture that is a passage has it as its text too."""
    pictures = document["pictures"]
    for chapter in document["chapters"]:
        for passage in chapter["passages"]:
            if not passage["images"]:
                continue
            passage["html"] = with_alt_texts(passage["html"], pictures)
            for note in passage["footnotes"]:
                note["html"] = with_alt_texts(note["html"], pictures)
            alt = pictures[passage["images"][0]]["alt"]
            if passage["kind"] == "image" and alt:
                passage["text"] = alt


def pictures_without_text(document: dict[str, Any]) -> list[str]:
    """The digests of the pictures that have no alternative text and are not marked as decorative."""
    return [
        sha for sha, one in document.get("pictures", {}).items() if not one["decorative"] and not one["alt"].strip()
    ]
