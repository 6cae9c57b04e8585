"""A DOCX or ODT is a ZIP of XML parts: told from content, refused when it is a bomb, searched for what gets lost."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from consultations.importing.errors import UnreadableDocument
from consultations.importing.problems import Problems, first_words

MOST_BYTES = 50 * 1024 * 1024
MOST_UNPACKED = 400 * 1024 * 1024
MOST_ENTRIES = 5000
MOST_RATIO = 200  # how many times larger a part may be unpacked; XML of real documents stays under 60
RATIO_FROM = 8 * 1024 * 1024  # unpacked; smaller parts can do no harm
MOST_XML = 120 * 1024 * 1024  # of one part: it is held in memory as a tree

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
MAIN_PART = {"docx": "word/document.xml", "odt": "content.xml"}

Element = ElementTree.Element


class Package:
    """An opened DOCX or ODT. Raises UnreadableDocument when it is none, or dangerous."""

    def __init__(self, data: bytes, kind: str) -> None:
        if data.startswith(OLE):
            raise UnreadableDocument("encrypted" if ENCRYPTED_PACKAGE in data else "old_format")
        if not data.startswith(b"PK\x03\x04"):
            raise UnreadableDocument("wrong_type")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise UnreadableDocument("damaged") from error
        self.kind = kind
        self._names = set(self._zip.namelist())
        self._refuse_bombs()
        self._refuse_other_types()

    def _refuse_bombs(self) -> None:
        """By what the directory says; ``read`` holds every part to it."""
        entries = self._zip.infolist()
        if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            raise UnreadableDocument("bomb")
        for entry in entries:
            if entry.flag_bits & 0x1:
                raise UnreadableDocument("encrypted")
            if entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
                raise UnreadableDocument("bomb")
            if entry.filename.endswith((".xml", ".rels")) and entry.file_size > MOST_XML:
                raise UnreadableDocument("bomb")

    def _refuse_other_types(self) -> None:
        if self.kind == "odt":
            manifest = self.read("META-INF/manifest.xml") or b""
            if b"encryption-data" in manifest:
                raise UnreadableDocument("encrypted")
            if b"opendocument.text" not in (self.read("mimetype") or b"") + manifest:
                raise UnreadableDocument("wrong_type")
        if MAIN_PART[self.kind] not in self._names:
            raise UnreadableDocument("wrong_type")

    def names(self) -> list[str]:
        return sorted(self._names)

    def read(self, name: str) -> bytes | None:
        """A part's bytes, None when there is none. Never more than the directory says."""
        if name not in self._names:
            return None
        entry = self._zip.getinfo(name)
        try:
            with self._zip.open(entry) as part:
                data = part.read(entry.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, RuntimeError) as error:
            raise UnreadableDocument("damaged") from error
        if len(data) > entry.file_size:
            raise UnreadableDocument("bomb")
        return data

    def check_all(self) -> None:
        """Unpack every part once, piece by piece: what the converter gets is sound and no larger than it says."""
        for entry in self._zip.infolist():
            seen = 0
            try:
                with self._zip.open(entry) as part:
                    while piece := part.read(1024 * 1024):
                        seen += len(piece)
                        if seen > entry.file_size or (entry.filename.endswith(".xml") and b"<!ENTITY" in piece):
                            raise UnreadableDocument("bomb")
            except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, RuntimeError) as error:
                raise UnreadableDocument("damaged") from error

    def tree(self, name: str) -> Element | None:
        """A part as XML, None when there is none. A document type is refused: no office writes one, bombs need it."""
        data = self.read(name)
        if data is None:
            return None
        if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
            raise UnreadableDocument("bomb")
        try:
            return ElementTree.fromstring(data)  # noqa: S314  no entities: refused above
        except ElementTree.ParseError as error:
            raise UnreadableDocument("damaged") from error

    def picture(self, address: str) -> bytes | None:
        """The picture that the converter names (``media/image1.png``, ``Pictures/a.png``)."""
        path = address.removeprefix("./").lstrip("/")
        for name in (path, f"word/{path}"):
            if name in self._names:
                return self.read(name)
        return None


def told_kind(data: bytes) -> str:
    """``docx``, ``odt`` or ``markdown``, told from the content. Raises UnreadableDocument for anything else."""
    if not data.strip():
        raise UnreadableDocument("empty")
    if data.startswith((OLE, b"PK")):
        for kind in MAIN_PART:
            try:
                Package(data, kind)
            except UnreadableDocument as error:
                if error.code != "wrong_type":
                    raise
            else:
                return kind
        raise UnreadableDocument("wrong_type")
    # A text holds no zero bytes and none of the signs by which other files begin.
    if data.startswith((b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8", b"GIF8", b"MZ")) or b"\x00" in data[:4096]:
        raise UnreadableDocument("wrong_type")
    return "markdown"


def find_losses(package: Package, kept: str, problems: Problems) -> None:
    """Add what the converter drops without a word. ``kept`` is all the text that was read, in its order.

    The converter accepts tracked changes and leaves out comments, charts, headers and footers. Whatever else it should
    lose is found by looking for every paragraph of the package in the text that was read.
    """
    if package.kind == "docx":
        _docx_losses(package, kept, problems)
    else:
        _odt_losses(package, kept, problems)


class KeptText:
    """The text that was read, asked piece by piece in the order of the document: each search begins where one ended."""

    def __init__(self, text: str) -> None:
        self._signs = _signs(text)
        self._at = 0

    def holds(self, text: str) -> bool:
        """Whether the letters and digits of the text were read, side by side."""
        signs = _signs(text)
        found = self._signs.find(signs, self._at)
        if found < 0:
            found = self._signs.find(signs)
        if found < 0:
            return False
        self._at = found + len(signs)
        return True


def _signs(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


# -- DOCX -----------------------------------------------------------------------------------------------------------

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def _docx_losses(package: Package, kept: str, problems: Problems) -> None:
    root = package.tree("word/document.xml")
    if root is None:
        return
    headings = _docx_styles(package, r"heading \d")
    contents = _docx_styles(package, r"toc( \d| heading)?")
    kept_text = KeptText(kept)
    chapter = ""
    for paragraph in _outer_paragraphs(root):
        words = first_words(_docx_text(paragraph))
        found = paragraph.find(f"{W}pPr/{W}pStyle")
        style = found.get(f"{W}val", "") if found is not None else ""
        if style in headings and words:
            chapter, place = words, words
        else:
            place = _place(chapter, words)
        _docx_paragraph_losses(paragraph, place, problems)
        if style not in contents:
            _lost_text(_docx_segments(paragraph), place, kept_text, problems)
    for name in package.names():
        if re.fullmatch(r"word/(header|footer)\d*\.xml", name):
            part = package.tree(name)
            text = first_words(" ".join(filter(None, (_docx_text(p) for p in _outer_paragraphs(part))))) if part else ""
            if text and not text.isdigit():
                problems.add("header_footer", detail=text)


def _lost_text(segments: Iterable[str], place: str, kept: KeptText, problems: Problems) -> None:
    for segment in segments:
        if not kept.holds(segment):
            problems.add("text_lost", place, detail=segment)


def _place(chapter: str, words: str) -> str:
    return " / ".join(part for part in (chapter, words) if part)


def _docx_paragraph_losses(paragraph: Element, place: str, problems: Problems) -> None:
    for element in _without_fallbacks(paragraph):
        match element.tag:
            case x if x == f"{W}commentReference":
                problems.add("comment", place)
            case x if x in {f"{W}ins", f"{W}moveTo"}:
                problems.add("insertion", place)
            case x if x in {f"{W}del", f"{W}moveFrom"}:
                problems.add("deletion", place)
            case x if x == f"{W}txbxContent":
                text = " ".join(" ".join(_docx_text(p) for p in element.iter(f"{W}p")).split())
                if text:
                    problems.add("text_box", place, detail=text)
            case x if x == f"{W}object":
                problems.add("embedded_object", place)
            case x if x == f"{A}graphicData":
                uri = element.get("uri", "")
                if uri.endswith(("/chart", "/chartex", "/diagram")):
                    problems.add("chart", place)


def _outer_paragraphs(element: Element) -> Iterator[Element]:
    """Paragraphs in their order, those in table cells too, those in text boxes not: they belong to their anchor."""
    for child in element:
        if child.tag == f"{W}p":
            yield child
        elif child.tag != f"{MC}Fallback":
            yield from _outer_paragraphs(child)


def _without_fallbacks(element: Element) -> Iterator[Element]:
    """All descendants; of an alternative only the first choice, for the other says the same again."""
    for child in element:
        if child.tag == f"{MC}Fallback" and element.find(f"{MC}Choice") is not None and _has_text_box(element):
            continue
        yield child
        yield from _without_fallbacks(child)


def _in_line(element: Element) -> Iterator[Element]:
    """What stands in the line itself: not what stands in a text box."""
    for child in element:
        if child.tag not in {f"{MC}Fallback", f"{W}txbxContent"}:
            yield child
            yield from _in_line(child)


def _has_text_box(alternative: Element) -> bool:
    choice = alternative.find(f"{MC}Choice")
    return choice is not None and next(choice.iter(f"{W}txbxContent"), None) is not None


def _docx_text(paragraph: Element) -> str:
    """The paragraph's words as they stay: deletions have another tag."""
    parts: list[str] = []
    for element in _in_line(paragraph):
        if element.tag == f"{W}t":
            parts.append(element.text or "")
        elif element.tag in {f"{W}tab", f"{W}br"}:
            parts.append(" ")
    return " ".join("".join(parts).split())


def _docx_segments(paragraph: Element) -> Iterator[str]:
    """The paragraph's text between formulas, which the converter writes in its own way."""
    parts: list[str] = []
    for element in _in_line(paragraph):
        if element.tag == f"{W}t":
            parts.append(element.text or "")
        elif element.tag == f"{M}oMath":
            yield "".join(parts)
            parts = []
    yield "".join(parts)


def with_text_boxes_as_paragraphs(package: Package, data: bytes) -> bytes:
    """The DOCX with the paragraphs of each text box after the paragraph at which it is anchored.

    Pandoc would put them in the place of that paragraph, whose own words would be lost.
    """
    raw = package.read("word/document.xml") or b""
    if b"txbxContent" not in raw:
        return data
    root = package.tree("word/document.xml")
    assert root is not None  # noqa: S101  it was just read
    # ``tree`` has refused entities.
    for _event, (prefix, address) in ElementTree.iterparse(io.BytesIO(raw), events=["start-ns"]):  # noqa: S314
        if prefix and not re.fullmatch(r"ns\d+", prefix):
            ElementTree.register_namespace(prefix, address)
    root.attrib.pop(f"{MC}Ignorable", None)  # it names prefixes that are not written when nothing uses them
    _move_text_boxes(root)
    moved = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(moved, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            if name != "word/document.xml":
                new.writestr(name, old.read(name))
        new.writestr("word/document.xml", ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
    return moved.getvalue()


def _move_text_boxes(element: Element) -> None:
    for child in list(element):
        if child.tag == f"{W}p":
            at = list(element).index(child) + 1
            for box in _take_text_boxes(child):
                inner = [one for one in box if one.tag in {f"{W}p", f"{W}tbl"}]
                element[at:at] = inner
                at += len(inner)
        else:
            _move_text_boxes(child)


def _take_text_boxes(paragraph: Element) -> list[Element]:
    """The contents of the paragraph's text boxes, in order and once each; their drawings are taken out of it."""
    boxes: list[Element] = []
    for child in list(paragraph):
        drawing = child
        if child.tag == f"{MC}AlternateContent" and _has_text_box(child):
            choice = child.find(f"{MC}Choice")
            drawing = choice if choice is not None else child
        if drawing.tag in {f"{MC}Choice", f"{W}pict", f"{W}drawing"} and (
            found := list(drawing.iter(f"{W}txbxContent"))
        ):
            boxes += found
            paragraph.remove(child)
        else:
            boxes += _take_text_boxes(child)
    return boxes


def _docx_styles(package: Package, pattern: str) -> set[str]:
    """The ids of styles of that name (Word keeps the English name in every language), or based on them."""
    root = package.tree("word/styles.xml")
    if root is None:
        return set()
    found: set[str] = set()
    based: dict[str, str] = {}
    for style in root.iter(f"{W}style"):
        key = style.get(f"{W}styleId", "")
        name = style.find(f"{W}name")
        base = style.find(f"{W}basedOn")
        if name is not None and re.fullmatch(pattern, (name.get(f"{W}val") or "").lower()):
            found.add(key)
        if base is not None:
            based[key] = base.get(f"{W}val", "")
    for _round in range(5):
        found |= {key for key, base_key in based.items() if base_key in found}
    return found


# -- ODT ------------------------------------------------------------------------------------------------------------

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_ODT_HEADERS = {f"{STYLE}header", f"{STYLE}footer", f"{STYLE}header-left", f"{STYLE}footer-left"}


def _odt_losses(package: Package, kept: str, problems: Problems) -> None:
    root = package.tree("content.xml")
    body = root.find(f"{OFFICE}body/{OFFICE}text") if root is not None else None
    if body is not None:
        _odt_walk(body, "", KeptText(kept), problems)
    styles = package.tree("styles.xml")
    for part in styles.iter() if styles is not None else ():
        if part.tag in _ODT_HEADERS:
            text = first_words("".join(part.itertext()))
            if text and not text.isdigit():
                problems.add("header_footer", detail=text)


def _odt_walk(body: Element, chapter: str, kept: KeptText, problems: Problems) -> str:
    for element in body:
        if element.tag == f"{TEXT}tracked-changes":
            continue
        if element.tag in {f"{TEXT}p", f"{TEXT}h"}:
            words = first_words(_odt_text(element))
            if element.tag == f"{TEXT}h" and words:
                chapter, place = words, words
            else:
                place = _place(chapter, words)
            _odt_paragraph_losses(element, place, problems)
            _lost_text([_odt_text(element)], place, kept, problems)
        elif element.tag == f"{TEXT}table-of-content":
            continue
        else:
            chapter = _odt_walk(element, chapter, kept, problems)
    return chapter


def _odt_paragraph_losses(paragraph: Element, place: str, problems: Problems) -> None:
    for element in paragraph.iter():
        match element.tag:
            case x if x == f"{OFFICE}annotation":
                problems.add("comment", place)
            case x if x == f"{TEXT}change-start":
                problems.add("insertion", place)
            case x if x == f"{TEXT}change":
                problems.add("deletion", place)
            case x if x == f"{DRAW}text-box":
                problems.add("text_box", place, detail="".join(_odt_text(one) for one in element))
            case x if x == f"{DRAW}object":
                problems.add("chart", place)
            case x if x == f"{DRAW}object-ole":
                problems.add("embedded_object", place)


def _odt_text(element: Element) -> str:
    """The words that stand in the line: not those of comments, notes and pictures."""
    parts = [element.text or ""]
    for child in element:
        if child.tag not in {f"{OFFICE}annotation", f"{TEXT}note", f"{DRAW}frame"}:
            parts.append(_odt_text(child) if child.tag not in {f"{TEXT}s", f"{TEXT}tab"} else " ")
        parts.append(child.tail or "")
    return "".join(parts)
