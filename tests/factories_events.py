"""Events with registration for tests, and people who register through the verbs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.roles import Role
from participation.models import AgendaItem, CafeTable, Event, EventDetails, Registration, Speaker
from participation.services.events import NewOccasion, reschedule_event
from participation.services.registrations import (
    Registrant,
    cancel_registration,
    check_in,
    confirm_registration,
    register,
)
from tests.factories import DURING, EventFactory, person

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


def event_with_everything(*, now: dt.datetime) -> Event:
    """A café later today with agenda, speakers and tables, moved once: one has come, one is to confirm, one waits."""
    hour = dt.timedelta(hours=1)
    event = open_event(
        kind=Event.Kind.PARTICIPATORY_CAFE,
        starts_at=now + hour,
        ends_at=now + 3 * hour,
        asks_needs=True,
        address="Ratusz",
    )
    EventDetails.objects.create(event=event, round_minutes=20)
    CafeTable.objects.create(event=event, number=1, subject="Drzewa", host="Jan Przykładowy")
    speaker = Speaker.objects.create(event=event, name="Anna Przykładowa", role="prowadząca", organisation="UMCS")
    AgendaItem.objects.create(event=event, hour=dt.time(17), title="Powitanie", speaker=speaker)
    clerk = person(Role.EDITOR)
    came, gone = (register(event, who=someone(n, needs="podjazd"), now=now) for n in (1, 2))
    confirm_registration(came, now=now)
    for number in (3, 4):
        register(event, who=someone(number), now=now)
    cancel_registration(gone, by=clerk, now=now)
    to = NewOccasion(starts_at=now + 2 * hour, ends_at=None, address="Dom Kultury", district=None, is_online=False)
    reschedule_event(event, to=to, why="Sala zalana", by=clerk, now=now)
    check_in(came, by=clerk, now=now + 2 * hour)
    return Event.objects.get(pk=event.pk)
