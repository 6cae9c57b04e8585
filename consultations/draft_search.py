"""Search in one version of a draft: “sciezki rowerowe” finds “ścieżek rowerowych”."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import BigIntegerField, ExpressionWrapper, F, Q, QuerySet

from consultations.models import ChapterText, DraftVersion, PassageText
from consultations.services.draft_files import AT_ONCE, ask_for_files
from consultations.services.draft_words import has_words, write_words
from lublin2030.lib.paging import KeyPage, page_by_key
from lublin2030.lib.polish import LEMMATISES, fold, index_words, query_words, tokens
from lublin2030.lib.translations import ORIGINAL, Text

PAGE = 30
PLACES_IN_CHAPTER = 1_000_000  # a result's key: its chapter's number times this, plus its position
EXCERPT = 420  # characters of a passage that a result shows
BEFORE_HIT = 120


@dataclass(frozen=True)
class Piece:
    """A piece of a text: what was looked for, or what stands between."""

    text: str
    is_hit: bool


@dataclass(frozen=True)
class Hit:
    """A passage in which the words stand: its text as far as it is shown, and the language of that."""

    passage: PassageText
    number: str
    pieces: list[Piece]
    language: str


@dataclass(frozen=True)
class ChapterHits:
    """The hits of one chapter on this page."""

    chapter: ChapterText
    hits: list[Hit]


@dataclass(frozen=True)
class SearchResults:
    """A page of results. ``by_forms``: whether other forms of the words were found too, not the same ones only."""

    found: int
    chapters: list[ChapterHits]
    titles: list[ChapterText]
    page: KeyPage[Any]
    by_forms: bool


def search_draft(
    version: DraftVersion, query: str, *, after: int | None = None, before: int | None = None
) -> SearchResults:
    """The passages of a published version that have every word of the query, in the document's order.

    A short version's words are written at the first search; a long one's by the worker, and until then the same
    forms only are found. At most five queries then, whatever the size.
    """
    wanted = query_words(query)
    by_forms = LEMMATISES and _is_ready(version)
    texts = PassageText.objects.filter(version=version)
    if not wanted:
        matching = texts.none()
    elif by_forms or has_words(version):
        matching = _with_words(texts, wanted)
    else:
        matching = texts.filter(pk__in=_with_same_forms(texts, query))
    placed = matching.annotate(
        place=ExpressionWrapper(
            F("chapter__number") * PLACES_IN_CHAPTER + F("position"), output_field=BigIntegerField()
        )
    ).select_related("chapter", "passage")
    page = page_by_key(placed, key="place", size=PAGE, after=after, before=before)
    alternatives = frozenset(word for words in wanted for word in words)
    by_chapter = groupby(page.rows, key=lambda text: text.chapter)
    return SearchResults(
        found=matching.count(),
        chapters=[ChapterHits(chapter, [_hit(text, alternatives) for text in rows]) for chapter, rows in by_chapter],
        titles=_titles(version, wanted) if wanted and after is None and before is None else [],
        page=page,
        by_forms=by_forms,
    )


def _is_ready(version: DraftVersion) -> bool:
    """Whether the version's words are there; they are written now if it is short, and asked for if it is long."""
    if has_words(version):
        return True
    if PassageText.objects.filter(version=version).count() > AT_ONCE:
        ask_for_files(version)
        return False
    write_words(version)
    return True


def _with_words(texts: QuerySet[PassageText], wanted: list[list[str]]) -> QuerySet[PassageText]:
    for words in wanted:
        one_of = Q()
        for word in words:
            one_of |= Q(search_words__words__contains=f" {word} ")
        texts = texts.filter(one_of)
    return texts


def _with_same_forms(texts: QuerySet[PassageText], query: str) -> list[int]:
    wanted = {fold(match[0]) for match in tokens(query)}
    found = []
    for text in texts.only("wording", "translations").iterator(chunk_size=500):
        said = " ".join([text.wording, *(one.get("wording", "") for one in text.translations.values())])
        if wanted <= {fold(match[0]) for match in tokens(said)}:
            found.append(text.pk)
    return found


def _titles(version: DraftVersion, wanted: list[list[str]]) -> list[ChapterText]:
    """The chapters whose titles have every word. One query of a few dozen rows."""

    def has_all(chapter: ChapterText) -> bool:
        titles = [chapter.title, *(texts.get("title", "") for texts in chapter.translations.values())]
        words = set(index_words(" ".join(titles)).split())
        return all(not words.isdisjoint(alternatives) for alternatives in wanted)

    return [chapter for chapter in ChapterText.objects.filter(version=version).order_by("number") if has_all(chapter)]


def _hit(text: PassageText, alternatives: frozenset[str]) -> Hit:
    """The passage in the reader's language, or in that in which the words stand."""
    said = text.text("wording")
    pieces = mark_words(said.value, alternatives)
    if not any(piece.is_hit for piece in pieces):
        others = [Text(text.wording, ORIGINAL)] + [
            Text(one.get("wording", ""), language) for language, one in text.translations.items()
        ]
        for other in others:
            marked = mark_words(other.value, alternatives)
            if any(piece.is_hit for piece in marked):
                said, pieces = other, marked
                break
    return Hit(text, f"{text.chapter.number}.{text.position}", excerpt(pieces), said.language)


def mark_words(text: str, alternatives: Iterable[str]) -> list[Piece]:
    """The text in pieces, the words of which one of the alternatives is a form being hits. Joined, they make it."""
    wanted = frozenset(alternatives)
    pieces: list[Piece] = []
    end = 0
    for match in tokens(text):
        if wanted.isdisjoint(index_words(match[0]).split()):
            continue
        if match.start() > end:
            pieces.append(Piece(text[end : match.start()], False))
        pieces.append(Piece(match[0], True))
        end = match.end()
    if end < len(text):
        pieces.append(Piece(text[end:], False))
    return pieces


def excerpt(pieces: list[Piece]) -> list[Piece]:
    """The pieces around the first hit, cut between words; “…” stands where something is left out."""
    text = "".join(piece.text for piece in pieces)
    if len(text) <= EXCERPT:
        return pieces
    first = 0
    for piece in pieces:
        if piece.is_hit:
            break
        first += len(piece.text)
    else:
        first = 0
    start = max(0, min(first - BEFORE_HIT, len(text) - EXCERPT))
    if start:
        start = text.find(" ", start, first) + 1 or start
    end = start + EXCERPT
    end = len(text) if end >= len(text) else (text.rfind(" ", start + 1, end) if " " in text[start + 1 : end] else end)
    cut: list[Piece] = [Piece("… ", False)] if start else []
    place = 0
    for piece in pieces:
        kept = piece.text[max(start - place, 0) : max(end - place, 0)]
        if kept:
            cut.append(Piece(kept, piece.is_hit))
        place += len(piece.text)
    return [*cut, Piece(" …", False)] if end < len(text) else cut
