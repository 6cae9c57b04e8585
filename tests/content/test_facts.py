"""Every figure and date of the city's presentation is in the database as it stands there (domain.md §5)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import Sum

from accounts.models import User
from consultations.models import Consultation
from lublin2030.lib.dates import WARSAW, warsaw
from participation.models import DiscussionTopic, District, Event, Figure, Seats, WorkingGroup
from stages.models import Document, Milestone, News, Page, Process, Result, Stage

pytestmark = pytest.mark.usefixtures("content")
LOAD_OPTIONS = ("--without-demonstration",)

# stage, part of the activity's name, events, kind of that number, value, unit, qualifier: by hand from domain.md §5
LEDGER = [
    (2, "Punkty Mobilne", 17, "exact", 773, "people", "exact"),
    (2, "Spotkania Otwarte w dzielnicach", 15, "exact", 184, "people", "exact"),
    (2, "Future Game i Warsztat Przyszłości", None, "", 50, "people", "about"),
    (2, "Kafejka Partycypacyjna", None, "", 1500, "people", "nearly"),
    (2, "Badania", None, "", 10000, "opinions", "about"),
    (2, "Wywiady indywidualne", None, "", 123, "people", "exact"),
    (2, "Zogniskowane wywiady grupowe", None, "", 100, "people", "nearly"),
    (2, "Dzieciaki o Przyszłości", 1, "exact", None, "", ""),
    (2, "Kampania ambientowa", 1, "exact", None, "", ""),
    (3, "12 grup", None, "", 120, "people", "exact"),
    (3, "Warsztaty", 4, "exact", None, "", ""),
    (3, "Konferencje", 2, "exact", None, "", ""),
    (3, "Raport", None, "", 400, "pages", "over"),
    (4, "14 maja – 23 czerwca 2021", None, "", 548, "people", "exact"),
    (4, "Pisemne odpowiedzi", None, "", 37, "replies", "exact"),
    (4, "Punkty Mobilne", 13, "exact", None, "", ""),
    (4, "Spotkania Otwarte online", 13, "exact", None, "", ""),
    (4, "Konferencja online", 1, "exact", None, "", ""),
    (4, "Spotkania środowiskowe", None, "over_ten", None, "", ""),
    (4, "Konsultacje wewnętrzne", None, "", None, "", ""),
    (4, "Konsultacje zewnętrzne", None, "", 49, "entities", "exact"),
    (4, "Ankieta online", None, "", None, "", ""),
    (5, "Eksperci", None, "", 100, "experts", "over"),
    (6, "15 października – 15 listopada 2021", None, "", None, "", ""),
    (6, "15 listopada – 20 grudnia 2021", None, "", 100, "people", "exact"),
    (6, "Złożone uwagi", None, "", 202, "remarks", "exact"),
    (6, "Uwagi złożone prawidłowo", None, "", 199, "remarks", "exact"),
    (6, "Osoby i organizacje", None, "", 59, "senders", "exact"),
    (6, "debaty", 2, "exact", None, "", ""),
    (6, "Rad Dzielnic", 1, "exact", None, "", ""),
    (6, "radnych", 1, "exact", None, "", ""),
    (6, "Wysłuchania publiczne", 3, "exact", None, "", ""),
    (7, "szacunek miasta", None, "", 15000, "people", "nearly"),
    (8, "14 tematów", None, "", 450, "participants", "exact"),
    (None, "Warsztat dla samorządów", 1, "planned", None, "", ""),
    (None, "Konferencja podsumowująca", 1, "planned", None, "", ""),
]
PERIODS = {
    1: ("2018-4", "2019-4"),
    2: ("2019-4", "2020-4"),
    3: ("2020-4", "2021-2"),
    4: ("2021-2", "2021-2"),
    5: ("2021-3", "2021-4"),
    6: ("2021-4", "2021-4"),
    7: ("2022-1", "2022-1"),
    8: ("2022-1", "2022-2"),
}
GROUPS = {
    "Akademickość",
    "Dobre sąsiedztwo",
    "Edukacja",
    "Inteligentna i zrównoważona gospodarka",
    "Kultura i przemysły kreatywne",
    "Metropolia",
    "Miasto społecznie wrażliwe",
    "Miasto zielone",
    "Partycypacja i współrządzenie",
    "Sport",
    "Turystyka",
    "Urbanistyka i mobilność miejska",
}
TOPICS = [
    "Komercjalizacja nauki w Lublinie",
    "Zatrzymanie talentów i absolwentów w Lublinie",
    "Wspólne działania promocyjne środowiska akademickiego, międzynarodowa współpraca w sieciach uczelni i miasta",
    "Kształtowanie wizerunku miasta poprzez markę i działania promocyjne",
    "Pozyskanie talentów do Lublina z Polski i z zagranicy",
    "Współpraca uczelni z firmami z branży BPO",
    "Współpraca uczelni z firmami z branży IT",
    "Nowe technologie i smart city",
    "Obcokrajowcy w Lublinie",
    "Współpraca międzysektorowa w ramach ekosystemu innowacji",
    "Medycyna i zdrowie w Strategii Lublin 2030",
    "Zrównoważony rozwój miasta",
    "Turystyka jako czynnik rozwoju Lublina",
    "Kierunki rozwoju terenów inwestycyjnych w sektorze usług, logistyki, przemysłu",
]
DISTRICTS = [
    "Abramowice",
    "Bronowice",
    "Czechów Południowy",
    "Czechów Północny",
    "Czuby Południowe",
    "Czuby Północne",
    "Dziesiąta",
    "Felin",
    "Głusk",
    "Hajdów-Zadębie",
    "Kalinowszczyzna",
    "Konstantynów",
    "Kośminek",
    "Ponikwoda",
    "Rury",
    "Stare Miasto",
    "Szerokie",
    "Sławin",
    "Sławinek",
    "Tatary",
    "Wieniawa",
    "Wrotków",
    "Węglin Południowy",
    "Węglin Północny",
    "Za Cukrownią",
    "Zemborzyce",
    "Śródmieście",
]


@pytest.mark.parametrize("row", LEDGER, ids=lambda row: f"{row[0]} {row[1]}")
def test_the_figure_stands_in_the_ledger(row):
    stage, activity, events, events_qualifier, value, unit, qualifier = row
    figure = (
        Figure.objects.get(
            stage__number=stage, activity__contains=activity, value=value, unit=unit, events_count=events
        )
        if stage
        else Figure.objects.get(stage=None, activity__contains=activity)
    )
    assert (figure.events_count, figure.events_qualifier) == (events, events_qualifier)
    assert (figure.value, figure.unit, figure.qualifier) == (value, unit, qualifier)


def test_the_ledger_holds_nothing_else():
    assert Figure.objects.count() == len(LEDGER)


def test_only_the_city_s_own_sum_is_its_estimate():
    estimate = Figure.objects.filter(is_city_estimate=True)
    assert list(estimate.values_list("stage__number", "value", "qualifier")) == [(7, 15000, "nearly")]


def test_the_explanation_of_the_estimate_is_in_three_languages():
    process = Process.objects.get(is_main=True)
    texts = {process.text("estimate_explanation", language).language for language in ("pl", "en", "uk")}
    assert texts == {"pl", "en", "uk"}


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("Wywiady indywidualne", "Badania opinii"),
        ("Zogniskowane wywiady grupowe", "Badania opinii"),
        ("Uwagi złożone prawidłowo", "Złożone uwagi"),
        ("Pisemne odpowiedzi", "Pierwsza tura konsultacji, 14 maja – 23 czerwca 2021 r. (całość)"),
    ],
)
def test_a_part_knows_its_whole(part, whole):
    assert list(Figure.objects.filter(activity=part).values_list("part_of__activity", flat=True)) == [whole]


def test_people_of_the_ledger_add_up_to_what_the_source_gives():
    people = Figure.objects.filter(unit="people", is_city_estimate=False).aggregate(sum=Sum("value"))
    assert people["sum"] == 773 + 184 + 50 + 1500 + 123 + 100 + 120 + 548 + 100


def test_there_are_eight_stages_in_their_quarters():
    stages = Stage.objects.of_main_process()
    assert {stage.number: (str(stage.first_quarter), str(stage.last_quarter)) for stage in stages} == PERIODS


@pytest.mark.parametrize("day", [dt.date(2022, 1, 15), dt.date(2022, 3, 31)])
def test_two_stages_are_under_way_at_once(day):
    current = [stage.number for stage in Stage.objects.of_main_process() if stage.state_on(day) == "current"]
    assert current == [7, 8]


@pytest.mark.parametrize(
    ("stage", "day", "title"),
    [
        (1, dt.date(2019, 11, 29), "Powołanie Rady Strategii"),
        (7, dt.date(2022, 1, 27), "Uchwalenie Strategii Lublin 2030"),
    ],
)
def test_the_milestone_has_its_day(stage, day, title):
    milestone = Milestone.objects.get(title=title)
    assert (milestone.stage.number, milestone.date) == (stage, day)


@pytest.mark.parametrize(
    ("stage", "name"),
    [
        (1, "Stowarzyszenie Lubelska Grupa Badawcza"),
        (1, "Human Smart Cities. Inteligentne miasta współtworzone przez mieszkańców"),
        (1, "Ministerstwo Inwestycji i Rozwoju"),
        (1, "Ministerstwo Funduszy i Polityki Regionalnej"),
        (1, "Radę Strategii Rozwoju Lublina na lata 2021–2030"),
        (4, "Strategia Lublin 2030. Mieszkańcy i eksperci o kierunkach rozwoju miasta"),
        (6, "Zarząd Województwa Lubelskiego"),
        (6, "Dyrektora Ochrony Środowiska"),
        (6, "Wody Polskie"),
        (6, "Lubelskiego Obszaru Metropolitalnego"),
        (8, "Samorządowa Akademia Zarządzania Strategicznego"),
    ],
)
def test_the_stage_names_it_as_the_source_does(stage, name):
    assert name in Stage.objects.of_main_process().get(number=stage).body


def test_every_stage_has_results_and_texts_in_three_languages():
    for stage in Stage.objects.of_main_process():
        assert stage.results.exists()
        for field in stage.translated_fields:
            assert [stage.text(field, language).language for language in ("pl", "en", "uk")] == ["pl", "en", "uk"]


def test_twelve_groups_of_ten_are_the_120_people():
    groups = WorkingGroup.objects.prefetch_related("seats")
    assert {group.name for group in groups} == GROUPS
    assert set(groups.values_list("stage__number", flat=True)) == {3}
    for group in groups:
        assert {seats.kind: seats.count for seats in group.seats.all()} == {
            "leader": 1, "city_staff": 3, "residents": 3, "third_sector": 1, "business": 1, "university": 1,
        }  # fmt: skip
    assert sum(Seats.objects.values_list("count", flat=True)) == 120


def test_the_fourteen_topics_of_the_business_meetings_are_the_source_s():
    topics = DiscussionTopic.objects.filter(stage__number=8)
    assert [topic.title for topic in topics] == TOPICS


def test_the_27_districts_are_there():
    assert sorted(District.objects.values_list("name", flat=True)) == sorted(DISTRICTS)
    assert all(
        51.1 < district.latitude < 51.3 and 22.4 < district.longitude < 22.7 for district in District.objects.all()
    )


@pytest.mark.parametrize(
    ("kind", "state", "days"),
    [
        ("debate", "held", [(2021, 12, 1), (2021, 12, 2)]),
        ("council_meeting", "held", [(2021, 12, 3), (2021, 12, 8)]),
        ("hearing", "held", [(2021, 12, 9), (2021, 12, 10), (2021, 12, 11)]),
        ("workshop", "planned", [(2022, 11, 21)]),
        ("conference", "planned", [(2022, 11, 22)]),
    ],
)
def test_the_events_are_on_their_days(kind, state, days):
    events = Event.objects.filter(kind=kind)
    assert [event.starts_at for event in events] == [warsaw(*day) for day in days]
    assert {(event.state, event.all_day) for event in events} == {(state, True)}


def test_each_hearing_lasted_three_hours():
    assert list(Event.objects.filter(kind="hearing").values_list("duration_hours", flat=True)) == [3, 3, 3]


def test_the_figure_of_one_event_leads_to_it():
    figure = Figure.objects.get(activity__startswith="Konferencja podsumowująca")
    assert figure.event == Event.objects.get(kind="conference")


def test_news_appear_at_nine_in_the_morning():
    moments = News.objects.values_list("published_at", flat=True)
    times = {moment.astimezone(WARSAW).time() for moment in moments if moment}
    assert times == {dt.time(9, 0)}


def test_pages_and_a_link_to_the_source_s_site_are_there():
    assert set(Page.objects.values_list("slug", flat=True)) == {
        "deklaracja-dostepnosci", "ochrona-danych", "kontakt", "o-portalu",
    }  # fmt: skip
    assert Document.objects.get().address == "https://2030.lublin.eu/"


@pytest.mark.parametrize(
    "part",
    [
        "wstep", "podmiot", "zakres", "url", "data-publikacja", "data-aktualizacja", "status", "kontakt", "email",
        "telefon", "procedura", "data-sporzadzenie", "architektura", "komunikacja",
    ],
)  # fmt: skip
def test_the_accessibility_statement_marks_its_parts_in_every_language(part):
    page = Page.objects.get(slug="deklaracja-dostepnosci")
    for language in ("pl", "en", "uk"):
        assert page.text("body", language).value.count(f'id="a11y-{part}"') == 1


def test_without_demonstration_nothing_invented_is_loaded():
    assert not Consultation.objects.exists()
    assert not User.objects.exists()
    assert not Process.objects.filter(is_demonstration=True).exists()
    assert not Event.objects.filter(is_demonstration=True).exists()
    assert not News.objects.filter(is_demonstration=True).exists()


def test_results_tell_what_each_stage_brought():
    assert Result.objects.filter(stage__number=1, title__startswith="Rada Strategii").exists()
