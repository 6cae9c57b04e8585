"""Whole numbers as readers see them."""

from __future__ import annotations

from django.utils import formats


def grouped(value: int) -> str:
    """A whole number as the reader's language groups it: 1 500."""
    return formats.number_format(value, use_l10n=True, force_grouping=True)
