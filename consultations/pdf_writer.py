"""A draft's document as tagged PDF: plain data for ``templates/pdf/draft.typ``, which has the typography."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from typing import Any

from consultations.draft_document import Document, Passage
from consultations.markup import (
    Block,
    Break,
    Cell,
    Inline,
    Items,
    NoteSign,
    Paragraph,
    Picture,
    Quote,
    Run,
    Table,
    inlines_of,
    text_of,
)
from consultations.models import PassageText
from lublin2030.lib.pdf import render_pdf

FULL_WIDTH = 900  # pixels of a picture that takes the whole width of a page
BULLETS = ("•", "–", "·")


def write_pdf(document: Document) -> bytes:
    """The document as PDF/UA-1: title, language, bookmarks, headings, lists, tables with header rows, footnotes."""
    data = {
        "title": document.title,
        "title_language": document.title_language,
        "lines": document.lines,
        "contents_title": document.contents_title,
        "chapters": [
            {
                "number": chapter.number,
                "title": chapter.title,
                "language": chapter.language,
                "content": _content(chapter.passages, document),
            }
            for chapter in document.chapters
        ],
    }
    files = {f"{digest}.{file.extension}": file.content for digest, file in document.pictures.items()}
    return render_pdf("draft", data, language=document.language, files=files)


def _content(passages: Iterable[Passage], document: Document) -> list[dict[str, Any]]:
    """The passages, list items that follow each other gathered to one list, nested by their levels."""
    content: list[dict[str, Any]] = []
    open_lists: list[list[dict[str, Any]]] = []  # by depth: the list that an item of that depth joins
    for passage in passages:
        if passage.kind != PassageText.Kind.ITEM:
            open_lists = []
            content.append(_passage(passage, document))
            continue
        item = _said(passage, document) | {"marker": passage.marker or _bullet(passage.level), "below": []}
        if not open_lists:
            open_lists = [[]]
            content.append({"is": "list", "items": open_lists[0]})
        depth = min(passage.level, len(open_lists) + 1)
        if depth > len(open_lists):
            open_lists.append(open_lists[-1][-1]["below"])
        del open_lists[depth:]
        open_lists[-1].append(item)
    return content


def _bullet(level: int) -> str:
    return BULLETS[min(level, len(BULLETS)) - 1]


def _passage(passage: Passage, document: Document) -> dict[str, Any]:
    said = _said(passage, document)
    if passage.kind == PassageText.Kind.HEADING:
        inline = passage.inline.content if passage.inline else (Run(text_of(passage.layout.blocks) or passage.plain),)
        return said | {"is": "heading", "level": passage.level, "content": _inlines(inline, document)}
    return said | {"is": "text"}


def _said(passage: Passage, document: Document) -> dict[str, Any]:
    layout = passage.layout
    only = passage.inline.content if passage.inline else ()
    if passage.kind == PassageText.Kind.IMAGE and len(only) == 1 and isinstance(only[0], Picture):
        written = _inlines(only, document)[0]
        # A picture that cannot be shown is told in words.
        blocks = (
            [{"is": "figure", "picture": written}] if written["file"] else [_words(written["alt"] or passage.plain)]
        )
    else:
        blocks = _blocks(layout.blocks, document)
    return {
        "number": passage.number,
        "language": layout.language,
        "blocks": blocks,
        "notes": [
            {"number": note.number, "content": _inlines(_run_together(note.blocks), document)} for note in layout.notes
        ],
    }


def _words(text: str) -> dict[str, Any]:
    return {"is": "paragraph", "content": [{"is": "text", "text": text, "marks": ["em"], "href": ""}]}


def _run_together(blocks: tuple[Block, ...]) -> list[Inline]:
    """Blocks as one line of inline content: a footnote at a page's foot has no paragraphs."""
    content: list[Inline] = []
    for block in blocks:
        if content:
            content.append(Break())
        content.extend(inlines_of([block]))
    return content


def _blocks(blocks: Iterable[Block], document: Document) -> list[dict[str, Any]]:
    return [_block(block, document) for block in blocks]


def _block(block: Block, document: Document) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {"is": "paragraph", "content": _inlines(block.content, document)}
    if isinstance(block, Items):
        return {"is": "items", "ordered": block.ordered, "items": [_blocks(item, document) for item in block.items]}
    if isinstance(block, Quote):
        return {"is": "quote", "content": _blocks(block.content, document)}
    rows = [
        [_cell(cell, document, in_head=number < block.header_rows) for cell in row]
        for number, row in enumerate(_fitting(block))
    ]
    return {
        "is": "table",
        "caption": _inlines(block.caption, document),
        "columns": _widths(block),
        "head": rows[: block.header_rows],
        "body": rows[block.header_rows :],
    }


def _fitting(table: Table) -> list[list[Cell]]:
    """The rows with an empty cell where none is, and no cell that reaches below the last row or out of the head."""
    grid = table.grid()
    filled: set[tuple[int, int]] = set()
    rows = []
    for y, places in enumerate(grid):
        end = table.header_rows if y < table.header_rows else len(grid)
        row = []
        for x, cell in enumerate(places):
            if (y, x) in filled:
                continue
            if cell is None:
                cell = Cell(())
            columns = 1
            while columns < cell.columns and x + columns < len(places) and (y, x + columns) not in filled:
                columns += 1
            height = min(cell.rows, end - y)
            filled.update((y + below, x + right) for below in range(height) for right in range(columns))
            row.append(Cell(cell.content, cell.is_header, columns, height))
        rows.append(row)
    return rows


def _widths(table: Table) -> list[float]:
    """The share of each column: that with more text is wider, but no column so narrow that words are torn apart."""
    grid = table.grid()
    shares = []
    for x in range(table.width):
        lengths = [len(text_of(cell.content)) for row in grid if (cell := row[x]) is not None and cell.columns == 1]
        shares.append(round(max(sqrt(max(lengths, default=1) or 1), 2.5), 2))
    return shares


def _cell(cell: Cell, document: Document, *, in_head: bool) -> dict[str, Any]:
    return {
        "content": _blocks(cell.content, document),
        "header": cell.is_header or in_head,
        "in-head": in_head,
        "columns": cell.columns,
        "rows": cell.rows,
    }


def _inlines(content: Iterable[Inline], document: Document) -> list[dict[str, Any]]:
    return [_inline(one, document) for one in content]


def _inline(one: Inline, document: Document) -> dict[str, Any]:
    if isinstance(one, Run):
        return {"is": "text", "text": one.text, "marks": sorted(one.marks), "href": one.href}
    if isinstance(one, Break):
        return {"is": "break"}
    if isinstance(one, NoteSign):
        return {"is": "sign", "number": one.number}
    file = document.pictures.get(one.sha256)
    return {
        "is": "picture",
        "file": f"{one.sha256}.{file.extension}" if file else "",
        "alt": one.alt,
        "width": min(100, round(100 * one.width / FULL_WIDTH)) if one.width else 100,
    }
