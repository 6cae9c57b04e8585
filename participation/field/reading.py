"""What a tablet sends, read with care: a card is put right into a voice, or says what is wrong with it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import models

from lublin2030.lib.languages import language_name
from lublin2030.lib.plaintext import FORBIDDEN, normalise
from participation.models import AgeBand, District, Event, FieldItem, Theme, Voice

LONGEST_TEXT = 5000
LONGEST_QUESTION = 300
LONGEST_PAYLOAD_TEXT = 100_000
# What an opinion may be in: the portal's own languages first, then those that are heard most in the city.
LANGUAGES = ("pl", "uk", "en", "be", "ru")

CHANNELS = {
    Event.Kind.MOBILE_POINT: Voice.Channel.MOBILE_POINT,
    Event.Kind.PARTICIPATORY_CAFE: Voice.Channel.CAFE,
    Event.Kind.INTERVIEW: Voice.Channel.INTERVIEW,
    Event.Kind.FOCUS_GROUP: Voice.Channel.FOCUS_GROUP,
    Event.Kind.COMPETITION: Voice.Channel.OTHER,
    Event.Kind.CAMPAIGN: Voice.Channel.OTHER,
}


def channel_of(event: Event) -> Voice.Channel:
    """The way on which people speak at the event; whatever people come together for is a meeting."""
    return CHANNELS.get(Event.Kind(event.kind), Voice.Channel.MEETING)


class Unreadable(Exception):
    """Not even what it is called can be read: there is nothing that could be kept."""


@dataclass(frozen=True)
class SentCard:
    """A card as it arrived, all its texts made storable."""

    capture_id: uuid.UUID
    event: int
    event_title: str
    question: str
    text: str
    theme: str
    district: str
    age_band: str
    language: str
    wording: str
    device_at: Any
    offset: Any
    noted_by: int | None

    @property
    def payload(self) -> dict[str, Any]:
        """What it says, for a person to put right."""
        return {
            "event": self.event,
            "event_title": self.event_title,
            "question": self.question,
            "text": self.text,
            "theme": self.theme,
            "district": self.district,
            "age_band": self.age_band,
            "language": self.language,
            "wording": self.wording,
        }


def storable(value: object, longest: int) -> str:
    """The value as a text that both databases take: without NUL and half characters, at most so long."""
    text = value if isinstance(value, str) else ""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")[:longest]


def read_id(value: object) -> uuid.UUID:
    """A ``capture_id``. Raises Unreadable."""
    try:
        return uuid.UUID(str(value))
    except ValueError as error:
        raise Unreadable from error


def read_number(value: object) -> int:
    """A primary key or a count; 0 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31 else 0


def read_card(raw: object) -> SentCard:
    """The card. Raises Unreadable when it has no name of its own."""
    if not isinstance(raw, dict):
        raise Unreadable
    return SentCard(
        capture_id=read_id(raw.get("id")),
        event=read_number(raw.get("event")),
        event_title=storable(raw.get("event_title"), 200),
        question=storable(raw.get("question"), LONGEST_PAYLOAD_TEXT),
        text=storable(raw.get("text"), LONGEST_PAYLOAD_TEXT),
        theme=storable(raw.get("theme"), 60),
        district=storable(raw.get("district"), 60),
        age_band=storable(raw.get("age_band"), 10),
        language=storable(raw.get("language"), 5),
        wording=storable(raw.get("wording"), 10),
        device_at=raw.get("at"),
        offset=raw.get("offset"),
        noted_by=read_number(raw.get("noted_by")) or None,
    )


class Catalogue:
    """The events, themes and districts that some cards name. Three queries, however many cards."""

    def __init__(self, cards: list[SentCard]) -> None:
        self.events: dict[int, Event] = _by_key(
            Event.objects.select_related("process", "district").filter(pk__in={card.event for card in cards}), "pk"
        )
        themes = Theme.objects.filter(slug__in={card.theme for card in cards} - {""})
        self.themes: dict[str, Theme] = _by_key(themes, "slug")
        districts = District.objects.filter(slug__in={card.district for card in cards} - {""})
        self.districts: dict[str, District] = _by_key(districts, "slug")

    def fault_of(self, card: SentCard) -> FieldItem.Why | None:
        """Why the card cannot be kept as it is, or None."""
        why = FieldItem.Why
        event = self.events.get(card.event)
        if event is None:
            return why.EVENT_UNKNOWN
        if event.state in {Event.State.DRAFT, Event.State.CANCELLED}:
            return why.EVENT_CLOSED
        theme = self.themes.get(card.theme)
        if card.theme and (theme is None or theme.process_id != event.process_id):
            return why.THEME_UNKNOWN
        if card.district and card.district not in self.districts:
            return why.DISTRICT_UNKNOWN
        text = normalise(card.text)
        if not text:
            return why.TEXT_EMPTY
        if len(text) > LONGEST_TEXT or len(normalise(card.question)) > LONGEST_QUESTION:
            return why.TOO_LONG
        if FORBIDDEN.search(text) or FORBIDDEN.search(normalise(card.question)):
            return why.CHARACTERS
        if (
            card.age_band not in {"", *AgeBand.values}
            or card.language not in LANGUAGES
            or card.wording not in Voice.Wording.values
        ):
            return why.VALUE_UNKNOWN
        return None


def _by_key(queryset: models.QuerySet[Any], field: str) -> dict[Any, Any]:
    return {getattr(row, field): row for row in queryset}


def language_choices() -> list[tuple[str, str]]:
    """Code and name, in the reader's language, of the languages of opinions."""
    return [(code, language_name(code)) for code in LANGUAGES]
