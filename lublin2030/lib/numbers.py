"""Whole numbers as readers see them."""

from __future__ import annotations

from django.utils import formats
from django.utils.translation import gettext


def grouped(value: int) -> str:
    """A whole number as the reader's language groups it: 1 500."""
    return formats.number_format(value, use_l10n=True, force_grouping=True)


def size_in_words(size: int) -> str:
    """A file's size in kB (of 1,000 bytes, rounded up) or, from 1,000,000 bytes, in MB."""
    if size < 1_000_000:
        kilobytes = max(1, -(-size // 1000))
        return gettext("%(size)s kB") % {"size": formats.number_format(kilobytes, force_grouping=True)}
    return gettext("%(size)s MB") % {"size": formats.number_format(round(size / 1_000_000, 1), 1)}
