"""The place of a remark at which a search hit it, short enough for a row of the register."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from consultations.wording import Run
from lublin2030.lib.polish import fold, lemmas, tokens

LENGTH = 280  # characters
BEFORE = 90  # of them before the first hit
READ = 20_000  # characters of a remark that are looked at


def snippet(texts: Iterable[str], forms: Collection[str]) -> list[Run]:
    """Runs of the first text that has a hit, ``hit`` and ``equal`` by turns, around the first; [] when none has.

    Together they are at most ``LENGTH`` characters and two ellipses. ``forms``: what a word or its lemma has to be.
    """
    for whole in texts:
        text = whole[:READ]
        first = next((token for token in tokens(text) if _is_hit(token[0], forms)), None)
        if first is not None:
            start, end = _window(text, first.start())
            return _runs(text, start, end, len(whole), forms)
    return []


def _is_hit(word: str, forms: Collection[str]) -> bool:
    return fold(word) in forms or any(lemma in forms for lemma in lemmas(word))


def _window(text: str, hit: int) -> tuple[int, int]:
    """From the beginning of a word to the end of one, so that nothing is cut through where it can be helped."""
    start = 0 if hit <= BEFORE else hit - BEFORE
    if start:
        blank = text.find(" ", start, hit)
        start = blank + 1 if blank >= 0 else start
    end = start + LENGTH
    if end < len(text):
        blank = text.rfind(" ", start, end)
        end = blank if blank > hit else end
    return start, min(end, len(text))


def _runs(text: str, start: int, end: int, total: int, forms: Collection[str]) -> list[Run]:
    runs: list[Run] = [Run("equal", "…")] if start else []
    at = start
    part = text[start:end]
    for token in tokens(part):
        if _is_hit(token[0], forms):
            begin = start + token.start()
            if begin > at:
                runs.append(Run("equal", text[at:begin]))
            runs.append(Run("hit", token[0]))
            at = start + token.end()
    if at < end:
        runs.append(Run("equal", text[at:end]))
    if end < total:
        runs.append(Run("equal", "…"))
    return runs
