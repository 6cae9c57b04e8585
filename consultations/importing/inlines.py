"""What stands in a line: words, bold, links, pictures, footnotes; as plain text and as clean HTML."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import nh3

from consultations.importing.pictures import Picture, PictureNotKept, draw_anew
from consultations.importing.problems import Problems

# Everything of Unicode's category Cc but tab and line feed, and the overrides of direction: see lib.plaintext.
FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
TAGS = {
    "strong", "em", "u", "del", "sup", "sub", "code", "br", "a", "img",
    "table", "caption", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src"},
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
ATTRIBUTE_VALUES = {"sup": {"class": {"note"}}, "th": {"scope": {"col", "row"}}}
LINKS = ("https://", "http://", "mailto:")
QUOTES = {"DoubleQuote": ("„", "”"), "SingleQuote": ("‚", "’")}
WRAPPERS = {
    "Strong": "strong", "Emph": "em", "Underline": "u", "Strikeout": "del", "Superscript": "sup", "Subscript": "sub",
}  # fmt: skip
IMAGE = re.compile(r'<img\b[^>]*?\bsrc="obraz:([0-9a-f]{64})"[^>]*>')


def clean(markup: str) -> str:
    """Only the few elements a passage may have, whatever the converter or a mistake of ours put in."""
    return nh3.clean(
        markup,
        tags=TAGS,
        attributes=ATTRIBUTES,
        tag_attribute_values=ATTRIBUTE_VALUES,
        url_schemes={"https", "http", "mailto", "obraz"},
        link_rel="noopener",
    )


def with_alt_texts(markup: str, pictures: dict[str, dict[str, Any]]) -> str:
    """The HTML with each picture's own alternative text and size; a decorative one has an empty text."""

    def draw(found: re.Match[str]) -> str:
        picture = pictures[found[1]]
        alt = "" if picture["decorative"] else html.escape(picture["alt"])
        return f'<img alt="{alt}" src="obraz:{found[1]}" width="{picture["width"]}" height="{picture["height"]}">'

    return IMAGE.sub(draw, markup)


def tidy(text: str) -> str:
    """In NFC, without characters that cannot be shown."""
    return FORBIDDEN.sub("", unicodedata.normalize("NFC", text))


@dataclass
class Line:
    """Inlines once read: ``text`` plain, ``markup`` the same as HTML, and whether that says more than the text."""

    text: str = ""
    markup: str = ""
    is_rich: bool = False
    notes: list[dict[str, str]] = field(default_factory=list)
    images: list[str] = field(default_factory=list)

    def add_text(self, text: str) -> None:
        text = tidy(text)
        self.text += text
        self.markup += html.escape(text, quote=False).replace("\n", "<br>")

    def add(self, other: Line, tag: str = "", attributes: str = "") -> None:
        """The other line's content, in an element where a tag is given."""
        self.text += other.text
        wrapped = tag and other.markup
        self.markup += f"<{tag}{attributes}>{other.markup}</{tag}>" if wrapped else other.markup
        self.is_rich |= other.is_rich or bool(wrapped)
        self.notes += other.notes
        self.images += other.images

    def break_line(self) -> None:
        if self.markup:
            self.text += "\n"
            self.markup += "<br>"

    @property
    def words(self) -> str:
        """The plain text without blanks at the ends of its lines."""
        return "\n".join(re.sub(r"[ \t]+", " ", part).strip() for part in self.text.split("\n")).strip()

    @property
    def html(self) -> str:
        """Clean HTML; empty where the plain text says it all."""
        return clean(self.markup.strip()) if self.is_rich else ""


class InlineReader:
    """Reads the inlines of one document: numbers its footnotes, draws its pictures, notes what is lost.

    ``place`` is where the reader is, for the problems; whoever walks the blocks moves it.
    """

    def __init__(
        self,
        problems: Problems,
        find_picture: Callable[[str], bytes | None],
        read_note: Callable[[list[Any]], Line],
    ) -> None:
        self.place = ""
        self.pictures: dict[str, Picture] = {}
        self.facts: dict[str, dict[str, Any]] = {}
        self._problems = problems
        self._find_picture = find_picture
        self._read_note = read_note
        self._by_address: dict[str, str] = {}
        self._notes = 0

    def read(self, inlines: list[Any]) -> Line:
        line = Line()
        for inline in inlines:
            self._read_one(inline, line)
        return line

    def _read_one(self, inline: dict[str, Any], line: Line) -> None:
        kind: str = inline["t"]
        content: Any = inline.get("c")
        match kind:
            case "Str":
                line.add_text(content)
            case "Space" | "SoftBreak":
                line.add_text(" ")
            case "LineBreak":
                line.break_line()
            case "Strong" | "Emph" | "Underline" | "Strikeout" | "Superscript" | "Subscript":
                line.add(self.read(content), WRAPPERS[kind])
            case "SmallCaps":
                line.add(self.read(content))
            case "Span" | "Cite":
                line.add(self.read(content[1]))
            case "Quoted":
                opening, closing = QUOTES[content[0]["t"]]
                line.add_text(opening)
                line.add(self.read(content[1]))
                line.add_text(closing)
            case "Code":
                code = Line()
                code.add_text(content[1])
                line.add(code, "code")
            case "Math":
                self._problems.add("equation", self.place, detail=content[1])
                line.add_text(content[1])
            case "RawInline":
                self._problems.add("raw_markup", self.place, detail=content[1])
            case "Link":
                self._link(content, line)
            case "Image":
                self._image(content, line)
            case "Note":
                self._note(content, line)
            case _:
                self._problems.add("unknown", self.place, detail=kind)

    def _link(self, content: list[Any], line: Line) -> None:
        text, address = self.read(content[1]), content[2][0]
        if not text.markup.strip():
            line.add(text)  # a bookmark: nothing to click on
        elif address.lower().startswith(LINKS):
            line.add(text, "a", f' href="{html.escape(address)}"')
        else:
            code = "cross_reference" if address.startswith("#") else "link"
            self._problems.add(code, self.place, detail=text.words or address)
            line.add(text)

    def _note(self, blocks: list[Any], line: Line) -> None:
        self._notes += 1
        number = str(self._notes)
        note = self._read_note(blocks)
        line.markup += f'<sup class="note">{number}</sup>'
        line.is_rich = True
        line.notes.append({"number": number, "html": clean(note.markup.strip())})
        line.images += note.images

    def _image(self, content: list[Any], line: Line) -> None:
        address = content[2][0]
        sha256 = self._by_address.get(address) or self._draw(address)
        alt = self.read(content[1]).words or tidy(content[2][1]).strip()
        if sha256 is None:
            line.add_text(alt)  # the words that stood for the picture stay
            return
        self._by_address[address] = sha256
        facts = self.facts[sha256]
        facts["alt"] = facts["alt"] or " ".join(alt.split())
        line.markup += f'<img src="obraz:{sha256}">'
        line.is_rich = True
        line.images.append(sha256)

    def _draw(self, address: str) -> str | None:
        """The digest of the picture drawn anew; None, with a problem, when it cannot be kept."""
        data = self._find_picture(address)
        if data is None:
            self._problems.add("picture_missing", self.place, detail=address.rpartition("/")[2])
            return None
        try:
            picture = draw_anew(data)
        except PictureNotKept as error:
            self._problems.add(error.code, self.place, detail=address.rpartition("/")[2])
            return None
        self.pictures[picture.sha256] = picture
        self.facts.setdefault(
            picture.sha256,
            {
                "name": picture.name,
                "content_type": picture.content_type,
                "width": picture.width,
                "height": picture.height,
                "alt": "",
                "decorative": False,
                "place": self.place,
            },
        )
        return picture.sha256
