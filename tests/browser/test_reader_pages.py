"""The draft in a real browser: accessible at both widths and in both schemes, light, and usable with and without JS."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest
from django.utils import timezone

from consultations.models import Consultation
from tests.consultations.drafts import add_passage, chapter_of, publish_next, rich_consultation, version_of
from tests.consultations.residents import url

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "Miasto rozwija sieć dróg dla rowerów i uspokaja ruch w dzielnicach, aby każdy bezpiecznie dotarł do pracy. " * 7
LIMIT = 100_000


@pytest.fixture
def consultation(db):
    """Open now, with a rich first chapter and a second one of 150 long passages."""
    now = timezone.now()
    consultation = rich_consultation(opens_at=now - timedelta(days=2), closes_at=now + timedelta(days=9))
    Consultation.objects.update(published_at=now - timedelta(days=2))
    chapter = chapter_of(version_of(consultation), 2, "Długi rozdział")
    for number in range(150):
        add_passage(chapter, f"{number}. {LONG}")
    return consultation


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_of_the_draft_are_accessible(visit, axe, consultation, width):
    publish_next(consultation)
    page = visit(url("draft", consultation), width=width)
    found = {}
    for address in (
        url("draft", consultation),
        url("chapter", consultation, 1, query="?wersja=1"),
        url("chapter", consultation, 2, query="?wersja=1&czesc=2"),
        url("search_draft", consultation, query="?wersja=1&q=rower"),
        url("search_draft", consultation, query="?q=xyzzy"),
    ):
        page.goto(address)
        problems = axe(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append("wider than the screen")
        if problems:
            found[address] = problems
    assert found == {}


@pytest.mark.parametrize("language", ["", "/uk"])
def test_a_first_visit_to_a_long_chapter_is_light(visit, chromium, live_server, consultation, language):
    context = chromium.new_context(base_url=live_server.url)
    page = context.new_page()
    parts: dict[str, int] = {}

    def weigh(response):
        body = response.body()
        parts[response.url] = len(body) if response.url.endswith(".woff2") else len(gzip.compress(body))

    page.on("response", weigh)
    page.goto(language + url("chapter", consultation, 2), wait_until="networkidle")
    page.wait_for_timeout(100)
    assert len(parts) > 3
    assert sum(parts.values()) <= LIMIT, parts
    context.close()


def test_a_bookmark_of_a_passage_finds_its_part(visit, consultation):
    code = version_of(consultation).chapters.get(number=2).passages.get(position=150).passage.code
    page = visit(f"{url('chapter', consultation, 2)}#{code}")
    page.wait_for_selector(f"#{code}")
    assert page.url.endswith(f"?fragment={code}#{code}")


def test_the_form_opens_at_the_passage_though_htmx_is_fetched_only_then(visit, consultation):
    page = visit(url("chapter", consultation, 1), width=360)
    assert page.evaluate("typeof window.htmx") == "undefined"
    page.locator("#f1 .act a[hx-get]").click()
    page.wait_for_selector("#slot-f1 form")
    assert page.url.endswith("/projekt/1/")


def test_without_javascript_the_contents_open_and_the_search_finds(visit, consultation):
    page = visit(url("chapter", consultation, 1), width=360, javascript=False)
    assert not page.locator(".folds ol").first.is_visible()
    page.locator(".folds summary").click()
    assert page.locator(".folds ol").first.is_visible()
    page.locator("#szukaj").fill("sciezki rowerowe")
    page.keyboard.press("Enter")
    assert page.locator("mark").first.inner_text() == "ścieżki"


def test_beside_the_text_the_contents_stand_open(visit, consultation):
    page = visit(url("chapter", consultation, 1), width=1280)
    assert page.get_by_role("link", name="2. Długi rozdział").first.is_visible()
