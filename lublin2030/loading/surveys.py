"""A demonstration survey that is open today, with a handful of answers given through the services."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.translations import split_texts
from lublin2030.loading.accounts import actors, retire_nobody
from lublin2030.loading.base import midnight
from lublin2030.loading.current import PROCESS
from lublin2030.loading.seeding import read_content
from participation.models import Question, Survey
from participation.services.surveys.answering import AGE, DISTRICT, begin_answer, keep_answers, send_answer
from participation.services.surveys.building import (
    QuestionContent,
    add_question,
    make_survey,
    publish_results,
    publish_survey,
    version_to_edit,
)
from stages.models import Process, Stage

SURVEY = "survey:zielone-miejsca"
STAGE = 2
DAYS_OPEN_ALREADY = 10
DAYS_STILL_OPEN = 180


def is_loaded() -> bool:
    """Whether the demonstration survey came from the content file. One query."""
    return Survey.objects.filter(seed_key=SURVEY).exists()


@transaction.atomic
def load(*, now: dt.datetime) -> int:
    """Make the survey, open at ``now`` (aware), publish it and its results, and answer it; the number of answers."""
    content = read_content("survey")
    process = Process.objects.get(seed_key=PROCESS)
    opens_at = midnight(warsaw_day(now) - dt.timedelta(days=DAYS_OPEN_ALREADY))
    by = actors().coordinator
    entry = content["survey"]
    survey = make_survey(
        by=by,
        now=opens_at,
        seed_key=SURVEY,
        is_demonstration=True,
        process=process,
        stage=Stage.objects.filter(process=process, number=STAGE).first(),
        slug=entry["slug"],
        opens_at=opens_at,
        closes_at=midnight(warsaw_day(now) + dt.timedelta(days=DAYS_STILL_OPEN)),
        asks_district=True,
        asks_age=True,
        **split_texts({name: entry[name] for name in ("title", "intro", "thanks")}),
    )
    version = version_to_edit(survey)
    for question in content["questions"]:
        add_question(version, content=_content(question), by=by)
    survey = publish_survey(survey, by=by, now=opens_at)
    publish_results(survey, public=True, by=by, now=opens_at)
    for number, answer in enumerate(content["answers"]):
        moment = opens_at + dt.timedelta(days=number % DAYS_OPEN_ALREADY, hours=17, minutes=number * 7)
        _answer(survey, answer, min(moment, now))
    retire_nobody()
    return len(content["answers"])


def _content(entry: dict[str, Any]) -> QuestionContent:
    condition = entry.get("show_if")
    fields = {name: value for name, value in entry.items() if name not in {"kind", "show_if"}}
    return QuestionContent(
        kind=Question.Kind(entry["kind"]), show_if=(condition[0], condition[1]) if condition else None, **fields
    )


def _answer(survey: Survey, entry: dict[str, Any], moment: dt.datetime) -> None:
    draft = begin_answer(survey, language=entry["language"], now=moment)
    typed = {**entry["typed"], DISTRICT: entry["district"], AGE: entry["age"]}
    keep_answers(draft, typed=typed, page=1, now=moment)
    send_answer(draft, is_demonstration=True, now=moment)
