"""Polish words for search: folded, so that “sciezki” is “ścieżki”, and by their lemmas, so that “ścieżek” is too.

The dictionary is Morfeusz 2 (SGJP). Where it is not installed, ``LEMMATISES`` is false and folding alone is left:
search then finds the same form only. Words the dictionary does not know (names, Ukrainian, English) are folded.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product
from typing import Any

try:
    import morfeusz2  # type: ignore[import-untyped]
except ImportError:  # there are wheels for x86-64 only
    morfeusz2 = None

LEMMATISES = morfeusz2 is not None

TOKEN = re.compile(r"\d+(?:[./-]\d+)+|[^\W_]+")  # "12.3/2021" and "20-001" are one word
LONGEST_WORD = 60  # letters; what is longer is no word, and an index has to hold it
MOST_QUERY_WORDS = 12
MOST_SPELLINGS = 1024  # a longer word without diacritics is looked up in its first spellings only

WITH_MARKS = {"a": "aą", "c": "cć", "e": "eę", "l": "lł", "n": "nń", "o": "oó", "s": "sś", "z": "zżź"}

# The dictionary's tags of words that say nothing of what a text is about, and the words that turn its sense.
JOINING = frozenset({"prep", "conj", "comp"})
WITHOUT_SUBJECT = JOINING | {"part", "qub", "ppron12", "ppron3", "siebie", "interj", "frag"}
NEGATIONS = frozenset({"nie", "bez", "przeciw"})

_local = threading.local()


def fold(text: str) -> str:
    """The text in small letters without diacritics; “ł” is “l”. Folding twice changes nothing."""
    lower = unicodedata.normalize("NFC", text).lower().replace("ł", "l")
    bare = "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare).lower()


def tokens(text: str) -> Iterator[re.Match[str]]:
    """The words of a text as they stand in it; a number with dots, strokes or hyphens is one word."""
    return TOKEN.finditer(text)


def readings(word: str) -> list[tuple[str, str, list[str]]]:
    """The dictionary's readings of one word: lemma, grammatical tag, kinds of name (“imię”, “nazwisko”, …).

    Empty for an unknown word, and always where ``LEMMATISES`` is false. Of a word that the dictionary takes apart
    (“zrobiłem”: “zrobił” and “em”) it is the first part's.
    """
    if not LEMMATISES:
        return []
    return [
        (lemma.partition(":")[0], tag, names)
        for start, _end, (_form, lemma, tag, names, _labels) in _dictionary().analyse(word)
        if start == 0 and tag not in ("ign", "interp")
    ]


def lemmas(word: str) -> tuple[str, ...]:
    """The folded lemmas of all readings of one word, each once; empty for an unknown word."""
    return _lemmas(word) if LEMMATISES else ()


def subject_lemma(word: str) -> str:
    """One folded lemma of a word that carries meaning; empty for prepositions, conjunctions, pronouns and the like.

    Of several lemmas it is the first noun's, else the first. Negations carry meaning. Where ``LEMMATISES`` is false, it
    is the folded word, and words of one or two letters carry none.
    """
    folded = _folded(word)
    if not LEMMATISES:
        return folded if len(folded) > 2 else ""
    if not word.isalpha() or len(word) > LONGEST_WORD or folded in NEGATIONS:
        return folded
    found = readings(word)
    kinds = {tag.partition(":")[0] for _lemma, tag, _names in found}
    # “oraz” can be a form of a noun too (“ora”), but hardly ever is.
    if found and (kinds & JOINING or kinds <= WITHOUT_SUBJECT):
        return ""
    nouns = (lemma for lemma, tag, _names in found if tag.startswith("subst"))
    lemma = next(nouns, found[0][0] if found else word)
    return _folded(lemma)


def index_words(text: str) -> str:
    """The words under which a text is found, each once, by single spaces: folded forms and folded lemmas."""
    found: dict[str, None] = {}
    for match in tokens(unicodedata.normalize("NFC", text)):
        for word in _forms(match[0]):
            found[word] = None
    return " ".join(found)


def query_words(text: str) -> list[list[str]]:
    """For each word of a query, at most ``MOST_QUERY_WORDS``: the indexed words of which a text has to have one.

    A word typed without diacritics stands for every word of the dictionary that is written so, but for the marks.
    """
    found: dict[tuple[str, ...], None] = {}
    for match in tokens(unicodedata.normalize("NFC", text)):
        found[_alternatives(match[0])] = None
        if len(found) == MOST_QUERY_WORDS:
            break
    return [list(alternatives) for alternatives in found]


def _forms(word: str) -> tuple[str, ...]:
    return _folded(word), *lemmas(word)


@lru_cache(maxsize=50_000)  # a language repeats itself: most words of a large import have been folded before
def _folded(word: str) -> str:
    # Folding may take a word apart ("½" is "1⁄2"); an index word has no blanks and no marks but those of a number.
    return "".join(c for c in fold(word) if c.isalnum() or c in "./-")[:LONGEST_WORD]


def _alternatives(word: str) -> tuple[str, ...]:
    found = dict.fromkeys(_forms(word))
    if LEMMATISES and word.isalpha() and len(word) <= LONGEST_WORD and fold(word) == word.lower():
        found.update(dict.fromkeys(_lemmas_without_marks(word.lower())))
    return tuple(found)


@lru_cache(maxsize=20_000)
def _lemmas(word: str) -> tuple[str, ...]:
    if not word.isalpha() or len(word) > LONGEST_WORD:
        return ()
    folded = (_folded(lemma) for lemma, _tag, _names in readings(word))
    return tuple(dict.fromkeys(lemma for lemma in folded if lemma))


@lru_cache(maxsize=2_000)
def _lemmas_without_marks(word: str) -> tuple[str, ...]:
    spellings = product(*(WITH_MARKS.get(letter, letter) for letter in reversed(word)))
    found: dict[str, None] = {}
    for letters in islice(spellings, MOST_SPELLINGS):
        for lemma, _tag, _names in readings("".join(reversed(letters))):
            found[_folded(lemma)] = None
    return tuple(found)


def _dictionary() -> Any:
    """This thread's dictionary: a Morfeusz object keeps state between calls, the data behind it are shared."""
    if not hasattr(_local, "dictionary"):
        _local.dictionary = morfeusz2.Morfeusz(generate=False)
    return _local.dictionary
