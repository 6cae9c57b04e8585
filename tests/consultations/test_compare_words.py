"""A proposed wording against the passage: nothing of either is lost, and no text can hold the server up."""

from __future__ import annotations

import time

import pytest

from consultations.wording import MOST_TOKENS, compare_words


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
