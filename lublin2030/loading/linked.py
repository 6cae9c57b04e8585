"""Why the adopted version of 2021 reads as it does: each accepted remark by its words, each change by its sources.

An accepted remark on a passage is carried by that passage; the content file names the others, the institutions'
opinions, the groups' directions and what the editors did. All of it is invented, as the remarks are.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from consultations.models import Consultation, DraftVersion, Institution, Opinion, Passage, Remark
from consultations.services.change_links import link_change
from consultations.services.comparisons import make_comparison
from lublin2030.lib.dates import warsaw
from lublin2030.loading.accounts import actors, retire_nobody
from lublin2030.loading.adopted import NUMBER
from lublin2030.loading.past import CONSULTATION
from lublin2030.loading.seeding import read_content
from participation.models import WorkingGroup

BEGINS = warsaw(2022, 1, 28, 9)
BETWEEN = dt.timedelta(minutes=1)


def is_loaded() -> bool:
    """Whether the changes of the adopted version have sources, ours or the staff's, or are not there. One query."""
    adopted = DraftVersion.objects.filter(draft__consultation__seed_key=CONSULTATION, number=NUMBER)
    return not adopted.filter(change_sources__isnull=True).exists()


@transaction.atomic
def load() -> int:
    """Make the opinions, and link everything the adopted version changed; the number of links."""
    content = read_content("consultation_2021")
    version = _version()
    if version is None:
        raise DraftVersion.DoesNotExist
    consultation = version.draft.consultation
    opinions = {entry["key"]: _opinion(consultation, entry) for entry in content["opinions"]}
    make_comparison(version.draft.versions.get(number=NUMBER - 1), version, now=BEGINS)
    passages = {passage.code: passage for passage in Passage.objects.filter(draft=version.draft)}
    groups = {group.slug: group for group in WorkingGroup.objects.all()}
    entry = content["draft"]["versions"][NUMBER - 1]["links"]
    links: list[tuple[Passage, dict[str, Any]]] = [
        *((passages[code], {"note": note}) for code, note in entry["editorial"].items()),
        *((passages[one["passage"]], {"opinion": opinions[one["institution"]], "note": one["note"]})
          for one in entry["opinions"]),
        *((passages[one["passage"]], {"working_group": groups[one["group"]], "note": one["note"]})
          for one in entry["directions"] if one["group"] in groups),
        *_of_remarks(consultation, passages, entry["remarks"]),
    ]  # fmt: skip
    people = actors()
    for place, (passage, source) in enumerate(links):
        link_change(version, passage, by=people.coordinator, now=BEGINS + place * BETWEEN, **source)
    retire_nobody()
    return len(links)


def _version() -> DraftVersion | None:
    versions = DraftVersion.objects.select_related("draft__consultation__process")
    return versions.filter(draft__consultation__seed_key=CONSULTATION, number=NUMBER).first()


def _opinion(consultation: Consultation, entry: dict[str, Any]) -> Opinion:
    institution, _made = Institution.objects.get_or_create(name=entry["institution"])
    days = {name: entry[name] and dt.date.fromisoformat(entry[name]) for name in ("asked_on", "received_on")}
    texts = {name: entry[name] for name in ("term_days", "stance", "content", "answer")}
    opinion, _made = Opinion.objects.get_or_create(
        consultation=consultation, institution=institution, defaults=days | texts
    )
    return opinion


def _of_remarks(
    consultation: Consultation, passages: dict[str, Passage], elsewhere: dict[str, list[str]]
) -> list[tuple[Passage, dict[str, Any]]]:
    """Each remark with the passages that carry it: its own, or those that the content file names by its number."""
    remarks = Remark.objects.filter(consultation=consultation).accepted_but_unchanged()
    found: list[tuple[Passage, dict[str, Any]]] = []
    for remark in remarks.select_related("consultation", "passage").order_by("position"):
        own = [remark.passage.code] if remark.passage else []
        found += [(passages[code], {"remark": remark}) for code in elsewhere.get(remark.address, own)]
    return found
