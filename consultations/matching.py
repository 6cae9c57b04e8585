"""Which passage of the last version each passage of a new one continues. Pure: no database, no words for people.

A passage continues at most one old one, and each old one is continued at most once. In three steps:

1. *Same text.* A text that stands once in both is an anchor. The longest sequence of anchors in unchanged order
   (patience diff) divides the documents into gaps; from its anchors on, equal neighbours are equal too. What is left of
   equal texts goes together in order, first inside the gaps, then across the whole document: it was moved.
2. *Similar, in order.* Inside a gap, of all pairs that are alike enough, those that cross nowhere and are most alike
   together.
3. *Similar, moved.* What is left, the most alike pair first.

Likeness is the share of common words in common order, 0 to 1, a word taken by its first letters, so that Polish
endings do not make it another. Only a few old passages are looked at for each new one: those that share its rarest
words, and those about where it stands. So time grows with the length of the documents, not with its square.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

WORD = re.compile(r"\w+")
STEM = 5  # letters
ALIKE_IN_ORDER = 0.5
ALIKE_MOVED = 0.6  # across the whole document chance finds more
RAREST_WORDS = 12  # of a passage, by which others are looked for
COMMON_WORD = 64  # a word of more passages than that tells nothing
MOST_SEEN = 16  # old passages, for each new one
ABOUT = 3  # neighbours on each side of where it stands, for texts of common words only
FIRST_LETTER = 0xE000  # beyond the halves of pairs
LETTERS = 0x110000 - FIRST_LETTER


@dataclass(frozen=True)
class OldPassage:
    """A passage of the last version: its identity's key, its chapter's, and what it says."""

    key: int
    chapter: int
    text: str


@dataclass(frozen=True)
class NewPassage:
    """A passage of the document that was read: the number of its chapter, from 0, and what it says."""

    chapter: int
    text: str


@dataclass(frozen=True)
class Match:
    """The old passage a new one continues, if any. ``how``: ``same``, ``similar`` or ``new``.

    ``score``: how alike the texts are, 1 for the same; of a new one, how alike the nearest old one is.
    """

    key: int | None
    how: str
    score: float


class Likeness:
    """How alike texts are, each word by its first letters. One instance for all texts that are compared."""

    def __init__(self) -> None:
        self._letters: dict[str, int] = {}

    def stems(self, text: str) -> str:
        """The text with one letter for each word, equal letters for equal beginnings."""
        letters = self._letters
        return "".join(
            chr(FIRST_LETTER + letters.setdefault(word[:STEM], len(letters)) % LETTERS)
            for word in WORD.findall(text.lower())
        )

    @staticmethod
    def of(one: str, other: str, at_least: float = 0.0) -> float:
        """The likeness of two texts given by their stems; 0 when it is less than ``at_least``."""
        if not one and not other:
            return 0.0
        return float(Indel.normalized_similarity(one, other, score_cutoff=at_least))


def plain(text: str) -> str:
    """What makes two texts the same: all but the blanks."""
    return " ".join(text.split())


def match_passages(old: Sequence[OldPassage], new: Sequence[NewPassage]) -> list[Match]:
    """For each new passage the old one it continues. See the module for how."""
    matcher = _Matcher([one.text for one in old], [one.text for one in new])
    matcher.match_same()
    matcher.match_similar_in_order()
    matcher.match_moved()
    return [
        Match(None, "new", matcher.nearest[at])
        if place is None
        else Match(old[place].key, matcher.how[at], matcher.scores[at])
        for at, place in enumerate(matcher.places)
    ]


def match_chapters(
    old: Sequence[tuple[int, str]], new: Sequence[str], passages: Iterable[tuple[int, int]]
) -> list[int | None]:
    """For each new chapter's title the key of the old chapter it continues, each old one at most once.

    ``old``: keys and titles. ``passages``: for each matched passage its new chapter's number and its old chapter's key.
    Where most matched passages come from decides, the largest share first; then the same title, then a similar one.
    """
    found: list[int | None] = [None] * len(new)
    taken: set[int] = set()

    def give(at: int, key: int) -> None:
        if found[at] is None and key not in taken:
            found[at] = key
            taken.add(key)

    order = {key: place for place, (key, _title) in enumerate(old)}
    shared = Counter((at, key) for at, key in passages if key in order)
    for (at, key), _count in sorted(shared.items(), key=lambda item: (-item[1], item[0][0], order[item[0][1]])):
        give(at, key)
    likeness = Likeness()
    titles = [(key, plain(title).casefold(), likeness.stems(title)) for key, title in old]
    pairs: list[tuple[float, int, int]] = []
    for at, title in enumerate(new):
        folded, stems = plain(title).casefold(), likeness.stems(title)
        for key, old_folded, old_stems in titles:
            score = 2.0 if folded == old_folded else likeness.of(stems, old_stems, ALIKE_MOVED)
            if score:
                pairs.append((-score, at, key))
    for _score, at, key in sorted(pairs, key=lambda pair: (pair[0], pair[1], order[pair[2]])):
        give(at, key)
    return found


def longest_in_order(values: Sequence[int]) -> list[int]:
    """The places of a longest strictly rising part of the values; the same for the same values."""
    ends: list[int] = []  # the smallest value that ends a rising part of each length
    places: list[int] = []
    before: list[int] = []
    for place, value in enumerate(values):
        length = bisect_left(ends, value)
        before.append(places[length - 1] if length else -1)
        if length == len(ends):
            ends.append(value)
            places.append(place)
        else:
            ends[length], places[length] = value, place
    kept: list[int] = []
    at = places[-1] if places else -1
    while at >= 0:
        kept.append(at)
        at = before[at]
    return kept[::-1]


class _Matcher:
    """The three steps on texts given by their places; ``places`` holds the old place of each new one, or none."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self.likeness = Likeness()
        self.old_text, self.new_text = [plain(text) for text in old], [plain(text) for text in new]
        self.old_stems = [self.likeness.stems(text) for text in old]
        self.new_stems = [self.likeness.stems(text) for text in new]
        self.places: list[int | None] = [None] * len(new)
        self.how = ["new"] * len(new)
        self.scores = [0.0] * len(new)
        self.nearest = [0.0] * len(new)
        self.taken = [False] * len(old)
        self.anchors: list[tuple[int, int]] = []  # new and old places, both rising

    def _give(self, at: int, place: int, how: str, score: float) -> None:
        self.places[at], self.how[at], self.scores[at] = place, how, score
        self.taken[place] = True

    # -- Same text --------------------------------------------------------------------------------------------------

    def match_same(self) -> None:
        """Give every text that stands in both documents to one of its own, as often as both have it."""
        old_count, new_count = Counter(self.old_text), Counter(self.new_text)
        only = {text: place for place, text in enumerate(self.old_text) if old_count[text] == 1}
        unique = [(at, only[text]) for at, text in enumerate(self.new_text) if new_count[text] == 1 and text in only]
        for at, place in unique:
            self._give(at, place, "same", 1.0)
        self.anchors = [unique[kept] for kept in longest_in_order([place for _at, place in unique])]
        self._extend()
        for news, olds in self._gaps():
            self.anchors += self._pair_equal(news, olds)
        self.anchors.sort()
        kept = longest_in_order([place for _at, place in self.anchors])
        self.anchors = [self.anchors[one] for one in kept]
        self._pair_equal(range(len(self.new_text)), range(len(self.old_text)))

    def _extend(self) -> None:
        """From every anchor on, forward and then backward: equal neighbours go together."""
        for step in (1, -1):
            for at, place in self.anchors[::step]:
                self._extend_from(at + step, place + step, step)
            self.anchors.sort()

    def _extend_from(self, at: int, place: int, step: int) -> None:
        while (
            0 <= at < len(self.new_text)
            and 0 <= place < len(self.old_text)
            and self.places[at] is None
            and not self.taken[place]
            and self.new_text[at] == self.old_text[place]
        ):
            self._give(at, place, "same", 1.0)
            self.anchors.append((at, place))
            at, place = at + step, place + step

    def _pair_equal(self, news: Iterable[int], olds: Iterable[int]) -> list[tuple[int, int]]:
        """Among these places, the first free of a text with the first free of the same text, and so on."""
        free: dict[str, list[int]] = defaultdict(list)
        for place in olds:
            if not self.taken[place]:
                free[self.old_text[place]].append(place)
        for places in free.values():
            places.reverse()
        pairs = []
        for at in news:
            if self.places[at] is None and free.get(self.new_text[at]):
                place = free[self.new_text[at]].pop()
                self._give(at, place, "same", 1.0)
                pairs.append((at, place))
        return pairs

    def _gaps(self) -> list[tuple[range, range]]:
        """The new and the old places between two anchors that follow each other, the ends included."""
        ends = [(-1, -1), *sorted(self.anchors), (len(self.new_text), len(self.old_text))]
        return [
            (range(ends[n][0] + 1, ends[n + 1][0]), range(ends[n][1] + 1, ends[n + 1][1])) for n in range(len(ends) - 1)
        ]

    # -- Similar ----------------------------------------------------------------------------------------------------

    def match_similar_in_order(self) -> None:
        """Inside each gap: of the pairs alike enough, those that cross nowhere and are most alike together."""
        for news, olds in self._gaps():
            free_new = [at for at in news if self.places[at] is None]
            free_old = [place for place in olds if not self.taken[place]]
            pairs = self._alike(free_new, free_old, ALIKE_IN_ORDER)
            for at, place, score in _most_alike_in_order(pairs):
                self._give(at, place, "similar", _not_quite(score))

    def match_moved(self) -> None:
        """What is left, across the whole document: the most alike pair first."""
        free_new = [at for at, place in enumerate(self.places) if place is None]
        free_old = [place for place, is_taken in enumerate(self.taken) if not is_taken]
        pairs = self._alike(free_new, free_old, ALIKE_MOVED)
        for at, place, score in sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1])):
            if self.places[at] is None and not self.taken[place]:
                self._give(at, place, "similar", _not_quite(score))

    def _alike(self, news: Sequence[int], olds: Sequence[int], at_least: float) -> list[tuple[int, int, float]]:
        """The pairs of these places that are alike enough, among those worth a look."""
        if not news or not olds:
            return []
        pairs: list[tuple[int, int, float]] = []
        with_word: dict[str, list[int]] = defaultdict(list)
        for place in olds:
            for letter in set(self.old_stems[place]):
                with_word[letter].append(place)
        for number, at in enumerate(news):
            for place in self._worth_a_look(at, olds, with_word, number / len(news)):
                score = self.likeness.of(self.new_stems[at], self.old_stems[place])
                self.nearest[at] = max(self.nearest[at], round(score, 2))
                if score >= at_least:
                    pairs.append((at, place, score))
        return pairs

    def _worth_a_look(
        self, at: int, olds: Sequence[int], with_word: dict[str, list[int]], how_far: float
    ) -> Iterable[int]:
        """The old places with the most of the rarest words of a new one, and those about where it stands."""
        words = sorted((len(with_word[letter]), letter) for letter in set(self.new_stems[at]) if letter in with_word)[
            :RAREST_WORDS
        ]
        shared: dict[int, float] = defaultdict(float)
        for count, letter in words:
            if count <= COMMON_WORD:
                for place in with_word[letter]:
                    shared[place] += 1 / count
        best = sorted(shared, key=lambda place: (-shared[place], place))[:MOST_SEEN]
        middle = round(how_far * len(olds))
        about = olds[max(middle - ABOUT, 0) : middle + ABOUT + 1]
        return dict.fromkeys([*best, *about])


def _not_quite(score: float) -> float:
    """Texts that differ in endings or signs only are nearly, not wholly, alike."""
    return min(round(score, 2), 0.99)


def _most_alike_in_order(pairs: Sequence[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Of the pairs (new place, old place, likeness) those that rise in both places and weigh most together.

    The weight is the fourth power of the likeness: one good pair outweighs two poor ones. Each new place and each old
    place stands in one of them at most. Takes n log n for n pairs.
    """
    rows = sorted(pairs, key=lambda pair: (pair[0], -pair[1]))  # a new place's later old ones first: no two of it rise
    ranks: dict[int, int] = {place: rank for rank, place in enumerate(sorted({pair[1] for pair in rows}), start=1)}
    tree: list[tuple[float, int]] = [(0.0, -1)] * (len(ranks) + 1)  # Fenwick tree: the heaviest end up to a rank
    before: list[int] = []
    best = (0.0, -1)
    for number, (_at, place, score) in enumerate(rows):
        rank = ranks[place] - 1
        weight, last = 0.0, -1
        while rank > 0:
            if tree[rank][0] > weight:
                weight, last = tree[rank]
            rank -= rank & -rank
        before.append(last)
        weight += score**4
        if weight > best[0]:
            best = (weight, number)
        rank = ranks[place]
        while rank <= len(ranks):
            if weight > tree[rank][0]:
                tree[rank] = (weight, number)
            rank += rank & -rank
    kept = []
    number = best[1]
    while number >= 0:
        kept.append(rows[number])
        number = before[number]
    return kept[::-1]


def nearest(likeness: Likeness, text: str, old_stems: dict[int, str], *, limit: int) -> list[tuple[int, float]]:
    """The keys of the old passages most like the text, with how alike each is, the most alike first.

    ``old_stems``: the old passages' stems by key, from the same ``likeness``. Those that share nothing are left out.
    """
    stems = likeness.stems(text)
    scored = [(likeness.of(stems, other), -place, key) for place, (key, other) in enumerate(old_stems.items())]
    scored.sort(reverse=True)
    return [(key, _not_quite(score)) for score, _place, key in scored[:limit] if score > 0]
