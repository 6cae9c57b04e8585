"""What tablets send, for tests."""

from __future__ import annotations

import uuid
from typing import Any

from accounts.models import User
from lublin2030.lib.dates import warsaw
from participation.field.reading import read_card
from participation.models import Event, FieldDevice, FieldItem
from participation.services.field import meet_device, receive_cards
from tests.factories import DURING


def milliseconds(year: int, month: int, day: int, hour: int = 12) -> int:
    """A moment by Warsaw's clock as JavaScript counts it."""
    return round(warsaw(year, month, day, hour).timestamp() * 1000)


AT = milliseconds(2021, 11, 30)


def sent_card(event: Event | int, **fields: Any) -> dict[str, Any]:
    """A card as a tablet sends it, noted on 30 November 2021 at noon."""
    return {
        "id": str(uuid.uuid4()),
        "event": event if isinstance(event, int) else event.pk,
        "event_title": "Punkt przy fontannie",
        "question": "Czego brakuje?",
        "text": "Więcej ławek w cieniu.",
        "theme": "",
        "district": "",
        "age_band": "",
        "language": "pl",
        "wording": "transcript",
        "at": AT,
        "offset": 0,
        **fields,
    }


def device(by: User, device_id: uuid.UUID | None = None, device_now: Any = None) -> FieldDevice:
    """A tablet whose clock is right."""
    claim = DURING.timestamp() * 1000 if device_now is None else device_now
    return meet_device(device_id or uuid.uuid4(), by=by, device_now=claim, now=DURING)


def quarantined(by: User, **fields: Any) -> FieldItem:
    """A card of an event that does not exist."""
    card = sent_card(2**31 - 2, **fields)
    receive_cards([read_card(card)], device=device(by), by=by, now=DURING)
    return FieldItem.objects.get(capture_id=card["id"])
