"""The main process: what the city's presentation says of it, as records."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from lublin2030.lib.dates import WARSAW
from lublin2030.lib.quarters import Quarter
from lublin2030.lib.translations import split_texts
from lublin2030.loading.seeding import Seeder, read_content
from participation.models import DiscussionTopic, District, Event, Figure, Seats, WorkingGroup
from stages.models import Document, Milestone, News, Page, Process, Result, Stage

MAIN_PROCESS = "process:lublin-2030"
WORKING_GROUPS_STAGE = 3
NEWS_APPEARS_AT = dt.time(9, 0)


class AnotherMainProcess(Exception):
    """The portal has a main process that no content file brought in."""


def midnight(day: dt.date) -> dt.datetime:
    """The first moment of the day in Warsaw."""
    return dt.datetime.combine(day, dt.time(), WARSAW)


def is_loaded() -> bool:
    """Whether the main process came from the content file. One query."""
    return Process.objects.filter(seed_key=MAIN_PROCESS).exists()


@transaction.atomic
def load() -> int:
    """Create every record of the main process that is missing; how many. Raises AnotherMainProcess."""
    if Process.objects.filter(is_main=True).exclude(seed_key=MAIN_PROCESS).exists():
        raise AnotherMainProcess
    content = read_content("lublin2030")
    seeder = Seeder()
    process = _process(seeder, content)
    stages = _stages(seeder, process, content)
    _districts(seeder, content)
    _stories(seeder, process, stages, content)
    events = _events(seeder, process, stages, content)
    _figures(seeder, process, stages, events, content)
    _groups(seeder, process, stages, content)
    for entry in content["pages"]:
        texts = split_texts({"title": entry["title"], "body": entry["body"]})
        seeder.make(Page, f"page:{entry['slug']}", slug=entry["slug"], format=entry["format"], **texts)
    return seeder.created


def _process(seeder: Seeder, content: dict[str, Any]) -> Process:
    entry = content["process"]
    texts = {name: entry[name] for name in ("name", "question", "summary")}
    process, _created = seeder.make(
        Process,
        MAIN_PROCESS,
        slug=entry["slug"],
        first_quarter=Quarter.parse(entry["first_quarter"]),
        last_quarter=Quarter.parse(entry["last_quarter"]),
        is_main=True,
        **split_texts(texts | {"estimate_explanation": content["estimate_explanation"]}),
    )
    return process


def _stages(seeder: Seeder, process: Process, content: dict[str, Any]) -> dict[int | None, Stage | None]:
    """The stages by number; None stands for “no stage”."""
    stages: dict[int | None, Stage | None] = {None: None}
    # Staff may have put a stage of their own in the place of one they deleted.
    standing = {stage.number: stage for stage in Stage.objects.filter(process=process)}
    for entry in content["stages"]:
        number = entry["number"]
        stage = (
            standing.get(number)
            or seeder.make(
                Stage,
                f"stage:{number}",
                process=process,
                number=number,
                first_quarter=Quarter.parse(entry["first_quarter"]),
                last_quarter=Quarter.parse(entry["last_quarter"]),
                **split_texts({name: entry[name] for name in ("title", "short_title", "summary", "body")}),
            )[0]
        )
        stages[number] = stage
        for position, result in enumerate(entry["results"], start=1):
            seeder.make(
                Result,
                f"result:{number}:{result['key']}",
                stage=stage,
                position=position,
                **split_texts({"title": result["title"], "summary": result["summary"]}),
            )
    return stages


def _districts(seeder: Seeder, content: dict[str, Any]) -> None:
    known = set(District.objects.values_list("slug", flat=True))
    missing = [entry for entry in content["districts"] if entry["slug"] not in known]
    District.objects.bulk_create(
        District(slug=entry["slug"], name=entry["name"], latitude=entry["lat"], longitude=entry["lon"])
        for entry in missing
    )
    seeder.created += len(missing)


def _stories(seeder: Seeder, process: Process, stages: dict[int | None, Stage | None], content: dict[str, Any]) -> None:
    """Milestones, documents and news."""
    for entry in content["milestones"]:
        seeder.make(
            Milestone,
            f"milestone:{entry['key']}",
            stage=stages[entry["stage"]],
            date=dt.date.fromisoformat(entry["date"]),
            **split_texts({"title": entry["title"], "summary": entry["summary"]}),
        )
    for entry in content["documents"]:
        seeder.make(
            Document,
            f"document:{entry['key']}",
            process=process,
            stage=stages[entry["stage"]],
            url=entry["url"],
            format=entry["format"],
            **split_texts({"title": entry["title"]}),
        )
    for entry in content["news"]:
        day = dt.date.fromisoformat(entry["published_on"])
        seeder.make(
            News,
            f"news:{entry['slug']}",
            slug=entry["slug"],
            process=process,
            stage=stages[entry["stage"]],
            published_at=dt.datetime.combine(day, NEWS_APPEARS_AT, WARSAW),
            **split_texts({name: entry[name] for name in ("title", "lead", "body")}),
        )


def _events(
    seeder: Seeder, process: Process, stages: dict[int | None, Stage | None], content: dict[str, Any]
) -> dict[str, Event]:
    """The events by key. The source gives days, no hours; ``online: false`` means only that it does not say."""
    events = {}
    for entry in content["events"]:
        events[entry["key"]], _created = seeder.make(
            Event,
            f"event:{entry['key']}",
            slug=entry["key"],
            process=process,
            stage=stages[entry["stage"]],
            kind=entry["kind"],
            state=entry["state"],
            starts_at=midnight(dt.date.fromisoformat(entry["date"])),
            all_day=entry["all_day"],
            duration_hours=entry["duration_hours"],
            is_online=entry["online"],
            **split_texts({"title": entry["title"], "summary": entry["summary"]}),
        )
    return events


def _figures(
    seeder: Seeder,
    process: Process,
    stages: dict[int | None, Stage | None],
    events: dict[str, Event],
    content: dict[str, Any],
) -> None:
    """The ledger. A figure stands in the file after the one it is a part of."""
    figures: dict[str, Figure] = {}
    for position, entry in enumerate(content["figures"], start=1):
        figures[entry["key"]], _created = seeder.make(
            Figure,
            f"figure:{entry['key']}",
            process=process,
            stage=stages[entry["stage"]],
            event=events[entry["event"]] if entry.get("event") else None,
            position=position,
            events_count=entry["events"],
            events_qualifier=entry["events_qualifier"] or "",
            value=entry["value"],
            unit=entry["unit"] or "",
            qualifier=entry["qualifier"] or "",
            part_of=figures[entry["part_of"]] if entry["part_of"] else None,
            is_city_estimate=entry["is_city_estimate"],
            event_kind=entry.get("event_kind", ""),
            **split_texts({"activity": entry["activity"], "source": entry["source"], "note": entry["note"] or ""}),
        )


def _groups(seeder: Seeder, process: Process, stages: dict[int | None, Stage | None], content: dict[str, Any]) -> None:
    """The working groups with their seats, and the topics of the business meetings."""
    for entry in content["working_groups"]:
        group, created = seeder.make(
            WorkingGroup,
            f"group:{entry['slug']}",
            process=process,
            stage=stages[WORKING_GROUPS_STAGE],
            slug=entry["slug"],
            **split_texts({"name": entry["name"], "summary": entry["summary"]}),
        )
        if created:
            Seats.objects.bulk_create(
                Seats(group=group, kind=seats["kind"], count=seats["count"]) for seats in content["seats"]
            )
    for position, entry in enumerate(content["topics"], start=1):
        seeder.make(
            DiscussionTopic,
            f"topic:{position}",
            stage=stages[entry["stage"]],
            position=position,
            **split_texts({"title": entry["title"]}),
        )
