"""Markdown as paragraphs of plain text, for documents that are no web pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

_parser = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Paragraph:
    """One paragraph: plain text, a heading, or an item of a list."""

    kind: Literal["text", "heading", "item"]
    text: str


def plain_paragraphs(markdown: str) -> list[Paragraph]:
    """The Markdown's text without its signs; a link keeps its address in brackets where its text does not show it."""
    paragraphs: list[Paragraph] = []
    depth, kind = 0, "text"
    for token in _parser.parse(markdown):
        if token.type == "list_item_open":
            depth += 1
        elif token.type == "list_item_close":
            depth -= 1
        elif token.type == "heading_open":
            kind = "heading"
        elif token.type == "heading_close":
            kind = "text"
        elif token.type in {"inline", "fence", "code_block"}:
            text = _text_of(token) if token.children else token.content.strip()
            if text and kind == "heading":
                paragraphs.append(Paragraph("heading", text))
            elif text:
                paragraphs.append(Paragraph("item" if depth else "text", text))
    return paragraphs


def _text_of(token: Token) -> str:
    parts: list[str] = []
    address = ""
    for child in token.children or []:
        if child.type == "link_open":
            address = str(child.attrs.get("href", ""))
            parts.append("\0")
        elif child.type == "link_close":
            begin = len(parts) - 1 - parts[::-1].index("\0")
            shown = "".join(parts[begin + 1 :])
            plain = address.removeprefix("mailto:").removeprefix("tel:")
            # An address inside the portal is of no use on paper.
            told = plain in shown or not plain or plain.startswith(("/", "#"))
            parts[begin:] = [shown if told else f"{shown} ({plain})"]
        elif child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        else:
            parts.append(child.content)
    return "".join(parts).strip()
