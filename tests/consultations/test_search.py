"""The register finds remarks by their words in any form, in every order, a page at a time, at a constant cost."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations import searching
from consultations.models import Remark, RemarkWords
from consultations.searching import LATELY_ANSWERED, NEWEST, ORDERS, Found, Query, Search
from consultations.services import search
from tests.consultations.residents import text_of
from tests.factories import (
    DURING,
    DistrictFactory,
    consultation_with_draft,
    passage_remark,
    remark_in_state,
    submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


def page(client, consultation, **params):
    return client.get(reverse("consultations:register", args=[consultation.slug]), params)


def numbers(response):
    assert response.status_code == 200
    return [row.remark.address for row in response.context["rows"]]


def say(consultation, *changes, **fields):
    """A submission with a remark for each text."""
    remarks = [passage_remark(consultation, **({"reason": ""} | fields | {"change": change})) for change in changes]
    return submission(consultation, new_remarks=remarks)


# SQLite finds a page in one way only.
WAYS = ["few hits", "many hits", "many hits, far apart", "many hits, answers walked", "many hits, stretches too short"]


@pytest.fixture(params=WAYS if connection.vendor == "postgresql" else WAYS[:1])
def ways(request, monkeypatch):
    """The ways in which a page is found; small registers would otherwise go the first way only."""
    if request.param != "few hits":
        monkeypatch.setattr(searching, "COUNTED", 1)
    if request.param == "many hits, far apart":
        monkeypatch.setattr(Search, "_density", 1000.0)
        monkeypatch.setattr(searching, "STRETCHES", 8)
    if request.param == "many hits, stretches too short":
        monkeypatch.setattr(Search, "_density", 1000.0)
        monkeypatch.setattr(searching, "STRETCHES", 1)
    if request.param == "many hits, answers walked":
        monkeypatch.setattr(searching, "SORTED", 0)
        monkeypatch.setattr(searching, "WALKED", 2)
    return request.param


# -- Words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("sciezki rowerowe", ["1.1"]),
        ("ŚCIEŻKA", ["1.1"]),
        ("drzewo", ["1.2", "2.1"]),
        ("drzewa lipowe", ["1.2"]),
        ("lawka", ["2.1"]),
        ("велосипед", ["2.2"]),
        ("dlaczego", ["1.1", "1.2", "2.1", "2.2"]),
        ("sadzi lipy", []),
        ("1.2", ["1.2"]),
        ("2.1/2021", ["2.1"]),
        ("2/2021", ["2.1", "2.2"]),
        ("tramwaj", []),
        ("drzewo tramwaj", []),
    ],
)
def test_words_are_found_in_any_form_with_and_without_marks(client, consultation, ways, asked, found):
    say(consultation, "Budowa ścieżek rowerowych", "Więcej drzew lipowych", reason="Dlaczego nie?")
    say(consultation, "Ławek pod drzewami", "Більше велосипедів і велосипед", reason="Dlaczego nie?")
    assert numbers(page(client, consultation, q=asked)) == found


def test_a_proposed_wording_is_found(client, consultation):
    say(consultation, "", wording="Miasto sadzi lipy.")
    assert numbers(page(client, consultation, q="lipa")) == ["1.1"]


@pytest.mark.parametrize("asked", ["", "  ", "?!", "\x00", "'", '"', "&", "(", "*", "\\", "—"])
def test_a_query_without_a_word_is_no_filter(client, consultation, asked):
    say(consultation, "Drzewa", "Ławki")
    response = page(client, consultation, q=asked)
    assert numbers(response) == ["1.1", "1.2"]
    assert response.context["filter"].is_set is False


@pytest.mark.parametrize("asked", ["drzew' OR 1", 'drzewo" NOT', "drzewo:*", "drzewo -- ;", "NEAR(drzewo", "drzewo \\"])
def test_signs_of_the_indexes_own_languages_are_no_commands(client, consultation, asked):
    say(consultation, "Drzewa", "Ławki")
    response = page(client, consultation, q=asked)
    assert set(numbers(response)) <= {"1.1"}


def test_a_long_query_is_cut(client, consultation):
    say(consultation, "Drzewa")
    assert numbers(page(client, consultation, q="drzewo " * 5000)) == ["1.1"]


def test_only_this_consultations_remarks_are_found(client, consultation, ways):
    other = consultation_with_draft()
    say(other, "Drzewa", "Drzewa", "Drzewa")
    say(consultation, "Drzewa")
    response = page(client, consultation, q="drzewo")
    assert [row.remark.consultation_id for row in response.context["rows"]] == [consultation.pk]


def test_words_and_filters_narrow_together(client, consultation, ways):
    district = DistrictFactory(slug="rury")
    say(consultation, "Drzewa", "Drzewa", "Ławki", district=district)
    say(consultation, "Drzewa", "Drzewa")
    assert numbers(page(client, consultation, q="drzewo", dzielnica="rury")) == ["1.1", "1.2"]
    assert numbers(page(client, consultation, q="drzewo", rozdzial="2")) == []


# -- Orders and pages -----------------------------------------------------------------------------------------------


def answered(consultation, *minutes):
    """Remarks that were answered so many minutes later, and one that was not."""
    for later in minutes:
        remark = remark_in_state(consultation, "published", new_remarks=[passage_remark(consultation, change="Drzewa")])
        Remark.objects.filter(pk=remark.pk).update(changed_at=DURING + dt.timedelta(minutes=later))
    say(consultation, "Drzewa")


@pytest.mark.parametrize("words", [{}, {"q": "drzewo"}])
@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["1.1", "2.1", "3.1", "4.1"]),
        ("nieznane", ["1.1", "2.1", "3.1", "4.1"]),
        ("najnowsze", ["4.1", "3.1", "2.1", "1.1"]),
        ("odpowiedzi", ["2.1", "3.1", "1.1"]),
    ],
)
def test_every_order(client, consultation, ways, sort, order, words):
    answered(consultation, 5, 20, 10)
    assert numbers(page(client, consultation, sort=sort, **words)) == order


@pytest.mark.parametrize("words", [{}, {"q": "drzewo"}])
@pytest.mark.parametrize("sort", ORDERS)
def test_pages_follow_each_other_both_ways_in_every_order(client, consultation, settings, ways, sort, words):
    settings.REGISTER_PAGE_SIZE = 2
    # Several were answered in one moment: their order among themselves has to hold from page to page.
    answered(consultation, 5, 5, 5, 10, 5)
    say(consultation, "Ławki")
    whole, after = [], None
    while True:
        response = page(client, consultation, sort=sort, **words, **({"after": after} if after else {}))
        whole.append(numbers(response))
        after = response.context["page"].after
        if not after:
            break
    seen = [number for one in whole for number in one]
    assert len(seen) == len(set(seen)) == (5 if sort == "odpowiedzi" else 6 + (not words))
    assert numbers(page(client, consultation, sort=sort, **words, before=response.context["page"].before)) == whole[-2]
    assert response.context["page"].after is None


@pytest.mark.parametrize("sort", ORDERS)
@pytest.mark.parametrize("params", [{"after": "9" * 18}, {"before": "0"}, {"after": "0"}])
def test_unknown_keys_harm_nothing(client, consultation, sort, params):
    answered(consultation, 5)
    assert page(client, consultation, sort=sort, q="drzewo", **params).status_code == 200


def test_the_next_page_keeps_words_and_order(client, consultation, settings):
    settings.REGISTER_PAGE_SIZE = 1
    say(consultation, "Drzewa", "Drzewa")
    html = page(client, consultation, q="drzewa", sort="najnowsze").content.decode()
    assert re.search(r'href="\?q=drzewa&amp;sort=najnowsze&amp;after=\d+"', html)


# -- Counts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("counted", "told"), [(3, Found(3)), (2, Found(2, more=True)), (1000, Found(3))])
def test_what_was_found_is_counted_up_to_a_limit(consultation, monkeypatch, counted, told):
    monkeypatch.setattr(searching, "COUNTED", counted)
    say(consultation, "Drzewa", "Drzewa", "Drzewa", "Ławki")
    found = Search(Remark.objects.for_register(consultation, DURING), consultation, Query.read("drzewo")).found()
    assert found == told


def test_the_page_says_how_many(client, consultation, monkeypatch):
    say(consultation, "Drzewa", "Drzewa")
    assert "Znaleziono: 2" in text_of(page(client, consultation, q="drzewo"))
    monkeypatch.setattr(searching, "COUNTED", 1)
    assert page(client, consultation, q="drzewo").context["found_by_words"] == Found(1, more=True)


def test_nothing_found_says_what_to_try(client, consultation):
    say(consultation, "Drzewa")
    response = page(client, consultation, q="tramwaj")
    assert response.context["found_by_words"] == Found(0)
    assert response.content.decode().count("<li>") >= 2


# -- What the page shows --------------------------------------------------------------------------------------------


def test_the_hit_is_marked_where_it_stands(client, consultation):
    say(consultation, "Proszę o budowę ścieżek rowerowych.")
    assert "o budowę <mark>ścieżek</mark> rowerowych." in page(client, consultation, q="sciezka").content.decode()


def test_a_hit_far_in_the_reason_is_shown_with_what_is_around_it(client, consultation):
    say(consultation, "Drzewa", reason="tekst " * 200 + "przy ławkach obok " + "tekst " * 200)
    html = page(client, consultation, q="ławka").content.decode()
    assert "przy <mark>ławkach</mark> obok" in html
    assert html.count("tekst") < 80


def test_markup_in_a_hit_is_text(client, consultation):
    say(consultation, "<b>drzewo</b><script>alert(1)</script>")
    html = page(client, consultation, q="drzewo").content.decode()
    assert "&lt;b&gt;<mark>drzewo</mark>&lt;/b&gt;" in html
    assert "<script>alert" not in html


def test_what_was_chosen_can_be_taken_away_one_by_one(client, consultation):
    DistrictFactory(slug="rury", name="Rury")
    say(consultation, "Drzewa")
    response = page(client, consultation, q="drzewo", dzielnica="rury", stan="received", sort="najnowsze")
    assert [(one.value, one.without) for one in response.context["filter"].chosen] == [
        ("„drzewo”", "dzielnica=rury&stan=received&sort=najnowsze"),
        ("Rury", "q=drzewo&stan=received&sort=najnowsze"),
        ("wpłynęła", "q=drzewo&dzielnica=rury&sort=najnowsze"),
    ]


def test_an_outcome_and_a_state_are_asked_for_apart(client, consultation):
    for state in ("received", "approved", "published"):
        remark_in_state(consultation, state)
    assert numbers(page(client, consultation, wynik="accepted")) == ["3.1"]
    assert numbers(page(client, consultation, wynik="not_accepted")) == []
    assert numbers(page(client, consultation, stan="answered")) == ["3.1"]
    assert numbers(page(client, consultation, stan="in_progress")) == ["2.1"]
    assert numbers(page(client, consultation, stan="received", wynik="accepted")) == ["3.1"]
    assert page(client, consultation, stan="answered").context["found"] == 1


@pytest.mark.parametrize("asked", ["1.1", "f1"])
def test_a_passage_is_chosen_by_number_or_code(client, consultation, asked):
    submission(consultation, new_remarks=[passage_remark(consultation, "f1"), passage_remark(consultation, "f2")])
    response = page(client, consultation, fragment=asked)
    assert numbers(response) == ["1.1"]
    assert 'name="fragment" value="1.1"' in response.content.decode()


def test_a_passage_that_does_not_exist_is_named(client, consultation):
    response = page(client, consultation, fragment="9.99")
    assert 'value="9.99"' in response.content.decode()
    assert 'aria-invalid="true"' in response.content.decode()


def test_a_searched_register_is_not_for_search_engines(client, consultation):
    assert "noindex" not in page(client, consultation).content.decode()
    assert "noindex" in page(client, consultation, q="drzewo").content.decode()


# -- Neighbours -----------------------------------------------------------------------------------------------------


def neighbours(client, consultation, number, **params):
    context = client.get(reverse("consultations:remark", args=[consultation.slug, number]), params).context
    return context["previous"], context["next"]


def test_a_row_leads_to_the_remark_within_the_search(client, consultation):
    say(consultation, "Drzewa")
    address = reverse("consultations:remark", args=[consultation.slug, "1.1"])
    assert f'href="{address}?q=drzewo"' in page(client, consultation, q="drzewo").content.decode()
    assert f'href="{address}"' in page(client, consultation).content.decode()


def test_neighbours_are_those_of_the_register_as_it_was_asked_for(client, consultation, ways):
    say(consultation, "Drzewa", "Ławki", "Drzewa", "Ławki", "Drzewa")
    assert neighbours(client, consultation, "1.3") == ("1.2", "1.4")
    assert neighbours(client, consultation, "1.3", q="drzewo") == ("1.1", "1.5")
    assert neighbours(client, consultation, "1.3", q="drzewo", sort="najnowsze") == ("1.5", "1.1")
    assert neighbours(client, consultation, "1.1", q="drzewo") == (None, "1.3")
    # A remark that is not among them stands where it would.
    assert neighbours(client, consultation, "1.4", q="drzewo") == ("1.3", "1.5")


def test_neighbours_by_answers(client, consultation):
    answered(consultation, 5, 20, 10)
    assert neighbours(client, consultation, "3.1", sort="odpowiedzi") == ("2.1", "1.1")


# -- The index ------------------------------------------------------------------------------------------------------


def test_a_sent_remark_is_indexed_in_one_query_however_many(consultation):
    counts = []
    for remarks in (1, 30):
        with CaptureQueriesContext(connection) as queries:
            submission(consultation, remarks=remarks)
        counts.append(sum('INTO "consultations_remarkwords"' in one["sql"] for one in queries))
    assert counts == [1, 1]


def test_reindex_writes_all_anew_and_missing_ones_only_when_asked(client, consultation):
    say(consultation, "Drzewa", "Ławki")
    RemarkWords.objects.update(words="stare")
    RemarkWords.objects.first().delete()
    call_command("reindex", missing=True, verbosity=0)
    assert sorted(RemarkWords.objects.values_list("words", flat=True))[1] == "stare"
    assert numbers(page(client, consultation, q="stare")) == ["1.2"]
    call_command("reindex", verbosity=0)
    assert numbers(page(client, consultation, q="stare")) == []
    assert numbers(page(client, consultation, q="ławka")) == ["1.2"]
    assert not Remark.objects.not_indexed().exists()


def test_reindex_goes_by_batches(consultation, monkeypatch):
    monkeypatch.setattr(search, "BATCH", 2)
    say(consultation, *["Drzewa"] * 5)
    RemarkWords.objects.all().delete()
    told: list[int] = []
    assert search.reindex(progress=told.append) == 5
    assert told == [2, 4, 5]


def test_reindex_holds_the_consultation_before_it_reads_the_remarks(consultation):
    """As every verb does; the other way round the two would wait for each other."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    say(consultation, "Drzewa")
    with CaptureQueriesContext(connection) as queries:
        search.reindex()
    (locks,) = [one["sql"] for one in queries if "FOR UPDATE" in one["sql"]]
    assert 'FROM "consultations_consultation"' in locks


def test_a_deleted_index_row_is_found_no_more(client, consultation):
    say(consultation, "Drzewa")
    RemarkWords.objects.all().delete()
    assert numbers(page(client, consultation, q="drzewo")) == []


# -- Cost -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("params", [{}, {"rozdzial": "1"}, {"sort": "najnowsze"}, {"sort": "odpowiedzi"}])
def test_the_number_of_queries_does_not_grow_with_the_hits(client, connection_queries, ways, params):
    """With many hits a page is asked for stretch by stretch, each two queries, and at last of the whole register."""
    counts = []
    for submissions in (1, 12):
        consultation = consultation_with_draft()
        for _ in range(submissions):
            remark_in_state(
                consultation,
                "published",
                new_remarks=[passage_remark(consultation, district=DistrictFactory(), change="Drzewa")] * 5,
            )
        counts.append(connection_queries(lambda one=consultation: page(client, one, q="drzewo", **params)))
    assert max(counts) <= (14 if ways == "few hits" else 14 + 2 * searching.STRETCHES)
    assert ways != "few hits" or counts[0] == counts[1]


@pytest.mark.parametrize("order", [NEWEST, LATELY_ANSWERED])
def test_an_order_needs_no_count_and_no_offset(client, consultation, order):
    answered(consultation, 5, 10)
    with CaptureQueriesContext(connection) as queries:
        page(client, consultation, sort=order.code)
    on_remarks = [one["sql"].upper() for one in queries if 'FROM "consultations_remark"' in one["sql"]]
    assert len(on_remarks) == 1
    assert "COUNT(" not in on_remarks[0]
    assert "OFFSET" not in on_remarks[0]
