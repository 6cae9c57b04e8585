"""Typed text: normalised, refused with a sentence, never cut."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from lublin2030.lib.plaintext import FORBIDDEN, PlainTextField, normalise


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\u202e", "\u2066"])
def test_characters_nobody_can_see_are_refused(character):
    with pytest.raises(ValidationError, match=r"cannot be shown|nie da się"):
        PlainTextField(limit=100).clean(f"a{character}b")


def test_tabs_and_line_ends_are_kept():
    assert PlainTextField(limit=100).clean("a\tb\r\nc\rd") == "a\tb\nc\nd"


def test_the_limit_counts_characters_and_says_by_how_many_it_is_broken():
    field = PlainTextField(limit=5)
    assert field.clean("żółwi") == "żółwi"
    with pytest.raises(ValidationError) as refused:
        field.clean("żółwie!!")
    assert refused.value.error_list[0].params == {"over": 3, "limit": 5}


@given(st.text())
def test_a_text_that_passes_comes_back_the_same_a_second_time(text):
    try:
        cleaned = PlainTextField(limit=10_000, required=False).clean(text)
    except ValidationError:
        assert FORBIDDEN.search(normalise(text))
    else:
        assert PlainTextField(limit=10_000, required=False).clean(cleaned) == cleaned
