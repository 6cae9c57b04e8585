"""Masked personal data are known to their owner only."""

from __future__ import annotations

import pytest

from lublin2030.lib.masking import mask_email, mask_words


@pytest.mark.parametrize(
    ("name", "masked"), [("Jan Kowalski", "J••• K•••"), ("  Łucja  ", "Ł•••"), ("", ""), ("A", "A•••")]
)
def test_a_name_keeps_its_first_letters(name, masked):
    assert mask_words(name) == masked


@pytest.mark.parametrize(
    ("address", "masked"), [("jan@example.org", "j•••@example.org"), ("j@a.pl", "j•••@a.pl"), ("", "")]
)
def test_an_address_keeps_its_first_letter_and_its_host(address, masked):
    assert mask_email(address) == masked
