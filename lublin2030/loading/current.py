"""A demonstration consultation that is open today: a sector strategy of its own, with submissions in every state.

Its dates follow today: they are counted from the day of the load. A later start moves them only when remarks could
no longer be sent for ``LEAST_DAYS_LEFT`` full days, and only while nobody has edited the consultation.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from consultations.models import Consultation
from lublin2030.lib.dates import WARSAW, warsaw_day
from lublin2030.lib.quarters import Quarter
from lublin2030.lib.translations import split_texts
from lublin2030.loading.accounts import actors, join_departments, retire_nobody
from lublin2030.loading.base import MAIN_PROCESS, NEWS_APPEARS_AT, midnight
from lublin2030.loading.seeding import read_content
from lublin2030.loading.setting_up import make_consultation, make_departments
from lublin2030.loading.story import Agenda, Case
from participation.models import District, Event
from stages.models import News, Process, Stage

PROCESS = "process:strategia-zieleni"
CONSULTATION = "consultation:strategia-zieleni"
DAYS_OPEN_ALREADY = 14
DAYS_STILL_OPEN = 21
LEAST_DAYS_LEFT = 3
PERIOD = tuple[Quarter, Quarter]
# How many days after the receipt each verb came; the youngest answered submission must be that old.
VERIFIED, ASSIGNED, DECIDED, PUBLISHED = 1, 2, 3, 5
REACHED = ("received", "proper", "assigned", "approved", "published")


def is_loaded() -> bool:
    """Whether the open consultation came from the content file. One query."""
    return Consultation.objects.filter(seed_key=CONSULTATION).exists()


def stage_periods(today: dt.date) -> tuple[PERIOD, PERIOD, PERIOD]:
    """The quarters of the three stages: the second holds the whole term of the consultation."""
    opening = Quarter.of(today - dt.timedelta(days=DAYS_OPEN_ALREADY))
    closing = Quarter.of(today + dt.timedelta(days=DAYS_STILL_OPEN))
    before = Quarter.of(opening.first_day - dt.timedelta(days=1))
    return (
        (Quarter.of(before.first_day - dt.timedelta(days=1)), before),
        (opening, closing),
        (closing.next(), closing.next().next()),
    )


@transaction.atomic
def load(*, now: dt.datetime) -> int:
    """Create the process and its consultation, open at ``now`` (aware), and live its story; the number of remarks."""
    content = read_content("consultation_open")
    today = warsaw_day(now)
    process, stages = _process(content, today)
    make_departments(read_content("consultation_2021")["departments"])
    join_departments()
    stage = stages[content["consultation"]["stage"]]
    _events(content, process, stage, today)
    _news(content, process, stage, today)
    places = make_consultation(
        content,
        seed_key=CONSULTATION,
        process=process,
        stage=stage,
        opens_at=midnight(today - dt.timedelta(days=DAYS_OPEN_ALREADY)),
        closes_at=midnight(today + dt.timedelta(days=DAYS_STILL_OPEN)),
    )
    people = actors()
    agenda = Agenda()
    for index, submission in enumerate(content["submissions"]):
        case = Case(submission, places, people)
        day = today - dt.timedelta(days=submission["days_before_now"])
        agenda.at(_time(day, hour=18, minute=index * 7), case.receive)
        if any(remark["progress"] != "received" for remark in submission["remarks"]):
            agenda.at(_time(day + dt.timedelta(days=VERIFIED), hour=9, minute=index * 5), case.find_proper)
        for ordinal, remark in enumerate(submission["remarks"], start=1):
            reached = REACHED.index(remark["progress"])
            for needed, days, step in (
                ("assigned", ASSIGNED, case.assign(ordinal)),
                ("approved", DECIDED, case.decide(ordinal)),
                ("published", PUBLISHED, case.publish(ordinal)),
            ):
                if reached >= REACHED.index(needed):
                    agenda.at(_time(day + dt.timedelta(days=days), hour=11, minute=index * 5 + ordinal), step)
    agenda.run()
    retire_nobody()
    return Consultation.objects.values_list("remark_count", flat=True).get(pk=places.consultation.pk)


def _time(day: dt.date, *, hour: int, minute: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), WARSAW) + dt.timedelta(minutes=minute)


def _process(content: dict[str, Any], today: dt.date) -> tuple[Process, dict[int, Stage]]:
    periods = stage_periods(today)
    entry = content["process"]
    process = Process.objects.create(
        seed_key=PROCESS,
        is_demonstration=True,
        parent=Process.objects.get(seed_key=MAIN_PROCESS),
        slug=entry["slug"],
        first_quarter=periods[0][0],
        last_quarter=periods[-1][1],
        **split_texts({name: entry[name] for name in ("name", "question", "summary")}),
    )
    stages = {
        stage["number"]: Stage.objects.create(
            seed_key=f"{PROCESS}:stage:{stage['number']}",
            process=process,
            number=stage["number"],
            first_quarter=first,
            last_quarter=last,
            **split_texts({name: stage[name] for name in ("title", "short_title", "summary", "body")}),
        )
        for stage, (first, last) in zip(content["stages"], periods, strict=True)
    }
    return process, stages


def event_times(entry: dict[str, Any], today: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """When an event of the content file begins and ends, counted from the day."""
    day = today + dt.timedelta(days=entry["days_from_now"])
    starts_at = dt.datetime.combine(day, dt.time.fromisoformat(entry["start"]), WARSAW)
    return starts_at, starts_at + dt.timedelta(minutes=entry["duration_minutes"])


def _events(content: dict[str, Any], process: Process, stage: Stage, today: dt.date) -> None:
    districts = {district.slug: district for district in District.objects.all()}
    for entry in content["events"]:
        starts_at, ends_at = event_times(entry, today)
        Event.objects.create(
            seed_key=f"event:{entry['key']}",
            is_demonstration=True,
            slug=entry["key"],
            process=process,
            stage=stage,
            kind=entry["kind"],
            state=entry["state"],
            starts_at=starts_at,
            ends_at=ends_at,
            is_online=entry["online"],
            district=districts[entry["district"]] if entry["district"] else None,
            address=entry["address"] or "",
            languages=",".join(entry["languages"]),
            has_sign_language=entry["sign_language"],
            is_step_free=entry["step_free"],
            capacity=entry["capacity"],
            **split_texts(
                {
                    "title": entry["title"],
                    "summary": entry["summary"],
                    "after_summary": entry.get("after_summary") or "",
                }
            ),
        )


def _news(content: dict[str, Any], process: Process, stage: Stage, today: dt.date) -> None:
    for entry in content["news"]:
        News.objects.create(
            seed_key=f"news:{entry['slug']}",
            is_demonstration=True,
            slug=entry["slug"],
            process=process,
            stage=stage,
            published_at=dt.datetime.combine(
                today + dt.timedelta(days=entry["days_from_now"]), NEWS_APPEARS_AT, WARSAW
            ),
            **split_texts({name: entry[name] for name in ("title", "lead", "body")}),
        )


@transaction.atomic
def follow_today(*, now: dt.datetime) -> bool:
    """Move the consultation's end, its stages and its coming events to today; whether anything was moved.

    Nothing moves while at least ``LEAST_DAYS_LEFT`` days are left, or once staff have edited the consultation.
    """
    consultation = Consultation.objects.filter(seed_key=CONSULTATION).select_related("process").first()
    if consultation is None or consultation.closes_at - now >= dt.timedelta(days=LEAST_DAYS_LEFT):
        return False
    if _edited_by_staff(consultation):
        return False
    # The end says from which day the dates were counted; what stands elsewhere was edited, so it stays.
    counted_from = warsaw_day(consultation.closes_at) - dt.timedelta(days=DAYS_STILL_OPEN)
    today = warsaw_day(now)
    consultation.closes_at = midnight(today + dt.timedelta(days=DAYS_STILL_OPEN))
    consultation.save(update_fields=["closes_at"])
    _move_stages(consultation.process, counted_from, today)
    for entry in read_content("consultation_open")["events"]:
        was, will = event_times(entry, counted_from), event_times(entry, today)
        if entry["state"] == Event.State.PLANNED:
            Event.objects.filter(
                seed_key=f"event:{entry['key']}", state=entry["state"], starts_at=was[0], ends_at=was[1]
            ).update(starts_at=will[0], ends_at=will[1])
    return True


def _edited_by_staff(consultation: Consultation) -> bool:
    """Whether somebody saved the consultation in the back office, which logs every edit."""
    content_type = ContentType.objects.get_for_model(Consultation)
    return LogEntry.objects.filter(content_type=content_type, object_id=str(consultation.pk)).exists()


def _move_stages(process: Process, counted_from: dt.date, today: dt.date) -> None:
    """The stages go along if all of them stand where they were put: later quarters, the first one still the first."""
    stages = list(Stage.objects.filter(process=process).order_by("number"))
    was, will = stage_periods(counted_from), stage_periods(today)
    if tuple((stage.first_quarter, stage.last_quarter) for stage in stages) != was:
        return
    for stage, (first, last) in zip(stages, will, strict=True):
        stage.first_quarter, stage.last_quarter = first, last
        stage.save(update_fields=["first_quarter", "last_quarter"])
    process.first_quarter, process.last_quarter = will[0][0], will[-1][1]
    process.save(update_fields=["first_quarter", "last_quarter"])
