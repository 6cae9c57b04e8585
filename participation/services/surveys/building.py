"""Build a survey: its questions, its versions, and its way to the public and out of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from lublin2030.lib.translations import ORIGINAL, other_languages, split_texts
from participation.errors import (
    ConditionBroken,
    NotPermitted,
    QuestionNeeded,
    SurveyNotReady,
    SurveyStateChanged,
    SurveyVersionLocked,
)
from participation.models import Question, QuestionOption, Survey, SurveyVersion
from participation.permissions import may_build_surveys
from participation.surveys.columns import repeated_names
from participation.surveys.structure import Asked, Questionnaire

Kind = Question.Kind
Axis = QuestionOption.Axis
Texts = Mapping[str, str]  # by language; the Polish one is needed
BRANCHING = (Kind.SINGLE, Kind.MULTIPLE, Kind.SCALE)
WITH_OPTIONS = (Kind.SINGLE, Kind.MULTIPLE, Kind.MATRIX, Kind.RANKING)
# What decides how the answers are read: it stands still once somebody has begun to answer.
FIXED_ONCE_ANSWERED = ("by_invitation", "asks_district", "asks_age", "process")


@dataclass(frozen=True, kw_only=True)
class QuestionContent:
    """All that a question says. ``show_if``: the code of an earlier question and the numbers of its answers."""

    code: str
    kind: Kind
    wording: Texts
    help: Texts = field(default_factory=dict)
    required: bool = False
    min_choices: int | None = None
    max_choices: int | None = None
    scale_from: int | None = None
    scale_to: int | None = None
    scale_from_label: Texts = field(default_factory=dict)
    scale_to_label: Texts = field(default_factory=dict)
    options: Sequence[Texts] = ()
    rows: Sequence[Texts] = ()
    show_if: tuple[str, Sequence[int]] | None = None


def _guard(by: User) -> None:
    if not may_build_surveys(by):
        raise NotPermitted


def make_survey(*, by: User, now: dt.datetime | None = None, **fields: Any) -> Survey:
    """Make a survey, not public yet, with an empty first version. Raises NotPermitted."""
    _guard(by)
    with transaction.atomic():
        survey = Survey.objects.create(**fields)
        SurveyVersion.objects.create(survey=survey, number=1, made_at=now or timezone.now())
    return survey


def change_survey(survey: Survey, *, by: User, **fields: Any) -> Survey:
    """Change what is said of a survey. Whom it asks and for what stands still once somebody has begun to answer, its
    address once it was public. Raises NotPermitted, SurveyVersionLocked, SurveyStateChanged."""
    _guard(by)
    with transaction.atomic():
        held = Survey.objects.select_for_update().get(pk=survey.pk)
        if held.is_public and "slug" in fields and fields["slug"] != held.slug:
            raise SurveyStateChanged
        changed = [name for name in FIXED_ONCE_ANSWERED if name in fields and fields[name] != getattr(held, name)]
        if changed and held.versions.filter(locked_at__isnull=False).exists():
            raise SurveyVersionLocked
        for name, value in fields.items():
            setattr(held, name, value)
        held.save(update_fields=list(fields))
    return held


def version_to_edit(survey: Survey) -> SurveyVersion:
    """The latest version: the one whose questions the builder shows."""
    return survey.versions.latest("number")


def _open(version: SurveyVersion) -> SurveyVersion:
    """Hold the version until the commit and say that it changes. Raises SurveyVersionLocked."""
    mine = SurveyVersion.objects.filter(pk=version.pk, locked_at__isnull=True)
    if not mine.update(revision=F("revision") + 1):
        raise SurveyVersionLocked
    return SurveyVersion.objects.get(pk=version.pk)


def add_question(
    version: SurveyVersion, *, content: QuestionContent, by: User, after: Question | None = None
) -> Question:
    """Put a question at the end, or after another. Raises NotPermitted, SurveyVersionLocked, ConditionBroken."""
    _guard(by)
    with transaction.atomic():
        held = _open(version)
        question = Question(version=held, position=_last_position(held) + 1)
        _write(question, content)
        if after is not None:
            _reorder(held, question.pk, after.pk)
        _check_conditions(held)
    return question


def change_question(question: Question, *, content: QuestionContent, by: User) -> Question:
    """Replace what a question says. Raises NotPermitted, SurveyVersionLocked, ConditionBroken."""
    _guard(by)
    with transaction.atomic():
        held = _open(question.version)
        question = Question.objects.get(pk=question.pk, version=held)
        _write(question, content)
        _check_conditions(held)
    return question


def copy_question(question: Question, *, by: User) -> Question:
    """Put a copy right after a question, under the next free code. Raises NotPermitted, SurveyVersionLocked."""
    _guard(by)
    with transaction.atomic():
        held = _open(question.version)
        codes = set(held.questions.values_list("code", flat=True))
        stem = question.code[:27].rstrip("_")
        code = next(f"{stem}_{n}" for n in range(2, 1000) if f"{stem}_{n}" not in codes)
        copied = _copy(Question.objects.get(pk=question.pk, version=held), held, code=code)
        _reorder(held, copied.pk, question.pk)
    return copied


def move_question(question: Question, *, up: bool, by: User) -> None:
    """Move a question one place; at the end nothing happens. Raises NotPermitted, SurveyVersionLocked, and
    ConditionBroken where it would come before what decides whether it is shown."""
    _guard(by)
    with transaction.atomic():
        held = _open(question.version)
        order = list(held.questions.order_by("position", "pk").values_list("pk", flat=True))
        at = order.index(question.pk)
        to = at - 1 if up else at + 1
        if not 0 <= to < len(order):
            return
        order[at], order[to] = order[to], order[at]
        _number(held, order)
        _check_conditions(held)


def remove_question(question: Question, *, by: User) -> None:
    """Take a question out. Raises NotPermitted, SurveyVersionLocked, QuestionNeeded."""
    _guard(by)
    with transaction.atomic():
        held = _open(question.version)
        if held.questions.filter(show_if_question=question).exists():
            raise QuestionNeeded
        held.questions.filter(pk=question.pk).delete()


def next_version(survey: Survey, *, by: User, now: dt.datetime | None = None) -> SurveyVersion:
    """A copy of the latest version, whose questions can be changed; the one there is, if it can be changed still.

    Raises NotPermitted.
    """
    _guard(by)
    with transaction.atomic():
        Survey.objects.select_for_update().get(pk=survey.pk)
        latest = version_to_edit(survey)
        if not latest.is_locked:
            return latest
        version = SurveyVersion.objects.create(survey=survey, number=latest.number + 1, made_at=now or timezone.now())
        copies: dict[int, Question] = {}
        for question in latest.questions.order_by("position", "pk"):
            copied = _copy(question, version, code=question.code)
            copies[question.pk] = copied
            if question.show_if_question_id is not None:
                copied.show_if_question = copies[question.show_if_question_id]
                copied.save(update_fields=["show_if_question"])
    return version


def problems_of(survey: Survey, questionnaire: Questionnaire, now: dt.datetime) -> list[str]:
    """Why a version cannot be public as it is, in words."""
    problems: list[str] = []
    if not questionnaire.questions:
        problems.append(_("There is no question yet."))
    for asked in questionnaire.questions:
        name = {"code": asked.code}
        if asked.kind in WITH_OPTIONS and len(asked.options) < 2:
            problems.append(_("Question %(code)s needs at least two answers to choose from.") % name)
        if asked.kind == Kind.MATRIX and not asked.rows:
            problems.append(_("Question %(code)s needs at least one row.") % name)
        most = asked.question.min_choices
        if most is not None and most > len(asked.options):
            problems.append(_("Question %(code)s asks for more answers than it offers.") % name)
    repeated = repeated_names(questionnaire)
    if repeated:
        problems.append(
            _("Two columns of the table would have the same name: %(names)s. Change a code.")
            % {"names": ", ".join(repeated)}
        )
    if survey.closes_at <= now:
        problems.append(_("The survey would be closed already. Change the day of closing."))
    return problems


@dataclass(frozen=True)
class Untranslated:
    """What a language lacks: where, and which texts."""

    language: str
    where: str
    texts: int


def untranslated(survey: Survey, questionnaire: Questionnaire) -> list[Untranslated]:
    """The texts that are missing in another language, by language and question; readers would get them in Polish."""
    found: list[Untranslated] = []
    for language in other_languages():
        records: list[tuple[str, list[Any]]] = [("", [survey])]
        records += [(item.code, [item.question, *item.options, *item.rows]) for item in questionnaire.items]
        for where, of_place in records:
            missing = sum(
                1
                for record in of_place
                for name in record.translated_fields
                if getattr(record, name) and not record.translations.get(language, {}).get(name)
            )
            if missing:
                found.append(Untranslated(language, where, missing))
    return found


def publish_survey(survey: Survey, *, by: User, now: dt.datetime | None = None) -> Survey:
    """Make the latest version public: the survey's first, or the next one, which is answered from then on.

    Raises NotPermitted, SurveyNotReady, SurveyStateChanged.
    """
    _guard(by)
    now = now or timezone.now()
    with transaction.atomic():
        held = Survey.objects.select_for_update().get(pk=survey.pk)
        version = version_to_edit(held)
        if held.state == Survey.State.ARCHIVED or version.published_at is not None:
            raise SurveyStateChanged
        problems = problems_of(held, Questionnaire(version), now)
        if problems:
            raise SurveyNotReady(problems)
        SurveyVersion.objects.filter(pk=version.pk).update(published_at=now)
        if held.state == Survey.State.DRAFT:
            held.state, held.published_at = Survey.State.PUBLISHED, now
            held.save(update_fields=["state", "published_at"])
    return held


def close_survey(survey: Survey, *, by: User, now: dt.datetime | None = None) -> None:
    """Close an open survey before its time. Raises NotPermitted, SurveyStateChanged."""
    _guard(by)
    now = now or timezone.now()
    if not Survey.objects.open(now).filter(pk=survey.pk, opens_at__lt=now).update(closes_at=now):
        raise SurveyStateChanged


def archive_survey(survey: Survey, *, by: User, now: dt.datetime | None = None) -> None:
    """Put a closed survey away: no sheet can be typed in any more. Raises NotPermitted, SurveyStateChanged."""
    _guard(by)
    closed = Survey.objects.filter(pk=survey.pk, state=Survey.State.PUBLISHED, closes_at__lte=now or timezone.now())
    if not closed.update(state=Survey.State.ARCHIVED):
        raise SurveyStateChanged


def publish_results(survey: Survey, *, public: bool, by: User, now: dt.datetime | None = None) -> None:
    """Show the results to everybody, or to staff only again. Raises NotPermitted, SurveyStateChanged."""
    _guard(by)
    moment = (now or timezone.now()) if public else None
    was = Survey.objects.public().filter(pk=survey.pk, results_public_at__isnull=public)
    if not was.update(results_public_at=moment):
        raise SurveyStateChanged


def _last_position(version: SurveyVersion) -> int:
    return version.questions.aggregate(last=Max("position"))["last"] or 0


def _reorder(version: SurveyVersion, key: int, after: int) -> None:
    order = list(version.questions.order_by("position", "pk").values_list("pk", flat=True))
    order.remove(key)
    order.insert(order.index(after) + 1, key)
    _number(version, order)


def _number(version: SurveyVersion, order: list[int]) -> None:
    places = {key: place for place, key in enumerate(order, start=1)}
    questions = list(version.questions.only("pk", "position"))
    for question in questions:
        question.position = places[question.pk]
    Question.objects.bulk_update(questions, ["position"])


def _write(question: Question, content: QuestionContent) -> None:
    """Store the content, its options and rows numbered in their order from 1."""
    kind = content.kind
    texts = {
        "wording": content.wording,
        "help": content.help,
        "scale_from_label": content.scale_from_label if kind == Kind.SCALE else {},
        "scale_to_label": content.scale_to_label if kind == Kind.SCALE else {},
    }
    for name, value in split_texts({name: dict(said) for name, said in texts.items()}).items():
        setattr(question, name, value)
    question.code = content.code
    question.kind = kind
    question.required = content.required and kind != Kind.SECTION
    question.min_choices = content.min_choices if kind == Kind.MULTIPLE else None
    question.max_choices = content.max_choices if kind == Kind.MULTIPLE else None
    question.scale_from = content.scale_from if kind == Kind.SCALE else None
    question.scale_to = content.scale_to if kind == Kind.SCALE else None
    if content.show_if is None:
        question.show_if_question, question.show_if_values = None, []
    else:
        code, values = content.show_if
        before = question.version.questions.filter(code=code).exclude(pk=question.pk).first()
        if before is None or not values:
            raise ConditionBroken
        question.show_if_question, question.show_if_values = before, sorted(set(values))
    question.save()
    question.options.all().delete()
    for axis, labels in (
        (Axis.OPTION, content.options if kind in WITH_OPTIONS else ()),
        (Axis.ROW, content.rows if kind == Kind.MATRIX else ()),
    ):
        QuestionOption.objects.bulk_create(
            QuestionOption(question=question, axis=axis, number=number, **split_texts({"label": dict(label)}))
            for number, label in enumerate(labels, start=1)
        )


def _copy(question: Question, version: SurveyVersion, *, code: str) -> Question:
    options = list(question.options.all())
    copied = Question.objects.get(pk=question.pk)
    copied.pk, copied.version, copied.code = None, version, code
    copied._state.adding = True
    if question.version_id != version.pk:
        # It would point into the other version; the caller knows its counterpart in this one.
        copied.show_if_question = None
    else:
        copied.position = _last_position(version) + 1
    copied.save()
    for option in options:
        option.pk, option.question = None, copied
        option._state.adding = True
    QuestionOption.objects.bulk_create(options)
    return copied


def _check_conditions(version: SurveyVersion) -> None:
    """ConditionBroken unless every condition names an earlier question and answers that it has."""
    before: dict[int, Asked] = {}
    for item in Questionnaire(version).items:
        wanted = item.question.show_if_question_id
        if wanted is not None:
            asked = before.get(wanted)
            if (
                asked is None
                or asked.kind not in BRANCHING
                or not set(item.question.show_if_values) <= set(asked.numbers)
            ):
                raise ConditionBroken
        before[item.question.pk] = item


def content_of(item: Asked) -> QuestionContent:
    """The content with which a question is edited."""
    question = item.question

    def said(record: Any, name: str) -> dict[str, str]:
        texts = {ORIGINAL: getattr(record, name)}
        texts |= {language: record.translations.get(language, {}).get(name, "") for language in other_languages()}
        return texts

    return QuestionContent(
        code=question.code,
        kind=Kind(question.kind),
        wording=said(question, "wording"),
        help=said(question, "help"),
        required=question.required,
        min_choices=question.min_choices,
        max_choices=question.max_choices,
        scale_from=question.scale_from,
        scale_to=question.scale_to,
        scale_from_label=said(question, "scale_from_label"),
        scale_to_label=said(question, "scale_to_label"),
        options=[said(option, "label") for option in item.options],
        rows=[said(row, "label") for row in item.rows],
        show_if=(question.show_if_question.code, question.show_if_values) if question.show_if_question else None,
    )
