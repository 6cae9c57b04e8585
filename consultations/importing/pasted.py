"""Pasted text: no marks tell what a line is, so its shape does. Every word stays, in its order.

A heading is a line that begins with ``#`` or “Rozdział 3”, or stands alone and begins with a number of at least two
parts (“2.1 Zieleń”) or is written in capitals. An item begins with a sign (“–”, “•”, “1.”, “a)”). All else is a
paragraph.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from consultations.importing.blocks import Piece
from consultations.importing.inlines import tidy

LONGEST_HEADING = 160  # characters
WRAPPED_FROM = 55  # a line at least so long that does not end a sentence was broken by its page, not by its author
HASHES = re.compile(r"(#{1,6})\s+(.*\S)")
CHAPTER_WORD = re.compile(r"(rozdział|część|dział|chapter|part|розділ|частина)\s+([0-9]+|[ivxlc]+)\b", re.IGNORECASE)
NUMBERED = re.compile(r"(\d{1,3}(?:\.\d{1,3})+)\.?\s+\S")
ITEM = re.compile(r"(?P<indent>\s*)(?P<sign>[-–—•*·▪◦○‣]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)])\s+(?P<text>\S.*)")
BULLETS = frozenset("-–—•*·▪◦○‣")
ENDS_SENTENCE = (".", "!", "?", ":", ";", "…")
TAB = 4  # columns


@dataclass
class _Line:
    text: str  # without blanks around it
    raw: str
    stands_alone: bool


def read_pasted(text: str) -> list[Piece]:
    """The pieces of the text. Joins lines that a page has broken where blank lines part the paragraphs."""
    lines = _lines(tidy(text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n")))
    is_wrapped = any(not line.text for line in lines)
    pieces: list[Piece] = []
    indents: list[int] = []
    before: _Line | None = None
    for line in lines:
        if not line.text:
            before = None
            continue
        heading = _heading(line)
        item = ITEM.fullmatch(line.raw.expandtabs(TAB))
        if heading is not None:
            pieces.append(heading)
            indents, before = [], None
        elif item is not None:
            pieces.append(_item(item, indents))
            before = line
        elif before is not None and pieces and is_wrapped and _goes_on(before, line):
            pieces[-1].text += f" {line.text}"
            before = line
        else:
            pieces.append(Piece("paragraph", line.text))
            indents, before = [], line
    return pieces


def _lines(text: str) -> list[_Line]:
    raw = text.split("\n")
    texts = [" ".join(line.split()) for line in raw]
    blank_before = [True, *(not one for one in texts[:-1])]
    blank_after = [*(not one for one in texts[1:]), True]
    return [
        _Line(text, line, before and after)
        for text, line, before, after in zip(texts, raw, blank_before, blank_after, strict=True)
    ]


def _heading(line: _Line) -> Piece | None:
    if marked := HASHES.fullmatch(line.text):
        return Piece("heading", marked[2], len(marked[1]))
    if len(line.text) > LONGEST_HEADING or line.text.endswith((".", ";", ",", ":")):
        return None
    if CHAPTER_WORD.match(line.text):
        return Piece("heading", line.text, 1)
    if numbered := NUMBERED.match(line.text):
        return Piece("heading", line.text, numbered[1].count(".") + 1) if line.stands_alone else None
    letters = [sign for sign in line.text if sign.isalpha()]
    if line.stands_alone and len(letters) > 3 and all(sign.isupper() for sign in letters):
        return Piece("heading", line.text, 1)
    return None


def _item(found: re.Match[str], indents: list[int]) -> Piece:
    """An item; how deep it stands is told by its indent against those of the items before it."""
    indent = len(found["indent"])
    while indents and indents[-1] > indent:
        indents.pop()
    if not indents or indents[-1] < indent:
        indents.append(indent)
    sign = found["sign"]
    return Piece("item", " ".join(found["text"].split()), len(indents), "" if sign in BULLETS else sign)


def _goes_on(before: _Line, line: _Line) -> bool:
    """Whether the line continues the one before: no sentence ended, and this begins small or that one was full."""
    if before.text.endswith(ENDS_SENTENCE):
        return False
    return line.text[:1].islower() or len(before.text) >= WRAPPED_FROM
