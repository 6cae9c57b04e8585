"""News by pages, single news, and the pages that staff write."""

from __future__ import annotations

import datetime as dt
import itertools
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django.asserts import assertContains

from lublin2030.lib.dates import warsaw
from lublin2030.lib.paging import page_by_moment
from stages.models import News, Page, Process
from stages.views import NEWS_PAGE_SIZE
from tests.factories import NewsFactory, ProcessFactory

LINK = re.compile(r'rel="(prev|next)" href="([^"]+)"')
TITLE = re.compile(r"<h2><a[^>]*>([^<]+)</a>")


def neighbours(html: str) -> dict[str, str]:
    return {rel: url.replace("&amp;", "&") for rel, url in LINK.findall(html)}


@pytest.mark.django_db
@pytest.mark.usefixtures("during")
class TestNews:
    def test_pages_go_from_the_newest_to_the_oldest_and_back(self, client: Client) -> None:
        process = ProcessFactory()
        # Two of each day: the day alone does not order them.
        for place in range(2 * NEWS_PAGE_SIZE + 3):
            NewsFactory(
                process=process, title=f"nr {place}", published_at=warsaw(2021, 1, 1) + dt.timedelta(days=place // 2)
            )
        titles, url = [], "/aktualnosci/"
        pages = 0
        while url:
            html = client.get(url).content.decode()
            titles += TITLE.findall(html)
            pages += 1
            last, url = html, neighbours(html).get("next", "")
            url = f"/aktualnosci/{url}" if url else ""
        assert pages == 3
        assert titles == [f"nr {place}" for place in reversed(range(2 * NEWS_PAGE_SIZE + 3))]
        back = client.get("/aktualnosci/" + neighbours(last)["prev"]).content.decode()
        assert TITLE.findall(back) == titles[NEWS_PAGE_SIZE : 2 * NEWS_PAGE_SIZE]

    @pytest.mark.parametrize("query", ["after=x", "after=-1", "after=999999999999999999", "before=%00", "before=12345"])
    def test_an_unknown_place_in_the_list_is_its_beginning(self, client: Client, query: str) -> None:
        NewsFactory(title="Rusza stół")
        assertContains(client.get(f"/aktualnosci/?{query}"), "Rusza stół")

    def test_news_are_public_from_their_time_on(self, client: Client) -> None:
        NewsFactory(slug="jutro", published_at=warsaw(2021, 12, 1, 12, 1))
        NewsFactory(slug="teraz", published_at=warsaw(2021, 12, 1, 12, 0))
        NewsFactory(slug="szkic", published_at=None)
        codes = {slug: client.get(f"/aktualnosci/{slug}/").status_code for slug in ("jutro", "teraz", "szkic")}
        assert codes == {"jutro": 404, "teraz": 200, "szkic": 404}

    def test_queries_do_not_grow_with_the_news(self, client: Client) -> None:
        NewsFactory()
        with CaptureQueriesContext(connection) as few:
            client.get("/aktualnosci/")
        for _place in range(5):
            NewsFactory()
        with CaptureQueriesContext(connection) as many:
            client.get("/aktualnosci/")
        assert len(many) == len(few)


class TestPagesByMoment(TestCase):
    @settings(max_examples=30, deadline=None)
    @given(days=st.lists(st.integers(0, 4), max_size=9), size=st.integers(1, 4), newest_first=st.booleans())
    def test_the_pages_forward_are_the_whole_list_and_each_leads_back(
        self, days: list[int], size: int, newest_first: bool
    ) -> None:
        process = Process.objects.create(slug="p", name="P", first_quarter="2021-1", last_quarter="2021-1")
        for place, day in enumerate(days):
            News.objects.create(
                process=process, slug=f"n{place}", title="N", published_at=warsaw(2021, 1, 1) + dt.timedelta(days=day)
            )
        order = ("-published_at", "-pk") if newest_first else ("published_at", "pk")
        whole = list(News.objects.order_by(*order))

        def page(**keys: int | None):
            return page_by_moment(
                News.objects.all(), field="published_at", newest_first=newest_first, size=size, **keys
            )

        pages = [page()]
        while pages[-1].after is not None:
            pages.append(page(after=pages[-1].after))
        assert [row for one in pages for row in one.rows] == whole
        for earlier, later in itertools.pairwise(pages):
            assert later.before is not None
            assert page(before=later.before).rows == earlier.rows
        assert pages[0].before is None


@pytest.mark.django_db
class TestPages:
    def test_a_page_of_html_keeps_its_ids_and_loses_what_runs(self, client: Client) -> None:
        body = '<p id="a11y-wstep" onclick="x()">Gmina<script>x()</script></p>'
        Page.objects.create(slug="deklaracja-dostepnosci", title="Deklaracja", body=body, format=Page.Format.HTML)
        assertContains(client.get("/informacje/deklaracja-dostepnosci/"), '<p id="a11y-wstep">Gmina</p>', html=True)

    def test_html_in_a_page_of_markdown_is_shown_as_text(self, client: Client) -> None:
        Page.objects.create(slug="kontakt", title="Kontakt", body="**Ratusz** <b>x</b>")
        assertContains(client.get("/informacje/kontakt/"), "<strong>Ratusz</strong> &lt;b&gt;x&lt;/b&gt;")

    def test_a_missing_translation_comes_in_polish_and_says_so(self, client: Client) -> None:
        page = Page(slug="kontakt", title="Kontakt", body="Ratusz")
        page.translate("title", "en", "Contact")
        page.save()
        answer = client.get("/en/informacje/kontakt/")
        assertContains(answer, "<h1>Contact</h1>", html=True)
        assertContains(answer, '<div lang="pl"><p>Ratusz</p></div>', html=True)
        assert b'lang="pl"><p>' not in client.get("/informacje/kontakt/").content
