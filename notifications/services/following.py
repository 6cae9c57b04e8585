"""Follow a consultation by e-mail, and tell followers of its terms."""

from __future__ import annotations

import datetime as dt


def announce_terms(*, now: dt.datetime | None = None) -> int:
    raise NotImplementedError
