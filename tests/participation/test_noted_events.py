"""What was noted at single events stands with its line of the ledger, and nobody is counted twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from lublin2030.lib.dates import warsaw
from participation.ledger import add_up, ledger_rows, read_ledger
from participation.models import Attendance, Event, Figure
from participation.noted import Noted, NotedEvent, share_out
from stages.models import Process, Stage
from tests.factories import DURING, EventFactory, FigureFactory, ProcessFactory, StageFactory
from tests.factories_ledger import noted_event
from tests.factories_participation import held_event

POINT, MEETING = Event.Kind.MOBILE_POINT, Event.Kind.OPEN_MEETING
PERSONAL = {"people", "participants"}


# -- Properties: random trees of figures over random events ---------------------------------------------------------


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[Figure], list[NotedEvent]]:
    """Figures, each maybe a part of an earlier one, and events that some of them are about."""
    events = [
        NotedEvent(
            Event(pk=key, kind=draw(st.sampled_from([POINT, MEETING])), starts_at=DURING),
            Attendance(count=draw(st.integers(1, 50)), method=draw(st.sampled_from(Attendance.Method.values)))
            if draw(st.booleans())
            else None,
        )
        for key in range(1, draw(st.integers(0, 6)) + 1)
    ]
    figures: list[Figure] = []
    for key in range(1, draw(st.integers(0, 7)) + 1):
        has_value = draw(st.booleans())
        figures.append(
            Figure(
                pk=key,
                part_of_id=draw(st.none() | st.integers(1, key - 1)) if key > 1 else None,
                value=draw(st.integers(1, 1000)) if has_value else None,
                unit=draw(st.sampled_from(["people", "participants", "opinions"])) if has_value else "",
                qualifier="exact" if has_value else "",
                event_id=draw(st.none() | st.integers(1, max(len(events), 1))),
                event_kind=draw(st.sampled_from(["", "", POINT, MEETING])),
                is_city_estimate=draw(st.integers(0, 9)) == 0,
            )
        )
    return figures, events


def claims(figure: Figure, event: Event) -> bool:
    return not figure.is_city_estimate and (figure.event_id == event.pk or figure.event_kind == event.kind)


def wholes(figure: Figure, known: dict[int, Figure]) -> list[Figure]:
    whole = known.get(figure.part_of_id or 0)
    return [whole, *wholes(whole, known)] if whole and not whole.is_city_estimate else []


def says_people(figure: Figure) -> bool:
    return figure.value is not None and figure.unit in PERSONAL and not figure.is_city_estimate


@given(ledgers())
def test_every_attendance_is_counted_once_or_a_value_stands_for_it(
    ledger: tuple[list[Figure], list[NotedEvent]],
) -> None:
    figures, events = ledger
    known = {figure.pk: figure for figure in figures}
    totals = add_up(figures, share_out(figures, events))
    added = [
        one.event.pk for total in totals for row in total.addends if row.is_noted for one in row.noted.with_attendance
    ]
    expected = []
    for one in events:
        about = [figure for figure in figures if claims(figure, one.event)]
        above = [each for figure in about for each in (figure, *wholes(figure, known))]
        vague = [
            figure
            for figure in figures
            if figure.event_id is None and not figure.event_kind and set(wholes(figure, known)) & set(about)
        ]
        if one.attendance is not None and not any(map(says_people, [*above, *vague])):
            expected.append(one.event.pk)
    assert sorted(added) == expected


@given(ledgers())
def test_of_a_total_no_addend_lies_within_another(ledger: tuple[list[Figure], list[NotedEvent]]) -> None:
    figures, events = ledger
    known = {figure.pk: figure for figure in figures}
    for total in add_up(figures, share_out(figures, events)):
        typed = {row.figure.pk for row in total.addends if not row.is_noted}
        assert len(typed) == sum(not row.is_noted for row in total.addends)
        for row in total.addends:
            above = {whole.pk for whole in wholes(row.figure, known) if row.figure.pk and whole.unit == total.unit}
            assert not above & typed
            if row.is_noted and total.unit in PERSONAL:
                assert row.figure.pk not in typed


@given(ledgers())
def test_typed_values_are_added_as_if_there_were_no_events(ledger: tuple[list[Figure], list[NotedEvent]]) -> None:
    figures, events = ledger

    def typed(totals: list[Any]) -> dict[str, int]:
        sums = {total.unit: sum(figure.value or 0 for figure in total.figures) for total in totals}
        return {unit: value for unit, value in sums.items() if value}

    assert typed(add_up(figures, share_out(figures, events))) == typed(add_up(figures))


@given(ledgers())
def test_a_rows_noted_events_are_its_own_and_no_event_makes_two_sums(
    ledger: tuple[list[Figure], list[NotedEvent]],
) -> None:
    figures, events = ledger
    shares = share_out(figures, events)
    rows = ledger_rows([figure for figure in figures if not figure.is_city_estimate], shares, list(shares.kinds))
    summed = [one.event.pk for row in rows if row.is_noted for one in row.noted.with_attendance]
    assert len(summed) == len(set(summed))
    for row in rows:
        assert row.figure.pk is None or all(claims(row.figure, one.event) for one in row.noted.events)


# -- In the database ------------------------------------------------------------------------------------------------


@pytest.fixture
def main(db: None) -> Process:
    return ProcessFactory(is_main=True)


@pytest.fixture
def stage(main: Process) -> Stage:
    return StageFactory(process=main, number=4)


def people(process: Process) -> int:
    return next((total.total for total in read_ledger(process).totals() if total.unit == "people"), 0)


def test_a_typed_value_stands_and_its_events_stand_below_it(main: Process, stage: Stage) -> None:
    FigureFactory(process=main, stage=stage, value=773, event_kind=POINT, events_count=17, events_qualifier="exact")
    for count in (40, 12):
        noted_event(count, process=main, stage=stage)
    held_event(process=main, stage=stage)
    [row] = read_ledger(main).rows_of(stage)
    assert (row.amount, row.noted.people, len(row.noted.with_attendance), row.noted.of_how_many) == (773, 52, 2, 17)
    assert people(main) == 773


def test_a_line_without_a_value_is_the_sum_of_its_events(main: Process, stage: Stage) -> None:
    FigureFactory(process=main, stage=stage, value=None, unit="", qualifier="", event_kind=POINT)
    for count in (40, 12):
        noted_event(count, process=main, stage=stage)
    held_event(process=main, stage=stage)
    [row] = read_ledger(main).rows_of(stage)
    assert (row.amount, row.unit_code, row.events, row.is_estimate) == (52, "people", "3", False)
    assert people(main) == 52


def test_an_estimate_makes_the_sum_an_estimate(main: Process, stage: Stage) -> None:
    FigureFactory(process=main, stage=stage, value=None, unit="", qualifier="", event_kind=POINT)
    noted_event(40, process=main, stage=stage)
    noted_event(10, process=main, stage=stage, method=Attendance.Method.ESTIMATE)
    ledger = read_ledger(main)
    assert ledger.rows_of(stage)[0].value == "ok. 50"
    assert ledger.totals()[0].has_estimate


def test_a_kind_without_a_line_gets_one_in_its_stage_and_only_when_somebody_came(main: Process, stage: Stage) -> None:
    noted_event(30, process=main, stage=stage, kind=MEETING)
    held_event(process=main, stage=stage, kind=Event.Kind.DEBATE)
    ledger = read_ledger(main)
    assert [(row.figure.text("activity").value, row.amount) for row in ledger.rows_of(stage)] == [
        ("Spotkanie otwarte", 30)
    ]
    assert people(main) == 30


def test_a_whole_stands_for_the_events_of_its_parts(main: Process, stage: Stage) -> None:
    whole = FigureFactory(process=main, stage=stage, value=548)
    FigureFactory(process=main, stage=stage, value=None, unit="", qualifier="", event_kind=POINT, part_of=whole)
    noted_event(99, process=main, stage=stage)
    assert people(main) == 548
    assert [row.figure.event_kind for row in read_ledger(main).left_out("people")] == [POINT]


def test_a_line_that_names_an_event_takes_it_from_its_kind(main: Process, stage: Stage) -> None:
    walk = noted_event(40, process=main, stage=stage)
    noted_event(12, process=main, stage=stage)
    for fields in ({"event_kind": POINT}, {"event": walk}):
        FigureFactory(process=main, stage=stage, value=None, unit="", qualifier="", **fields)
    assert [row.amount for row in read_ledger(main).rows_of(stage)] == [12, 40]
    assert people(main) == 52


@pytest.mark.parametrize(
    "fields", [{"state": Event.State.DRAFT}, {"state": Event.State.CANCELLED}], ids=lambda fields: fields["state"]
)
def test_what_residents_do_not_see_or_was_called_off_counts_nowhere(
    main: Process, stage: Stage, fields: dict[str, Any]
) -> None:
    event = noted_event(30, process=main, stage=stage)
    Event.objects.filter(pk=event.pk).update(**fields)
    assert people(main) == 0


def test_events_of_another_stage_or_process_are_not_the_lines(main: Process, stage: Stage) -> None:
    FigureFactory(process=main, stage=stage, value=None, unit="", qualifier="", event_kind=POINT)
    noted_event(30, process=main, stage=StageFactory(process=main, number=5))
    noted_event(31)
    assert read_ledger(main).rows_of(stage)[0].amount is None
    assert people(main) == 30


def test_a_sum_leads_to_each_event_with_its_attendance_and_how_it_is_known(
    client: Client, main: Process, stage: Stage
) -> None:
    FigureFactory(process=main, stage=stage, value=None, unit="", qualifier="", event_kind=POINT)
    event = noted_event(45, process=main, stage=stage, slug="punkt-w-parku")
    noted_event(12, process=main, stage=stage)
    page = client.get("/liczby/osoby/").content.decode()
    assert 'href="/liczby/osoby/"' in client.get("/liczby/").content.decode()
    assert f'href="{event.get_absolute_url()}"' in page
    assert "45 osób" in page
    assert str(Attendance.Method.HEADCOUNT.label) in page


@pytest.mark.parametrize("unit", ["opinie", "people", "nic"])
def test_a_unit_that_nothing_counts_has_no_page(client: Client, main: Process, unit: str) -> None:
    FigureFactory(process=main)
    assert client.get(f"/liczby/{unit}/").status_code == 404


@pytest.mark.parametrize("path", ["/liczby/", "/liczby/osoby/", "/etapy/4/"])
def test_queries_do_not_grow_with_the_events(client: Client, main: Process, stage: Stage, path: str) -> None:
    FigureFactory(process=main, stage=stage, event_kind=POINT)
    FigureFactory(process=main, stage=stage, value=None, unit="", qualifier="", event_kind=MEETING)

    def fill(count: int) -> int:
        events = Event.objects.bulk_create(
            EventFactory.build(
                process=main, stage=stage, kind=kind, state="held", slug=f"{kind}-{count}-{place}", starts_at=DURING
            )
            for place in range(count)
            for kind in (POINT, MEETING, Event.Kind.DEBATE)
        )
        Attendance.objects.bulk_create(
            Attendance(event=event, count=3, method="list", recorded_at=warsaw(2021, 12, 2)) for event in events
        )
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        return len(queries)

    assert fill(1) == fill(66)


def test_nothing_noted_is_falsy() -> None:
    assert not Noted((NotedEvent(Event()),))
