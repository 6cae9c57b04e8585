"""Search in the draft: by any form of a word, with and without marks, by chapters, from part to part."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.jobs import run_due
from accounts.models import Job
from consultations import draft_search
from consultations.draft_search import EXCERPT, Piece, excerpt, mark_words
from consultations.models import PassageWords
from consultations.services import draft_files
from lublin2030.lib.polish import LEMMATISES, query_words
from tests.consultations.drafts import add_passage, chapter_of, publish_next, version_of
from tests.consultations.residents import url
from tests.factories import DURING, consultation_with_draft

pytestmark = pytest.mark.django_db
forms = pytest.mark.skipif(not LEMMATISES, reason="Morfeusz is not installed.")


@pytest.fixture
def consultation(during):
    consultation = consultation_with_draft(chapters=0)
    version = version_of(consultation)
    first = chapter_of(version, 1, "Miasto zielone")
    add_passage(first, "Rozbudujemy sieć ścieżek rowerowych.")
    add_passage(first, "Posadzimy drzewa przy ulicach.")
    second = chapter_of(version, 2, "Ruch w mieście")
    add_passage(second, "Ścieżka rowerowa połączy Czuby ze śródmieściem.")
    translated = add_passage(second, "Nowy most.")
    translated.translate("wording", "en", "A new bridge over the Bystrzyca.")
    translated.save()
    return consultation


def found(client, consultation, query, **params):
    response = client.get(url("search_draft", consultation), {"q": query, **params})
    assert response.status_code == 200
    results = response.context["results"]
    return [hit.passage.passage.code for group in results.chapters for hit in group.hits]


@forms
@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("sciezki rowerowe", ["f1", "f3"]),
        ("ścieżka", ["f1", "f3"]),
        ("ŚCIEŻKAMI", ["f1", "f3"]),
        ("drzewo", ["f2"]),
        ("drzew ulica", ["f2"]),
        ("drzewo ścieżka", []),
        ("czuby", ["f3"]),
        ("bridge", ["f4"]),
        ("xyzzy", []),
        ("...", []),
        ("%", []),
        ("'; DROP TABLE--", []),
    ],
)
def test_every_form_of_every_word_is_found(client, consultation, query, codes):
    assert found(client, consultation, query) == codes


def test_without_the_dictionary_the_same_form_is_found(client, consultation, monkeypatch):
    monkeypatch.setattr("lublin2030.lib.polish.LEMMATISES", False)
    monkeypatch.setattr(draft_search, "LEMMATISES", False)
    assert found(client, consultation, "sciezek") == ["f1"]
    assert found(client, consultation, "sciezki") == []


@forms
def test_hits_are_marked_and_lead_to_the_passage(client, consultation):
    html = client.get(url("search_draft", consultation), {"q": "sciezki rowerowe"}).content.decode()
    assert "Rozbudujemy sieć <mark>ścieżek</mark> <mark>rowerowych</mark>." in html
    assert f'href="{url("chapter", consultation, 1)}?fragment=f1#f1"' in html
    assert "Znaleziono" in html or "Found" in html


@forms
def test_hits_stand_by_chapters(client, consultation):
    results = client.get(url("search_draft", consultation), {"q": "ścieżka"}).context["results"]
    assert [(group.chapter.number, len(group.hits)) for group in results.chapters] == [(1, 1), (2, 1)]
    assert results.found == 2


@forms
def test_a_title_that_has_the_words_is_told(client, consultation):
    results = client.get(url("search_draft", consultation), {"q": "zielonego miasta"}).context["results"]
    assert [chapter.number for chapter in results.titles] == [1]


def test_the_text_is_never_markup(client, consultation):
    add_passage(version_of(consultation).chapters.get(number=2), "<script>alert(1)</script> wiadukt")
    html = client.get(url("search_draft", consultation), {"q": "wiadukt <script>"}).content.decode()
    assert "<script>alert" not in html
    assert 'value="wiadukt &lt;script&gt;"' in html


def test_nothing_found_says_what_to_try(client, consultation):
    response = client.get(url("search_draft", consultation), {"q": "xyzzy"})
    assert url("draft", consultation) in response.content.decode()
    assert "<ul>" in response.content.decode()


@pytest.mark.parametrize("params", [{}, {"q": ""}, {"q": "  "}, {"q": "\x00"}])
def test_without_words_there_is_the_field_alone(client, consultation, params):
    response = client.get(url("search_draft", consultation), params)
    assert response.context["results"] is None
    assert 'type="search"' in response.content.decode()


def test_a_very_long_query_is_cut(client, consultation):
    assert len(client.get(url("search_draft", consultation), {"q": "a" * 5000}).context["query"]) == 200


@forms
def test_the_version_that_is_read_is_searched(client, consultation):
    publish_next(consultation)
    assert found(client, consultation, "ścieżka") == []
    assert found(client, consultation, "krzew") == ["f1"]
    html = client.get(url("search_draft", consultation), {"q": "ścieżka", "wersja": "1"}).content.decode()
    assert f"{url('chapter', consultation, 1)}?wersja=1&amp;fragment=f1#f1" in html


def test_an_unpublished_version_is_not_searched(client, consultation):
    publish_next(consultation, published_at=None)
    assert found(client, consultation, "krzewy", wersja="2") == []


def test_without_a_published_version_there_is_nothing_to_search(client, during):
    consultation = consultation_with_draft()
    consultation.draft.versions.update(published_at=None)
    assert client.get(url("search_draft", consultation)).status_code == 404


def test_many_hits_come_in_pages_and_each_once(client, consultation):
    chapter = chapter_of(version_of(consultation), 3, "Długi")
    for _ in range(draft_search.PAGE + 3):
        add_passage(chapter, "Wiadukt.")
    first = client.get(url("search_draft", consultation), {"q": "wiadukt"})
    page = first.context["results"].page
    assert "q=wiadukt&amp;after=" in first.content.decode()
    codes = found(client, consultation, "wiadukt") + found(client, consultation, "wiadukt", after=page.after)
    assert len(codes) == len(set(codes)) == draft_search.PAGE + 3


def test_the_words_are_written_once(client, consultation):
    found(client, consultation, "most")
    rows = set(PassageWords.objects.values_list("pk", flat=True))
    found(client, consultation, "most")
    assert set(PassageWords.objects.values_list("pk", flat=True)) == rows
    assert len(rows) == 4


@forms
def test_a_long_version_is_searched_by_the_same_forms_until_the_worker_has_prepared_it(
    client, consultation, monkeypatch
):
    monkeypatch.setattr(draft_search, "AT_ONCE", 2)
    assert found(client, consultation, "sciezek") == ["f1"]
    assert found(client, consultation, "ścieżka") == ["f3"]
    response = client.get(url("search_draft", consultation), {"q": "ścieżka"})
    assert response.context["results"].by_forms is False
    assert Job.objects.filter(kind=draft_files.JOB).count() == 1
    run_due(now=DURING)
    assert found(client, consultation, "ścieżka") == ["f1", "f3"]
    assert Job.objects.get().state == Job.State.DONE


def test_queries_do_not_grow(client, consultation, connection_queries):
    chapter = chapter_of(version_of(consultation), 3, "Długi")
    add_passage(chapter, "Wiadukt.")
    found(client, consultation, "wiadukt")
    few = connection_queries(lambda: found(client, consultation, "wiadukt"))
    PassageWords.objects.all().delete()
    for _ in range(40):
        add_passage(chapter, "Wiadukt.")
    found(client, consultation, "wiadukt")
    assert connection_queries(lambda: found(client, consultation, "wiadukt")) == few <= 8


def test_the_page_touches_neither_session_nor_cookies(client, consultation):
    response = client.get(url("search_draft", consultation), {"q": "most"})
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


# -- Marking and cutting --------------------------------------------------------------------------------------------


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200), st.text(max_size=20))
def test_the_pieces_joined_are_the_text(text, query):
    alternatives = [word for words in query_words(query) for word in words]
    assert "".join(piece.text for piece in mark_words(text, alternatives)) == text


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.text(alphabet="ab cł", min_size=1, max_size=300), st.booleans()), max_size=12))
def test_an_excerpt_is_a_part_of_the_text_with_the_first_hit(raw):
    pieces = [Piece(text, is_hit) for text, is_hit in raw]
    text = "".join(piece.text for piece in pieces)
    cut = excerpt(pieces)
    shown = "".join(piece.text for piece in cut).removeprefix("… ").removesuffix(" …")
    assert shown in text
    assert len(shown) <= max(EXCERPT, 1) or text == shown
    if any(piece.is_hit for piece in pieces):
        assert any(piece.is_hit for piece in cut)
