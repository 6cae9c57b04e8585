"""Search knows Polish inflection and does without diacritics."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lublin2030.lib import polish


def finds(query: str, text: str) -> bool:
    words = set(polish.index_words(text).split(" "))
    wanted = polish.query_words(query)
    return bool(wanted) and all(words.intersection(alternatives) for alternatives in wanted)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("sciezki rowerowe", "budowa ścieżek rowerowych"),
        ("ścieżka", "na ścieżkach"),
        ("SCIEZKA", "Ścieżką"),
        ("łąki", "przy łące"),
        ("laka", "na łąkach"),
        ("drzewo", "wycinka drzew"),
        ("drzew", "drzewami"),
        ("ławka", "ławek"),
        ("lawki", "na ławce"),
        ("przedszkole", "w przedszkolach"),
        ("dziecko", "dla dzieci"),
        ("człowiek", "ludzi"),
        ("czlowiek", "ludźmi"),
        ("rok", "przez lata"),
        ("autobus", "autobusów"),
        ("mieszkańcy", "mieszkańców"),
        ("mieszkancy", "z mieszkankami i mieszkańcami"),
        ("park", "w parkach"),
        ("zieleń", "zieleni"),
        ("zielen", "zielenią"),
        ("rzeka", "nad rzeką"),
        ("szkoła", "szkół"),
        ("szkol", "szkoły"),
        ("pies", "dla psów"),
        ("chodnik", "chodnikami"),
        ("sąd", "w sądzie"),
        ("sad", "w sądzie"),
        ("Kowalski", "pana Kowalskiego"),
        ("zrobić", "zrobiłem"),
        ("żużel", "żużlowy tor, żużlu"),
        ("Lublin", "w Lublinie"),
        ("12.3/2021", "uwaga 12.3/2021"),
        ("20-001", "20-001 Lublin"),
        ("велосипед", "Велосипед"),
        ("cycle path", "a cycle path"),
    ],
)
def test_a_word_is_found_in_any_form_and_without_diacritics(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("drzewo", "drzwi"),
        ("park leśny", "park miejski"),
        ("dwunastu", "12.3"),
        ("12", "12.3"),
        ("", "park"),
        ("?!", "park"),
    ],
)
def test_another_word_is_not_found(query: str, text: str) -> None:
    assert not finds(query, text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Zażółć gęślą jaźń", "zazolc gesla jazn"), ("ŁÓDŹ", "lodz"), ("z\u0307aba", "zaba"), ("Straße", "straße")],
)
def test_folding_takes_the_marks_away(text: str, folded: str) -> None:
    assert polish.fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert polish.fold(polish.fold(text)) == polish.fold(text)


@given(st.text())
def test_index_words_are_parted_by_single_spaces(text: str) -> None:
    words = polish.index_words(text)
    assert words == " ".join(words.split())
    assert len(set(words.split())) == len(words.split())


@given(st.text(min_size=1))
def test_a_text_is_found_by_its_own_words(text: str) -> None:
    words = set(polish.index_words(text).split())
    assert all(words.intersection(alternatives) for alternatives in polish.query_words(text))


def test_without_the_dictionary_folding_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polish, "LEMMATISES", False)
    assert finds("sciezki", "Ścieżki")
    assert not finds("sciezki", "ścieżek")
    assert polish.readings("Anna") == []


def test_a_query_has_an_end() -> None:
    assert len(polish.query_words(" ".join(f"słowo{n}" for n in range(100)))) == polish.MOST_QUERY_WORDS


def test_threads_do_not_share_a_dictionary() -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(polish.index_words("ścieżek rowerowych"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) == {polish.index_words("ścieżek rowerowych")}


# -- One lemma of what carries meaning --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "lemma"),
    [("Ścieżkami", "sciezka"), ("jezdni", "jezdnia"), ("zielonych", "zielony"), ("nie", "nie"), ("2030", "2030")],
)
def test_a_word_that_carries_meaning_has_one_folded_lemma(word, lemma):
    assert polish.subject_lemma(word) == lemma


@pytest.mark.parametrize("word", ["w", "oraz", "przy", "od", "się", "czy"])
def test_words_that_only_join_others_have_none(word):
    assert polish.subject_lemma(word) == ""


def test_an_unknown_word_is_its_own_lemma():
    assert polish.subject_lemma("Blorkowanica") == "blorkowanica"


def test_without_a_dictionary_words_of_three_letters_carry_meaning(monkeypatch):
    monkeypatch.setattr(polish, "LEMMATISES", False)
    assert [polish.subject_lemma(word) for word in ("Źródłem", "dom", "w", "na")] == ["zrodlem", "dom", "", ""]
