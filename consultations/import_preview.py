"""An import as it will stand as a version: chapter by chapter, with numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import nh3
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from consultations.importing.inlines import ATTRIBUTE_VALUES, ATTRIBUTES, TAGS
from consultations.models import DraftImport

_ADDRESS = re.compile(r"obraz:([0-9a-f]{64})")


@dataclass(frozen=True)
class ReadPassage:
    """A passage of the preview. ``html`` is empty where the text is plain. ``match``: new, same, similar, chosen."""

    number: str
    kind: str
    level: int
    marker: str
    text: str
    html: SafeString
    footnotes: list[tuple[str, SafeString]]
    match: str


def read_chapter(draft_import: DraftImport, index: int) -> list[ReadPassage]:
    """The passages of the chapter (counted from 0) with the numbers they will have. IndexError: no such chapter."""
    matches = draft_import.matches.get("passages", {})
    return [
        ReadPassage(
            number=f"{index + 1}.{position + 1}",
            kind=one["kind"],
            level=one["level"],
            marker=one["marker"],
            text=one["text"],
            html=_shown(draft_import, one["html"]),
            footnotes=[(note["number"], _shown(draft_import, note["html"])) for note in one["footnotes"]],
            match=matches.get(f"{index}.{position}", {}).get("how", "new"),
        )
        for position, one in enumerate(draft_import.document["chapters"][index]["passages"])
    ]


def _shown(draft_import: DraftImport, html: str) -> SafeString:
    """Cleaned once more, with addresses of the pictures that only staff can open."""
    if not html:
        return SafeString("")
    addressed = _ADDRESS.sub(lambda found: reverse("desk:import_picture", args=[draft_import.pk, found[1]]), html)
    cleaned = nh3.clean(
        addressed,
        tags=TAGS,
        attributes=ATTRIBUTES | {"img": {"src", "alt", "width", "height"}},
        tag_attribute_values=ATTRIBUTE_VALUES,
        url_schemes={"https", "http", "mailto"},
        link_rel="noopener",
    )
    return mark_safe(cleaned)  # noqa: S308  nh3 has just cleaned it


def contents(draft_import: DraftImport) -> list[dict[str, Any]]:
    """The chapters with their numbers and how many passages each has."""
    return [
        {"number": number, "title": one["title"], "passages": len(one["passages"])}
        for number, one in enumerate(draft_import.document["chapters"], 1)
    ]


def match_counts(draft_import: DraftImport) -> dict[str, int]:
    """How many passages continue an old one with the same text, with another, or are new."""
    hows = [one["how"] for one in draft_import.matches.get("passages", {}).values()]
    same, new = hows.count("same"), hows.count("new")
    return {"same": same, "changed": len(hows) - same - new, "new": new}
