"""Records of the ledger and the map for tests."""

from __future__ import annotations

from typing import Any

from participation.models import Attendance, Event
from tests.factories import DURING
from tests.factories_participation import held_event


def noted_event(count: int, *, method: Attendance.Method = Attendance.Method.HEADCOUNT, **fields: Any) -> Event:
    """An event that was held, a mobile point unless told otherwise, with so many people."""
    event = held_event(**fields)
    Attendance.objects.create(event=event, count=count, method=method, recorded_at=DURING)
    return event
