"""Followers and happenings for tests."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from notifications.models import Frequency, Happening, Subscription
from notifications.schedule import next_digest
from notifications.targets import target_of
from tests.factories import DURING

LONG_AGO = DURING - dt.timedelta(days=300)
_numbers = count()


def follow(
    record: Any,
    email: str = "follower@example.org",
    *,
    frequency: Frequency = Frequency.AT_ONCE,
    since: dt.datetime = LONG_AGO,
    language: str = "pl",
    now: dt.datetime = DURING,
    cursor: int = 0,
) -> Subscription:
    """Somebody who confirmed before everything; a digest comes at the next time after ``now``."""
    return Subscription.objects.create(
        email=email,
        frequency=frequency,
        language=language,
        created_at=since,
        confirmed_at=since,
        cursor=cursor,
        next_digest_at=next_digest(frequency, now),
        **{target_of(record).field: record},
    )


def happening(
    kind: Happening.Kind = Happening.Kind.CONSULTATION_OPENS,
    *,
    now: dt.datetime = DURING,
    context: dict[str, Any] | None = None,
    **targets: Any,
) -> Happening:
    """One happening that concerns these things, noticed when it happened."""
    return Happening.objects.create(
        key=f"test:{next(_numbers)}", kind=kind, occurred_at=now, recorded_at=now, context=context or {}, **targets
    )
