"""The table to fill in: XLSX with lists to choose from, or CSV. It is read by ``table_reading``."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from consultations.letter_forms import KINDS, TYPED_CHANNELS
from consultations.models import Consultation, Submission
from consultations.table_reading import COLUMNS, EXAMPLE, SHEET
from consultations.written_places import version_of_letters
from lublin2030.lib import table_templates
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.table_templates import Column, safe_cell
from lublin2030.lib.typed_dates import write_moment
from participation.models import District

__all__ = ["allowed_values", "example_row", "headers", "safe_cell", "template_csv", "template_xlsx"]

WIDTHS = {"letter": 10, "name": 28, "address": 28, "email": 24, "change": 50, "wording": 50, "reason": 40, "place": 10}
NEEDED = {"channel", "received"}


def headers() -> list[str]:
    """The names of the columns, those needed with a star."""
    return [f"{names[0]} *" if key in NEEDED else names[0] for key, names in COLUMNS.items()]


def allowed_values(consultation: Consultation) -> dict[str, list[str]]:
    """For each column with a list: its values in the reader's words. Two queries."""
    return {
        "channel": [str(one.label) for one in TYPED_CHANNELS],
        "signed": [_("yes"), _("no")],
        "sender_kind": [str(one.label) for one in Submission.SenderKind],
        "district": list(District.objects.values_list("name", flat=True)),
        "kind": [str(label).partition(" – ")[2] for _value, label in KINDS[1:]],
        "topic": [one.text("name").value for one in consultation.topics.all()],
    }


def example_row(consultation: Consultation, now: dt.datetime) -> dict[str, str]:
    """One invented row; its letter's name tells the reader of the table to leave it out."""
    values = allowed_values(consultation)
    opened = warsaw_day(consultation.opens_at)
    version = version_of_letters(consultation, now)
    chapter = None if version is None else version.chapters.order_by("number").first()
    return {
        "letter": EXAMPLE.upper(),
        "channel": values["channel"][0],
        "received": write_moment(opened),
        "lodged": write_moment(opened),
        "signed": values["signed"][0],
        "sender_kind": values["sender_kind"][0],
        "name": "Jan Przykładowy",
        "district": values["district"][0] if values["district"] else "",
        "place": "0" if chapter is None else f"{chapter.number}.1",
        "kind": values["kind"][3],
        "change": _("One row is one remark. Rows with the same letter belong together. Delete this row or leave it."),
        "topic": values["topic"][0] if values["topic"] else "",
    }


def _columns(consultation: Consultation, now: dt.datetime) -> list[Column]:
    values, example = allowed_values(consultation), example_row(consultation, now)
    return [
        Column(
            header=header,
            name=COLUMNS[key][0],
            example=example.get(key, ""),
            allowed=values.get(key, []),
            has_list=key in values,
            width=WIDTHS.get(key, 16),
        )
        for key, header in zip(COLUMNS, headers(), strict=True)
    ]


def template_xlsx(consultation: Consultation, *, now: dt.datetime) -> bytes:
    """The template as a workbook: the table, and the allowed values."""
    title = consultation.text("title").value
    return table_templates.template_xlsx(_columns(consultation, now), sheet=SHEET, title=title)


def template_csv(consultation: Consultation, *, now: dt.datetime) -> bytes:
    """The template as CSV with semicolons, in UTF-8 with the mark by which Excel knows it."""
    return table_templates.template_csv(_columns(consultation, now))
