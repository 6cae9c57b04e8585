"""Answer a survey: begin, keep what was typed, come back, and send exactly once; type in what came on paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.tokens import is_token
from participation.errors import (
    AnswersFaulty,
    CodeUsed,
    NothingBegun,
    NotPermitted,
    SheetOutsideTerm,
    SurveyChanged,
    SurveyClosed,
)
from participation.models import (
    AgeBand,
    District,
    Invitation,
    Kiosk,
    OpenAnswer,
    Question,
    Survey,
    SurveyDraft,
    SurveyResponse,
    SurveyVersion,
)
from participation.permissions import may_type_in_surveys
from participation.services.surveys.tallies import add_response
from participation.surveys.judging import Typed, can_be_kept, judge_all
from participation.surveys.structure import Questionnaire

KEEP_DAYS = 30
DISTRICT, AGE = "district", "age"  # reserved codes: what is asked of the person, kept beside the typed answers
Channel = SurveyResponse.Channel


@dataclass(frozen=True)
class Sent:
    """An answer that was sent; ``is_new`` False when it had been sent before by the same form."""

    response: SurveyResponse
    is_new: bool = True


@dataclass(frozen=True)
class Person:
    """What somebody said of themselves, if the survey asks; nobody has to."""

    district: District | None = None
    age_band: str = ""


def version_to_answer(survey: Survey) -> SurveyVersion | None:
    """The latest published version of a survey's questions."""
    return survey.versions.filter(published_at__isnull=False).order_by("-number").first()


def begin_answer(
    survey: Survey,
    *,
    language: str,
    invitation: Invitation | None = None,
    kiosk: Kiosk | None = None,
    now: dt.datetime | None = None,
) -> SurveyDraft:
    """Begin an answer to the latest version. An invitation has one: who begins again with its code goes on there.

    Raises SurveyClosed, CodeUsed.
    """
    now = now or timezone.now()
    version = version_to_answer(survey)
    if not survey.is_open(now) or version is None or (survey.by_invitation and invitation is None and kiosk is None):
        raise SurveyClosed
    if invitation is not None:
        if invitation.used_on is not None:
            raise CodeUsed
        begun = SurveyDraft.objects.filter(invitation=invitation).select_related("version").first()
        if begun is not None:
            return begun
    fresh = SurveyDraft(
        survey=survey, version=version, revision=version.revision, invitation=invitation, kiosk=kiosk,
        language=language, created_at=now, updated_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError:
        # Two devices began with one code at the same moment: they share the answer.
        return SurveyDraft.objects.select_related("version").get(invitation=invitation)
    return fresh


def find_draft(token: str | None) -> SurveyDraft | None:
    """The answer being written that the secret opens. The token may be anything a browser sends."""
    if not is_token(token):
        return None
    return SurveyDraft.objects.filter(token=token).select_related("survey", "version", "kiosk").first()


def keep_answers(
    draft: SurveyDraft,
    *,
    typed: Mapping[str, Typed],
    page: int,
    language: str | None = None,
    now: dt.datetime | None = None,
) -> SurveyDraft:
    """Keep what was typed on a page, answer or not. What cannot be stored at all is left as it was before.

    Locks the version: from the first kept page on its questions stand still. Raises SurveyClosed; SurveyChanged when
    the questions were changed since the pages were opened (the draft is then of the questions as they are now);
    NothingBegun when it was sent or deleted in another window.
    """
    now = now or timezone.now()
    if not draft.survey.is_open(now):
        raise SurveyClosed
    with transaction.atomic():
        lock_version(draft, now=now)
        held = SurveyDraft.objects.select_for_update().filter(pk=draft.pk).first()
        if held is None:
            raise NothingBegun
        held.typed = {**held.typed, **{code: value for code, value in typed.items() if can_be_kept(value)}}
        held.page = page
        held.language = language or held.language
        held.updated_at = now
        held.save(update_fields=["typed", "page", "language", "updated_at"])
    draft.typed, draft.page, draft.updated_at, draft.language = held.typed, held.page, now, held.language
    return draft


def lock_version(draft: SurveyDraft, *, now: dt.datetime) -> None:
    """Make the version of an answer stand still, if it is still what was read. Raises SurveyChanged."""
    version = draft.version
    if version.is_locked:
        return
    mine = SurveyVersion.objects.filter(pk=version.pk, locked_at__isnull=True, revision=draft.revision)
    if mine.update(locked_at=now):
        version.locked_at = now
        return
    # Somebody was quicker: either locked it as it is, or changed it.
    locked = SurveyVersion.objects.filter(pk=version.pk, locked_at__isnull=False, revision=draft.revision).first()
    if locked is None:
        raise SurveyChanged
    version.locked_at = locked.locked_at


def follow_change(draft: SurveyDraft) -> None:
    """Make the draft one of the questions as they are now; what was typed stays under its codes."""
    draft.version.refresh_from_db()
    draft.revision = draft.version.revision
    SurveyDraft.objects.filter(pk=draft.pk).update(revision=draft.revision)


def person_of(draft: SurveyDraft) -> Person:
    """What was chosen of the person, as far as the survey asks and knows it."""
    survey, typed = draft.survey, draft.typed
    slug, band = typed.get(DISTRICT), typed.get(AGE)
    district = District.objects.filter(slug=slug).first() if survey.asks_district and isinstance(slug, str) else None
    return Person(district=district, age_band=band if survey.asks_age and band in AgeBand.values else "")


def send_answer(draft: SurveyDraft, *, is_demonstration: bool = False, now: dt.datetime | None = None) -> Sent:
    """Send a draft: once, however often and from however many windows it is asked. The draft is gone afterwards.

    Answers to questions that the others hide are dropped. Raises SurveyClosed, AnswersFaulty, CodeUsed, SurveyChanged,
    NothingBegun; the draft then stays as it was.
    """
    now = now or timezone.now()
    with transaction.atomic():
        # The version before the draft, as everywhere: nobody waits for each other.
        lock_version(draft, now=now)
        # Who comes second waits here; by then the row is gone and the answer can be found.
        held = (
            SurveyDraft.objects.select_for_update(of=("self",))
            .filter(pk=draft.pk, form_token=draft.form_token)
            .select_related("survey", "version", "invitation__batch", "kiosk")
            .first()
        )
        if held is None:
            return _sent_before(draft.form_token)
        questionnaire = Questionnaire(held.version)
        answers, faults = judge_all(questionnaire, held.typed)
        if faults:
            raise AnswersFaulty(faults)
        invitation = held.invitation
        if held.kiosk is not None and held.kiosk.revoked_at is not None:
            raise SurveyClosed
        if invitation is not None:
            # Check and change in one statement: of two with one code, one finds it used.
            free = Invitation.objects.filter(pk=invitation.pk, used_on__isnull=True, batch__voided_at__isnull=True)
            if not free.update(used_on=warsaw_day(now)):
                raise CodeUsed
        response = _enter(
            questionnaire,
            held.survey,
            answers,
            person_of(held),
            channel=Channel.KIOSK if held.kiosk else Channel.ONLINE,
            form_token=held.form_token,
            language=held.language,
            kiosk=held.kiosk,
            batch=invitation.batch if invitation else None,
            is_demonstration=is_demonstration or held.survey.is_demonstration,
            now=now,
        )
        held.delete()
    return Sent(response)


def _sent_before(form_token: str) -> Sent:
    response = SurveyResponse.objects.filter(form_token=form_token).first()
    if response is None:
        raise NothingBegun
    return Sent(response, is_new=False)


def type_in_sheet(
    survey: Survey,
    *,
    typed: Mapping[str, Typed],
    person: Person,
    sheet_on: dt.date,
    form_token: str,
    language: str = "pl",
    by: User,
    now: dt.datetime | None = None,
) -> Sent:
    """Type in one sheet of paper. What is required and missing on paper stays missing; the rest is judged alike.

    The same form twice is one answer. Sheets can be typed in after closing, until the survey is archived, if their day
    is in its term. Raises NotPermitted, SurveyClosed, SheetOutsideTerm, AnswersFaulty.
    """
    if not may_type_in_surveys(by):
        raise NotPermitted
    now = now or timezone.now()
    if not warsaw_day(survey.opens_at) <= sheet_on <= min(warsaw_day(now), warsaw_day(survey.closes_at)):
        raise SheetOutsideTerm
    try:
        with transaction.atomic():
            sent = SurveyResponse.objects.filter(form_token=form_token).first()
            if sent is not None:
                return Sent(sent, is_new=False)
            version = version_to_answer(survey)
            if version is None:
                raise SurveyClosed
            # A sheet was printed earlier: what it asks is what is public now.
            SurveyVersion.objects.filter(pk=version.pk, locked_at__isnull=True).update(locked_at=now)
            questionnaire = Questionnaire(version)
            answers, faults = judge_all(questionnaire, typed, required=False)
            if faults:
                raise AnswersFaulty(faults)
            response = _enter(
                questionnaire, survey, answers, person, channel=Channel.PAPER, form_token=form_token,
                language=language, sheet_on=sheet_on, entered_by=by, is_demonstration=survey.is_demonstration, now=now,
            )  # fmt: skip
    except IntegrityError:
        # The same sheet was sent twice at the same moment: the other one was kept.
        return _sent_before(form_token)
    return Sent(response)


def _enter(
    questionnaire: Questionnaire,
    survey: Survey,
    answers: dict[str, Any],
    person: Person,
    *,
    channel: Channel,
    now: dt.datetime,
    **fields: Any,
) -> SurveyResponse:
    """Keep one answer and count it. The survey's row is held until the commit, so tallies are changed one by one."""
    taking = Survey.objects.filter(pk=survey.pk, state=Survey.State.PUBLISHED, opens_at__lte=now)
    if channel != Channel.PAPER:
        taking = taking.filter(closes_at__gt=now)
    if not taking.update(answer_count=F("answer_count") + 1):
        raise SurveyClosed
    words = {code: answers[code] for code in answers if _is_open(questionnaire, code)}
    response = SurveyResponse.objects.create(
        survey=survey,
        version=questionnaire.version,
        channel=channel,
        answers={code: answer for code, answer in answers.items() if code not in words},
        district=person.district,
        age_band=person.age_band,
        sent_at=now,
        **fields,
    )
    OpenAnswer.objects.bulk_create(
        OpenAnswer(response=response, survey=survey, code=code, text=text) for code, text in words.items()
    )
    add_response(questionnaire, response, set(words))
    return response


def _is_open(questionnaire: Questionnaire, code: str) -> bool:
    return questionnaire.by_code[code].kind == Question.Kind.OPEN


def abandon_draft(draft: SurveyDraft) -> None:
    """Throw an answer away that was not sent: somebody left a kiosk. Twice changes nothing."""
    SurveyDraft.objects.filter(pk=draft.pk).delete()


def forget_old_drafts(*, now: dt.datetime | None = None) -> int:
    """Delete answers that nobody has touched for 30 days, and those at kiosks since yesterday; how many there were."""
    now = now or timezone.now()
    old = SurveyDraft.objects.filter(updated_at__lt=now - dt.timedelta(days=KEEP_DAYS))
    left = SurveyDraft.objects.filter(kiosk__isnull=False, updated_at__lt=now - dt.timedelta(days=1))
    return old.delete()[0] + left.delete()[0]
