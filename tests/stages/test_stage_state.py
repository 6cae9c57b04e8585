"""The state of a stage follows from its quarters, unless staff set it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lublin2030.lib.dates import warsaw
from lublin2030.lib.quarters import Quarter
from lublin2030.templatetags.portal import quarters
from stages.models import Stage
from tests.factories import StageFactory

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))
QUARTERS = st.builds(Quarter, st.integers(2001, 2098), st.integers(1, 4))
PERIODS = st.tuples(QUARTERS, QUARTERS).map(sorted)


def stage(first: Quarter, last: Quarter, override: str = "") -> Stage:
    return Stage(number=1, first_quarter=first, last_quarter=last, state_override=override)


@given(PERIODS, DAYS)
def test_state_is_current_exactly_from_the_first_day_to_the_last(period: list[Quarter], day: dt.date) -> None:
    first, last = period
    state = stage(first, last).state_on(day)
    assert (state == Stage.State.UPCOMING) == (day < first.first_day)
    assert (state == Stage.State.CURRENT) == (first.first_day <= day <= last.last_day)
    assert (state == Stage.State.DONE) == (day > last.last_day)


@given(PERIODS, DAYS, st.sampled_from(Stage.State.values))
def test_what_staff_set_wins_over_the_dates(period: list[Quarter], day: dt.date, override: str) -> None:
    assert stage(period[0], period[1], override).state_on(day) == override


def test_stages_that_overlap_are_both_current() -> None:
    day = dt.date(2021, 11, 20)
    fifth, sixth = stage(Quarter(2021, 3), Quarter(2021, 4)), stage(Quarter(2021, 4), Quarter(2021, 4))
    assert fifth.state_on(day) == sixth.state_on(day) == Stage.State.CURRENT


@pytest.mark.django_db
def test_the_quarter_turns_at_midnight_in_warsaw(time_machine) -> None:
    sixth = StageFactory(first_quarter=Quarter(2021, 4), last_quarter=Quarter(2021, 4))
    time_machine.move_to(warsaw(2021, 12, 31, 23, 59), tick=False)
    assert sixth.state == Stage.State.CURRENT
    time_machine.move_to(warsaw(2022, 1, 1), tick=False)
    assert sixth.state == Stage.State.DONE


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (
            Quarter(2018, 4),
            Quarter(2019, 4),
            {"pl": "IV kw. 2018 – IV kw. 2019", "en": "Q4 2018 – Q4 2019", "uk": "IV кв. 2018 – IV кв. 2019"},
        ),
        (
            Quarter(2021, 3),
            Quarter(2021, 4),
            {"pl": "III–IV kw. 2021", "en": "Q3–4 2021", "uk": "III–IV кв. 2021"},
        ),
        (Quarter(2021, 2), Quarter(2021, 2), {"pl": "II kw. 2021", "en": "Q2 2021", "uk": "II кв. 2021"}),
    ],
)
def test_a_period_reads_in_the_readers_language(first: Quarter, last: Quarter, words: dict[str, str]) -> None:
    for language, text in words.items():
        with translation.override(language):
            assert quarters(stage(first, last)).replace("\xa0", " ") == text
