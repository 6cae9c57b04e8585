"""From a verified remark to the published answer: assign, draft, review, approve, return, publish, correct.

A verb in the plural does to many remarks of one consultation, which its caller holds, what the same verb does to one:
each remark succeeds or is refused by itself. The singular asks for one and raises its refusal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from accounts.models import User
from consultations.errors import (
    ConsultationError,
    CorrectedMeanwhile,
    CorrectionUnderWay,
    JustificationMissing,
    NothingToApprove,
    NothingToReview,
    NotPermitted,
    OutcomeNotOffered,
    RemarkAlreadyDecided,
    RemarkNotAssignable,
    RemarkNotDecided,
    SamePerson,
    TypedByAnother,
    WhyMissing,
)
from consultations.models import AnswerDraft, Consultation, Decision, Department, HistoryEntry, Remark
from consultations.outcomes import offered_outcomes
from consultations.permissions import may_approve, may_assign, may_decide, own_departments, works_for
from consultations.services import answer_drafts
from consultations.services.history import Fact, record, record_remarks
from consultations.services.publication import publish_batch
from lublin2030.lib.dates import warsaw_day

State = Remark.State
Correction = Remark.Correction
UNDER_WAY = [State.DRAFTED, State.REVIEWED, State.APPROVED]

# Why single remarks of many were refused, by their keys. The others succeeded.
Refusals = dict[int, ConsultationError]


@transaction.atomic
def assign_remark(
    remark: Remark,
    *,
    department: Department,
    by: User,
    due_on: dt.date | None = None,
    now: dt.datetime | None = None,
) -> Remark:
    """Give a proper remark, or one that is assigned already, to a department, until a day (in Warsaw).

    Without a day the term is the consultation's ``department_days`` from today. Raises RemarkNotAssignable when it is
    not verified, improper or answered; NotPermitted.
    """
    if not may_assign(by):
        raise NotPermitted
    consultation = Consultation.objects.hold(remark.consultation_id)
    _only(assign_remarks(consultation, [remark], department=department, by=by, due_on=due_on, now=now))
    remark.refresh_from_db()
    return remark


@transaction.atomic
def assign_remarks(
    consultation: Consultation,
    remarks: Sequence[Remark],
    *,
    department: Department,
    by: User,
    due_on: dt.date | None = None,
    now: dt.datetime | None = None,
) -> Refusals:
    """``assign_remark`` for many of one held consultation, each by itself; three queries. Raises NotPermitted."""
    if not may_assign(by):
        raise NotPermitted
    now = now or timezone.now()
    due_on = due_on or warsaw_day(now) + dt.timedelta(days=consultation.department_days)
    # As they are now: the caller may have read them before somebody else assigned them.
    current = _current(consultation, remarks)
    good = [one for one in current.values() if one.state in {State.PROPER, State.ASSIGNED}]
    _change(
        good, state__in=[State.PROPER, State.ASSIGNED],
        to={"state": State.ASSIGNED, "department": department, "answer_due_on": due_on, "changed_at": now},
    )  # fmt: skip
    after = {"state": State.ASSIGNED.value, "department": department.pk, "due_on": due_on.isoformat()}
    record_remarks(
        HistoryEntry.Verb.ASSIGN,
        consultation=consultation,
        by=by,
        at=now,
        facts=[Fact(one, {"state": one.state, "department": one.department_id}, after) for one in good],
    )
    return _refused(remarks, good, RemarkNotAssignable)


@dataclass(frozen=True)
class Answer:
    """What is to be answered to a remark, as its author read it; with a revision, only to that text.

    ``department``: the key of the one that the remark had when it was read, in whose name it is answered. A remark
    that has another one by now is refused.
    """

    remark: Remark
    department: int | None
    outcome: Remark.Outcome
    justification: str
    revision: int | None = None


@transaction.atomic
def decide_remark(
    remark: Remark,
    *,
    outcome: Remark.Outcome,
    justification: str,
    by: User,
    revision: int | None = None,
    draft: answer_drafts.Seen | None = None,
    now: dt.datetime | None = None,
) -> Decision:
    """Answer an assigned remark; with a revision, only that one: what was read, not a later correction of its sender.

    The answer is not public yet. Where one person decides it is approved at once, else it waits for its review. What
    was saved of it while it was typed is forgotten; with the ``draft`` that was seen, only if it holds nothing unread.

    The justification is always required (the law asks for the stance on each remark with its justification:
    domain.md §2). Raises JustificationMissing, OutcomeNotOffered, RemarkAlreadyDecided (also when it is not
    assigned), CorrectedMeanwhile, AnswerDraftChanged, NotPermitted.
    """
    justification = _checked(justification, JustificationMissing)
    if not may_decide(by, remark):
        raise NotPermitted
    consultation = Consultation.objects.hold(remark.consultation_id)
    answer = Answer(remark, remark.department_id, outcome, justification, revision)
    _only(decide_remarks(consultation, [answer], by=by, keeps_drafts=True, now=now))
    _refuse_words_of_another(consultation, remark, by)
    answer_drafts.drop_answer_draft(remark, seen=draft, outcome=outcome, justification=justification)
    remark.refresh_from_db()
    return Decision.objects.current().get(remark=remark, published_at__isnull=True)


@transaction.atomic
def decide_remarks(
    consultation: Consultation,
    answers: Sequence[Answer],
    *,
    by: User,
    keeps_drafts: bool = False,
    now: dt.datetime | None = None,
) -> Refusals:
    """``decide_remark`` for many of one held consultation, each by itself.

    What was typed of other answers to them is forgotten, unless the caller sees to it. At most eight queries, and one
    for each outcome.
    """
    now = now or timezone.now()
    refused: Refusals = {}
    offered = {offer.outcome for offer in offered_outcomes(consultation)}
    own = own_departments(by)
    current = _current(consultation, [answer.remark for answer in answers])
    good: list[Answer] = []
    for answer in answers:
        if refusal := _why_not_decided(answer, current.get(answer.remark.pk), own=own, offered=offered):
            refused[answer.remark.pk] = refusal
        else:
            good.append(answer)
    state = _first_state(consultation)
    for outcome in sorted({answer.outcome for answer in good}):
        # The department was compared above: a remark that was given to others meanwhile is not ours to decide.
        _change(
            [answer.remark for answer in good if answer.outcome == outcome],
            state=State.ASSIGNED,
            to={"state": state, "outcome": outcome, "changed_at": now},
        )
    decisions = _draft_all(consultation, good, by=by, now=now)
    if not keeps_drafts:
        AnswerDraft.objects.filter(remark__in=[answer.remark.pk for answer in good]).delete()
    record_remarks(
        HistoryEntry.Verb.DECIDE,
        consultation=consultation,
        by=by,
        at=now,
        facts=[
            Fact(
                decision.remark,
                {"state": State.ASSIGNED.value},
                {"state": state.value, "outcome": decision.outcome, "revision": decision.revision},
            )
            for decision in decisions
        ],
    )
    return refused


def _why_not_decided(
    answer: Answer, current: Remark | None, *, own: set[int] | None, offered: set[Remark.Outcome]
) -> ConsultationError | None:
    """What forbids one answer among many."""
    if not answer.justification.strip():
        return JustificationMissing()
    if not works_for(own, answer.department):
        return NotPermitted()
    if answer.outcome not in offered:
        return OutcomeNotOffered()
    if current is None or answer.department is None:
        return RemarkAlreadyDecided()
    if current.state != State.ASSIGNED or current.department_id != answer.department:
        return RemarkAlreadyDecided()
    if answer.revision is not None and current.revision != answer.revision:
        return CorrectedMeanwhile()
    return None


@transaction.atomic
def correct_answer(
    remark: Remark,
    *,
    outcome: Remark.Outcome,
    justification: str,
    why: str,
    by: User,
    seen: int | None = None,
    draft: answer_drafts.Seen | None = None,
    now: dt.datetime | None = None,
) -> Decision:
    """Draft another answer to a remark whose answer is public. That one stands until the new one is published.

    ``why`` is public. ``seen`` is the revision that was read; a later one is not corrected unread. The correction
    goes the consultation's whole way of an answer. Raises JustificationMissing, WhyMissing, OutcomeNotOffered,
    CorrectionUnderWay, TypedByAnother, AnswerDraftChanged, NotPermitted. ``draft`` as above.
    """
    justification, why = _checked(justification, JustificationMissing), _checked(why, WhyMissing)
    if not may_decide(by, remark):
        raise NotPermitted
    now = now or timezone.now()
    consultation = Consultation.objects.hold(remark.consultation_id)
    if outcome not in {offer.outcome for offer in offered_outcomes(consultation)}:
        raise OutcomeNotOffered
    latest = Decision.objects.published().filter(remark=remark).aggregate(latest=Max("revision"))["latest"]
    if seen not in {None, latest}:
        raise CorrectionUnderWay
    step = Correction(_first_state(consultation).value)
    # ``changed_at`` stays: for the public nothing has happened yet.
    changed = Remark.objects.filter(pk=remark.pk, state=State.PUBLISHED, correction="").update(correction=step)
    if not changed:
        raise CorrectionUnderWay
    _refuse_words_of_another(consultation, remark, by)
    answer_drafts.drop_answer_draft(remark, seen=draft, outcome=outcome, justification=justification)
    remark.refresh_from_db()
    answer = Answer(remark, remark.department_id, outcome, justification)
    [decision] = _draft_all(consultation, [answer], by=by, now=now, corrects_why=why)
    record(
        HistoryEntry.Verb.CORRECT_ANSWER,
        consultation=consultation,
        remarks=[remark],
        by=by,
        at=now,
        before={"outcome": remark.outcome},
        after={"outcome": outcome.value, "revision": decision.revision, "why": why},
    )
    return decision


@dataclass(frozen=True)
class Seen:
    """A remark, and the revision of the answer that was read; without it, whichever there is is meant."""

    remark: Remark
    revision: int | None = None


@transaction.atomic
def review_answer(remark: Remark, *, by: User, revision: int | None = None, now: dt.datetime | None = None) -> Decision:
    """Find a drafted answer, or a drafted correction, good; with a revision, only that one: what was read.

    Raises NothingToReview, SamePerson, NotPermitted.
    """
    consultation = Consultation.objects.hold(remark.consultation_id)
    _only(review_answers(consultation, [Seen(remark, revision)], by=by, now=now))
    return _answer_under_way(remark)


@transaction.atomic
def approve_answer(
    remark: Remark, *, by: User, revision: int | None = None, now: dt.datetime | None = None
) -> Decision:
    """Approve a reviewed answer, or a reviewed correction; with a revision, only that one: what was read.

    Raises NothingToApprove, SamePerson, NotPermitted.
    """
    if not may_approve(by):
        raise NotPermitted
    consultation = Consultation.objects.hold(remark.consultation_id)
    _only(approve_answers(consultation, [Seen(remark, revision)], by=by, now=now))
    return _answer_under_way(remark)


@transaction.atomic
def review_answers(
    consultation: Consultation, answers: Sequence[Seen], *, by: User, now: dt.datetime | None = None
) -> Refusals:
    """``review_answer`` for many of one held consultation, each by itself. At most seven queries."""
    own = own_departments(by)
    return _step_on(
        consultation,
        answers,
        State.DRAFTED,
        State.REVIEWED,
        may=lambda remark: works_for(own, remark.department_id),
        refusal=NothingToReview,
        verb=HistoryEntry.Verb.REVIEW,
        by=by,
        now=now or timezone.now(),
    )


@transaction.atomic
def approve_answers(
    consultation: Consultation, answers: Sequence[Seen], *, by: User, now: dt.datetime | None = None
) -> Refusals:
    """``approve_answer`` for many of one held consultation, each by itself. At most six queries.

    Raises NotPermitted.
    """
    if not may_approve(by):
        raise NotPermitted
    return _step_on(
        consultation,
        answers,
        State.REVIEWED,
        State.APPROVED,
        may=lambda remark: True,
        refusal=NothingToApprove,
        verb=HistoryEntry.Verb.APPROVE,
        by=by,
        now=now or timezone.now(),
    )


@transaction.atomic
def return_decision(
    remark: Remark, *, reason: str, by: User, revision: int | None = None, now: dt.datetime | None = None
) -> Remark:
    """Send an answer that is not public back to the department, with the reason; of a correction, give it up.

    With a revision, only that one: what was read.

    Whoever may take the next step may return instead. Raises RemarkNotDecided, WhyMissing, NotPermitted.
    """
    reason = _checked(reason, WhyMissing)
    consultation = Consultation.objects.hold(remark.consultation_id)
    _only(return_decisions(consultation, [Seen(remark, revision)], reason=reason, by=by, now=now))
    remark.refresh_from_db()
    return remark


@transaction.atomic
def return_decisions(
    consultation: Consultation, answers: Sequence[Seen], *, reason: str, by: User, now: dt.datetime | None = None
) -> Refusals:
    """``return_decision`` for many of one held consultation, each by itself. At most seven queries.

    Raises WhyMissing.
    """
    reason = _checked(reason, WhyMissing)
    now = now or timezone.now()
    own, signs = own_departments(by), may_approve(by)
    current = _current(consultation, [answer.remark for answer in answers])
    under_way = _under_way(current)
    refused: Refusals = {}
    good: list[Remark] = []
    for answer in answers:
        remark = current.get(answer.remark.pk)
        decision = under_way.get(answer.remark.pk)
        if remark is not None and not (
            works_for(own, remark.department_id) if State.DRAFTED in {remark.state, remark.correction} else signs
        ):
            refused[answer.remark.pk] = NotPermitted()
        elif remark is None or decision is None or answer.revision not in {None, decision.revision}:
            refused[answer.remark.pk] = RemarkNotDecided()
        else:
            good.append(remark)
    if not good:
        return refused
    _change([one for one in good if one.correction], ~Q(correction=""), to={"correction": ""})
    _change(
        [one for one in good if not one.correction], state__in=UNDER_WAY,
        to={"state": State.ASSIGNED, "outcome": "", "changed_at": now},
    )  # fmt: skip
    Decision.objects.filter(pk__in=[under_way[one.pk].pk for one in good]).update(returned_at=now)
    record_remarks(
        HistoryEntry.Verb.RETURN,
        consultation=consultation,
        by=by,
        at=now,
        facts=[
            Fact(
                one,
                {"state": one.state, "outcome": under_way[one.pk].outcome},
                {"state": one.state if one.correction else State.ASSIGNED.value, "why": reason},
            )
            for one in good
        ],
    )
    return refused


@transaction.atomic
def publish_decision(
    remark: Remark, *, by: User, revision: int | None = None, now: dt.datetime | None = None
) -> Decision:
    """Make the approved answer, or the approved correction, public and tell the sender: a batch of one.

    With a revision, only that one: what was read, not a later text. Raises RemarkNotDecided, AlreadyInBatch,
    NotPermitted.
    """
    done = publish_batch(remark.consultation, remarks={remark.pk: revision}, by=by, now=now)
    for refusal in done.refusals.values():
        raise refusal
    remark.refresh_from_db()
    return Decision.objects.get(remark=remark, batch=done.batch)


# -- What the verbs share --------------------------------------------------------------------------------------------


def _current(consultation: Consultation, remarks: Iterable[Remark]) -> dict[int, Remark]:
    """The remarks as they are now, by their keys; only what the verbs look at. One query."""
    return (
        Remark.objects.filter(consultation=consultation)
        .only("consultation", "state", "correction", "outcome", "department", "revision")
        .order_by()
        .in_bulk([one.pk for one in remarks])
    )


def _change(remarks: Sequence[Remark], *held: Q, to: dict[str, Any], **still: Any) -> None:
    """Change all of the remarks in one statement, which checks once more that they are as they were read.

    The held consultation promises that; a verb that forgot to hold it must not do its work half.
    """
    if not remarks:
        return
    changed = Remark.objects.filter(*held, pk__in=[one.pk for one in remarks], **still).update(**to)
    if changed != len(remarks):
        raise AssertionError("A remark has changed although its consultation was held.")


def _refused(remarks: Iterable[Remark], good: Iterable[Remark], refusal: type[ConsultationError]) -> Refusals:
    done = {one.pk for one in good}
    return {one.pk: refusal() for one in remarks if one.pk not in done}


def _only(refused: Refusals) -> None:
    """Raise the refusal of a verb that was asked for one remark."""
    for refusal in refused.values():
        raise refusal


def _answer_under_way(remark: Remark) -> Decision:
    """The remark's unpublished answer, after a step; the remark as it is now."""
    remark.refresh_from_db()
    return Decision.objects.current().select_related("remark").get(remark=remark, published_at__isnull=True)


def _under_way(remarks: Iterable[int]) -> dict[int, Decision]:
    """The unpublished answers, by the remarks' keys. One query."""
    rows = Decision.objects.current().filter(remark__in=list(remarks), published_at__isnull=True)
    return {row.remark_id: row for row in rows.defer("justification").order_by()}


def _checked(text: str, refusal: type[ConsultationError]) -> str:
    """The text without blanks around it. Raises the refusal when there is none."""
    text = text.strip()
    if not text:
        raise refusal
    return text


def _refuse_words_of_another(consultation: Consultation, remark: Remark, by: User) -> None:
    """Where different people are asked for, nobody hands over what another has typed: that one could review it."""
    if consultation.answer_path != Consultation.AnswerPath.FOUR_EYES:
        return
    if AnswerDraft.objects.filter(remark=remark, by__isnull=False).exclude(by=by).exists():
        raise TypedByAnother


def _first_state(consultation: Consultation) -> Remark.State:
    """Where a new answer begins: where one person decides, nobody else looks at it."""
    return State.APPROVED if consultation.answer_path == Consultation.AnswerPath.DIRECT else State.DRAFTED


def _draft_all(
    consultation: Consultation, answers: Sequence[Answer], *, by: User, now: dt.datetime, corrects_why: str = ""
) -> list[Decision]:
    """The next revision of each remark's answer, by the consultation's way of an answer. Two queries."""
    latest = dict(
        Decision.objects.filter(remark__in=[answer.remark.pk for answer in answers])
        .order_by()
        .values_list("remark")
        .annotate(latest=Max("revision"))
    )
    is_direct = consultation.answer_path == Consultation.AnswerPath.DIRECT
    drafted = []
    for answer in answers:
        if answer.department is None:
            raise AssertionError("An answered remark has a department.")
        drafted.append(
            Decision(
                remark=answer.remark,
                revision=latest.get(answer.remark.pk, 0) + 1,
                outcome=answer.outcome,
                justification=answer.justification.strip(),
                corrects_why=corrects_why,
                department_id=answer.department,
                decided_by=by,
                decided_at=now,
                four_eyes=consultation.answer_path == Consultation.AnswerPath.FOUR_EYES,
                approved_by=by if is_direct else None,
                approved_at=now if is_direct else None,
            )
        )
    return Decision.objects.bulk_create(drafted)


def _step_on(
    consultation: Consultation,
    answers: Sequence[Seen],
    held: Remark.State,
    reached: Remark.State,
    *,
    may: Callable[[Remark], bool],
    refusal: type[ConsultationError],
    verb: HistoryEntry.Verb,
    by: User,
    now: dt.datetime,
) -> Refusals:
    """Bring answers under way from one state to the next, on the remark or, of a correction, beside its answer."""
    current = _current(consultation, [answer.remark for answer in answers])
    under_way = _under_way(current)
    refused: Refusals = {}
    good: list[Remark] = []
    for answer in answers:
        remark, decision = current.get(answer.remark.pk), under_way.get(answer.remark.pk)
        if remark is not None and not may(remark):
            refused[answer.remark.pk] = NotPermitted()
        elif (
            remark is None
            or decision is None
            or answer.revision not in {None, decision.revision}
            or held not in {remark.state, remark.correction}
        ):
            refused[answer.remark.pk] = refusal()
        elif decision.four_eyes and by.pk in {decision.decided_by_id, decision.reviewed_by_id}:
            refused[remark.pk] = SamePerson()
        else:
            good.append(remark)
    if not good:
        return refused
    _change([one for one in good if one.state == held], state=held, to={"state": reached, "changed_at": now})
    _change([one for one in good if one.state != held], correction=held.value, to={"correction": reached.value})
    done: dict[str, Any] = (
        {"reviewed_by": by, "reviewed_at": now}
        if reached == State.REVIEWED
        else {"approved_by": by, "approved_at": now}
    )
    Decision.objects.filter(pk__in=[under_way[one.pk].pk for one in good]).update(**done)
    record_remarks(
        verb,
        consultation=consultation,
        by=by,
        at=now,
        facts=[
            Fact(
                one,
                {"state": held.value},
                {
                    "state": reached.value,
                    "outcome": under_way[one.pk].outcome,
                    "revision": under_way[one.pk].revision,
                },
            )
            for one in good
        ],
    )
    return refused
