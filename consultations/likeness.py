"""Which of many texts are near copies of each other: campaign letters, the same text with a sentence of one's own.

A text counts as the set of its subject lemmas and of the pairs in which they follow each other. Candidates are found
by locality-sensitive hashing (min-hashes of the sets, in bands), then compared in full (docs/adr/0019). No database
here; numbers only, so that a hundred thousand texts take some fifty megabytes.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

from lublin2030.lib.plaintext import bare_words
from lublin2030.lib.polish import subject_lemma, tokens

ALIKE = 0.4  # of all lemmas and pairs of two texts so many are common: then one is a near copy of the other
HOLDS = 0.5  # a member of a group holds so much of what most of the group share
FEWEST_WORDS = 8  # a text with fewer words of its own means its place: it is alike only to the same words there
FEWEST_SUBJECTS = 3  # with fewer words that say what it is about, the little words are all the text there is
WHOLE_NUMBER = 0xFFFFFFFF

# 3 times 48 min-hashes, 3 in a band: of two texts that are alike by 0.4 a band meets with 96 %, by 0.5 with 99.8 %.
MIXERS = (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35)
BINS = 48
IN_BAND = 3
MOST_COMPARED = 6  # texts of one band's bucket with which each further one is compared

Tell = Callable[[int, int], None]  # how much of how much is done


@dataclass(frozen=True)
class Said:
    """What somebody said. ``repeats`` is text it may take over without saying it (the passage it rewords).

    ``place`` tells a short text from the same words elsewhere.
    """

    key: int
    text: str
    rewording: str = ""
    repeats: str = ""
    place: str = ""


@dataclass(frozen=True)
class Copies:
    """Texts that are near copies: the key of the most typical one, and of each how much it holds of what most share.

    In per cent, from 1 to 100.
    """

    typical: int
    likeness: dict[int, int]


class Vocabulary:
    """Numbers of words: one lemma, one number; none for a word that says nothing of the subject."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def numbers(self, text: str) -> list[int]:
        """The numbers of the text's subject words, in their order."""
        known = self._numbers
        found = []
        for match in tokens(unicodedata.normalize("NFC", text).lower()):
            word = match[0]
            number = known.get(word)
            if number is None:
                lemma = subject_lemma(word)
                number = known[word] = (crc32(lemma.encode()) or 1) if lemma else 0
            if number:
                found.append(number)
        return found


def features(numbers: Sequence[int]) -> set[int]:
    """The set by which a text is compared: its words and the pairs of words that follow each other."""
    found = set(numbers)
    previous = 0
    for number in numbers:
        if previous:
            found.add((previous * 0x27D4EB2F + number * 0x165667B1 + 1) & WHOLE_NUMBER)
        previous = number
    return found


def likeness(one: Iterable[int], other: Iterable[int]) -> float:
    """How much of two sets is common (Jaccard): 1 for the same, 0 for nothing common or nothing at all."""
    first, second = set(one), set(other)
    common = len(first & second)
    return common / (len(first) + len(second) - common) if common else 0.0


@dataclass
class _Kind:
    """Texts that say the same words: their keys, and the set by which they are compared (empty for a short one)."""

    keys: list[int]
    features: array[int]


def find_copies(texts: Iterable[Said], *, tell: Tell = lambda done, total: None) -> list[Copies]:
    """The near copies among the texts, each text in one group at most; the result does not depend on their order.

    ``tell`` hears how many of the steps are done.
    """
    kinds = sorted(_kinds(texts), key=lambda kind: kind.keys[0])
    long = [number for number, kind in enumerate(kinds) if kind.features]
    groups = _Groups(len(kinds))
    steps = len(MIXERS) * (BINS // IN_BAND)
    for step, bands in enumerate(_bands(kinds, long), start=1):
        _join_in_band(kinds, long, bands, groups)
        tell(step, steps)
    return sorted(_typical(kinds, groups), key=lambda copies: min(copies.likeness))


def _kinds(texts: Iterable[Said]) -> Iterator[_Kind]:
    """Texts that say the same are one from here on: a campaign of thousands costs no more than one letter."""
    vocabulary = Vocabulary()
    repeated: dict[str, set[int]] = {}
    found: dict[tuple[object, ...], _Kind] = {}
    for said in texts:
        words, reworded = vocabulary.numbers(said.text), vocabulary.numbers(said.rewording)
        if said.repeats not in repeated:
            repeated[said.repeats] = features(vocabulary.numbers(said.repeats))
        theirs = repeated[said.repeats]
        own = features(words) | (features(reworded) - theirs)
        is_short = len(set(words) | (set(reworded) - theirs)) < FEWEST_WORDS
        # Digests: a hundred thousand lists of numbers would take the memory of the texts themselves.
        key: tuple[object, ...] = (hash(tuple(words)), hash(tuple(reworded)), len(words), len(reworded))
        if is_short:
            key = (*key, said.place)
        if len(words) + len(reworded) < FEWEST_SUBJECTS:
            key = (*key, bare_words(said.text), bare_words(said.rewording))
        kind = found.get(key)
        if kind is None:
            found[key] = _Kind([said.key], array("I" if array("I").itemsize == 4 else "L", () if is_short else own))
        else:
            kind.keys.append(said.key)
    for kind in found.values():
        kind.keys.sort()
    return iter(found.values())


class _Groups:
    """Which texts belong together, found pair by pair."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def of(self, number: int) -> int:
        above = self._above
        while above[number] != number:
            above[number] = number = above[above[number]]
        return number

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.of(one), self.of(other)))
        self._above[high] = low

    def all(self) -> list[list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for number in range(len(self._above)):
            found[self.of(number)].append(number)
        return list(found.values())


def _bands(kinds: Sequence[_Kind], long: Sequence[int]) -> Iterator[list[int]]:
    """Band by band, what each text has in it: equal numbers for texts that are alike, likely."""
    for mixer in MIXERS:
        hashes = [_min_hashes(kinds[number].features, mixer) for number in long]
        for start in range(0, BINS, IN_BAND):
            yield [hash((one[start], one[start + 1], one[start + 2])) for one in hashes]


def _min_hashes(numbers: array[int], mixer: int) -> array[int]:
    """One permutation for all bins: each bin's least value; an empty bin takes the next one's, shifted."""
    bins: dict[int, int] = {}
    least = bins.get
    for number in numbers:
        mixed = (number * mixer) & WHOLE_NUMBER
        mixed ^= mixed >> 15
        place = mixed % BINS
        before = least(place)
        if before is None or mixed < before:
            bins[place] = mixed
    made = array(numbers.typecode, bytes(numbers.itemsize * BINS))
    value, distance = 0, 0
    for place in range(2 * BINS - 1, -1, -1):
        if place % BINS in bins:
            value, distance = bins[place % BINS], 0
        else:
            distance += 1
        made[place % BINS] = (value + distance * 0x2545F491) & WHOLE_NUMBER
    return made


def _join_in_band(kinds: Sequence[_Kind], long: Sequence[int], band: Sequence[int], groups: _Groups) -> None:
    """Compare the texts that meet in a bucket of the band, each with a few that differ, and join those alike."""
    buckets: dict[int, list[int]] = {}
    for number, bucket in zip(long, band, strict=True):
        met = buckets.get(bucket)
        if met is None:
            buckets[bucket] = [number]
            continue
        own: set[int] | None = None
        group = groups.of(number)
        is_new = True
        for other in met:
            if groups.of(other) == group:
                is_new = False
                continue
            own = own if own is not None else set(kinds[number].features)
            others = kinds[other].features
            common = len(own.intersection(others))
            if common >= ALIKE * (len(own) + len(others) - common):
                groups.join(number, other)
                group = groups.of(number)
                is_new = False
        if is_new and len(met) < MOST_COMPARED:
            met.append(number)


def _typical(kinds: Sequence[_Kind], groups: _Groups) -> Iterator[Copies]:
    """Each group round its most typical text; who holds too little of what the group shares forms a group of its own.

    Without that a chain of texts, each a little like the next, would be one group.
    """
    for numbers in groups.all():
        rest = numbers
        while rest:
            typical, held, rest = _round_the_middle(kinds, rest)
            members = {key: held[number] for number in held for key in kinds[number].keys}
            if len(members) > 1:
                yield Copies(kinds[typical].keys[0], members)


def _round_the_middle(kinds: Sequence[_Kind], numbers: list[int]) -> tuple[int, dict[int, int], list[int]]:
    """The typical text, how much each that belongs to it holds of it in per cent, and the others."""
    if len(numbers) == 1:
        return numbers[0], {numbers[0]: 100}, []
    counts: Counter[int] = Counter()
    for number in numbers:
        counts.update(kinds[number].features)
    shared = {feature for feature, count in counts.items() if 2 * count > len(numbers)}
    typical = max(numbers, key=lambda number: (likeness(kinds[number].features, shared), -number))
    if likeness(kinds[typical].features, shared) < ALIKE:
        # Most share little: two campaigns that one text joins. The first text gathers those alike to it.
        typical, shared = numbers[0], set(kinds[numbers[0]].features)
    held: dict[int, int] = {}
    for number in numbers:
        share = len(shared.intersection(kinds[number].features)) / len(shared)
        if share >= HOLDS or number == typical:
            held[number] = max(1, min(100, round(100 * share)))
    return typical, held, [number for number in numbers if number not in held]
