"""Blocks of the converter's syntax tree, as a row of pieces: headings, paragraphs, list items, tables, pictures."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import nh3

from consultations.importing.inlines import InlineReader, Line, clean, tidy
from consultations.importing.problems import Problems, first_words

DEEPEST = 9
CONTENTS_STYLE = re.compile(r"toc( \d| heading)?|contents( \d| heading)|nagłówek spisu treści", re.IGNORECASE)
TITLE_PAGE = ("subtitle", "author", "date")


@dataclass
class Piece:
    """One passage or heading of the document. ``level`` of a heading counts from 1 through the whole document."""

    kind: str
    text: str
    level: int = 1
    marker: str = ""
    html: str = ""
    footnotes: list[dict[str, str]] = field(default_factory=list)
    images: list[str] = field(default_factory=list)


class BlockReader:
    """Walks the blocks once. ``picture_word`` stands as the text of a picture or table that has no words of its own."""

    def __init__(self, problems: Problems, find_picture: Callable[[str], bytes | None], *, picture_word: str) -> None:
        self.pieces: list[Piece] = []
        self.inlines = InlineReader(problems, find_picture, self._cell_line)
        self._problems = problems
        self._picture_word = picture_word
        self._chapter = ""

    def title(self, meta: dict[str, Any]) -> str:
        """The document's title, or nothing. The other lines of a title page are listed: they are no passages."""
        for name in TITLE_PAGE:
            if name in meta and (words := self._meta_words(meta[name])):
                self._problems.add("title_page", detail=words)
        if "abstract" in meta:
            kind, content = meta["abstract"]["t"], meta["abstract"]["c"]
            self.read(content if kind == "MetaBlocks" else [{"t": "Para", "c": content}])
        return self._meta_words(meta["title"]) if "title" in meta else ""

    def _meta_words(self, value: dict[str, Any]) -> str:
        kind: str = value["t"]
        content: Any = value.get("c")
        if kind == "MetaInlines":
            return " ".join(self.inlines.read(content).words.split())
        if kind == "MetaString":
            return " ".join(tidy(content).split())
        if kind == "MetaBlocks":
            return " ".join(self._cell_line(content).words.split())
        if kind == "MetaList":
            return ", ".join(filter(None, (self._meta_words(one) for one in content)))
        return ""

    def read(self, blocks: list[Any], *, depth: int = 0) -> None:
        """Add the pieces of the blocks; ``depth`` is that of the list in which they stand."""
        for block in blocks:
            self._read_one(block, depth)

    def _read_one(self, block: dict[str, Any], depth: int) -> None:
        kind: str = block["t"]
        content: Any = block.get("c")
        match kind:
            case "Para" | "Plain":
                self._paragraph(content)
            case "Header":
                self._heading(content[0], content[2])
            case "BulletList":
                for item in content:
                    self._item(item, "", depth + 1)
            case "OrderedList":
                for number, item in enumerate(content[1], content[0][0]):
                    self._item(item, marker(number, content[0][1]["t"], content[0][2]["t"]), depth + 1)
            case "DefinitionList":
                for term, definitions in content:
                    self._paragraph([{"t": "Strong", "c": term}])
                    for definition in definitions:
                        self._item(definition, "", depth + 1)
            case "Table":
                self._table(content)
            case "Figure":
                self._figure(content, depth)
            case "BlockQuote":
                self.read(content, depth=depth)
            case "Div":
                self._division(content, depth)
            case "LineBlock":
                self._paragraph(_joined(content))
            case "CodeBlock":
                self._add_line(_code(content[1]), "paragraph")
            case "RawBlock":
                self._raw(content[1])
            case "HorizontalRule":
                pass
            case _:
                self._problems.add("unknown", self.inlines.place, detail=kind)

    def _stand_at(self, words: str) -> None:
        beginning = first_words(words)
        self.inlines.place = " / ".join(part for part in (self._chapter, beginning) if part)

    def _paragraph(self, inlines: list[Any]) -> None:
        self._stand_at(plain_words(inlines))
        self._add_line(self.inlines.read(inlines), "paragraph")

    def _add_line(self, line: Line, kind: str, *, level: int = 1, marker: str = "") -> None:
        """A passage of the line; pictures that stand alone are passages of their own."""
        words = line.words
        if words:
            self.pieces.append(Piece(kind, words, level, marker, line.html, line.notes, line.images))
            return
        for sha256 in line.images:
            text = self.inlines.facts[sha256]["alt"] or self._picture_word
            self.pieces.append(
                Piece("image", text, html=clean(f'<img src="obraz:{sha256}">'), images=[sha256], footnotes=line.notes)
            )
            line.notes = []
        if line.notes:  # a note without a word to stand at
            self.pieces.append(Piece(kind, f"[{line.notes[0]['number']}]", level, marker, line.html, line.notes))

    def _heading(self, level: int, inlines: list[Any]) -> None:
        self._stand_at(plain_words(inlines))
        line = self.inlines.read(inlines)
        words = " ".join(line.words.split())
        if not words and not line.images:
            before = self.pieces[-1].text if self.pieces else ""
            self._problems.add("empty_heading", " / ".join(filter(None, (self._chapter, first_words(before)))))
            return
        if words:
            self._chapter = self.inlines.place = first_words(words)
            # Pictures in a heading follow it as passages.
            markup = re.sub(r"<img [^>]*>", "", line.html)
            self.pieces.append(Piece("heading", words, level, html=markup, footnotes=line.notes))
        self._add_line(Line(images=line.images), "paragraph")

    def _item(self, blocks: list[Any], sign: str, depth: int) -> None:
        """One passage of the item's own paragraphs; lists, tables and what follows them are passages after it."""
        own = 0
        while own < len(blocks) and (_lines_of(blocks[own]) is not None):
            own += 1
        line = Line()
        for block in blocks[:own]:
            for inlines in _lines_of(block) or []:
                self._stand_at(plain_words(inlines))
                line.break_line()
                line.add(self.inlines.read(inlines))
        if line.words:
            self._add_line(line, "item", level=min(depth, DEEPEST), marker=sign)
        else:
            self._add_line(line, "paragraph")
        self.read(blocks[own:], depth=depth)

    def _division(self, content: list[Any], depth: int) -> None:
        style = dict(content[0][2]).get("custom-style", "")
        if CONTENTS_STYLE.fullmatch(style.strip()):
            self._problems.add("contents")
            return
        self.read(content[1], depth=depth)

    def _figure(self, content: list[Any], depth: int) -> None:
        """The picture, then its caption as a paragraph."""
        self.read(content[2], depth=depth)
        self.read(content[1][1], depth=depth)

    def _raw(self, markup: str) -> None:
        """HTML in Markdown: its words stay, what it would do does not."""
        words = tidy(html.unescape(nh3.clean(markup, tags=set()))).strip()
        self._problems.add("raw_markup", self.inlines.place, detail=words or markup)
        if words:
            line = Line()
            line.add_text(words)
            self._add_line(line, "paragraph")

    # -- Tables -----------------------------------------------------------------------------------------------------

    def _table(self, content: list[Any]) -> None:
        _attributes, caption, _columns, head, bodies, foot = content
        self._stand_at("")
        caption_line = self._cell_line(caption[1])
        rows = [(True, row) for row in head[1]]
        for _attr, _heads, headed, body in bodies:
            rows += [(True, row) for row in headed] + [(False, row) for row in body]
        rows += [(False, row) for row in foot[1]]
        table, texts, parts = Line(), list[str](), list[str]()
        head_rows = len(head[1])
        for number, (is_head, row) in enumerate(rows):
            cells = [self._cell(cell, is_head) for cell in row[1]]
            texts.append(" | ".join(" ".join(line.words.split()) for line, _markup in cells))
            parts.append(f"<tr>{''.join(markup for _line, markup in cells)}</tr>")
            for line, _markup in cells:
                table.notes += line.notes
                table.images += line.images
            if number == 0:
                self._stand_at(texts[0])
        text = "\n".join(texts)
        if not text.strip(" |\n") and not table.images:
            self._problems.add("empty_table", self._chapter)
            return
        if not text.strip(" |\n"):
            text = self._picture_word
        markup = f"<caption>{caption_line.markup}</caption>" if caption_line.words else ""
        if head_rows:
            markup += f"<thead>{''.join(parts[:head_rows])}</thead>"
        if parts[head_rows:]:
            markup += f"<tbody>{''.join(parts[head_rows:])}</tbody>"
        if caption_line.words:
            text = f"{' '.join(caption_line.words.split())}\n{text}"
        self.pieces.append(
            Piece(
                "table", text, html=clean(f"<table>{markup}</table>"), footnotes=caption_line.notes + table.notes,
                images=caption_line.images + table.images,
            )
        )  # fmt: skip

    def _cell(self, cell: list[Any], is_head: bool) -> tuple[Line, str]:
        _attributes, _alignment, rows, columns, blocks = cell
        line = self._cell_line(blocks)
        spans = (f' rowspan="{rows}"' if rows > 1 else "") + (f' colspan="{columns}"' if columns > 1 else "")
        tag, scope = ("th", ' scope="col"') if is_head else ("td", "")
        return line, f"<{tag}{scope}{spans}>{line.markup.strip()}</{tag}>"

    def _cell_line(self, blocks: list[Any]) -> Line:
        """Blocks where only a line fits: in a cell, in a footnote. Lists and inner tables become lines."""
        line = Line()
        for block in blocks:
            self._into(block, line)
        return line

    def _into(self, block: dict[str, Any], line: Line) -> None:
        kind: str = block["t"]
        content: Any = block.get("c")
        match kind:
            case "Para" | "Plain":
                line.break_line()
                line.add(self.inlines.read(content))
            case "Header":
                line.break_line()
                line.add(self.inlines.read(content[2]), "strong")
            case "BulletList":
                for item in content:
                    self._item_into(item, "–", line)
            case "OrderedList":
                for number, item in enumerate(content[1], content[0][0]):
                    self._item_into(item, marker(number, content[0][1]["t"], content[0][2]["t"]), line)
            case "DefinitionList":
                for term, definitions in content:
                    line.break_line()
                    line.add(self.inlines.read(term), "strong")
                    for definition in definitions:
                        self._item_into(definition, "–", line)
            case "Table":
                self._problems.add("nested_table", self.inlines.place)
                _attr, caption, _columns, head, bodies, foot = content
                for one in caption[1]:
                    self._into(one, line)
                for row in [*head[1], *(row for body in bodies for row in [*body[2], *body[3]]), *foot[1]]:
                    line.break_line()
                    cells = [cell_line for cell in row[1] if (cell_line := self._cell_line(cell[4])).markup]
                    for number, cell_line in enumerate(cells):
                        if number:
                            line.add_text(", ")
                        line.add(cell_line)
            case "Figure":
                for one in [*content[2], *content[1][1]]:
                    self._into(one, line)
            case "BlockQuote":
                for one in content:
                    self._into(one, line)
            case "Div":
                for one in content[1]:
                    self._into(one, line)
            case "LineBlock":
                line.break_line()
                line.add(self.inlines.read(_joined(content)))
            case "CodeBlock":
                line.break_line()
                line.add(_code(content[1]))
            case "RawBlock":
                self._problems.add("raw_markup", self.inlines.place, detail=content[1])
            case "HorizontalRule":
                pass
            case _:
                self._problems.add("unknown", self.inlines.place, detail=kind)

    def _item_into(self, blocks: list[Any], sign: str, line: Line) -> None:
        line.break_line()
        line.add_text(f"{sign} ")
        first, rest = blocks[:1], blocks[1:]
        if first and first[0]["t"] in {"Para", "Plain"}:
            line.add(self.inlines.read(first[0]["c"]))
        else:
            rest = blocks
        for block in rest:
            self._into(block, line)


def plain_words(inlines: list[Any]) -> str:
    """The words of inlines, to name a place before they are read."""
    parts: list[str] = []
    for inline in inlines:
        kind: str = inline["t"]
        content: Any = inline.get("c")
        if kind == "Str":
            parts.append(content)
        elif kind in {"Space", "SoftBreak", "LineBreak"}:
            parts.append(" ")
        elif kind in {"Strong", "Emph", "Underline", "Strikeout", "Superscript", "Subscript", "SmallCaps"}:
            parts.append(plain_words(content))
        elif kind in {"Span", "Link", "Quoted", "Cite"}:
            parts.append(plain_words(content[1]))
    return "".join(parts)


def marker(number: int, style: str, delimiter: str) -> str:
    """The sign of a numbered item as documents write it: “1.”, “b)”, “(iv)”."""
    match style:
        case "LowerAlpha":
            sign = _letters(number)
        case "UpperAlpha":
            sign = _letters(number).upper()
        case "LowerRoman":
            sign = _roman(number).lower()
        case "UpperRoman":
            sign = _roman(number)
        case _:
            sign = str(number)
    match delimiter:
        case "OneParen":
            return f"{sign})"
        case "TwoParens":
            return f"({sign})"
        case _:
            return f"{sign}."


def _letters(number: int) -> str:
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters or "0"


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    signs = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
             (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]  # fmt: skip
    written = ""
    for value, sign in signs:
        times, number = divmod(number, value)
        written += sign * times
    return written


def _joined(lines: list[list[Any]]) -> list[Any]:
    """Lines as inlines with breaks between them."""
    joined: list[Any] = []
    for line in lines:
        joined += [{"t": "LineBreak"}, *line] if joined else line
    return joined


def _code(text: str) -> Line:
    inner = Line()
    inner.add_text(text)
    line = Line()
    line.add(inner, "code")
    return line


def _lines_of(block: dict[str, Any]) -> list[list[Any]] | None:
    """The inlines of a block that is only text, in paragraphs; None for any other block."""
    match block["t"]:
        case "Para" | "Plain":
            return [block["c"]]
        case "LineBlock":
            return [_joined(block["c"])]
        case "Div" | "BlockQuote":
            inner = block["c"][1] if block["t"] == "Div" else block["c"]
            lines = [_lines_of(one) for one in inner]
            return [inlines for line in lines for inlines in line or []] if None not in lines else None
    return None
