"""Whole pages are kept for seconds, for anonymous readers only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from lublin2030.middleware import LARGEST_KEPT, PageCacheMiddleware


class Page:
    """A view that says how often it was made."""

    def __init__(self, **headers: str) -> None:
        self.times = 0
        self.headers = headers
        self.status = 200
        self.cookie = False
        self.filling = ""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.times += 1
        response = HttpResponse(f"made {self.times}{self.filling}", headers=self.headers, status=self.status)
        if self.cookie:
            response.set_cookie("basket", "x")
        return response


@pytest.fixture(autouse=True)
def _three_seconds(settings) -> Iterator[None]:
    settings.PAGE_CACHE_SECONDS = 3
    caches["pages"].clear()
    yield
    caches["pages"].clear()


def ask(page, path="/", cookies=None, method="get", **headers):
    request = getattr(RequestFactory(headers=headers), method)(path)
    request.COOKIES.update(cookies or {})
    response = PageCacheMiddleware(page)(request)
    assert isinstance(response, HttpResponse)
    return response.content.decode()


def test_the_second_reader_gets_the_kept_page():
    page = Page()
    assert [ask(page), ask(page)] == ["made 1", "made 1"]


def test_after_the_seconds_it_is_made_anew():
    page = Page()
    with time_machine.travel(0, tick=False) as clock:
        ask(page)
        clock.shift(4)
        assert ask(page) == "made 2"


@pytest.mark.parametrize("cookies", [{"sessionid": "1"}, {"basket": "1"}, {"messages": "1"}])
def test_a_reader_with_something_of_his_own_gets_a_page_of_his_own(cookies):
    page = Page()
    ask(page)
    assert ask(page, cookies=cookies) == "made 2"
    assert ask(page) == "made 1"


@pytest.mark.parametrize("headers", [{"Cache-Control": "no-store"}, {"Cache-Control": "private"}])
def test_a_private_page_is_not_kept(headers):
    page = Page(**headers)
    ask(page)
    assert ask(page) == "made 2"


@pytest.mark.parametrize(("varies", "times"), [("Accept-Language, Cookie", 1), ("Accept", 2), ("Origin, Cookie", 2)])
def test_a_page_that_depends_on_what_the_key_does_not_hold_is_not_kept(varies, times):
    page = Page(Vary=varies)
    ask(page)
    assert ask(page) == f"made {times}"


def test_a_page_so_large_that_many_would_fill_the_memory_is_not_kept():
    page = Page()
    page.filling = " " * LARGEST_KEPT
    ask(page)
    assert ask(page).startswith("made 2")


def test_an_error_and_a_page_with_a_cookie_are_not_kept():
    page = Page()
    page.status = 500
    ask(page)
    page.status, page.cookie = 200, True
    ask(page)
    assert ask(page) == "made 3"


def test_other_addresses_methods_encodings_and_parts_are_apart():
    page = Page()
    assert ask(page) == "made 1"
    assert ask(page, "/?x=1") == "made 2"
    assert ask(page, method="post") == "made 3"
    assert ask(page, **{"Accept-Encoding": "gzip"}) == "made 4"
    assert ask(page, **{"HX-Request": "true"}) == "made 5"
