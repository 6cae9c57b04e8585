"""Which texts are near copies: campaign letters found, texts on the same subject left apart. No database."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from consultations.likeness import Said, Vocabulary, features, find_copies, likeness
from tests.consultations.similar import ENDINGS, LETTER, OTHER

WORDS = [*LETTER.split(), *OTHER.split()]
sets = st.frozensets(st.integers(1, 60), max_size=40)
prose = st.lists(st.sampled_from(WORDS), min_size=1, max_size=40).map(" ".join)


def grouped(*texts: str | Said) -> list[set[int]]:
    said = [one if isinstance(one, Said) else Said(key, one) for key, one in enumerate(texts, start=1)]
    return [set(copies.likeness) for copies in find_copies(said)]


# -- What is found ----------------------------------------------------------------------------------------------------


def test_letters_of_one_campaign_with_endings_of_their_own_are_one_group():
    assert grouped(*(LETTER + ending for ending in ENDINGS), OTHER) == [{1, 2, 3, 4, 5}]


def test_a_word_here_and_there_replaced_still_is_a_copy():
    assert grouped(LETTER, LETTER.replace("Stanowczo", "Zdecydowanie").replace("kurz", "pył")) == [{1, 2}]


def test_two_texts_on_different_subjects_are_no_group():
    assert grouped(LETTER, OTHER) == []


def test_case_and_punctuation_do_not_matter():
    assert grouped(LETTER, LETTER.upper().replace(".", " !")) == [{1, 2}]


def test_the_same_words_inflected_are_a_copy():
    one = "Nowe ścieżki rowerowe potrzebują oświetlenia, ławek, koszy, drzew i dobrej nawierzchni obok starej szkoły."
    other = "Nowa ścieżka rowerowa potrzebuje oświetlenia, ławki, kosza, drzew, dobrej nawierzchni obok starych szkół."
    assert grouped(one, other) == [{1, 2}]


def test_texts_that_share_a_chain_of_neighbours_only_are_not_one_group():
    rng = random.Random(7)
    words = [f"slowo{number}" for number in range(400)]
    rng.shuffle(words)
    chain = [" ".join(words[start : start + 40]) for start in range(0, 200, 14)]
    assert max(len(group) for group in grouped(*chain)) < len(chain) / 2


def test_the_most_typical_text_is_the_one_the_others_share():
    letters = [f"{LETTER} {ending * 8}" for ending in ENDINGS[1:]]
    found = find_copies([Said(key, text) for key, text in enumerate([*letters, LETTER], start=1)])
    assert [copies.typical for copies in found] == [5]


def test_a_letter_whole_with_an_ending_holds_all_of_the_common_text():
    (found,) = find_copies([Said(key, LETTER + ending) for key, ending in enumerate(ENDINGS, start=1)])
    assert set(found.likeness.values()) == {100}


# -- Short texts mean their place -------------------------------------------------------------------------------------


def test_the_same_few_words_on_one_place_are_a_group():
    assert grouped(Said(1, "Więcej drzew!", place="f1"), Said(2, "więcej drzew", place="f1")) == [{1, 2}]


def test_the_same_few_words_on_different_places_are_not():
    assert grouped(Said(1, "Więcej drzew!", place="f1"), Said(2, "Więcej drzew!", place="f2")) == []


def test_yes_and_no_are_not_the_same():
    assert grouped(Said(1, "Tak.", place="f1"), Said(2, "Ależ nie.", place="f1"), Said(3, "I owszem", place="f1")) == []


def test_long_copies_are_found_on_different_places():
    assert grouped(Said(1, LETTER, place="f1"), Said(2, LETTER, place="f2")) == [{1, 2}]


# -- A new wording repeats the passage --------------------------------------------------------------------------------


def test_two_rewordings_of_one_passage_are_not_alike_for_repeating_it():
    one = LETTER.replace("czterdziestu", "stu") + " Miasto posadzi tysiąc klonów."
    other = LETTER + " Gmina wymieni latarnie na energooszczędne."
    assert (
        grouped(
            Said(1, "", rewording=one, repeats=LETTER, place="f1"),
            Said(2, "", rewording=other, repeats=LETTER, place="f1"),
        )
        == []
    )


def test_the_same_rewording_sent_twice_is():
    one = f"{LETTER} Miasto posadzi tysiąc klonów."
    said = [Said(key, "", rewording=one, repeats=LETTER, place="f1") for key in (1, 2)]
    assert grouped(*said) == [{1, 2}]


# -- What always holds ------------------------------------------------------------------------------------------------


@given(sets, sets)
def test_likeness_is_a_share_that_does_not_depend_on_the_order(one, other):
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1


@given(sets.filter(bool))
def test_a_set_is_wholly_like_itself_and_unlike_nothing(one):
    assert (likeness(one, one), likeness(one, [])) == (1, 0)


@given(st.lists(prose, max_size=12), st.randoms())
@settings(max_examples=40, deadline=None)
def test_groups_are_disjoint_have_two_members_at_least_and_do_not_depend_on_the_order(texts, rng):
    said = [Said(key, text) for key, text in enumerate(texts)]
    found = find_copies(said)
    keys = [key for copies in found for key in copies.likeness]
    rng.shuffle(said)
    assert len(keys) == len(set(keys))
    assert all(len(copies.likeness) > 1 and copies.typical in copies.likeness for copies in found)
    assert all(1 <= percent <= 100 for copies in found for percent in copies.likeness.values())
    assert find_copies(said) == found


@given(st.lists(prose, max_size=8), prose)
@settings(max_examples=40, deadline=None)
def test_the_same_text_twice_is_always_found(texts, twice):
    said = [Said(key, text) for key, text in enumerate([*texts, twice, twice])]
    first, second = len(texts), len(texts) + 1
    assert any({first, second} <= set(copies.likeness) for copies in find_copies(said))


@given(prose)
@settings(deadline=None)
def test_a_text_has_fewer_pairs_than_words(text):
    numbers = Vocabulary().numbers(text)
    assert len(features(numbers)) <= max(2 * len(numbers) - 1, 0)


def test_the_steps_are_told_to_their_end():
    told: list[tuple[int, int]] = []
    find_copies([Said(1, LETTER), Said(2, LETTER)], tell=lambda done, total: told.append((done, total)))
    assert [done for done, _total in told] == list(range(1, told[-1][1] + 1))


def test_planted_copies_are_found_among_a_thousand_others():
    rng = random.Random(3)
    words = [f"wyraz{number}" for number in range(3000)]
    weights = [1 / (rank + 3) for rank in range(len(words))]

    def prose_of(size: int) -> list[str]:
        return rng.choices(words, weights, k=size)

    texts = [prose_of(rng.randint(15, 60)) for _ in range(1000)]
    planted = []
    for original in texts[:100]:
        planted.append([word if rng.random() > 0.08 else rng.choice(words) for word in original] + prose_of(5))
    found = grouped(*(" ".join(text) for text in texts + planted))
    pairs = [{number, 1000 + number} for number in range(1, 101)]
    assert sum(pair in found for pair in pairs) >= 98
    assert all(group in pairs for group in found)
