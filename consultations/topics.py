"""Which topic a remark's text speaks for: learnt from the remarks whose topic is set, and from the topics' names.

A naive Bayes classifier over subject lemmas. Small on purpose: it can name the words that decided. No database here.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lublin2030.lib.polish import subject_lemma, tokens

LEAST_SURE = 0.6  # below it nothing is suggested
NAME_COUNTS = 3  # a word of a topic's name counts as if so many remarks of the topic had it
STEM = 5  # letters by which a word is told to be of a name’s family: “ogród”, “ogrodowy”
SPEAKS = math.log(2)  # a word speaks for a topic when it is at least twice as frequent there
MOST_WORDS = 4  # that are named as the reason


@dataclass(frozen=True)
class Suggested:
    """A topic, how sure (0 to 1), and the text's own words that speak for it, the strongest first."""

    topic: int
    sure: float
    words: tuple[str, ...]


class Lemmas:
    """Subject lemmas of texts; each form is looked up once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, text: str) -> dict[str, str]:
        """The text's subject lemmas, each with the form in which it first stands there."""
        found: dict[str, str] = {}
        for match in tokens(unicodedata.normalize("NFC", text)):
            form = match[0].lower()
            lemma = self._known.get(form)
            if lemma is None:
                lemma = self._known[form] = subject_lemma(form) if form.isalpha() else ""
            if lemma:
                found.setdefault(lemma, form)
        return found


class TopicWords:
    """What is known of the topics' words. Learn first, then suggest."""

    def __init__(self, names: Mapping[int, str], lemmas: Lemmas | None = None) -> None:
        """``names``: of each topic its name."""
        self.lemmas = lemmas or Lemmas()
        self._topics = sorted(names)
        self._stems = {topic: {word[:STEM] for word in self.lemmas.of(name)} for topic, name in names.items()}
        self._with_word: dict[int, Counter[str]] = {topic: Counter() for topic in names}
        self._texts = dict.fromkeys(names, 0)

    def learn(self, topic: int, text: str) -> None:
        """A person has given the text this topic."""
        self._texts[topic] += 1
        self._with_word[topic].update(self.lemmas.of(text).keys())

    def suggest(self, text: str) -> Suggested | None:
        """The topic the text speaks for; None when no word does, or when another topic is nearly as likely."""
        said = self.lemmas.of(text)
        if not said or not self._topics:
            return None
        shares = {topic: self._shares(topic, said) for topic in self._topics}
        total = sum(self._texts.values()) + len(self._topics)
        scores = {
            topic: math.log((self._texts[topic] + 1) / total) + sum(math.log(share) for share in shares[topic].values())
            for topic in self._topics
        }
        best = max(self._topics, key=lambda topic: (scores[topic], -topic))
        strength = {lemma: self._lift(best, lemma, shares) for lemma in said}
        speaking = sorted((word for word in said if strength[word] >= SPEAKS), key=lambda word: (-strength[word], word))
        if not speaking:
            return None
        sure = 1 / sum(math.exp(scores[topic] - scores[best]) for topic in self._topics)
        if sure < LEAST_SURE:
            return None
        return Suggested(best, sure, tuple(said[word] for word in speaking[:MOST_WORDS]))

    def _shares(self, topic: int, words: Iterable[str]) -> dict[str, float]:
        """Of each word, in which share of the topic's texts it stands, never quite 0 or 1."""
        texts, counts, stems = self._texts[topic], self._with_word[topic], self._stems[topic]
        # A topic with few texts knows few words: half a text of the whole is assumed for what it has not met.
        unmet = 0.5 * (texts + 1) / (sum(self._texts.values()) + len(self._topics))
        return {
            word: (counts[word] + (NAME_COUNTS if word[:STEM] in stems else 0) + unmet) / (texts + NAME_COUNTS + 1)
            for word in words
        }

    def _lift(self, topic: int, word: str, shares: Mapping[int, Mapping[str, float]]) -> float:
        """How much more frequent the word is in the topic than in the others together, as a logarithm.

        A topic that is the only one is compared with a word nobody uses.
        """
        others = [shares[other][word] for other in self._topics if other != topic]
        beside = sum(others) / len(others) if others else self._shares(topic, ["\0"])["\0"]
        return math.log(shares[topic][word] / beside)
