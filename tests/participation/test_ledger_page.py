"""The ledger in the reader's words, on its page and on a stage's."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pytest_django.asserts import assertContains, assertNotContains

from participation.figure_words import events_in_words
from participation.ledger import LedgerRow
from participation.models import DiscussionTopic, Figure
from stages.models import Process
from tests.factories import EventFactory, FigureFactory, ProcessFactory, StageFactory, WorkingGroupFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


@pytest.fixture
def main() -> Process:
    return ProcessFactory(is_main=True, estimate_explanation="Nikt nie liczył wszystkich po kolei.")


def words(html: bytes) -> str:
    """The page's text with single blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.decode()))


@pytest.mark.parametrize(
    ("value", "unit", "qualifier", "read"),
    [
        (773, "people", "exact", {"pl": "773 osoby", "en": "773 people", "uk": "773 особи"}),
        (1, "people", "exact", {"pl": "1 osoba", "en": "1 person", "uk": "1 особа"}),
        (184, "people", "exact", {"pl": "184 osoby", "en": "184 people", "uk": "184 особи"}),
        (50, "people", "about", {"pl": "ok. 50 osób", "en": "about 50 people", "uk": "близько 50 осіб"}),
        (1500, "people", "nearly", {"pl": "blisko 1 500 osób", "en": "nearly 1,500 people", "uk": "майже 1 500 осіб"}),
        (122, "people", "about", {"pl": "ok. 122 osób", "en": "about 122 people", "uk": "близько 122 осіб"}),
        (100, "experts", "over", {"pl": "ponad 100 ekspertów", "en": "over 100 experts", "uk": "понад 100 експертів"}),
        (400, "pages", "over", {"pl": "ponad 400 stron", "en": "over 400 pages", "uk": "понад 400 сторінок"}),
        (37, "replies", "exact", {"pl": "37 odpowiedzi", "en": "37 replies", "uk": "37 відповідей"}),
        (None, "", "", {"pl": " ", "en": " ", "uk": " "}),
    ],
)
def test_a_figure_is_read_with_its_unit_and_qualifier(
    value: int | None, unit: str, qualifier: str, read: dict[str, str]
) -> None:
    row = LedgerRow(Figure(value=value, unit=unit, qualifier=qualifier))
    for language, text in read.items():
        with translation.override(language):
            assert f"{row.value} {row.unit}".replace("\xa0", " ") == text


@pytest.mark.parametrize(
    ("count", "qualifier", "text"),
    [(17, "exact", "17"), (None, "over_ten", "kilkanaście"), (1, "planned", "1 (planowane)"), (None, "", "")],
)
def test_how_many_there_were_is_read_as_the_source_has_it(count: int | None, qualifier: str, text: str) -> None:
    with translation.override("pl"):
        assert events_in_words(Figure(events_count=count, events_qualifier=qualifier)) == text


def test_the_ledger_shows_parts_estimates_sums_and_the_citys_own_estimate(client: Client, main: Process) -> None:
    stage = StageFactory(process=main, number=2, short_title="Wizja")
    FigureFactory(process=main, stage=stage, activity="Punkty", value=773, events_count=17, events_qualifier="exact")
    whole = FigureFactory(process=main, stage=stage, activity="Kafejka", value=1500, qualifier="nearly")
    FigureFactory(process=main, stage=stage, activity="Stolik", value=40, part_of=whole)
    FigureFactory(process=main, activity="Wszyscy", value=15000, qualifier="nearly", is_city_estimate=True)
    FigureFactory(activity="Cudze")
    answer = client.get("/liczby/")
    text = words(answer.content).replace("\xa0", " ")
    assert "2 273 osoby w tym szacunki" in text
    assert "w tym: Stolik" in text
    assert "blisko 15 000 osób" in text
    assert "Nikt nie liczył wszystkich po kolei." in text
    assert 'class="est"' in answer.content.decode()
    assert "Cudze" not in text
    html = answer.content.decode()
    widths = re.findall(r'<rect width="([\d.]+)"', html)
    assert widths == ["51.5", "100.0", "2.7"]


def test_a_part_whose_whole_stands_in_another_stage_names_it(client: Client, main: Process) -> None:
    whole = FigureFactory(process=main, stage=StageFactory(process=main, number=1), activity="Cała tura")
    FigureFactory(process=main, stage=StageFactory(process=main, number=2), activity="Jeden dzień", part_of=whole)
    assert "Część pozycji: Cała tura" in words(client.get("/liczby/").content)


def test_an_activity_nobody_counted_says_so(client: Client, main: Process) -> None:
    FigureFactory(process=main, activity="Kampania", value=None, unit="", qualifier="")
    assertContains(client.get("/liczby/"), "nie podano", 1)


def test_a_figure_leads_to_its_event_only_when_residents_may_see_it(client: Client, main: Process) -> None:
    FigureFactory(process=main, event=EventFactory(process=main, slug="jawne"))
    FigureFactory(process=main, event=EventFactory(process=main, slug="w-przygotowaniu", state="draft"))
    page = client.get("/liczby/")
    assertContains(page, 'href="/wydarzenia/jawne/"')
    assertNotContains(page, "w-przygotowaniu")
    said = [figure["event"] for figure in client.get("/api/v1/figures/").json()["results"]]
    assert said == ["jawne", None]


def test_names_that_are_not_translated_say_that_they_are_polish(client: Client, main: Process) -> None:
    FigureFactory(process=main, activity="Punkty Mobilne")
    assertContains(client.get("/en/liczby/"), '<span lang="pl">Punkty Mobilne</span>', html=True)


def test_a_stages_page_shows_its_own_figures_events_groups_and_topics(client: Client, main: Process) -> None:
    stage, other = StageFactory(process=main, number=1), StageFactory(process=main, number=2)
    FigureFactory(process=main, stage=stage, activity="Moje działanie")
    FigureFactory(process=main, stage=other, activity="Inne działanie")
    FigureFactory(process=main, stage=stage, activity="Szacunek", value=15000, is_city_estimate=True)
    EventFactory(process=main, stage=stage, title="Moje spotkanie")
    EventFactory(process=main, stage=stage, title="Szkic spotkania", state="draft")
    WorkingGroupFactory(process=main, stage=stage, name="Metropolia")
    DiscussionTopic.objects.create(stage=stage, title="Turystyka zdrowotna")
    answer = client.get("/etapy/1/")
    for shown in ("Moje działanie", "Szacunek", "Moje spotkanie", "Metropolia", "Turystyka zdrowotna"):
        assertContains(answer, shown)
    for hidden in ("Inne działanie", "Szkic spotkania"):
        assertNotContains(answer, hidden)
    assertNotContains(client.get("/etapy/2/"), "Metropolia")


@pytest.mark.parametrize("path", ["/liczby/", "/etapy/1/"])
def test_queries_do_not_grow_with_the_ledger(client: Client, main: Process, path: str) -> None:
    stage = StageFactory(process=main, number=1)

    def fill(count: int) -> None:
        for _place in range(count):
            whole = FigureFactory(process=main, stage=stage, event=EventFactory(process=main, stage=stage))
            FigureFactory(process=main, stage=StageFactory(process=main, number=main.stages.count() + 1), part_of=whole)
            WorkingGroupFactory(process=main, stage=stage)
            DiscussionTopic.objects.create(stage=stage, title="Temat")

    fill(1)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    fill(4)
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(many) == len(few)
