"""What could not be kept of a document, each with its place."""

from __future__ import annotations

from collections import Counter
from typing import Any

MOST_PLACES = 200  # of one kind; beyond that only their number is told
MOST_DETAIL = 300  # characters

CODES = frozenset(
    {
        "comment",
        "insertion",
        "deletion",
        "text_box",
        "text_lost",
        "equation",
        "chart",
        "embedded_object",
        "picture_format",
        "picture_missing",
        "picture_damaged",
        "header_footer",
        "contents",
        "title_page",
        "empty_heading",
        "long_heading",
        "heading_layout",
        "heading_footnote",
        "nested_table",
        "empty_table",
        "link",
        "cross_reference",
        "raw_markup",
        "unknown",
    }
)


def first_words(text: str, length: int = 80) -> str:
    """The text's beginning as one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


class Problems:
    """Collects problems in the order in which they stand in the document."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], int] = {}
        self._places: Counter[str] = Counter()
        self._beyond: Counter[str] = Counter()

    def add(self, code: str, place: str = "", *, detail: str = "", count: int = 1) -> None:
        """One more problem; the same at the same place only raises the number. ValueError: no such code."""
        if code not in CODES:
            raise ValueError(code)
        key = (code, first_words(place, 160), first_words(detail, MOST_DETAIL))
        if key not in self._found:
            if self._places[code] >= MOST_PLACES:
                self._beyond[code] += count
                return
            self._places[code] += 1
        self._found[key] = self._found.get(key, 0) + count

    def details(self) -> list[str]:
        """What the problems quote."""
        return [detail for _code, _place, detail in self._found]

    def as_list(self) -> list[dict[str, Any]]:
        """Each with ``code``, ``count``, ``place`` (empty: the whole document) and ``detail``."""
        rows: list[dict[str, Any]] = [
            {"code": code, "count": count, "place": place, "detail": detail}
            for (code, place, detail), count in self._found.items()
        ]
        rows += [{"code": code, "count": count, "place": "", "detail": ""} for code, count in self._beyond.items()]
        return rows
