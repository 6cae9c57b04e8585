"""Events with registration for tests, and people who register through the verbs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from participation.models import Event, Registration
from participation.services.registrations import Registrant, confirm_registration, register
from tests.factories import DURING, EventFactory

DAY = dt.timedelta(days=1)
COMING = DURING + 7 * DAY


def open_event(**fields: Any) -> Event:
    """An event a week after ``during`` for which people register; two places."""
    fields = {
        "starts_at": COMING,
        "ends_at": COMING + dt.timedelta(hours=2),
        "takes_registration": True,
        "capacity": 2,
        **fields,
    }
    return EventFactory(**fields)


def someone(number: int = 1, **fields: str) -> Registrant:
    """A person who registers; each number is another."""
    return Registrant(**{"name": f"Osoba {number}", "email": f"osoba{number}@example.org", **fields})


def registered(event: Event, *numbers: int, confirmed: bool = True, now: dt.datetime = DURING) -> list[Registration]:
    """These people register one after the other, and confirm."""
    made = [register(event, who=someone(number), now=now) for number in numbers]
    if confirmed:
        for one in made:
            confirm_registration(one, now=now)
    event.refresh_from_db()
    return made
