"""A proposed wording against the passage: nothing of either is lost, and no text can hold the server up."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultations import wording
from consultations.wording import MOST_TOKENS, Run, compare_words, difference, marked, spell


def spelled(runs, without):
    return "".join(run.text for run in runs if run.kind != without)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Miasto sadzi drzewa.", "Miasto sadzi drzewa."),
        ("Miasto sadzi drzewa.", "Miasto nie sadzi drzew, niestety."),
        ("Sieć dróg\nrowerowych  w dzielnicach", "Sieć dróg rowerowych łączy dzielnice.\n\nWszystkie."),
        ("Łąki, zieleń i ptaki", "łąki zieleń – i ptaki!"),
    ],
)
def test_both_texts_can_be_read_from_the_runs(old, new):
    runs = compare_words(old, new)
    assert runs is not None
    assert spelled(runs, "insert") == old
    assert spelled(runs, "delete") == new


def test_whole_words_change_not_letters():
    runs = compare_words("Miasto sadzi drzewa przy ulicach.", "Miasto sadzi drzewo przy ulicach.")
    assert [(run.kind, run.text) for run in runs or []] == [
        ("equal", "Miasto sadzi "),
        ("delete", "drzewa"),
        ("insert", "drzewo"),
        ("equal", " przy ulicach."),
    ]


@pytest.mark.parametrize(("old", "new"), [("Miasto sadzi drzewa.", "Zupełnie co innego stoi"), ("a", "b " * 4000)])
def test_texts_too_unlike_or_too_long_are_not_compared(old, new):
    assert compare_words(old, new) is None


def test_a_text_made_to_be_slow_is_not():
    start = time.perf_counter()
    compare_words("a b " * (MOST_TOKENS // 4), "b a " * (MOST_TOKENS // 4))
    assert time.perf_counter() - start < 2


# -- Texts of any length ---------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["miasto", "sadzi", "drzewa", "i", "w", " ", "  ", "\n", ",", ".", "–", "łąki", "2030", "_", "\u0301", "😀"]
)
TEXT = st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=30)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXT, TEXT)
def test_every_difference_spells_both_texts_and_joins_its_neighbours(old, new):
    runs = difference(old, new)
    assert spell(runs, without="insert") == old
    assert spell(runs, without="delete") == new
    assert all(run.text for run in runs)
    assert all(one.kind != other.kind for one, other in pairwise(runs))
    told = compare_words(old, new)
    assert told is None or told == runs


def test_texts_too_unlike_go_and_come_whole():
    old, new = "Miasto sadzi drzewa.", "Zupełnie co innego stoi"
    assert difference(old, new) == [Run("delete", old), Run("insert", new)]


def test_a_blank_or_a_short_word_between_two_changes_does_not_tear_them_apart():
    runs = difference(
        "Do roku 2025 miasto sadzi drzewa w parkach i przy szkołach wszystkich dzielnic.",
        "Do roku 2025 miasto kosi trawę w alejach i przy szkołach wszystkich dzielnic.",
    )
    assert [(run.kind, run.text) for run in runs] == [
        ("equal", "Do roku 2025 miasto "),
        ("delete", "sadzi drzewa w parkach"),
        ("insert", "kosi trawę w alejach"),
        ("equal", " i przy szkołach wszystkich dzielnic."),
    ]


def test_a_text_too_long_for_the_shortest_way_keeps_its_common_beginning_and_end(monkeypatch):
    monkeypatch.setattr(wording, "MOST_PAIRS", 10)
    runs = difference("Na początku: jeden dwa trzy. Na końcu.", "Na początku: trzy cztery pięć. Na końcu.")
    assert [(run.kind, run.text) for run in runs] == [
        ("equal", "Na początku: "),
        ("delete", "jeden dwa trzy"),
        ("insert", "trzy cztery pięć"),
        ("equal", ". Na końcu."),
    ]


def test_a_table_of_many_thousand_words_is_compared_word_by_word():
    old = " | ".join(f"pole {n}" for n in range(4000))
    new = old.replace("pole 2000 ", "pole dwutysięczne ")
    assert [(run.kind, run.text) for run in difference(old, new) if run.kind != "equal"] == [
        ("delete", "2000"),
        ("insert", "dwutysięczne"),
    ]


def test_marked_runs_are_escaped_and_told_in_words():
    html = marked([Run("equal", "<b>"), Run("delete", "&"), Run("insert", "<script>")])
    assert html.startswith("&lt;b&gt;<del>")
    assert "<script>" not in html
    assert html.count("hidden-text") == 4
