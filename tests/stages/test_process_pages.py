"""The main process, its stages, and the processes that grew out of it."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from lublin2030.lib.dates import warsaw
from lublin2030.lib.quarters import Quarter
from stages.models import Document, Milestone, Process, Result
from tests.factories import NewsFactory, ProcessFactory, StageFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


@pytest.fixture
def main() -> Process:
    process = ProcessFactory(slug="lublin-2030", name="Strategia Lublin 2030", is_main=True)
    for number, (first, last) in enumerate([("2021-2", "2021-3"), ("2021-4", "2021-4"), ("2022-1", "2022-1")], 1):
        StageFactory(
            process=process, number=number, first_quarter=Quarter.parse(first), last_quarter=Quarter.parse(last)
        )
    return process


@pytest.mark.parametrize(
    "path", ["/etapy/", "/aktualnosci/", "/wydarzenia/", "/liczby/", "/grupy-robocze/", "/en/etapy/", "/uk/liczby/"]
)
def test_an_empty_portal_answers(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/etapy/1/", "/etapy/0/", "/etapy/99999999999999999999/", "/procesy/nie-ma/", "/procesy/nie-ma/etapy/1/",
     "/informacje/nie-ma/", "/aktualnosci/nie-ma/", "/wydarzenia/nie-ma/"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_spine_tells_each_state_in_words(client: Client, main: Process) -> None:
    answer = client.get("/etapy/")
    assertContains(answer, "Jaki ma być Lublin w 2030 roku?")
    assertContains(answer, '<li data-state="done">', 1)
    assertContains(answer, '<span class="now-tag">tu jesteśmy</span>', 1, html=True)
    assertContains(answer, '<span class="when">zakończony</span>', 1, html=True)
    assertContains(answer, '<span class="when">przed nami</span>', 1, html=True)
    assertContains(answer, "IV kw. 2021")


def test_a_stage_shows_what_it_brought_and_its_neighbours(client: Client, main: Process) -> None:
    second = main.stages.get(number=2)
    second.body = "## Jak pracujemy\n\n<script>alert(1)</script>"
    second.save()
    Result.objects.create(stage=second, title="Raport z rozmów")
    Milestone.objects.create(stage=second, date="2021-12-08", title="Spotkanie dla radnych")
    answer = client.get("/etapy/2/")
    assertContains(answer, 'aria-current="page"', 1)
    assertContains(answer, "<h2>Jak pracujemy</h2>", html=True)
    assertNotContains(answer, "<script>alert(1)")
    assertContains(answer, "Raport z rozmów")
    assertContains(answer, '<time datetime="2021-12-08">8 grudnia 2021</time>', html=True)
    assertContains(answer, 'rel="prev" href="/etapy/1/"')
    assertContains(answer, 'rel="next" href="/etapy/3/"')


def test_the_first_and_the_last_stage_have_one_neighbour(client: Client, main: Process) -> None:
    assertNotContains(client.get("/etapy/1/"), 'rel="prev"')
    assertNotContains(client.get("/etapy/3/"), 'rel="next"')


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, {"": "1 kB", "/uk": "1 кБ"}),
        (12_001, {"": "13 kB", "/en": "13 kB"}),
        (1_234_567, {"": "1,2 MB", "/en": "1.2 MB", "/uk": "1,2 МБ"}),
    ],
)
def test_a_document_says_its_format_size_and_language(
    client: Client, main: Process, size: int, words: dict[str, str]
) -> None:
    file = ContentFile(b"x" * size, name="raport.pdf")
    Document.objects.create(
        process=main, stage=main.stages.get(number=2), title="Raport grup", file=file, format="PDF", language="uk"
    )
    names = {"": "ukraiński", "/en": "Ukrainian", "/uk": "українська"}
    for prefix, text in words.items():
        assertContains(client.get(f"{prefix}/etapy/2/"), f"(PDF, {text}, {names[prefix]})")


def test_only_published_news_of_the_stage_stand_on_its_page(client: Client, main: Process) -> None:
    stage = main.stages.get(number=2)
    NewsFactory(process=main, stage=stage, title="Rusza stół")
    NewsFactory(process=main, stage=stage, title="Jutro coś nowego", published_at=warsaw(2021, 12, 2))
    NewsFactory(process=main, stage=stage, title="Szkic", published_at=None)
    answer = client.get("/etapy/2/")
    assertContains(answer, "Rusza stół")
    assertNotContains(answer, "Jutro coś nowego")
    assertNotContains(answer, "Szkic")


def test_a_child_process_is_listed_marked_and_has_its_own_stages(client: Client, main: Process) -> None:
    child = ProcessFactory(slug="zielen", name="Strategia zieleni", parent=main, is_demonstration=True)
    StageFactory(process=child, number=1, title="Diagnoza zieleni")
    answer = client.get("/etapy/")
    assertContains(answer, 'href="/procesy/zielen/"')
    demonstration = '<span class="demo">'
    assertContains(answer, demonstration, 1)
    assertContains(client.get("/procesy/zielen/"), 'href="/procesy/zielen/etapy/1/"')
    assertContains(client.get("/procesy/zielen/"), demonstration, 1)
    assertContains(client.get("/procesy/zielen/etapy/1/"), demonstration, 1)


def test_the_main_process_has_one_address(client: Client, main: Process) -> None:
    assertRedirects(client.get("/procesy/lublin-2030/"), "/etapy/", status_code=301)
    assertRedirects(client.get("/procesy/lublin-2030/etapy/2/"), "/etapy/2/", status_code=301)


@pytest.mark.parametrize("path", ["/etapy/", "/etapy/2/"])
def test_queries_do_not_grow_with_what_there_is(client: Client, main: Process, path: str) -> None:
    def fill(count: int) -> None:
        stage = main.stages.get(number=2)
        for place in range(count):
            Result.objects.create(stage=stage, title="Rezultat")
            Milestone.objects.create(stage=stage, date="2021-12-08", title="Dzień")
            for of in (None, stage):
                Document.objects.create(process=main, stage=of, title="D", url="https://example.org/", format="HTML")
            NewsFactory(process=main, stage=stage)
            ProcessFactory(parent=main)
            StageFactory(process=main, number=main.stages.count() + 1 + place)

    fill(1)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    fill(4)
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(many) == len(few)


def test_an_anonymous_readers_page_sets_no_cookie_and_may_be_kept(client: Client, main: Process) -> None:
    for path in ["/etapy/", "/etapy/2/", "/liczby/", "/wydarzenia/", "/grupy-robocze/", "/aktualnosci/"]:
        answer = client.get(path)
        assert not answer.cookies
        assert b"csrfmiddlewaretoken" not in answer.content
