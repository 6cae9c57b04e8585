"""Quarters order by time, in Python and as stored text."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from lublin2030.lib.quarters import Quarter, QuarterField
from lublin2030.lib.roman import to_roman

quarters = st.builds(Quarter, st.integers(1000, 9998), st.integers(1, 4))


@given(st.dates(min_value=dt.date(1000, 1, 1), max_value=dt.date(9998, 12, 31)))
def test_every_day_lies_in_its_quarter(day):
    quarter = Quarter.of(day)
    assert quarter.first_day <= day <= quarter.last_day


@given(quarters, quarters)
def test_codes_order_as_quarters_do(one, other):
    assert (one < other) == (str(one) < str(other))


@given(quarters)
def test_a_code_reads_back(quarter):
    assert Quarter.parse(str(quarter)) == quarter


@pytest.mark.parametrize("word", ["2018", "2018-5", "2018-0", "18-1", "x", "2018-1 ", "-2018-1"])
def test_other_words_are_refused_with_an_example(word):
    with pytest.raises(ValidationError):
        QuarterField().to_python(word)


def test_roman_numerals():
    assert [to_roman(n) for n in (1, 4, 5, 6, 8, 9, 12, 39)] == ["I", "IV", "V", "VI", "VIII", "IX", "XII", "XXXIX"]
    with pytest.raises(ValueError):
        to_roman(0)
