"""Seconds to match and to compare two versions of 2,500 passages and some 120,000 words.

Of the second version, 10 % of the passages are changed, 5 % moved, 5 % added, and a few left out.
"""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable
from typing import TypeVar

from consultations.matching import Match, NewPassage, OldPassage, longest_in_order, match_passages
from consultations.wording import difference

PASSAGES = 2500
WORDS_EACH = 48
CHAPTERS = 25
Result = TypeVar("Result")


def _vocabulary(rng: random.Random, size: int) -> list[str]:
    syllables = "ba ce do fi gu ka le mi no pu ra se to wi zy sta prze kry łą dzie rze szko mia pra".split()  # noqa: SIM905
    return ["".join(rng.choice(syllables) for _ in range(rng.randint(1, 4))) for _ in range(size)]


def two_versions(seed: int = 2030) -> tuple[list[OldPassage], list[NewPassage], list[int | None]]:
    """The old passages, the new ones, and for each new one the key of the old one it really continues."""
    rng = random.Random(seed)
    words = _vocabulary(rng, 12_000)
    weights = [1 / rank for rank in range(1, len(words) + 1)]  # as in a language: few words are most of a text

    def prose(how_many: int) -> list[str]:
        return rng.choices(words, weights, k=how_many)

    old = [prose(rng.randint(WORDS_EACH // 2, WORDS_EACH * 3 // 2)) for _ in range(PASSAGES)]
    order: list[int | None] = [number for number in range(PASSAGES) if rng.random() > 0.01]
    for _ in range(PASSAGES // 20):
        order.insert(rng.randrange(len(order)), order.pop(rng.randrange(len(order))))
    for _ in range(PASSAGES // 20):
        order.insert(rng.randrange(len(order)), None)
    changed = set(rng.sample(range(PASSAGES), PASSAGES // 10))
    new: list[list[str]] = []
    for number in order:
        text = list(old[number]) if number is not None else prose(WORDS_EACH)
        if number in changed:
            for _ in range(max(len(text) // 6, 1)):
                text[rng.randrange(len(text))] = rng.choice(words)
        new.append(text)
    each = PASSAGES // CHAPTERS
    return (
        [OldPassage(number, number // each, " ".join(text)) for number, text in enumerate(old)],
        [NewPassage(place // each, " ".join(text)) for place, text in enumerate(new)],
        order,
    )


def _timed(name: str, work: Callable[[], Result]) -> Result:
    start = time.perf_counter()
    result = work()
    print(f"  {name:<44}{time.perf_counter() - start:7.2f} s", flush=True)
    return result


def _compare(old: list[OldPassage], new: list[NewPassage], matches: list[Match]) -> int:
    texts = {one.key: one.text for one in old}
    longest_in_order([match.key for match in matches if match.key is not None])
    pairs = [(texts[match.key], one.text) for one, match in zip(new, matches, strict=True) if match.key is not None]
    return sum(bool(difference(before, after)) for before, after in pairs if before != after)


def main() -> None:
    """Print the seconds, how many passages were matched rightly, and the most memory that was in use."""
    old, new, truth = two_versions()
    print(f"{len(old):,} and {len(new):,} passages, {sum(len(one.text.split()) for one in new):,} words")
    matches = _timed("matching", lambda: match_passages(old, new))
    right = sum(match.key == key for match, key in zip(matches, truth, strict=True))
    changed = _timed("comparing every changed passage", lambda: _compare(old, new, matches))
    print(f"  matched rightly: {right:,} of {len(new):,}; changed passages compared: {changed:,}")
    rewritten = [NewPassage(one.chapter, " ".join([*one.text.split()[3:], "i", "inaczej"])) for one in new]
    matches = _timed("matching where every passage is changed", lambda: match_passages(old, rewritten))
    right = sum(match.key == key for match, key in zip(matches, truth, strict=True))
    changed = _timed("comparing where every passage is changed", lambda: _compare(old, rewritten, matches))
    print(f"  matched rightly: {right:,} of {len(new):,}; changed passages compared: {changed:,}")
    print(f"  most memory in use: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
