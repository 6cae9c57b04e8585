"""The table of voices to fill in."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from lublin2030.lib import table_templates
from lublin2030.lib.languages import language_name
from lublin2030.lib.table_files import EXAMPLE
from lublin2030.lib.table_templates import Column
from participation.models import AgeBand, District, Event, Theme, Voice
from participation.services.voices import LANGUAGES
from participation.voice_table import COLUMNS, SHEET
from stages.models import Process

NEEDED = {"text", "wording"}
WIDTHS = {"number": 8, "text": 70, "event": 34, "question": 34, "wording": 26}
MOST_EVENTS = 500  # in a list to choose from, the latest first


def allowed_values(process: Process, now: dt.datetime) -> dict[str, list[str]]:
    """For each column with a list: its values in the reader's words. Three queries.

    Events stand by their addresses: titles repeat.
    """
    events = Event.objects.filter(process=process, starts_at__lte=now).order_by("-starts_at")
    return {
        "wording": [str(one.label) for one in Voice.Wording],
        "event": list(events.values_list("slug", flat=True)[:MOST_EVENTS]),
        "channel": [str(one.label) for one in Voice.Channel],
        "theme": [one.text("name").value for one in Theme.objects.filter(process=process)],
        "district": list(District.objects.values_list("name", flat=True)),
        "age": [str(one.label) for one in AgeBand],
        "language": [language_name(code) for code in LANGUAGES],
    }


def columns_of(process: Process, *, now: dt.datetime) -> list[Column]:
    """The template's columns with one invented row, which the reader of tables leaves out."""
    values = allowed_values(process, now)
    example = {
        "number": EXAMPLE.upper(),
        "text": _("More benches in the shade. One row is one voice of one person. Delete this row or leave it."),
        "day": f"{now:%d.%m.%Y}",
        **{key: allowed[0] for key, allowed in values.items() if allowed},
    }
    return [
        Column(
            header=f"{names[0]} *" if key in NEEDED else names[0],
            name=names[0],
            example=example.get(key, ""),
            allowed=values.get(key, []),
            has_list=key in values,
            width=WIDTHS.get(key, 18),
        )
        for key, names in COLUMNS.items()
    ]


def template_xlsx(process: Process, *, now: dt.datetime) -> bytes:
    """The template as a workbook: the table, and the allowed values."""
    title = process.text("name").value
    return table_templates.template_xlsx(columns_of(process, now=now), sheet=SHEET, title=title)


def template_csv(process: Process, *, now: dt.datetime) -> bytes:
    """The template as CSV with semicolons, in UTF-8 with the mark by which Excel knows it."""
    return table_templates.template_csv(columns_of(process, now=now))
