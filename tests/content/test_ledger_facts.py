"""Stages II and IV on the ledger's page as domain.md §5 has them; events move only what nothing stands for."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from participation.ledger import read_ledger
from participation.models import Event
from stages.models import Process, Stage
from tests.factories_ledger import noted_event

pytestmark = pytest.mark.usefixtures("content")
LOAD_OPTIONS = ("--without-demonstration",)

# Activity, how many, what we counted: by hand from domain.md §5, in the words of the page.
STAGE_2 = [
    ("Punkty Mobilne", "17", "773 osoby"),
    ("Spotkania Otwarte w dzielnicach", "15", "184 osoby"),
    ("Future Game i Warsztat Przyszłości", "–", "ok. 50 osób"),
    ("Kafejka Partycypacyjna", "–", "blisko 1 500 osób"),
    ("Badania opinii", "–", "ok. 10 000 opinii"),
    ("w tym: Wywiady indywidualne", "–", "123 osoby"),
    ("w tym: Zogniskowane wywiady grupowe", "–", "blisko 100 osób"),
    ("Konkurs „Dzieciaki o Przyszłości”", "1", "liczby nie podano"),
    ("Kampania ambientowa", "1", "liczby nie podano"),
]
STAGE_4 = [
    ("Pierwsza tura konsultacji, 14 maja – 23 czerwca 2021 r. (całość)", "–", "548 osób"),
    ("w tym: Pisemne odpowiedzi", "–", "37 odpowiedzi"),
    ("w tym: Punkty Mobilne", "13", "liczby nie podano"),
    ("w tym: Spotkania Otwarte online", "13", "liczby nie podano"),
    ("w tym: Konferencja online", "1", "liczby nie podano"),
    ("w tym: Spotkania środowiskowe", "kilkanaście", "liczby nie podano"),
    ("w tym: Konsultacje zewnętrzne", "–", "49 podmiotów"),
    ("Konsultacje wewnętrzne", "–", "liczby nie podano"),
    ("Ankieta online", "–", "liczby nie podano"),
]
PEOPLE = 773 + 184 + 50 + 1500 + 123 + 100 + 120 + 548 + 100
TOTALS = {
    "people": PEOPLE, "opinions": 10_000, "replies": 37, "entities": 49, "experts": 100, "remarks": 202, "senders": 59,
    "participants": 450, "pages": 400,
}  # fmt: skip


def main() -> Process:
    return Process.objects.get(is_main=True)


def stage(number: int) -> Stage:
    return Stage.objects.get(process=main(), number=number)


def totals() -> dict[str, int]:
    return {total.unit: total.total for total in read_ledger(main()).totals()}


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\xa0", " ").split())


def rows_on_the_page(number: int) -> list[tuple[str, str, str]]:
    """Of each row of the stage's table the activity without its notes, how many, and what was counted."""
    page = Client().get("/liczby/").content.decode()
    roman = {2: "II", 4: "IV"}[number]
    section = next(one for one in page.split("<section")[1:] if re.search(rf">{roman}\. ", one))
    rows = re.findall(r'<tr role="row".*?</tr>', section.split("<tbody")[1], re.S)
    found = []
    for row in rows:
        head, how_many, counted, _bar = re.findall(r"<t[hd].*?</t[hd]>", row, re.S)
        found.append((words(head.split('<span class="note')[0]), words(how_many), words(counted)))
    return found


@pytest.mark.parametrize(("number", "lines"), [(2, STAGE_2), (4, STAGE_4)])
def test_the_page_shows_every_line_as_the_source_has_it(number: int, lines: list[tuple[str, str, str]]) -> None:
    shown = rows_on_the_page(number)
    assert len(shown) == len(lines)
    for (activity, how_many, counted), line in zip(lines, shown, strict=True):
        assert line[0].startswith(activity)
        assert line[1:] == (how_many, counted)


def test_every_total_is_the_sum_by_hand() -> None:
    assert totals() == TOTALS


@pytest.mark.parametrize("unit", ["osoby", "opinie", "odpowiedzi", "podmioty", "uwagi"])
def test_every_total_has_a_page_of_what_it_is_made_of(unit: str) -> None:
    assert Client().get(f"/liczby/{unit}/").status_code == 200


@pytest.mark.parametrize(
    ("number", "kind", "how_many", "moves"),
    [
        (2, Event.Kind.MOBILE_POINT, 17, False),  # 773 people are the value of all seventeen
        (2, Event.Kind.OPEN_MEETING, 15, False),
        (2, Event.Kind.INTERVIEW, 3, False),
        (3, Event.Kind.WORKSHOP, 4, False),  # the 120 of the groups
        (4, Event.Kind.MOBILE_POINT, 13, False),  # parts of the first round of 548
        (4, Event.Kind.COMMUNITY_MEETING, 12, False),
        (6, Event.Kind.DEBATE, 2, True),  # the source has no number, nor a whole
        (2, Event.Kind.COMPETITION, 1, True),
        (4, Event.Kind.WORKSHOP, 2, True),  # a kind without a line
    ],
)
def test_attendance_moves_a_total_only_where_no_value_stands(
    number: int, kind: str, how_many: int, moves: bool
) -> None:
    for place in range(how_many):
        noted_event(10 + place, process=main(), stage=stage(number), kind=kind)
    noted = sum(10 + place for place in range(how_many))
    assert totals() == TOTALS | {"people": PEOPLE + (noted if moves else 0)}
    section = next(one for one in read_ledger(main()).sections() if one.stage and one.stage.number == number)
    [line] = [row for row in section.rows if row.figure.event_kind == kind and row.noted]
    assert line.noted.people == noted


def test_business_meetings_are_counted_as_participants_alone() -> None:
    noted_event(30, process=main(), stage=stage(8), kind=Event.Kind.BUSINESS_MEETING)
    assert totals() == TOTALS
