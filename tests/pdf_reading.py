"""Read back what a PDF says: its words as a reader copies them, and its structure tree."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import Any

import pikepdf

RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
CHARACTER = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def words(content: bytes) -> str:
    """Every glyph of every page by its font's own map to Unicode, in the order in which it is drawn."""
    said: list[str] = []
    with opened(content) as pdf:
        for page in pdf.pages:
            said.append(_words_of(page, page.get("/Resources"), page))
    return "\n".join(said)


def _words_of(stream: Any, resources: Any, page: pikepdf.Page) -> str:
    fonts = {name: _map(font) for name, font in (resources.get("/Font") or {}).items()}
    forms: Any = resources.get("/XObject") or {}
    current: dict[int, str] = {}
    said: list[str] = []
    for instruction in pikepdf.parse_content_stream(stream):
        operands, name = instruction.operands, str(instruction.operator)
        if name == "Tf":
            current = fonts.get(str(operands[0]), {})
        elif name in {"Tj", "TJ"}:
            parts = operands[0] if name == "TJ" else operands
            for part in parts:
                if isinstance(part, pikepdf.String):
                    raw = bytes(part)
                    codes = (int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2))
                    said.extend(current.get(code, "\N{REPLACEMENT CHARACTER}") for code in codes)
        elif name == "ET":
            said.append(" ")
        elif name == "Do" and (form := forms.get(str(operands[0]))) is not None and form.get("/Subtype") == "/Form":
            said.append(_words_of(form, form.get("/Resources") or resources, page))
    return "".join(said)


def _map(font: pikepdf.Object) -> dict[int, str]:
    """A font's codes as Unicode, from its CMap."""
    cmap = font.get("/ToUnicode")
    if cmap is None:
        return {}
    text = cmap.read_bytes()
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", text, re.S):
        for low, high, first in RANGE.findall(block):
            for offset in range(int(high, 16) - int(low, 16) + 1):
                found[int(low, 16) + offset] = chr(int(first, 16) + offset)
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", text, re.S):
        for code, target in CHARACTER.findall(block):
            found[int(code, 16)] = bytes.fromhex(target.decode()).decode("utf-16-be")
    return found


def structure(pdf: pikepdf.Pdf) -> tuple[Counter[str], list[str]]:
    """How often each structure element stands in the tagged document, and the alternative texts."""
    tags: Counter[str] = Counter()
    alternatives: list[str] = []
    waiting = [pdf.Root.StructTreeRoot]
    while waiting:
        element = waiting.pop()
        if not isinstance(element, pikepdf.Dictionary):
            continue
        if "/S" in element:
            tags[str(element.S)] += 1
        if "/Alt" in element:
            alternatives.append(str(element.Alt))
        kids = element.get("/K")
        waiting += list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return tags, alternatives
