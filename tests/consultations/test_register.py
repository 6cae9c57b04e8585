"""The public register: every remark by number, found by filters, nobody's private data, at a constant cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.models import Remark, Submission, Topic
from consultations.services.submissions import NewRemark, Sender
from tests.factories import (
    AFTER,
    DURING,
    ConsultationFactory,
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


@pytest.fixture
def varied(consultation):
    """1.1 and 1.2 on f1 and f4 from a district, 2.1 on chapter 2 on paper, 3.1 on the whole document and on a topic."""
    district = DistrictFactory(slug="rury", name="Rury")
    version = consultation.draft.versions.get()
    topic = consultation.topics.get()
    submission(
        consultation,
        sender=Sender(name="A", email="a@example.org", district=district),
        new_remarks=[passage_remark(consultation, "f1"), passage_remark(consultation, "f4")],
    )
    chapter = version.chapters.get(number=2).chapter
    submission(
        consultation,
        new_remarks=[NewRemark(change="Rozdział", chapter=chapter, version=version)],
        channel=Submission.Channel.PAPER,
    )
    submission(consultation, new_remarks=[NewRemark(change="Całość", version=version, topic=topic)])
    return consultation


# -- Pages ----------------------------------------------------------------------------------------------------------


def test_remarks_stand_by_number(client, consultation):
    submission(consultation, remarks=2)
    submission(consultation)
    assert numbers(page(client, consultation)) == ["1.1", "1.2", "2.1"]


def test_pages_follow_each_other_both_ways(client, consultation, settings):
    settings.REGISTER_PAGE_SIZE = 2
    submission(consultation, remarks=5)
    first = page(client, consultation)
    assert numbers(first) == ["1.1", "1.2"]
    assert f"?after={first.context['page'].after}" in first.content.decode()
    second = page(client, consultation, after=first.context["page"].after)
    assert numbers(second) == ["1.3", "1.4"]
    assert numbers(page(client, consultation, after=second.context["page"].after)) == ["1.5"]
    assert numbers(page(client, consultation, before=second.context["page"].before)) == ["1.1", "1.2"]


def test_the_next_page_keeps_the_filter(client, consultation, settings):
    settings.REGISTER_PAGE_SIZE = 2
    submission(consultation, remarks=3)
    response = page(client, consultation, fragment="f1", stan="received")
    assert f"?fragment=f1&amp;stan=received&amp;after={response.context['page'].after}" in response.content.decode()


@pytest.mark.parametrize(
    "params",
    [
        {"after": "abc"},
        {"before": "-1"},
        {"after": "9" * 40},
        {"rozdzial": "99"},
        {"rozdzial": "x"},
        {"fragment": "f99"},
        {"fragment": "f1\x00"},
        {"fragment": "<script>"},
        {"temat": "nie-ma"},
        {"dzielnica": "nie-ma\x00"},
        {"kanal": "golab"},
        {"stan": "approved"},
        {"nieznane": "x"},
    ],
)
def test_unknown_values_are_no_filter(client, consultation, params):
    submission(consultation, remarks=2)
    response = page(client, consultation, **params)
    assert numbers(response) == ["1.1", "1.2"]
    assert response.context["filter"].is_set is False


@pytest.mark.parametrize("params", [{"after": "9" * 18}, {"before": "0"}, {"before": "1"}])
def test_a_page_beyond_the_register_offers_the_way_back(client, consultation, params):
    submission(consultation)
    response = page(client, consultation, **params)
    assert numbers(response) == []
    assert "Pokaż wszystkie uwagi" in response.content.decode()


def test_an_empty_register_says_so(client, consultation):
    assert "Nie ma jeszcze uwag" in page(client, consultation).content.decode()


def test_a_consultation_without_a_draft_has_a_register(client):
    consultation = ConsultationFactory()
    submission(consultation, new_remarks=[NewRemark(change="Zmieńcie to")])
    response = page(client, consultation, rozdzial="1", fragment="f1")
    assert numbers(response) == ["1.1"]
    assert "Cały dokument" in response.content.decode()


def test_only_this_consultations_remarks(client, consultation):
    submission(consultation_with_draft())
    assert numbers(page(client, consultation)) == []


# -- Filters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"rozdzial": "1"}, ["1.1"]),
        ({"rozdzial": "2"}, ["1.2", "2.1"]),
        ({"rozdzial": "0"}, ["3.1"]),
        ({"fragment": "f4"}, ["1.2"]),
        ({"fragment": "f2"}, []),
        ({"fragment": "f4", "rozdzial": "1"}, ["1.2"]),
        ({"temat": "zielen"}, ["3.1"]),
        ({"dzielnica": "rury"}, ["1.1", "1.2"]),
        ({"kanal": "paper"}, ["2.1"]),
        ({"stan": "received"}, ["1.1", "1.2", "2.1", "3.1"]),
        ({"stan": "accepted"}, []),
        ({"dzielnica": "rury", "rozdzial": "1"}, ["1.1"]),
        ({"rozdzial": "2", "temat": "nie-ma"}, ["1.2", "2.1"]),
    ],
)
def test_filters_find(client, varied, params, found):
    response = page(client, varied, **params)
    assert numbers(response) == found
    assert response.context["filter"].is_set is True


@pytest.mark.parametrize("standing", Remark.Standing.values)
def test_every_standing_can_be_filtered(client, consultation, standing):
    states = {"received": "received", "improper": "improper", "in_progress": "approved", "accepted": "published"}
    for state in states.values():
        remark_in_state(consultation, state)
    response = page(client, consultation, stan=standing)
    assert [row.remark.standing for row in response.context["rows"]] == ([standing] if standing in states else [])
    assert response.context["found"] == len(response.context["rows"])


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"rozdzial": "2"}, 2),
        ({"rozdzial": "0"}, 1),
        ({"fragment": "f4"}, 1),
        ({"fragment": "f2"}, 0),
        ({"temat": "zielen"}, 1),
        ({"dzielnica": "rury", "stan": "received"}, 2),
        ({"kanal": "paper", "stan": "accepted"}, 0),
        ({"stan": "received"}, 4),
        ({"dzielnica": "rury", "rozdzial": "1"}, None),
    ],
)
def test_how_many_were_found_is_told_where_a_counter_knows(client, varied, params, count):
    response = page(client, varied, **params)
    assert response.context["found"] == count
    assert ("Znaleziono" in response.content.decode()) is (count is not None)


def test_the_form_shows_what_was_chosen(client, varied):
    html = page(client, varied, rozdzial="2", stan="received", dzielnica="rury").content.decode()
    for choice in ['value="2" selected', 'value="received" selected', 'value="rury" selected']:
        assert choice in html


def test_another_consultations_topic_is_no_filter(client, consultation):
    Topic.objects.create(consultation=consultation_with_draft(), slug="obcy", name="Obcy")
    submission(consultation)
    assert page(client, consultation, temat="obcy").context["filter"].is_set is False


# -- What a row shows -----------------------------------------------------------------------------------------------


def test_a_row_shows_number_place_standing_topic_district_channel_and_day(client, varied):
    html = page(client, varied).content.decode()
    assert reverse("consultations:remark", args=[varied.slug, "1.2"]) in html
    for words in ["1.2/2021", "Fragment 2.1", "2. Rozdział 2", "wpłynęła", "Zieleń", "Rury", "list", "1 grudnia 2021"]:
        assert words in html


def test_a_long_remark_is_shortened(client, consultation):
    submission(consultation, new_remarks=[passage_remark(consultation, change="drzewo " * 600)])
    assert page(client, consultation).content.decode().count("drzewo") < 60


def test_a_remark_that_only_gives_a_wording_shows_it(client, consultation):
    submission(consultation, new_remarks=[passage_remark(consultation, change="", wording="Miasto sadzi lipy.")])
    assert "Miasto sadzi lipy." in page(client, consultation).content.decode()


def test_an_improper_remark_stays_with_its_reason(client, consultation):
    remark_in_state(consultation, "improper")
    html = page(client, consultation).content.decode()
    assert "nieprawidłowa" in html
    assert "po terminie" in html


def test_an_unpublished_outcome_does_not_show(client, consultation):
    remark_in_state(consultation, "approved")
    response = page(client, consultation)
    assert [row.remark.standing for row in response.context["rows"]] == ["in_progress"]
    assert '<span class="tag accepted">' not in response.content.decode()


def test_demonstration_remarks_are_marked_one_by_one(client, consultation):
    submission(consultation, is_demonstration=True)
    submission(consultation)
    assert page(client, consultation).content.decode().count('class="demo"') == 1


def test_totals_come_from_the_counters(client, consultation):
    remark_in_state(consultation, "proper", remarks=2)
    submission(consultation)
    html = page(client, consultation).content.decode()
    assert [f'<dd class="num">{n}</dd>' in html for n in (3, 2)] == [True, True]


def test_markup_in_a_remark_is_text(client, consultation):
    submission(
        consultation,
        sender=Sender(kind=Submission.SenderKind.ORGANISATION, name="<i>Fundacja</i>", email="x@example.org"),
        new_remarks=[passage_remark(consultation, change="<script>alert(1)</script>")],
    )
    html = page(client, consultation).content.decode()
    assert "<script>alert" not in html
    assert "<i>Fundacja" not in html
    assert "&lt;script&gt;alert(1)" in html


# -- Whose it is ----------------------------------------------------------------------------------------------------

SECRETS: dict[str, Any] = {
    "name": "Zenobia Tajna",
    "representative": "Gerwazy Skryty",
    "email": "zenobia@example.org",
    "phone": "600700800",
    "address": "Ulica Ukryta 7",
}


def test_a_natural_person_is_never_named_nor_loaded(client, consultation):
    submission(consultation, sender=Sender(**SECRETS))
    with CaptureQueriesContext(connection) as queries:
        response = page(client, consultation)
    html = response.content.decode()
    assert "osoba fizyczna" in html
    for secret in SECRETS.values():
        assert secret not in html
    [query] = [one["sql"] for one in queries if '"position" > ' in one["sql"] or "opening" in one["sql"]]
    for column in ("email", "phone", "address", "representative", "tracking_token", "form_token"):
        assert column not in query
    row = response.context["rows"][0].remark
    assert row.organisation == ""
    assert "name" in row.submission.get_deferred_fields()


def test_an_organisation_is_named_but_not_who_acts_for_it(client, consultation):
    sender = Sender(**(SECRETS | {"name": "Fundacja Lipa"}), kind=Submission.SenderKind.ORGANISATION)
    submission(consultation, sender=sender)
    html = page(client, consultation).content.decode()
    assert "Fundacja Lipa" in html
    for secret in ["Gerwazy Skryty", "zenobia@example.org", "600700800", "Ukryta"]:
        assert secret not in html


def test_the_public_table_never_loads_a_natural_persons_name(consultation):
    submission(consultation, sender=Sender(**SECRETS))
    remark = Remark.objects.for_public_table(DURING).get()
    hidden = {"name", "representative", "email", "phone", "address", "tracking_token", "form_token"}
    assert hidden <= remark.submission.get_deferred_fields()
    assert vars(remark)["organisation"] == ""


# -- Cost -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("params", [{}, {"rozdzial": "1"}, {"fragment": "f1", "stan": "improper"}])
def test_the_same_queries_for_five_rows_and_for_sixty(client, connection_queries, params):
    counts = []
    for submissions, remarks in [(1, 5), (12, 5)]:
        consultation = consultation_with_draft()
        for n in range(submissions):
            remark_in_state(
                consultation,
                "improper",
                new_remarks=[
                    passage_remark(
                        consultation, district=DistrictFactory(), topic=consultation.topics.get(), change=f"{n}"
                    )
                ]
                * remarks,
            )
        counts.append(connection_queries(lambda one=consultation: page(client, one, **params)))
    assert counts[0] == counts[1] <= 11


def test_no_query_counts_or_skips_remarks(client, consultation):
    submission(consultation, remarks=3)
    with CaptureQueriesContext(connection) as queries:
        page(client, consultation, rozdzial="1", after="1001")
    on_remarks = [one["sql"].upper() for one in queries if '"consultations_remark"' in one["sql"]]
    assert len(on_remarks) == 1
    assert "COUNT(" not in on_remarks[0]
    assert "OFFSET" not in on_remarks[0]
    assert "LIMIT 51" in on_remarks[0]


def test_a_row_says_in_which_language_it_is_written(client, consultation):
    sender = Sender(name="Jan Przykładowy", email="jan@example.org", language="uk")
    submission(consultation, sender=sender, new_remarks=[passage_remark(consultation, change="Більше дерев.")])
    html = client.get("/en" + reverse("consultations:register", args=[consultation.slug])).content.decode()
    assert '<p lang="uk">Більше дерев.</p>' in html


def test_the_register_is_read_without_touching_the_session(client, consultation):
    response = page(client, consultation)
    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_the_register_stays_after_the_end(client, consultation, during):
    submission(consultation, now=DURING)
    during.move_to(AFTER)
    assert numbers(page(client, consultation)) == ["1.1"]
