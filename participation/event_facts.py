"""What is told of events of one kind only, and how long an event takes, as lines of a list of facts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lublin2030.lib.numbers import grouped
from lublin2030.lib.translations import Text, current_language
from participation.models import Event, EventDetails


@dataclass(frozen=True)
class Fact:
    """A name and what is said under it; ``language`` where that is not the page's."""

    name: str
    value: str
    language: str = ""


def facts_of(event: Event) -> list[Fact]:
    """The length, where the hours are known and nobody wrote another, and what is given of the event's kind.

    The event comes with its ``details``. No query.
    """
    facts = []
    if event.length and not event.is_over_days and event.duration_hours is None:
        facts.append(Fact(_("Length"), length_in_words(event.length)))
    details: EventDetails | None = getattr(event, "details", None)
    if details is None:
        return facts
    for field in EventDetails.FIELDS.get(event.kind, ()):
        value = details.text(field) if field in EventDetails.translated_fields else getattr(details, field)
        if value or value == 0:
            facts.append(_fact(field, value))
    return facts


def _fact(field: str, value: Any) -> Fact:
    name = str(getattr(EventDetails, field).field.verbose_name).capitalize()
    if isinstance(value, Text):
        return Fact(name, value.value, value.language if value.language != current_language() else "")
    if isinstance(value, dt.date):
        return Fact(name, date_format(value, "DATE_FORMAT"))
    return Fact(name, grouped(value) if isinstance(value, int) else value)


def length_in_words(length: dt.timedelta) -> str:
    """“2 hours 30 minutes”."""
    minutes = int(length.total_seconds()) // 60
    parts = []
    if hours := minutes // 60:
        parts.append(ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": grouped(hours)})
    if minutes % 60:
        parts.append(ngettext("%(n)s minute", "%(n)s minutes", minutes % 60) % {"n": minutes % 60})
    return " ".join(parts)
