"""A passage as HTML: the one way in which the reader, the remark's page, the forms and the desk show its layout."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count

import nh3
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from consultations.markup import (
    Block,
    Break,
    Inline,
    Items,
    NoteSign,
    Paragraph,
    Picture,
    Quote,
    Table,
    read_html,
    read_plain,
    read_rows,
)
from consultations.models import PassageText
from lublin2030.lib.translations import ORIGINAL, current_language

TAGS = {
    "p", "br", "strong", "em", "sup", "sub", "del", "u", "code", "a", "span", "div", "ul", "ol", "li", "blockquote",
    "table", "caption", "thead", "tbody", "tr", "th", "td", "figure", "img", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"id", "lang", "class", "role", "aria-label", "aria-hidden"},
    "a": {"href"},
    "div": {"tabindex"},
    "img": {"src", "alt", "width", "height", "loading"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
PLAIN_BULLET = "•"


@dataclass(frozen=True)
class Note:
    """A footnote: its sign and its text."""

    number: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Layout:
    """What a passage says, laid out, in the language it is really in. Footnotes exist in the original only."""

    blocks: tuple[Block, ...]
    language: str
    notes: tuple[Note, ...]


def layout_of(text: PassageText, language: str | None = None) -> Layout:
    """The passage in the language (the reader's, if none is given), or in the original where it is not translated.

    A translation is a plain text; of a table it is one line a row, and of a picture what the picture shows.
    """
    notes = tuple(
        Note(str(note.get("number", "")), read_html(str(note.get("html", "")))) for note in text.footnotes or []
    )
    original = read_html(text.html, (note.number for note in notes)) if text.html else ()
    said = text.text("wording", language)
    if said.language == ORIGINAL and original:
        return Layout(original, ORIGINAL, notes)
    if text.kind == PassageText.Kind.TABLE and " | " in said.value:
        like = next((block for block in original if isinstance(block, Table)), None)
        return Layout((read_rows(said.value, like),), said.language, notes)
    picture = next((one for one in _inlines(original) if isinstance(one, Picture)), None)
    if text.kind == PassageText.Kind.IMAGE and picture is not None:
        return Layout((Paragraph((replace(picture, alt=said.value),)),), said.language, notes)
    return Layout(read_plain(said.value), said.language, notes)


def _inlines(blocks: Iterable[Block]) -> Iterable[Inline]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from block.content


def passage_html(
    text: PassageText, slug: str, *, number: str = "", heading: int | None = None, anchors: bool = False
) -> SafeString:
    """The passage with its layout and its footnotes, in the reader's language.

    ``slug``: of the consultation, for the addresses of pictures. ``number``: for the names of tables to screen
    readers. ``heading``: the level, from 2, at which a heading stands in the page's outline; without it a heading is
    quoted as a paragraph. ``anchors``: whether signs and footnotes lead to each other; the ids hold the passage's
    code, so it may be asked for once per passage and page. Reads ``text.passage`` then, nothing else.
    """
    writer = _Writer(slug, text.passage.code if anchors else "", number)
    layout = layout_of(text)
    foreign = f' lang="{layout.language}"' if layout.language != current_language() else ""
    html = writer.passage(text, layout, foreign, heading)
    if layout.notes:
        html += writer.notes(layout.notes, foreign=current_language() != ORIGINAL)
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"https", "http", "mailto", "tel"},
        link_rel="noopener nofollow",
    )
    return mark_safe(cleaned)  # noqa: S308  written from a tree with every text escaped, and cleaned again


class _Writer:
    """Writes one passage. Every text goes through ``escape``; tags and attributes are this class's own."""

    def __init__(self, slug: str, code: str, number: str) -> None:
        self._slug, self._code, self._number = slug, code, number
        self._signs: dict[str, count[int]] = {}

    def passage(self, text: PassageText, layout: Layout, foreign: str, heading: int | None) -> str:
        only = layout.blocks[0].content if len(layout.blocks) == 1 and isinstance(layout.blocks[0], Paragraph) else None
        if text.kind == PassageText.Kind.HEADING:
            words = self._inline(only) if only is not None else escape(text.text("wording").value)
            tag = f"h{min(max(heading, 2), 6)}" if heading else "p"
            return f'<{tag} class="says as-heading"{foreign}>{words}</{tag}>'
        if text.kind == PassageText.Kind.ITEM:
            marker = escape(text.marker) or f'<span aria-hidden="true">{PLAIN_BULLET}</span>'
            body = (
                f"<span>{self._inline(only)}</span>"
                if only is not None
                else f"<div>{self._blocks(layout.blocks)}</div>"
            )
            level = min(max(text.level, 1), 4)
            return f'<div class="says item-{level}"{foreign}><span class="marker">{marker}</span> {body}</div>'
        if text.kind == PassageText.Kind.IMAGE:
            return f'<figure class="says"{foreign}>{self._blocks(layout.blocks)}</figure>'
        if only is not None:
            return f'<p class="says"{foreign}>{self._inline(only)}</p>'
        return f'<div class="says"{foreign}>{self._blocks(layout.blocks)}</div>'

    def notes(self, notes: Iterable[Note], *, foreign: bool) -> str:
        lang = f' lang="{ORIGINAL}"' if foreign else ""
        lines = "".join(f"<li{self._note_id(note.number)}>{self._note(note)}</li>" for note in notes)
        return f'<ul role="list" class="footnotes" aria-label="{escape(gettext("Footnotes"))}"{lang}>{lines}</ul>'

    def _note_id(self, number: str) -> str:
        return f' id="przypis-{self._code}-{escape(number)}"' if self._code else ""

    def _note(self, note: Note) -> str:
        sign: str = escape(note.number)
        if self._code and note.number in self._signs:
            back = escape(gettext("Back to the sign of footnote %(number)s") % {"number": note.number})
            sign = f'<a href="#znak-{self._code}-{sign}" aria-label="{back}">{sign}</a>'
        return f"<sup>{sign}</sup> {self._tight(note.blocks)}"

    def _tight(self, blocks: tuple[Block, ...]) -> str:
        if len(blocks) == 1 and isinstance(blocks[0], Paragraph):
            return self._inline(blocks[0].content)
        return f"<div>{self._blocks(blocks)}</div>"

    def _blocks(self, blocks: Iterable[Block]) -> str:
        return "".join(self._block(block) for block in blocks)

    def _block(self, block: Block) -> str:
        if isinstance(block, Paragraph):
            return f"<p>{self._inline(block.content)}</p>"
        if isinstance(block, Items):
            tag = "ol" if block.ordered else "ul"
            return f"<{tag}>{''.join(f'<li>{self._tight(item)}</li>' for item in block.items)}</{tag}>"
        if isinstance(block, Quote):
            return f"<blockquote>{self._blocks(block.content)}</blockquote>"
        return self._table(block)

    def _table(self, table: Table) -> str:
        def written_row(number: int) -> str:
            written = []
            for cell in table.rows[number]:
                spans = "".join(
                    f' {name}="{size}"'
                    for name, size in (("colspan", cell.columns), ("rowspan", cell.rows))
                    if size > 1
                )
                scope = "col" if number < table.header_rows else "row"
                tag, more = ("th", f' scope="{scope}"') if cell.is_header else ("td", "")
                written.append(f"<{tag}{more}{spans}>{self._tight(cell.content) if cell.content else ''}</{tag}>")
            return f"<tr>{''.join(written)}</tr>"

        rows = [written_row(number) for number in range(len(table.rows))]
        head, body = "".join(rows[: table.header_rows]), "".join(rows[table.header_rows :])
        caption = f"<caption>{self._inline(table.caption)}</caption>" if table.caption else ""
        name = escape(
            gettext("Table, passage %(number)s") % {"number": self._number} if self._number else gettext("Table")
        )
        inner = f"{caption}{f'<thead>{head}</thead>' if head else ''}<tbody>{body}</tbody>"
        region = f'<div class="scroll-x" role="region" tabindex="0" aria-label="{name}">'
        return f'{region}<table class="in-draft">{inner}</table></div>'

    def _inline(self, content: Iterable[Inline]) -> str:
        return "".join(self._one(one) for one in content)

    def _one(self, one: Inline) -> str:
        if isinstance(one, Break):
            return "<br>"
        if isinstance(one, NoteSign):
            return self._sign(one.number)
        if isinstance(one, Picture):
            address = reverse("consultations:draft_image", args=[self._slug, one.sha256])
            size = f' width="{one.width}" height="{one.height}"' if one.width and one.height else ""
            return f'<img src="{escape(address)}" alt="{escape(one.alt)}"{size} loading="lazy">'
        html = str(escape(one.text))
        for mark in sorted(one.marks):
            html = f"<{mark}>{html}</{mark}>"
        return f'<a href="{escape(one.href)}">{html}</a>' if one.href else html

    def _sign(self, number: str) -> str:
        if not self._code:
            return f"<sup>{escape(number)}</sup>"
        again = next(self._signs.setdefault(number, count()))
        # A sign that stands twice leads to its note from both places; the note leads back to the first.
        own_id = f' id="znak-{self._code}-{escape(number)}"' if again == 0 else ""
        name = escape(gettext("Footnote %(number)s") % {"number": number})
        address = f"#przypis-{self._code}-{escape(number)}"
        return f'<sup><a{own_id} href="{address}" aria-label="{name}">{escape(number)}</a></sup>'
