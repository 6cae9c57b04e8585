"""How a proposed wording differs from the passage, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
MOST_TOKENS = 1500  # of either text; comparing takes time with their product, and the page is public


@dataclass(frozen=True)
class Run:
    """A piece of text that stayed (``equal``), went (``delete``) or came (``insert``)."""

    kind: str
    text: str


def compare_words(old: str, new: str) -> list[Run] | None:
    """The way from the old text to the new one; None when they are too long, or too unlike for the way to help.

    The runs without ``insert`` spell the old text, those without ``delete`` the new one.
    """
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    if len(before) > MOST_TOKENS or len(after) > MOST_TOKENS:
        return None
    matcher = SequenceMatcher(str.isspace, before, after)
    if matcher.ratio() < 0.2:
        return None
    runs: list[Run] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            runs.append(Run("equal", "".join(before[i1:i2])))
            continue
        if i1 < i2:
            runs.append(Run("delete", "".join(before[i1:i2])))
        if j1 < j2:
            runs.append(Run("insert", "".join(after[j1:j2])))
    return runs


_ELEMENTS = {"equal": "{}", "delete": "<del>{}</del>", "insert": "<ins>{}</ins>"}


def word_diff(old: str, new: str) -> SafeString:
    """The new text with ``<ins>`` and ``<del>`` where it differs from the old one, escaped; whole where too unlike."""
    runs = compare_words(old, new)
    if runs is None:
        runs = [Run("delete", old), Run("equal", "\n"), Run("insert", new)]
    return show_runs(runs)


def show_runs(runs: Iterable[Run]) -> SafeString:
    """The runs as HTML, escaped: what came in ``<ins>``, what went in ``<del>``."""
    return format_html_join("", "{}", ((format_html(_ELEMENTS[run.kind], run.text),) for run in runs))
