"""Surveys for tests, made through the services."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import User
from accounts.roles import Role
from participation.models import Kiosk, Question, Survey, SurveyDraft, SurveyResponse
from participation.services.surveys.answering import begin_answer, keep_answers, send_answer
from participation.services.surveys.building import (
    QuestionContent,
    add_question,
    make_survey,
    publish_survey,
    version_to_edit,
)
from participation.surveys.structure import Questionnaire
from tests.factories import DURING, ProcessFactory, person

Kind = Question.Kind
EVERY_ANSWER: dict[str, Any] = {
    "bus": "1",
    "why": "Bo szybko.",
    "like": ["1", "3"],
    "safe": "7",
    "areas": {"1": "1", "2": "2"},
    "order": {"1": "2", "2": "1", "3": "3"},
    "idea": "Więcej ławek.",
}


def words(*labels: str) -> list[dict[str, str]]:
    """Polish answers to choose from."""
    return [{"pl": label} for label in labels]


def question(code: str, kind: Kind, **fields: Any) -> QuestionContent:
    return QuestionContent(**{"code": code, "kind": kind, "wording": {"pl": f"Pytanie {code}?"}, **fields})


def every_kind() -> list[QuestionContent]:
    """Three pages: a branch and its answer, every other kind, own words."""
    return [
        question("bus", Kind.SINGLE, options=words("Tak", "Nie"), required=True),
        question("why", Kind.OPEN, show_if=("bus", [1])),
        question("part2", Kind.SECTION, wording={"pl": "Dzielnica"}),
        question("like", Kind.MULTIPLE, options=words("park", "sklep", "szkoła"), min_choices=1, max_choices=2),
        question("safe", Kind.SCALE, scale_from=0, scale_to=10, scale_from_label={"pl": "wcale"}),
        question("areas", Kind.MATRIX, options=words("dobrze", "źle"), rows=words("czystość", "zieleń"), required=True),
        question("order", Kind.RANKING, options=words("rower", "auto", "tramwaj")),
        question("part3", Kind.SECTION, wording={"pl": "Na koniec"}),
        question("idea", Kind.OPEN),
    ]


def survey_draft(*, by: User | None = None, questions: list[QuestionContent] | None = None, **fields: Any) -> Survey:
    """A survey nobody sees yet, open around ``during`` once it is published."""
    by = by or person(Role.EDITOR)
    number = Survey.objects.count() + 1
    fields = {
        "process": fields.pop("process", None) or ProcessFactory(),
        "slug": f"ankieta-{number}",
        "title": f"Ankieta {number}",
        "opens_at": DURING - dt.timedelta(days=10),
        "closes_at": DURING + dt.timedelta(days=10),
        **fields,
    }
    survey = make_survey(by=by, now=DURING - dt.timedelta(days=20), **fields)
    for content in every_kind() if questions is None else questions:
        add_question(version_to_edit(survey), content=content, by=by)
    return survey


def open_survey(*, by: User | None = None, **fields: Any) -> Survey:
    """A survey that everybody can answer at ``during``."""
    by = by or person(Role.EDITOR)
    return publish_survey(survey_draft(by=by, **fields), by=by, now=DURING - dt.timedelta(days=15))


def begun(
    survey: Survey, typed: dict[str, Any] | None = None, *, now: dt.datetime = DURING, **fields: Any
) -> SurveyDraft:
    """An answer with these things typed, not sent."""
    draft = begin_answer(survey, language="pl", now=now, **fields)
    return keep_answers(draft, typed=EVERY_ANSWER if typed is None else typed, page=1, now=now)


def sent(
    survey: Survey, typed: dict[str, Any] | None = None, *, now: dt.datetime = DURING, kiosk: Kiosk | None = None
) -> SurveyResponse:
    """An answer that was sent."""
    return send_answer(begun(survey, typed, now=now, kiosk=kiosk), now=now).response


def questionnaires(survey: Survey) -> list[Questionnaire]:
    """The public versions, the oldest first."""
    return [Questionnaire(one) for one in survey.versions.filter(published_at__isnull=False).order_by("number")]
