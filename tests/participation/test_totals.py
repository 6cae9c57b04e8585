"""What the ledger adds up to: one unit at a time, nothing twice, the city's estimate never among it."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from participation.ledger import add_up, ledger_rows, read_ledger
from participation.models import Figure
from tests.factories import FigureFactory, ProcessFactory, StageFactory

UNITS = st.sampled_from(["people", "opinions", "remarks"])


@st.composite
def forests(draw: st.DrawFn) -> list[Figure]:
    """Figures of which each can be a part of an earlier one, in any order."""
    figures: list[Figure] = []
    for number in range(draw(st.integers(0, 12))):
        whole = draw(st.none() | st.sampled_from(figures)) if figures else None
        has_value = draw(st.booleans())
        figures.append(
            Figure(
                pk=number + 1,
                activity=f"F{number}",
                part_of_id=whole.pk if whole else None,
                value=draw(st.integers(0, 10**6)) if has_value else None,
                unit=draw(UNITS) if has_value else "",
                qualifier=draw(st.sampled_from(Figure.Qualifier.values)) if has_value else "",
                is_city_estimate=draw(st.integers(0, 9)) == 0,
            )
        )
    return draw(st.permutations(figures))


def ancestors(figure: Figure, known: dict[int, Figure]) -> list[Figure]:
    whole = known.get(figure.part_of_id or 0)
    return [whole, *ancestors(whole, known)] if whole else []


@given(forests())
def test_nothing_is_counted_twice_and_nothing_is_lost(figures: list[Figure]) -> None:
    known = {figure.pk: figure for figure in figures}
    counted = {figure.pk for total in add_up(figures) for figure in total.figures}
    for figure in figures:
        wholes = [one for one in ancestors(figure, known) if one.unit == figure.unit and not one.is_city_estimate]
        if figure.value is None or figure.is_city_estimate:
            assert figure.pk not in counted
        else:
            # Exactly one of a figure and its wholes of the same unit is counted.
            assert len(counted & {figure.pk, *(one.pk for one in wholes)}) == 1


@given(forests())
def test_each_sum_is_of_one_unit_and_says_whether_it_holds_an_estimate(figures: list[Figure]) -> None:
    totals = add_up(figures)
    assert max(Counter(total.unit for total in totals).values(), default=1) == 1
    for total in totals:
        assert {figure.unit for figure in total.figures} == {total.unit}
        assert total.total == sum(figure.value or 0 for figure in total.figures)
        assert total.has_estimate == any(figure.qualifier != "exact" for figure in total.figures)


@given(forests())
def test_the_ledger_shows_every_figure_once_and_parts_below_their_whole(figures: list[Figure]) -> None:
    rows = ledger_rows(figures)
    assert sorted(row.figure.pk for row in rows) == sorted(figure.pk for figure in figures)
    for place, row in enumerate(rows):
        if row.depth:
            above = next(one for one in reversed(rows[:place]) if one.depth == row.depth - 1)
            assert above.figure.pk == row.figure.part_of_id


@given(forests())
def test_a_bar_is_never_longer_than_full_and_never_alone_in_its_unit(figures: list[Figure]) -> None:
    rows = [row for row in ledger_rows(figures) if row.has_bar]
    for row in rows:
        assert (row.figure.value or 0) <= row.most
    assert 1 not in Counter(row.figure.unit for row in rows).values()


def test_a_circle_of_parts_ends_and_hides_no_line() -> None:
    one = Figure(pk=1, part_of_id=2, value=3, unit="people", qualifier="exact")
    two = Figure(pk=2, part_of_id=1, value=3, unit="opinions", qualifier="exact")
    assert [row.figure.pk for row in ledger_rows([one, two])] == [1, 2]
    assert [total.total for total in add_up([one, two])] == [3, 3]


@pytest.mark.django_db
def test_totals_are_of_this_process_in_three_queries() -> None:
    process = ProcessFactory()
    stage = StageFactory(process=process)
    research = FigureFactory(process=process, stage=stage, value=10_000, unit="opinions", qualifier="about")
    FigureFactory(process=process, stage=stage, value=123, part_of=research)
    whole = FigureFactory(process=process, stage=stage, value=548)
    FigureFactory(process=process, stage=stage, value=100, part_of=whole)
    FigureFactory(process=process, value=15_000, qualifier="nearly", is_city_estimate=True)
    FigureFactory(value=7)
    with CaptureQueriesContext(connection) as queries:
        totals = read_ledger(process).totals()
    assert len(queries) == 3
    assert {total.unit: (total.total, total.has_estimate) for total in totals} == {
        "people": (671, False),
        "opinions": (10_000, True),
    }
