"""Voices are kept once each, with where they come from, and nobody reads them before a person has."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from accounts.roles import Role
from participation.errors import NotPermitted, VoiceEmpty
from participation.models import Voice
from participation.services.voices import NewVoice, note_voices
from tests.factories import DistrictFactory, person
from tests.factories_participation import held_event

pytestmark = pytest.mark.django_db


def new(**fields: Any) -> NewVoice:
    event = fields.pop("event", None) or held_event()
    return NewVoice(
        **{
            "text": "Więcej drzew.",
            "process": event.process,
            "event": event,
            "channel": Voice.Channel.MOBILE_POINT,
            "wording": Voice.Wording.TRANSCRIPT,
            "spoken_on": dt.date(2021, 11, 30),
            **fields,
        }
    )


def test_what_arrives_twice_is_one_voice() -> None:
    voice, by = new(capture_id=uuid.uuid4()), person(Role.EDITOR)
    assert [note_voices([voice, new()], by=by), note_voices([voice], by=by)] == [2, 0]
    assert Voice.objects.count() == 2


def test_the_same_twice_in_one_table_is_one_voice() -> None:
    voice = new(capture_id=uuid.uuid4())
    assert note_voices([voice, voice], by=person(Role.EDITOR)) == 1


def test_nothing_is_public_before_it_was_read() -> None:
    note_voices([new()], by=person(Role.EDITOR))
    assert not Voice.objects.public().exists()


def test_the_district_is_the_events_unless_said() -> None:
    event, other = held_event(district=DistrictFactory()), DistrictFactory()
    note_voices([new(event=event), new(event=event, district=other)], by=person(Role.EDITOR))
    assert list(Voice.objects.order_by("pk").values_list("district", flat=True)) == [event.district_id, other.pk]


def test_an_empty_voice_refuses_all() -> None:
    with pytest.raises(VoiceEmpty):
        note_voices([new(), new(text="  \n")], by=person(Role.EDITOR))
    assert not Voice.objects.exists()


@pytest.mark.parametrize("role", [Role.COUNCILLOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_other_roles_note_nothing(role: Role) -> None:
    with pytest.raises(NotPermitted):
        note_voices([new()], by=person(role))
