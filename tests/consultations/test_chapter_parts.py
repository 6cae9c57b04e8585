"""A long chapter opens in parts, and every link to a passage finds the part on which it stands."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultations.parts import AROUND, divide
from consultations.reading import passage_address
from consultations.services.baskets import add_remark
from tests.consultations.drafts import add_passage, chapter_of, publish_next, version_of
from tests.consultations.residents import url
from tests.factories import consultation_with_draft, passage_remark, submission

LONG = "Miasto rozwija sieć dróg dla rowerów i uspokaja ruch w dzielnicach, aby każdy bezpiecznie dotarł do pracy. " * 7


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 3000), max_size=60), st.data())
def test_the_parts_hold_every_passage_once_and_in_order(sizes, data):
    headings = data.draw(st.lists(st.booleans(), min_size=len(sizes), max_size=len(sizes)))
    parts = divide(sizes, headings, largest=5000)
    assert [place for part in parts for place in part] == list(range(len(sizes)))
    assert all(parts) or not sizes
    for part in parts:
        assert len(part) <= 1 or sum(sizes[place] + AROUND for place in part) <= 5000


def test_a_short_chapter_is_one_part():
    assert divide([100] * 20) == [range(20)]


def test_a_chapter_without_passages_is_one_empty_part():
    assert divide([]) == [range(0)]


def test_the_parts_are_about_equal():
    assert [len(part) for part in divide([940] * 12, largest=10_000)] == [6, 6]


def test_a_part_begins_with_a_heading_where_one_is_near():
    headings = [place == 5 for place in range(12)]
    assert divide([940] * 12, headings, largest=10_000)[1].start == 5


@pytest.fixture
def consultation(during, db):
    consultation = consultation_with_draft(chapters=0)
    chapter = chapter_of(version_of(consultation), 1, "Długi rozdział")
    for number in range(150):
        add_passage(chapter, f"{number}. {LONG}")
    return consultation


def codes(response):
    return [item.text.passage.code for item in response.context["passages"]]


@pytest.mark.django_db
class TestReader:
    def test_every_part_is_light_and_all_parts_are_the_chapter(self, client, consultation):
        first = client.get(url("chapter", consultation, 1))
        parts = first.context["shown"].parts
        assert parts > 1
        seen = []
        for part in range(1, parts + 1):
            response = client.get(url("chapter", consultation, 1), {"czesc": part})
            assert len(gzip.compress(response.content)) < 25_000
            seen += codes(response)
        assert seen == [f"f{number}" for number in range(1, 151)]

    def test_parts_lead_to_each_other(self, client, consultation):
        html = client.get(url("chapter", consultation, 1), {"czesc": "2"}).content.decode()
        address = url("chapter", consultation, 1)
        assert f'rel="prev" href="{address}?czesc=1"' in html
        assert f'rel="next" href="{address}?czesc=3"' in html

    @pytest.mark.parametrize("part", ["0", "99", "abc", "-1", "\x00"])
    def test_there_is_no_other_part(self, client, consultation, part):
        assert client.get(url("chapter", consultation, 1), {"czesc": part}).status_code == 404

    def test_a_passages_address_opens_its_part(self, client, consultation):
        for code in ("f1", "f75", "f150"):
            assert code in codes(client.get(passage_address(consultation.slug, 1, code)))

    def test_an_unknown_passage_opens_the_first_part(self, client, consultation):
        assert codes(client.get(url("chapter", consultation, 1), {"fragment": "f999"}))[0] == "f1"

    def test_an_earlier_version_stays_in_its_version(self, client, consultation):
        publish_next(consultation)
        html = client.get(url("chapter", consultation, 1), {"wersja": "1", "czesc": "2"}).content.decode()
        assert f'href="{url("chapter", consultation, 1)}?wersja=1&amp;czesc=3"' in html

    def test_the_remarks_page_leads_to_the_part(self, client, consultation):
        submission(consultation, new_remarks=[passage_remark(consultation, "f150")])
        html = client.get(url("remark", consultation, "1.1")).content.decode()
        assert f'href="{url("chapter", consultation, 1)}?fragment=f150#f150"' in html

    def test_queries_do_not_grow_with_parts(self, client, consultation, connection_queries):
        short = consultation_with_draft(chapters=1)
        assert connection_queries(lambda: client.get(url("chapter", short, 1))) == connection_queries(
            lambda: client.get(url("chapter", consultation, 1), {"fragment": "f150"})
        )

    def test_unsent_remarks_can_be_reached_from_the_top(self, client, consultation):
        add_remark(
            consultation, cookie_key="k", remark=passage_remark(consultation, "f1"), form_token="t", language="pl"
        )
        client.cookies["basket"] = "k"
        assert 'href="#koszyk"' in client.get(url("chapter", consultation, 1)).content.decode()
