"""How one text differs from another, word by word: a proposed wording from the passage, a version from the last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from rapidfuzz.distance import Indel

TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
MOST_TOKENS = 1500  # of either text that a resident sends; the page that compares it is public
MOST_PAIRS = 60_000_000  # tokens of one text times those of the other: some 8 MB of memory, a fraction of a second
MOST_LETTERS = 1_000_000  # there are not many more letters than that, and each kind of token needs one
LEAST_ALIKE = 0.2  # below this share of common words, the way from one text to the other helps nobody
LEAST_LEFT_OUT = 30  # characters: leaving out fewer helps nobody
LONGEST_BRIDGE = 2  # letters of a word between two changes that is read with them rather than as kept


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
    return _way(before, after)


def difference(old: str, new: str) -> list[Run]:
    """The way from the old text to the new one, of any length; where they are too unlike, all goes and all comes.

    The runs without ``insert`` spell the old text, those without ``delete`` the new one.
    """
    runs = _way(TOKEN.findall(old), TOKEN.findall(new))
    return [run for run in (Run("delete", old), Run("insert", new)) if run.text] if runs is None else runs


def spell(runs: Iterable[Run], *, without: str) -> str:
    """One of the two texts: the new one ``without="delete"``, the old one ``without="insert"``."""
    return "".join(run.text for run in runs if run.kind != without)


def excerpt(runs: Iterable[Run], around: int) -> list[Run]:
    """The changes with about so many characters of what stayed on each side of them, whole words, “…” for the rest."""
    given = list(runs)
    short: list[Run] = []
    for place, run in enumerate(given):
        text = run.text
        if run.kind == "equal":
            before = text[-around:].partition(" ")[2] if place < len(given) - 1 else ""
            after = text[:around].rpartition(" ")[0] if place else ""
            if (before or after) and len(before) + len(after) + LEAST_LEFT_OUT < len(text):
                # The sign of what is left out never stands alone on a line.
                text = (after and f"{after}\N{NO-BREAK SPACE}") + "…" + (before and f"\N{NO-BREAK SPACE}{before}")
        short.append(Run(run.kind, text))
    return short


Piece = tuple[str, Sequence[str]]


def _way(before: Sequence[str], after: Sequence[str]) -> list[Run] | None:
    """The shortest way in words, made readable; None when the texts are too unlike."""
    if before == after:
        return _join([("equal", before)])
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    middle_before, middle_after = before[start : len(before) - end], after[start : len(after) - end]
    sizes = len(middle_before), len(middle_after)
    if sizes[0] * sizes[1] > MOST_PAIRS or sum(sizes) > MOST_LETTERS:
        middle: list[Piece] = [("delete", middle_before), ("insert", middle_after)]
    else:
        middle = _shortest(middle_before, middle_after)
    pieces = [("equal", before[:start]), *middle, ("equal", before[len(before) - end :])]
    if _likeness(pieces, before, after) < LEAST_ALIKE:
        return None
    return _join(_readable(pieces))


def _shortest(before: Sequence[str], after: Sequence[str]) -> list[Piece]:
    """The way that keeps the most words. Each kind of token is a letter to the library, which is fast with letters."""
    letters: dict[str, str] = {}

    def spelled(tokens: Sequence[str]) -> str:
        # From 0xE000 on, so that no letter is half of a pair.
        return "".join(letters.setdefault(token, chr(0xE000 + len(letters))) for token in tokens)

    pieces: list[Piece] = []
    for step in Indel.opcodes(spelled(before), spelled(after)):
        if step.src_start < step.src_end:
            pieces.append(("equal" if step.tag == "equal" else "delete", before[step.src_start : step.src_end]))
        if step.tag != "equal" and step.dest_start < step.dest_end:
            pieces.append(("insert", after[step.dest_start : step.dest_end]))
    return pieces


def _likeness(pieces: Iterable[Piece], before: Sequence[str], after: Sequence[str]) -> float:
    """Which share of the words of both texts is common; blanks and signs do not make texts alike."""
    words = sum(token[0].isalnum() for tokens in (before, after) for token in tokens)
    kept = sum(token[0].isalnum() for kind, tokens in pieces if kind == "equal" for token in tokens)
    return 2 * kept / words if words else 1.0


def _is_bridge(tokens: Sequence[str]) -> bool:
    """Whether so little stayed between two changes that it reads better as a part of them."""
    words = [token for token in tokens if token[0].isalnum()]
    return len(tokens) <= 3 and sum(map(len, words)) <= LONGEST_BRIDGE


def _readable(pieces: Sequence[Piece]) -> list[Piece]:
    """Changes that only a blank, a sign or a short word divides become one; each is what went, then what came."""
    given = [piece for piece in pieces if piece[1]]
    readable: list[Piece] = []
    went: list[str] = []
    came: list[str] = []

    def close() -> None:
        start = 0
        while start < min(len(went), len(came)) and went[start] == came[start]:
            start += 1
        end = 0
        while end < min(len(went), len(came)) - start and went[-1 - end] == came[-1 - end]:
            end += 1
        readable.extend(
            [
                ("equal", went[:start]),
                ("delete", went[start : len(went) - end]),
                ("insert", came[start : len(came) - end]),
                ("equal", went[len(went) - end :]),
            ]
        )
        went.clear()
        came.clear()

    for place, (kind, tokens) in enumerate(given):
        if kind == "equal":
            if 0 < place < len(given) - 1 and _is_bridge(tokens):
                went.extend(tokens)
                came.extend(tokens)
            else:
                close()
                readable.append(("equal", tokens))
        else:
            (went if kind == "delete" else came).extend(tokens)
    close()
    return readable


def _join(pieces: Iterable[Piece]) -> list[Run]:
    """The pieces as runs of text, neighbours of one kind in one."""
    runs: list[Run] = []
    for kind, tokens in pieces:
        text = "".join(tokens)
        if not text:
            continue
        if runs and runs[-1].kind == kind:
            runs[-1] = Run(kind, runs[-1].text + text)
        else:
            runs.append(Run(kind, text))
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


def marked(runs: Iterable[Run]) -> SafeString:
    """The runs for every reader: ``<del>`` and ``<ins>``, each told in words to who hears the page.

    Signs for the eye that need no colour come from ``static/css/compare.css``.
    """
    begin = {"delete": gettext("removed:"), "insert": gettext("added:")}
    end = {"delete": gettext("end of what was removed"), "insert": gettext("end of what was added")}
    heard = '<span class="hidden-text"> [{}] </span>'
    frames = {
        "equal": "{1}",
        "delete": f"<del>{heard.format('{0}')}{{1}}{heard.format('{2}')}</del>",
        "insert": f"<ins>{heard.format('{0}')}{{1}}{heard.format('{2}')}</ins>",
    }
    return format_html_join(
        "",
        "{}",
        (
            (format_html(frames[run.kind], begin.get(run.kind, ""), run.text, end.get(run.kind, "")),)
            for run in runs
            if run.text
        ),
    )
