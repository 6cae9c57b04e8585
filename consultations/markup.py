"""The layout of a passage as a small tree, read from its HTML: pages, PDF and DOCX are all written from it.

Pure. What is not known here is not in the tree, so no writer can pass it on: unknown elements are taken apart,
their text stays; elements whose text is no text (``script``) are left out whole; of attributes only those below
are read. The HTML comes from an import that cleaned it; this is the second line of defence, not the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

IMAGE_SCHEME = "obraz:"
SHA256 = re.compile(r"[0-9a-f]{64}")
LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
MARKS = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "sup": "sup", "sub": "sub", "s": "del", "del": "del",
         "strike": "del", "u": "u", "code": "code"}  # fmt: skip
WITHOUT_TEXT = frozenset({"script", "style", "template", "iframe", "object", "svg", "math", "title", "noscript"})
VOID = frozenset({"br", "img", "hr", "input", "meta", "link", "wbr", "col"})
MOST_SPAN = 100


# -- Inline ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """Text in one dress. ``marks`` are of the values of ``MARKS``; ``href`` is empty where it is no link."""

    text: str
    marks: frozenset[str] = frozenset()
    href: str = ""


@dataclass(frozen=True)
class Break:
    """A new line inside a paragraph."""


@dataclass(frozen=True)
class NoteSign:
    """The sign of a footnote."""

    number: str


@dataclass(frozen=True)
class Picture:
    """A picture of the draft by its digest; an empty ``alt`` says that it shows nothing a reader would miss."""

    sha256: str
    alt: str
    width: int | None = None
    height: int | None = None


Inline = Run | Break | NoteSign | Picture


# -- Blocks ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paragraph:
    """Inline content that stands on its own lines."""

    content: tuple[Inline, ...]


@dataclass(frozen=True)
class Items:
    """A list inside a passage (in a table's cell, mostly)."""

    ordered: bool
    items: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True)
class Cell:
    """A cell of a table."""

    content: tuple[Block, ...]
    is_header: bool = False
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first ``header_rows`` name the columns."""

    rows: tuple[tuple[Cell, ...], ...]
    header_rows: int = 0
    caption: tuple[Inline, ...] = ()

    @property
    def width(self) -> int:
        """How many columns the widest row takes, cells from rows above included."""
        return max((len(row) for row in self.grid()), default=0)

    def grid(self) -> list[list[Cell | None]]:
        """The table with every place filled: a cell where it begins, None where it goes on or nothing is."""
        taken: dict[tuple[int, int], Cell | None] = {}
        for y, row in enumerate(self.rows):
            x = 0
            for cell in row:
                while (y, x) in taken:
                    x += 1
                for below in range(min(cell.rows, len(self.rows) - y)):
                    for right in range(cell.columns):
                        taken.setdefault((y + below, x + right), None)
                taken[y, x] = cell
                x += cell.columns
        columns = max((x for _y, x in taken), default=-1) + 1
        return [[taken.get((y, x)) for x in range(columns)] for y in range(len(self.rows))]


@dataclass(frozen=True)
class Quote:
    """A quotation inside a passage."""

    content: tuple[Block, ...]


Block = Paragraph | Items | Table | Quote


# -- Reading --------------------------------------------------------------------------------------------------------


@dataclass
class _Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[_Element | str] = field(default_factory=list)


class _Tree(HTMLParser):
    """HTML as nested elements; what is not closed ends with its parent."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Element("")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = _Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID and len(self._open) < 60:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(_Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                del self._open[depth:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def read_html(html: str, notes: Iterable[str] = ()) -> tuple[Block, ...]:
    """The blocks of a piece of HTML. ``notes``: the numbers of the passage's footnotes, whose signs stand in it."""
    tree = _Tree()
    tree.feed(html)
    tree.close()
    return tuple(_blocks(tree.root.children, frozenset(notes)))


def read_plain(text: str) -> tuple[Block, ...]:
    """A plain text as one paragraph; its line ends are kept."""
    return (Paragraph(tuple(_lines(text))),)


def read_rows(text: str, like: Table | None = None) -> Table:
    """A table written as lines with cells between “ | ”, with as many header rows as the table it is like."""
    rows = [line.split(" | ") for line in text.split("\n") if line.strip()]
    header_rows = min(like.header_rows if like else 1, max(len(rows) - 1, 0))
    return Table(
        tuple(
            tuple(Cell((Paragraph((Run(cell),)),), is_header=number < header_rows) for cell in row)
            for number, row in enumerate(rows)
        ),
        header_rows,
    )


def _lines(text: str) -> Iterator[Inline]:
    for number, line in enumerate(text.split("\n")):
        if number:
            yield Break()
        if line:
            yield Run(line)


def _blocks(nodes: Sequence[_Element | str], notes: frozenset[str]) -> Iterator[Block]:
    """Blocks in order; inline content between them becomes paragraphs."""
    loose: list[Inline] = []

    def paragraph() -> Iterator[Block]:
        content = _trimmed(loose)
        loose.clear()
        if content:
            yield Paragraph(content)

    for node in nodes:
        if isinstance(node, str) or node.tag in MARKS or node.tag in {"a", "br", "img"}:
            loose.extend(_inline([node], frozenset(), "", notes))
        elif node.tag in WITHOUT_TEXT:
            continue
        elif node.tag in {"span", "small", "abbr", "mark", "ins", "font", "cite", "q", "kbd", "samp", "var", "time"}:
            loose.extend(_inline(node.children, frozenset(), "", notes))
        else:
            yield from paragraph()
            if node.tag in {"ul", "ol"}:
                items = [tuple(_blocks(item.children, notes)) for item in _elements(node.children, "li")]
                if items:
                    yield Items(node.tag == "ol", tuple(items))
            elif node.tag == "table":
                table = _table(node, notes)
                if table.rows:
                    yield table
            elif node.tag == "blockquote":
                yield Quote(tuple(_blocks(node.children, notes)))
            else:  # p, div, figure, headings, whatever it may be: its text is a block of its own
                yield from _blocks(node.children, notes)
                yield from paragraph()
    yield from paragraph()


def _elements(nodes: Sequence[_Element | str], *tags: str) -> Iterator[_Element]:
    """The elements of these names among the nodes, and inside of wrappers that are none of a table's or list's."""
    for node in nodes:
        if isinstance(node, _Element):
            if node.tag in tags:
                yield node
            elif node.tag in {"div", "span", "tbody", "thead", "tfoot"}:
                yield from _elements(node.children, *tags)


def _table(table: _Element, notes: frozenset[str]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    header_rows = 0
    captions = list(_elements(table.children, "caption"))
    for part in [node for node in table.children if isinstance(node, _Element)]:
        own = [part] if part.tag == "tr" else list(_elements(part.children, "tr")) if part.tag != "caption" else []
        for row in own:
            cells = tuple(
                Cell(
                    tuple(_blocks(cell.children, notes)),
                    is_header=cell.tag == "th" or part.tag == "thead",
                    columns=_span(cell.attributes.get("colspan", "")),
                    rows=_span(cell.attributes.get("rowspan", "")),
                )
                for cell in _elements(row.children, "td", "th")
            )
            if not cells:
                continue
            # A row names the columns if it stands in the head, or is all of header cells and nothing came before it.
            if len(rows) == header_rows and all(cell.is_header for cell in cells):
                header_rows += 1
            rows.append(cells)
    if header_rows == len(rows):  # a table of nothing but header cells has no columns to name
        header_rows = 0
    caption = tuple(_inline(captions[0].children, frozenset(), "", notes)) if captions else ()
    return Table(tuple(rows), header_rows, _trimmed(list(caption)))


def _span(text: str) -> int:
    return min(max(int(text), 1), MOST_SPAN) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _inline(
    nodes: Sequence[_Element | str], marks: frozenset[str], href: str, notes: frozenset[str]
) -> Iterator[Inline]:
    for node in nodes:
        if isinstance(node, str):
            text = re.sub(r"[ \t\r\n\f]+", " ", node)
            if text:
                yield Run(text, marks, href)
        elif node.tag == "br":
            yield Break()
        elif node.tag == "img":
            picture = _picture(node.attributes)
            if picture is not None:
                yield picture
        elif node.tag in WITHOUT_TEXT:
            continue
        elif node.tag == "sup" and node.attributes.get("class") == "note" and (number := _text(node).strip()) in notes:
            yield NoteSign(number)
        elif node.tag == "a":
            yield from _inline(node.children, marks, href or safe_address(node.attributes.get("href", "")), notes)
        else:
            mark = MARKS.get(node.tag)
            yield from _inline(node.children, marks | {mark} if mark else marks, href, notes)


def _text(element: _Element) -> str:
    return "".join(child if isinstance(child, str) else _text(child) for child in element.children)


def _picture(attributes: dict[str, str]) -> Picture | None:
    scheme, digest = attributes.get("src", "")[: len(IMAGE_SCHEME)], attributes.get("src", "")[len(IMAGE_SCHEME) :]
    if scheme != IMAGE_SCHEME or not SHA256.fullmatch(digest):
        return None
    width, height = (_pixels(attributes.get(name, "")) for name in ("width", "height"))
    return Picture(digest, " ".join(attributes.get("alt", "").split()), width, height)


def _pixels(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else None


def safe_address(address: str) -> str:
    """The address of a link if it leads to a page, a mailbox or a telephone; empty otherwise."""
    address = address.strip()
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        return ""
    return address if scheme in LINK_SCHEMES and not re.search(r"[\x00-\x20\x7f]", address) else ""


def _trimmed(content: list[Inline]) -> tuple[Inline, ...]:
    """Without blanks and breaks at both ends, and with runs of the same dress joined."""
    joined: list[Inline] = []
    for one in content:
        last = joined[-1] if joined else None
        if isinstance(one, Run) and isinstance(last, Run) and (last.marks, last.href) == (one.marks, one.href):
            joined[-1] = Run(re.sub(r" +", " ", last.text + one.text), one.marks, one.href)
        else:
            joined.append(one)
    for place, strip in ((0, str.lstrip), (-1, str.rstrip)):
        while joined:
            end = joined[place]
            if isinstance(end, Break):
                joined.pop(place)
                continue
            if isinstance(end, Run):
                text = strip(end.text, " ")
                if not text:
                    joined.pop(place)
                    continue
                joined[place] = Run(text, end.marks, end.href)
            break
    return tuple(joined)


def inlines_of(blocks: Iterable[Block]) -> Iterator[Inline]:
    """Everything inline in the blocks, at any depth, in order."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from block.content
        elif isinstance(block, Items):
            for item in block.items:
                yield from inlines_of(item)
        elif isinstance(block, Quote):
            yield from inlines_of(block.content)
        else:
            yield from block.caption
            for row in block.rows:
                for cell in row:
                    yield from inlines_of(cell.content)


def pictures_of(blocks: Iterable[Block]) -> Iterator[Picture]:
    """The pictures in the blocks, at any depth, in order."""
    return (one for one in inlines_of(blocks) if isinstance(one, Picture))


def text_of(blocks: Iterable[Block]) -> str:
    """The text of the blocks without any layout."""
    return "".join(
        one.text if isinstance(one, Run) else " " for one in inlines_of(blocks) if isinstance(one, Run | Break)
    )
