"""Demonstration voices of stages II and IV, with their themes and directions, linked to the draft of 2021.

All of it is invented, and marked so wherever it shows.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import transaction

from consultations.models import Consultation, Passage, Topic
from consultations.services.voice_links import link_voice
from lublin2030.lib.dates import warsaw
from lublin2030.lib.translations import split_texts
from lublin2030.loading.accounts import actors, retire_nobody
from lublin2030.loading.base import MAIN_PROCESS
from lublin2030.loading.past import CONSULTATION
from lublin2030.loading.seeding import Seeder, read_content
from participation.models import Direction, District, Theme, Voice, WorkingGroup
from participation.services.moderation import publish_voices, set_directions
from participation.services.voices import NewVoice, note_voices
from stages.models import Process

NAMESPACE = uuid.UUID("c2b9a2c4-7f0e-4b7c-9d5e-20302030aa01")
NOTED = warsaw(2021, 6, 28, 10)  # after the first round of consultation had ended
READ = warsaw(2021, 6, 29, 9)
LINKED = warsaw(2022, 1, 29, 9)


def is_loaded() -> bool:
    """Whether the themes came from the content file. One query."""
    return Theme.objects.filter(seed_key__startswith="theme:").exists()


@transaction.atomic
def load() -> int:
    """Create themes and directions, note the voices, publish and link them; the number of voices."""
    content = read_content("voices")
    seeder = Seeder()
    process = Process.objects.get(seed_key=MAIN_PROCESS)
    themes = _themes(seeder, process, content["themes"])
    directions = _directions(seeder, process, content["directions"])
    people = actors()
    entries = {_capture_id(entry): entry for entry in content["voices"]}
    districts = {district.slug: district for district in District.objects.all()}
    voices = [_new(entry, key, process, themes, districts) for key, entry in entries.items()]
    note_voices(voices, by=people.coordinator, now=NOTED)
    noted = list(Voice.objects.filter(capture_id__in=entries).order_by("pk"))
    publish_voices({voice.pk: voice.revision for voice in noted}, by=people.coordinator, now=READ)
    passages = {passage.code: passage for passage in Passage.objects.filter(draft__consultation__seed_key=CONSULTATION)}
    for voice in noted:
        entry = entries[voice.capture_id]
        set_directions(voice, directions=[directions[slug] for slug in entry["directions"]], by=people.coordinator)
        for code in entry["passages"]:
            if code in passages:
                link_voice(passages[code], voice, by=people.coordinator, now=LINKED)
    retire_nobody()
    return len(noted)


def _themes(seeder: Seeder, process: Process, entries: list[dict[str, Any]]) -> dict[str, Theme]:
    """The themes by address; topics of the consultation of 2021 with the same address belong to them."""
    themes: dict[str, Theme] = {}
    consultation = Consultation.objects.filter(seed_key=CONSULTATION).first()
    for position, entry in enumerate(entries, start=1):
        theme, _created = seeder.make(
            Theme,
            f"theme:{entry['slug']}",
            process=process,
            slug=entry["slug"],
            position=position,
            **split_texts({"name": entry["name"]}),
        )
        themes[entry["slug"]] = theme
        if consultation is not None:
            Topic.objects.filter(consultation=consultation, slug=entry["slug"], theme=None).update(theme=theme)
    return themes


def _directions(seeder: Seeder, process: Process, entries: list[dict[str, Any]]) -> dict[str, Direction]:
    groups = {group.slug: group for group in WorkingGroup.objects.all()}
    return {
        entry["slug"]: seeder.make(
            Direction,
            f"direction:{entry['slug']}",
            process=process,
            group=groups.get(entry["group"]),
            slug=entry["slug"],
            position=position,
            is_demonstration=True,
            **split_texts({"title": entry["title"], "summary": entry["summary"]}),
        )[0]
        for position, entry in enumerate(entries, start=1)
    }


def _capture_id(entry: dict[str, Any]) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, entry["key"])


def _new(
    entry: dict[str, Any],
    capture_id: uuid.UUID,
    process: Process,
    themes: dict[str, Theme],
    districts: dict[str, District],
) -> NewVoice:
    return NewVoice(
        text=entry["text"],
        process=process,
        channel=Voice.Channel(entry["channel"]),
        wording=Voice.Wording(entry["wording"]),
        spoken_on=dt.date.fromisoformat(entry["spoken_on"]),
        question=entry["question"],
        theme=themes[entry["theme"]],
        district=districts.get(entry["district"]),
        age_band=entry["age_band"],
        language=entry["language"],
        is_demonstration=True,
        capture_id=capture_id,
    )
