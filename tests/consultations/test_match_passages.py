"""Which passage of the last version a new one continues: found whatever else was inserted, removed or moved."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultations.matching import (
    Likeness,
    NewPassage,
    OldPassage,
    longest_in_order,
    match_chapters,
    match_passages,
    nearest,
)

TREES = "Miasto sadzi drzewa przy wszystkich głównych ulicach i pielęgnuje je przez dziesięć lat."
ROADS = "Sieć dróg rowerowych połączy do końca dekady każdą dzielnicę ze śródmieściem."
SCHOOLS = "Szkoły otwierają boiska popołudniami i w soboty dla mieszkańców dzielnicy."
HOUSES = "Nowe domy powstają najpierw tam, gdzie jest już kanalizacja i komunikacja miejska."


def olds(*texts: str) -> list[OldPassage]:
    return [OldPassage(key=100 + place, chapter=1, text=text) for place, text in enumerate(texts)]


def news(*texts: str) -> list[NewPassage]:
    return [NewPassage(chapter=0, text=text) for text in texts]


def keys(old: list[OldPassage], new: list[NewPassage]) -> list[int | None]:
    return [match.key for match in match_passages(old, new)]


# The machine may be busy: what is tested is what is found, never how fast.
unhurried = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


# -- Every document -------------------------------------------------------------------------------------------------

WORDS = st.sampled_from("miasto sadzi drzewa drogi szkoły park rzeka domy i w na".split())  # noqa: SIM905
TEXTS = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)
DOCUMENT = st.lists(TEXTS, max_size=25)


@unhurried
@given(DOCUMENT, DOCUMENT)
def test_no_old_passage_is_continued_twice(old, new):
    given_out = [key for key in keys(olds(*old), news(*new)) if key is not None]
    assert len(given_out) == len(set(given_out))


@unhurried
@given(DOCUMENT)
def test_identical_documents_match_one_to_one(texts):
    matches = match_passages(olds(*texts), news(*texts))
    assert [match.key for match in matches] == [one.key for one in olds(*texts)]
    assert {match.how for match in matches} <= {"same"}


@unhurried
@given(st.lists(TEXTS, max_size=15, unique=True), st.data())
def test_unchanged_passages_are_found_when_others_come_go_and_move(texts, data):
    kept = data.draw(st.lists(st.sampled_from(texts), unique=True)) if texts else []
    mixed = data.draw(st.permutations([*kept, "Zupełnie inny akapit o lotnisku.", "Jeszcze inny, o porcie rzecznym."]))
    found = dict(zip(mixed, match_passages(olds(*texts), news(*mixed)), strict=True))
    for text in kept:
        assert (found[text].key, found[text].how) == (100 + texts.index(text), "same")


@unhurried
@given(DOCUMENT, DOCUMENT)
def test_as_many_equal_texts_are_matched_as_both_documents_have(old, new):
    same = [match for match in match_passages(olds(*old), news(*new)) if match.how == "same"]
    assert len(same) == sum(min(old.count(text), new.count(text)) for text in set(old))


@unhurried
@given(DOCUMENT, DOCUMENT)
def test_the_same_documents_always_give_the_same(old, new):
    assert match_passages(olds(*old), news(*new)) == match_passages(olds(*old), news(*new))


@unhurried
@given(DOCUMENT, DOCUMENT)
def test_a_match_says_how_it_was_found(old, new):
    texts = {one.key: one.text for one in olds(*old)}
    for text, match in zip(new, match_passages(olds(*old), news(*new)), strict=True):
        assert (match.key is None) is (match.how == "new")
        assert (match.how == "same") is (match.key is not None and texts[match.key] == text)
        assert 0 <= match.score <= 1


# -- Single cases ---------------------------------------------------------------------------------------------------


def test_a_changed_passage_keeps_its_identity_between_unchanged_neighbours():
    changed = ROADS.replace("do końca dekady", "w ciągu pięciu lat")
    matches = match_passages(olds(TREES, ROADS, SCHOOLS), news(TREES, changed, SCHOOLS))
    assert [match.key for match in matches] == [100, 101, 102]
    assert [match.how for match in matches] == ["same", "similar", "same"]
    assert 0.6 < matches[1].score < 1


def test_other_endings_of_the_same_words_are_nearly_the_same():
    old = olds("Mieszkańcy dzielnicy wybierają projekty")
    match = match_passages(old, news("Mieszkańcom dzielnic wybierane projekty"))[0]
    assert (match.key, match.how, match.score) == (100, "similar", 0.99)


def test_a_passage_moved_and_changed_is_found_across_the_document():
    old = olds(TREES, ROADS, SCHOOLS, HOUSES)
    changed = TREES.replace("dziesięć", "piętnaście")
    assert keys(old, news(ROADS, SCHOOLS, HOUSES, changed)) == [101, 102, 103, 100]


def test_a_passage_split_in_two_is_continued_once():
    first, second = TREES.split(" i ")
    found = keys(olds(TREES), news(first, second))
    assert found == [100, None]


def test_two_changed_passages_that_changed_places_are_not_taken_for_each_other():
    first = "Miasto buduje parki i skwery w każdej dzielnicy: ławki, drzewa, woda dla ptaków."
    second = "Miasto buduje parki i skwery w każdej dzielnicy, a szkoły otwierają boiska dla wszystkich."
    crossed = news(second.replace("boiska", "sale"), first.replace("woda", "karmniki"))
    assert keys(olds(first, second), crossed) == [101, 100]


def test_a_new_passage_tells_how_near_the_nearest_old_one_is():
    half = "Miasto sadzi drzewa przy wszystkich szkołach, a także na każdym podwórku, które tego chce, i w parkach."
    match = match_passages(olds(TREES, ROADS), news(half))[0]
    assert match.key is None
    assert 0.2 < match.score < 0.5


def test_signs_and_blanks_do_not_make_a_text_another():
    assert match_passages(olds("Miasto  sadzi\ndrzewa."), news("Miasto sadzi drzewa."))[0].how == "same"


def test_texts_without_words_are_not_alike():
    assert keys(olds("***"), news("– – –")) == [None]
    assert keys(olds("***"), news("***")) == [100]


def test_an_empty_document_on_either_side():
    assert keys([], news(TREES)) == [None]
    assert keys(olds(TREES), []) == []


@pytest.mark.parametrize("size", [400])
def test_a_long_document_of_few_words_is_matched_where_it_stands(size):
    texts = [f"{'drzewa ' * (n % 5 + 1)}miasto {'park ' * (n % 7)}" for n in range(size)]
    found = keys(olds(*texts), news(*texts))
    assert found == [100 + n for n in range(size)]


# -- Chapters -------------------------------------------------------------------------------------------------------


def test_a_chapter_continues_the_one_most_of_its_passages_come_from():
    old = [(1, "Zieleń"), (2, "Transport")]
    assert match_chapters(old, ["Ruch w mieście", "Zielone miasto"], [(0, 2), (0, 2), (0, 1), (1, 1)]) == [2, 1]


def test_without_passages_the_title_decides_and_a_new_title_is_new():
    old = [(1, "Zieleń i klimat"), (2, "Transport")]
    assert match_chapters(old, ["TRANSPORT", "Zieleń i woda, i klimat", "Kultura"], []) == [2, 1, None]


def test_two_halves_of_a_chapter_continue_it_once():
    assert match_chapters([(1, "Zieleń")], ["Parki", "Drzewa"], [(0, 1), (1, 1), (1, 1)]) == [None, 1]


def test_of_equal_shares_the_first_wins():
    assert match_chapters([(1, "A"), (2, "B")], ["C"], [(0, 2), (0, 1)]) == [1]


# -- Tools ----------------------------------------------------------------------------------------------------------


@unhurried
@given(st.lists(st.integers(0, 50), max_size=40))
def test_the_longest_rising_part_rises_and_none_is_longer(values):
    kept = longest_in_order(values)
    rising = [values[place] for place in kept]
    assert kept == sorted(kept)
    assert all(one < other for one, other in pairwise(rising))
    longest: list[int] = []
    for place, value in enumerate(values):
        longest.append(1 + max((longest[n] for n in range(place) if values[n] < value), default=0))
    assert len(kept) == max(longest, default=0)


def test_the_nearest_come_first_and_what_shares_nothing_is_left_out():
    likeness = Likeness()
    stems = {one.key: likeness.stems(one.text) for one in olds(ROADS, TREES, "Kultura")}
    found = nearest(likeness, TREES.replace("Miasto", "Lublin"), stems, limit=5)
    assert found[0][0] == 101
    assert [score for _key, score in found] == sorted((score for _key, score in found), reverse=True)
    assert 102 not in [key for key, _score in found]
