"""An event with so many places for which far more people register at once, over HTTP; and the proof of who got in."""

from __future__ import annotations

import datetime as dt
import json

from django.utils import timezone

from lublin2030.lib.quarters import Quarter
from notifications.models import Message
from participation.models import Event
from stages.models import Process

SLUG = "bench"


def make_event(places: int) -> None:
    """A public event in a week that takes registrations."""
    process = Process.objects.create(
        slug="bench", name="Strategia", question="Jaki?", first_quarter=Quarter(2018, 4), last_quarter=Quarter(2030, 4)
    )
    Event.objects.create(
        slug=SLUG, process=process, kind=Event.Kind.WORKSHOP, state=Event.State.PLANNED, title="Warsztat",
        starts_at=timezone.now() + dt.timedelta(days=7), takes_registration=True, capacity=places,
    )  # fmt: skip


def prove(places: int, people: int) -> str:
    """What came of it, as JSON: how many are in and wait, and whether all is in order."""
    event = Event.objects.get(slug=SLUG)
    rows = list(event.registrations.order_by("number").values_list("number", "state"))
    given = min(places, people)
    return json.dumps(
        {
            "in": sum(state == "place" for _number, state in rows),
            "waiting": sum(state == "waiting" for _number, state in rows),
            "in_order": rows == [(n, "place" if n <= given else "waiting") for n in range(1, people + 1)],
            "counters": (event.places_taken, event.waiting_count) == (given, people - given),
            "mails": Message.objects.filter(kind="registration").count() == people,
        }
    )
