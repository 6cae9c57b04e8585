"""Find what in a text may be a person's data, and take chosen places out. Pure: a person at the desk decides.

Everything found is a proposal. It is better to propose a street named after a person than to miss a person: the former
costs a click. Numbers are told by their form (PESEL by its checksum too), names by the dictionary's readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.polish import fold, lemmas, readings, tokens

REDACTED = "[…]"  # stands where something was taken out


class Kind(TextChoices):
    """What a place of a text looks like."""

    EMAIL = "email", _("e-mail address")
    ACCOUNT = "account", _("bank account")
    PESEL = "pesel", _("PESEL number")
    PESEL_LIKE = "pesel_like", _("number like PESEL")
    TAX = "tax", _("tax number")
    DOCUMENT = "document", _("number of an identity document")
    PHONE = "phone", _("phone number")
    ADDRESS = "address", _("postal address")
    NAME = "name", _("name of a person")
    EARLIER = "earlier", _("redacted before")


class Span(NamedTuple):
    """A place of a text: from ``start`` to before ``end``, in characters."""

    start: int
    end: int


@dataclass(frozen=True)
class Proposal:
    """A place that may hold a person's data, of what kind, and the words there."""

    kind: Kind
    start: int
    end: int
    text: str

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


_UPPER = "A-ZĄĆĘŁŃÓŚŹŻ"
_HOUSE = r"\d{1,4}[A-Za-z]?(?:\s?/\s?\d{1,4}[A-Za-z]?|\s?m\.?\s?\d{1,4})?(?![\w-])"
_STREET = (
    r"(?i:\b(?:ul|al|pl|os)\.|\b(?:ulic|alej|osiedl)[\wąęó]{1,4}|\bplac\w{0,3})\s+"
    rf"(?:(?:[{_UPPER}][\w.'’-]{{0,40}}|\d{{1,2}}(?=\s+[{_UPPER}])|im\.|gen\.|ks\.|św\.|bł\.|płk\.|prof\.|dr\.?|i)\s+){{1,5}}"
)
# By rank: of places that overlap the one of the earlier pattern stays.
_PATTERNS: Sequence[tuple[Kind, re.Pattern[str]]] = (
    (
        Kind.EMAIL,
        re.compile(r"[\w.+%-]{1,64}(?:@|\s?[(\[](?:at|małpa)[)\]]\s?)[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}", re.IGNORECASE),
    ),
    (Kind.ACCOUNT, re.compile(r"(?<![\w])(?:PL\s?)?\d{2}(?:[ -]?\d{4}){6}(?!\d)")),
    (Kind.PESEL, re.compile(r"(?<![\d.,/-])\d{6}[ -]?\d{5}(?![\d/-])")),
    (Kind.TAX, re.compile(r"(?<![\d/-])(?:\d{3}-\d{3}-\d{2}-\d{2}|\d{3}-\d{2}-\d{2}-\d{3})(?![\d/-])")),
    (Kind.TAX, re.compile(r"(?i:\b(?:NIP|REGON)):?\s{0,3}\d(?:[ -]?\d){8,9}(?!\d)")),
    (Kind.DOCUMENT, re.compile(r"\b[A-Z]{3}\s?\d{6}(?!\d)|\b[A-Z]{2}\s?\d{7}(?!\d)")),
    (Kind.PHONE, re.compile(r"(?<![\w+])(?:\+|00)\d{2,3}[ -]?(?:\(\d{1,3}\)|\d)(?:[ -]?\d){6,11}(?!\d)")),
    (
        Kind.PHONE,
        re.compile(
            r"(?<![\w/+-])(?<!\d[.,])\(?0?\d{2}\)?(?:[ -]?\d){7}(?![\d/])"
            r"(?!\s?(?:zł|PLN|EUR|euro|mln|tys|osób|mieszkańców|m²|m2|km)\b)(?![.,]\d)"
        ),
    ),
    (Kind.ADDRESS, re.compile(_STREET + _HOUSE)),
    (
        Kind.ADDRESS,
        re.compile(rf"\b[{_UPPER}][\w’-]{{2,40}}\s+\d{{1,4}}[A-Za-z]?\s?/\s?\d{{1,4}}[A-Za-z]?(?![\w/-])(?!\.\d)"),
    ),
    (
        Kind.ADDRESS,
        re.compile(rf"(?<![\w/.-])\d{{2}}-\d{{3}}(?![\w/-])(?:\s+[{_UPPER}]\w{{1,30}}(?:[ -][{_UPPER}]\w{{1,30}})?)?"),
    ),
)

_PESEL_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
# Before a name these say that it names a place or a thing: “ul. Jana Kochanowskiego”, “szkoła im. Marii Curie”.
_NAMED_AFTER = re.compile(
    r"(?i:\b(?:ul|al|pl|os|im|rondo|ronda|rondzie|św)\.?|\b(?:ulic|alej|osiedl|imieni|skwer|most|pomnik|park|plac|św[ię]t)\w*)"
    rf"\s+(?:[{_UPPER}][\w.-]*\s+){{0,4}}$"
)
_TITLE = re.compile(
    r"(?i:\b(?:pan|pana|panu|panem|panie|pani|panią|państwo|państwa|państwu|p\.|mgr|dr|inż\.|prof\.))\s+$"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?…:\n]|[-–•])\s*[„\"(]?$")
_ADJECTIVE = re.compile(r"[sc]k(?:i|iego|iemu|im|a|iej|ą|ich|imi)$|dzk(?:i|iego|iemu|im|a|iej|ą|ich|imi)$")
SHORTEST_NAME = 3  # letters of a part of the sender's name that is looked for


def is_pesel(digits: str) -> bool:
    """Whether eleven digits have PESEL's checksum and begin with a day that exists in a month."""
    if len(digits) != 11 or not digits.isascii() or not digits.isdigit():
        return False
    month, day = int(digits[2:4]) % 20, int(digits[4:6])
    total = sum(weight * int(digit) for weight, digit in zip(_PESEL_WEIGHTS, digits[:10], strict=True))
    return 1 <= month <= 12 and 1 <= day <= 31 and (10 - total % 10) % 10 == int(digits[10])


def propose(text: str, *, sender_name: str = "") -> list[Proposal]:
    """Places that may hold a person's data, in order, none of them overlapping another.

    With the sender's name its parts are found in any inflection, even if they are no names elsewhere.
    """
    found: list[Proposal] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            _add(found, _precise(kind, match[0]), match.start(), match.end(), text)
    for span in _names(text, sender_name):
        _add(found, Kind.NAME, span.start, span.end, text)
    return sorted(found, key=lambda one: one.start)


def _precise(kind: Kind, words: str) -> Kind:
    if kind is not Kind.PESEL:
        return kind
    return Kind.PESEL if is_pesel(words.replace(" ", "").replace("-", "")) else Kind.PESEL_LIKE


def _add(found: list[Proposal], kind: Kind, start: int, end: int, text: str) -> None:
    if all(end <= one.start or start >= one.end for one in found):
        found.append(Proposal(kind, start, end, text[start:end]))


# -- Names ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    text: str
    is_first: bool  # a first name
    is_last: bool  # a surname
    is_only_name: bool  # the dictionary knows it as a name of a person alone
    is_senders: bool


def _names(text: str, sender_name: str) -> list[Span]:
    """Runs of capital words that are, or hold, a name of a person."""
    senders = [match[0] for match in tokens(sender_name) if len(match[0]) >= SHORTEST_NAME]
    found: list[Span] = []
    run: list[_Word] = []
    for match in tokens(text):
        word = match[0]
        if not word[0].isupper() or (len(word) > 1 and word.isupper() and len(word) < SHORTEST_NAME):
            continue
        if run and text[run[-1].end : match.start()] not in {" ", "-", "\u00a0"}:
            found += _names_in(run, text)
            run = []
        run.append(_word(match, senders))
    return found + _names_in(run, text)


def _word(match: re.Match[str], senders: Iterable[str]) -> _Word:
    word = match[0]
    spelt = word.capitalize() if word.isupper() else word
    kinds = [names for _lemma, _tag, names in readings(spelt)]
    known = [set(names) for names in kinds]
    is_first = any("imię" in names for names in known)
    is_last = any("nazwisko" in names for names in known)
    return _Word(
        start=match.start(),
        end=match.end(),
        text=word,
        is_first=is_first,
        is_last=is_last,
        is_only_name=bool(known) and all(names & {"imię", "nazwisko"} for names in known),
        is_senders=any(_is_form_of(word, part) for part in senders),
    )


def _is_form_of(word: str, name: str) -> bool:
    """Whether a word is the name in some inflection: by a common lemma, else by a common beginning."""
    folded, of_name = fold(word), fold(name)
    if folded == of_name or set(lemmas(word)) & set(lemmas(name)):
        return True
    stem = of_name[: max(len(of_name) - 2, 4)]
    return len(of_name) > 4 and folded.startswith(stem) and abs(len(folded) - len(of_name)) <= 4


def _names_in(run: Sequence[_Word], text: str) -> list[Span]:
    if not run:
        return []
    if any(word.is_senders for word in run):
        mine = [word for word in run if word.is_senders or word.is_first or word.is_last]
        return [Span(mine[0].start, mine[-1].end)]
    if _TITLE.search(text[max(run[0].start - 80, 0) : run[0].start]):
        return [Span(run[0].start, run[-1].end)]
    # “Rada Anny Nowak”: what stands before the first name belongs to the sentence.
    first = next((at for at, word in enumerate(run) if word.is_first), None)
    named = run[0 if first is None else first].start
    if _NAMED_AFTER.search(text[max(named - 80, 0) : named]):
        return []
    if first is not None and len(run) > first + 1:
        return [Span(run[first].start, run[-1].end)]
    if first is not None and first > 0 and run[first - 1].is_last:
        return [Span(run[first - 1].start, run[first].end)]
    return [
        Span(word.start, word.end)
        for word in run
        if (word.is_only_name or (word.is_last and _ADJECTIVE.search(word.text)))
        and not _SENTENCE_START.search(text[max(word.start - 80, 0) : word.start])
    ]


# -- Taking out -----------------------------------------------------------------------------------------------------


def redact(text: str, spans: Iterable[Span]) -> str:
    """The text with “[…]” for each span; neighbours with only blanks between them become one.

    ValueError for a span that is empty or not within the text.
    """
    joined: list[Span] = []
    for span in sorted(spans):
        if not 0 <= span.start < span.end <= len(text):
            raise ValueError(f"{span} is not within a text of {len(text)} characters.")
        if joined and (span.start <= joined[-1].end or not text[joined[-1].end : span.start].strip()):
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    parts, at = [], 0
    for span in joined:
        parts += [text[at : span.start], REDACTED]
        at = span.end
    return "".join([*parts, text[at:]])


def find_phrase(text: str, phrase: str) -> list[Span]:
    """Every place of the phrase, whatever its capitals and blanks; none for a phrase without a letter or digit."""
    words = phrase.split()
    if not any(character.isalnum() for word in words for character in word):
        return []
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words), re.IGNORECASE)
    return [Span(match.start(), match.end()) for match in pattern.finditer(text)]


def redacted_spans(original: str, shown: str) -> list[Span] | None:
    """Which places of the original the shown text leaves out; None when it is no redaction of it.

    It is one when its pieces between “[…]” stand in the original in this order, from its beginning to its end.
    """
    pieces = shown.split(REDACTED)
    if len(pieces) == 1:
        return [] if shown == original else None
    first, *middle, last = pieces
    if not original.startswith(first):
        return None
    at, spans = len(first), []
    for piece in middle:
        place = original.find(piece, at)
        if place < 0:
            return None
        spans.append(Span(at, place))
        at = place + len(piece)
    if len(original) - len(last) < at or not original.endswith(last):
        return None
    spans.append(Span(at, len(original) - len(last)))
    return [span for span in spans if span.start < span.end]
