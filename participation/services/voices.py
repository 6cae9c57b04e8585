"""Note voices down: each exactly once, however often it arrives."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from lublin2030.lib.plaintext import normalise
from participation.errors import NotPermitted, VoiceEmpty
from participation.models import District, Event, Theme, Voice
from participation.permissions import may_note_voices
from stages.models import Process

TEXT_LIMIT = 5_000  # characters
QUESTION_LIMIT = 300
# In which a voice can be told to be; the portal's own first.
LANGUAGES = ("pl", "uk", "en", "be", "ru", "de", "fr", "es", "it", "ar", "vi", "zh")
# An event of a kind that is not here is a meeting.
_CHANNELS = {
    Event.Kind.MOBILE_POINT: Voice.Channel.MOBILE_POINT,
    Event.Kind.PARTICIPATORY_CAFE: Voice.Channel.CAFE,
    Event.Kind.INTERVIEW: Voice.Channel.INTERVIEW,
    Event.Kind.FOCUS_GROUP: Voice.Channel.FOCUS_GROUP,
    Event.Kind.COMPETITION: Voice.Channel.OTHER,
    Event.Kind.CAMPAIGN: Voice.Channel.OTHER,
}


def channel_of(event: Event) -> Voice.Channel:
    """How voices of the event were heard: it follows from the event's kind."""
    return _CHANNELS.get(Event.Kind(event.kind), Voice.Channel.MEETING)


def may_be_of(event: Event, now: dt.datetime) -> bool:
    """Whether voices can come from the event: it has begun and was not called off."""
    return event.starts_at <= now and event.state != Event.State.CANCELLED


@dataclass(frozen=True, kw_only=True)
class NewVoice:
    """A voice as it was noted. ``capture_id`` is the noter's own; ``spoken_on`` is a day in Warsaw."""

    text: str
    process: Process
    channel: Voice.Channel
    wording: Voice.Wording
    spoken_on: dt.date
    event: Event | None = None
    question: str = ""
    theme: Theme | None = None
    district: District | None = None
    age_band: str = ""
    language: str = "pl"
    is_demonstration: bool = False
    capture_id: uuid.UUID = field(default_factory=uuid.uuid4)


def note_voices(voices: Sequence[NewVoice], *, by: User, now: dt.datetime | None = None) -> int:
    """Keep the voices, all or none; those whose ``capture_id`` is known already are left as they are.

    How many were new; of two who bring the same at once both may count it, but it is kept once. Voices wait to be
    read by a person before anything is public. Raises NotPermitted, VoiceEmpty.
    """
    if not may_note_voices(by):
        raise NotPermitted
    now = now or timezone.now()
    rows = [
        Voice(
            capture_id=voice.capture_id,
            process=voice.process,
            event=voice.event,
            channel=voice.channel,
            wording=voice.wording,
            question=normalise(voice.question),
            text=normalise(voice.text),
            theme=voice.theme,
            district=voice.district or (voice.event.district if voice.event else None),
            age_band=voice.age_band,
            language=voice.language,
            spoken_on=voice.spoken_on,
            entered_at=now,
            entered_by=by,
            is_demonstration=voice.is_demonstration or (voice.event is not None and voice.event.is_demonstration),
        )
        for voice in voices
    ]
    if not all(row.text for row in rows):
        raise VoiceEmpty
    with transaction.atomic():
        ids = [row.capture_id for row in rows]
        known = set(Voice.objects.filter(capture_id__in=ids).values_list("capture_id", flat=True))
        Voice.objects.bulk_create([row for row in rows if row.capture_id not in known], ignore_conflicts=True)
    return len({*ids} - known)
