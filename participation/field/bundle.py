"""What a tablet takes along for a day without network: lists to choose from, in every language."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils import translation

from participation.field.reading import language_choices
from participation.models import AgeBand, District, Event, Theme, Voice

MOST_EVENTS = 200


def field_bundle(now: dt.datetime) -> dict[str, Any]:
    """The events of the days around the moment, their processes' themes and questions, and what never changes.

    All of it stands on public pages or in the code; there is nobody's data in it. Three queries.
    """
    events = list(Event.objects.for_the_field(now).select_related("process", "district")[:MOST_EVENTS])
    processes = {event.process_id: event.process for event in events}
    themes = Theme.objects.filter(process__in=processes).order_by("position", "pk")
    return {
        "events": [
            {
                "id": event.pk,
                "title": _in_every_language(event, "title"),
                "starts_at": event.starts_at.isoformat(),
                "process": event.process_id,
                "district": event.district.slug if event.district else "",
            }
            for event in events
        ],
        "themes": [
            {"slug": theme.slug, "process": theme.process_id, "name": _in_every_language(theme, "name")}
            for theme in themes
        ],
        "questions": [
            {"process": pk, "text": _in_every_language(process, "question")}
            for pk, process in processes.items()
            if process.question
        ],
        "districts": [{"slug": one.slug, "name": one.name} for one in District.objects.all()],
        "age_bands": _choices(lambda: AgeBand.choices),
        "languages": _choices(language_choices),
        "wordings": _choices(lambda: Voice.Wording.choices),
    }


def _in_every_language(record: Any, field: str) -> dict[str, str]:
    return {code: record.text(field, code).value for code, _name in settings.LANGUAGES}


def _choices(offered: Any) -> list[dict[str, Any]]:
    """Values with their names in each of the portal's languages."""
    names: dict[str, dict[str, str]] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for value, label in offered():
                names.setdefault(value, {})[code] = str(label)
    return [{"value": value, "label": labels} for value, labels in names.items()]
