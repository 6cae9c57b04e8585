"""What consultations add to the pages of voices and directions: the passages of drafts that these stand behind."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from consultations.models import Consultation, PassageText, PassageVoice
from consultations.voice_querysets import PassageVoiceQuerySet
from lublin2030.lib.panels import Panel, register_panel

MOST_PASSAGES = 50


@dataclass(frozen=True)
class LinkedPassage:
    """A passage in the newest public version that has it, and its consultation."""

    text: PassageText
    consultation: Consultation


def linked_passages(links: PassageVoiceQuerySet, now: dt.datetime) -> list[LinkedPassage]:
    """The passages of the links as the public reads them, each once, in the order of the documents. One query."""
    texts = (
        PassageText.objects.filter(
            passage__in=links.values("passage"),
            version__published_at__lte=now,
            version__draft__consultation__published_at__lte=now,
        )
        .select_related("passage", "chapter", "version__draft__consultation")
        .order_by("version__draft__consultation", "-version__number", "chapter__number", "position")
    )
    newest: dict[int, PassageText] = {}
    for text in texts[: MOST_PASSAGES * 4]:
        newest.setdefault(text.passage_id, text)
    return [LinkedPassage(text, text.version.draft.consultation) for text in list(newest.values())[:MOST_PASSAGES]]


def _of_voice(request: HttpRequest, voice: Any) -> dict[str, Any] | None:
    passages = linked_passages(PassageVoice.objects.filter(voice=voice), timezone.now())
    return {"passages": passages} if passages else None


def _of_direction(request: HttpRequest, direction: Any) -> dict[str, Any] | None:
    """The passages behind which its public voices stand."""
    links = PassageVoice.objects.public().filter(voice__directions=direction)
    passages = linked_passages(links, timezone.now())
    return {"passages": passages, "of_direction": True} if passages else None


def _at_the_desk(request: HttpRequest, voice: Any) -> dict[str, Any]:
    return {"passages": linked_passages(PassageVoice.objects.filter(voice=voice), timezone.now()), "voice": voice}


def register_panels() -> None:
    """Called once when the app starts."""
    register_panel("voice", Panel("consultations/parts/voice_passages.html", _of_voice))
    register_panel("direction", Panel("consultations/parts/voice_passages.html", _of_direction))
    register_panel("desk-voice", Panel("desk/voices/_passages.html", _at_the_desk))
