"""Records of participation for tests: voices, themes, directions."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import factory
from factory.django import DjangoModelFactory

from participation.models import Direction, Event, Theme, Voice
from tests.factories import DURING, EventFactory, ProcessFactory


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = Theme

    process = factory.SubFactory(ProcessFactory)
    slug = factory.Sequence(lambda n: f"temat-{n}")
    name = factory.Sequence(lambda n: f"Temat {n}")


class DirectionFactory(DjangoModelFactory):
    class Meta:
        model = Direction

    process = factory.SubFactory(ProcessFactory)
    slug = factory.Sequence(lambda n: f"kierunek-{n}")
    title = factory.Sequence(lambda n: f"Kierunek {n}")


class VoiceFactory(DjangoModelFactory):
    """A voice that waits to be read; ``public_voice`` makes one that was."""

    class Meta:
        model = Voice

    capture_id = factory.LazyFunction(uuid.uuid4)
    process = factory.SubFactory(ProcessFactory)
    channel = Voice.Channel.OTHER
    wording = Voice.Wording.TRANSCRIPT
    text = factory.Sequence(lambda n: f"Głos {n}: więcej ławek.")
    spoken_on = dt.date(2021, 12, 1)
    entered_at = DURING


def public_voice(**fields: Any) -> Voice:
    """A voice that everybody may read."""
    return VoiceFactory(state=Voice.State.PUBLIC, state_at=DURING, **fields)


def held_event(**fields: Any) -> Event:
    """A mobile point that took place on 30 November 2021, the day before ``during``."""
    fields = {
        "kind": Event.Kind.MOBILE_POINT,
        "state": Event.State.HELD,
        "starts_at": DURING - dt.timedelta(days=1),
        **fields,
    }
    return EventFactory(**fields)
