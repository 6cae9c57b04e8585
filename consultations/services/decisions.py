"""From a verified remark to the published answer: assign, draft, review, approve, return, publish, correct."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max
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
    WhyMissing,
)
from consultations.models import Consultation, Decision, Department, HistoryEntry, Remark
from consultations.outcomes import offered_outcomes
from consultations.permissions import may_approve, may_assign, may_decide, may_review
from consultations.services.answer_drafts import Seen, drop_answer_draft
from consultations.services.history import record
from consultations.services.publication import publish_batch
from lublin2030.lib.dates import warsaw_day

State = Remark.State
Correction = Remark.Correction
UNDER_WAY = [State.DRAFTED, State.REVIEWED, State.APPROVED]


def _hold_consultation(remark: Remark) -> Consultation:
    """Lock the consultation until the commit, before the remark, like every verb on a submission or a remark.

    So two verbs never wait for each other crosswise (a history row locks the consultation too), and what one of them
    has read of the remarks stays true until it is done.
    """
    return Consultation.objects.select_for_update().get(pk=remark.consultation_id)


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
    now = now or timezone.now()
    consultation = _hold_consultation(remark)
    due_on = due_on or warsaw_day(now) + dt.timedelta(days=consultation.department_days)
    # As it is now: the caller may have read it before somebody else assigned it.
    before = dict(Remark.objects.values("state", "department").get(pk=remark.pk))
    changed = Remark.objects.filter(pk=remark.pk, state__in=[State.PROPER, State.ASSIGNED]).update(
        state=State.ASSIGNED, department=department, answer_due_on=due_on, changed_at=now
    )
    if not changed:
        raise RemarkNotAssignable
    remark.refresh_from_db()
    record(
        HistoryEntry.Verb.ASSIGN,
        consultation=remark.consultation,
        remarks=[remark],
        by=by,
        at=now,
        before=before,
        after={"state": remark.state, "department": remark.department_id, "due_on": due_on.isoformat()},
    )
    return remark


@transaction.atomic
def decide_remark(
    remark: Remark,
    *,
    outcome: Remark.Outcome,
    justification: str,
    by: User,
    revision: int | None = None,
    draft: Seen | None = None,
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
    now = now or timezone.now()
    department_id = remark.department_id
    if not may_decide(by, remark):
        raise NotPermitted
    if department_id is None:
        raise RemarkAlreadyDecided
    consultation = _hold_consultation(remark)
    _check_offered(consultation, outcome)
    state = _first_state(consultation)
    # The department is in the condition: a remark that was given to others meanwhile is not ours to decide.
    changed = Remark.objects.filter(pk=remark.pk, state=State.ASSIGNED, department_id=department_id).update(
        state=state, outcome=outcome, changed_at=now
    )
    if not changed:
        raise RemarkAlreadyDecided
    if revision is not None and not Remark.objects.filter(pk=remark.pk, revision=revision).exists():
        raise CorrectedMeanwhile
    drop_answer_draft(remark, seen=draft, outcome=outcome, justification=justification)
    remark.refresh_from_db()
    decision = _draft(remark, consultation, outcome=outcome, justification=justification, by=by, now=now)
    record(
        HistoryEntry.Verb.DECIDE,
        consultation=remark.consultation,
        remarks=[remark],
        by=by,
        at=now,
        before={"state": State.ASSIGNED.value},
        after={"state": state.value, "outcome": outcome.value, "revision": decision.revision},
    )
    return decision


@transaction.atomic
def correct_answer(
    remark: Remark,
    *,
    outcome: Remark.Outcome,
    justification: str,
    why: str,
    by: User,
    draft: Seen | None = None,
    now: dt.datetime | None = None,
) -> Decision:
    """Draft another answer to a remark whose answer is public. That one stands until the new one is published.

    ``why`` is public. The correction goes the consultation's whole way of an answer. Raises JustificationMissing,
    WhyMissing, OutcomeNotOffered, CorrectionUnderWay, AnswerDraftChanged, NotPermitted. ``draft`` as above.
    """
    justification, why = _checked(justification, JustificationMissing), _checked(why, WhyMissing)
    if not may_decide(by, remark):
        raise NotPermitted
    now = now or timezone.now()
    consultation = _hold_consultation(remark)
    _check_offered(consultation, outcome)
    step = Correction(_first_state(consultation).value)
    # ``changed_at`` stays: for the public nothing has happened yet.
    changed = Remark.objects.filter(pk=remark.pk, state=State.PUBLISHED, correction="").update(correction=step)
    if not changed:
        raise CorrectionUnderWay
    drop_answer_draft(remark, seen=draft, outcome=outcome, justification=justification)
    remark.refresh_from_db()
    decision = _draft(
        remark, consultation, outcome=outcome, justification=justification, by=by, now=now, corrects_why=why
    )
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


@transaction.atomic
def review_answer(remark: Remark, *, by: User, revision: int | None = None, now: dt.datetime | None = None) -> Decision:
    """Find a drafted answer, or a drafted correction, good; with a revision, only that one: what was read.

    Raises NothingToReview, SamePerson, NotPermitted.
    """
    if not may_review(by, remark):
        raise NotPermitted
    return _step_on(
        remark,
        State.DRAFTED,
        State.REVIEWED,
        refusal=NothingToReview,
        verb=HistoryEntry.Verb.REVIEW,
        by=by,
        revision=revision,
        now=now or timezone.now(),
    )


@transaction.atomic
def approve_answer(
    remark: Remark, *, by: User, revision: int | None = None, now: dt.datetime | None = None
) -> Decision:
    """Approve a reviewed answer, or a reviewed correction; with a revision, only that one: what was read.

    Raises NothingToApprove, SamePerson, NotPermitted.
    """
    if not may_approve(by):
        raise NotPermitted
    return _step_on(
        remark,
        State.REVIEWED,
        State.APPROVED,
        refusal=NothingToApprove,
        verb=HistoryEntry.Verb.APPROVE,
        by=by,
        revision=revision,
        now=now or timezone.now(),
    )


@transaction.atomic
def return_decision(remark: Remark, *, reason: str, by: User, now: dt.datetime | None = None) -> Remark:
    """Send an answer that is not public back to the department, with the reason; of a correction, give it up.

    Whoever may take the next step may return instead. Raises RemarkNotDecided, WhyMissing, NotPermitted.
    """
    reason = _checked(reason, WhyMissing)
    now = now or timezone.now()
    _hold_consultation(remark)
    current = Remark.objects.get(pk=remark.pk)
    waits_for_review = State.DRAFTED in {current.state, current.correction}
    if not (may_review(by, current) if waits_for_review else may_approve(by)):
        raise NotPermitted
    before = {"state": current.state, "outcome": current.outcome}
    if current.correction:
        before["outcome"] = Decision.objects.current().get(remark=remark, published_at__isnull=True).outcome
        changed = Remark.objects.filter(pk=remark.pk, correction=current.correction).update(correction="")
    else:
        changed = Remark.objects.filter(pk=remark.pk, state__in=UNDER_WAY).update(
            state=State.ASSIGNED, outcome="", changed_at=now
        )
    if not changed:
        raise RemarkNotDecided
    Decision.objects.current().filter(remark=remark, published_at__isnull=True).update(returned_at=now)
    remark.refresh_from_db()
    record(
        HistoryEntry.Verb.RETURN,
        consultation=remark.consultation,
        remarks=[remark],
        by=by,
        at=now,
        before=before,
        after={"state": remark.state, "why": reason},
    )
    return remark


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


def _checked(text: str, refusal: type[ConsultationError]) -> str:
    """The text without blanks around it. Raises the refusal when there is none."""
    text = text.strip()
    if not text:
        raise refusal
    return text


def _check_offered(consultation: Consultation, outcome: Remark.Outcome) -> None:
    if all(offer.outcome != outcome for offer in offered_outcomes(consultation)):
        raise OutcomeNotOffered


def _first_state(consultation: Consultation) -> Remark.State:
    """Where a new answer begins: where one person decides, nobody else looks at it."""
    return State.APPROVED if consultation.answer_path == Consultation.AnswerPath.DIRECT else State.DRAFTED


def _draft(
    remark: Remark,
    consultation: Consultation,
    *,
    outcome: Remark.Outcome,
    justification: str,
    by: User,
    now: dt.datetime,
    corrects_why: str = "",
) -> Decision:
    """The next revision of the remark's answer, by the consultation's way of an answer."""
    if remark.department_id is None:
        raise AssertionError("An answered remark has a department.")
    latest = Decision.objects.filter(remark=remark).aggregate(latest=Max("revision"))["latest"] or 0
    is_direct = consultation.answer_path == Consultation.AnswerPath.DIRECT
    return Decision.objects.create(
        remark=remark,
        revision=latest + 1,
        outcome=outcome,
        justification=justification,
        corrects_why=corrects_why,
        department_id=remark.department_id,
        decided_by=by,
        decided_at=now,
        four_eyes=consultation.answer_path == Consultation.AnswerPath.FOUR_EYES,
        approved_by=by if is_direct else None,
        approved_at=now if is_direct else None,
    )


def _step_on(
    remark: Remark,
    held: Remark.State,
    reached: Remark.State,
    *,
    refusal: type[ConsultationError],
    verb: HistoryEntry.Verb,
    by: User,
    revision: int | None,
    now: dt.datetime,
) -> Decision:
    """Bring the answer under way from one state to the next, on the remark or, of a correction, beside its answer."""
    consultation = _hold_consultation(remark)
    decision: Decision | None = Decision.objects.current().filter(remark=remark, published_at__isnull=True).first()
    if decision is None or (revision is not None and decision.revision != revision):
        raise refusal
    changed = Remark.objects.filter(pk=remark.pk, state=held).update(
        state=reached, changed_at=now
    ) or Remark.objects.filter(pk=remark.pk, correction=held.value).update(correction=reached.value)
    if not changed:
        raise refusal
    if decision.four_eyes and by.pk in {decision.decided_by_id, decision.reviewed_by_id}:
        raise SamePerson
    done: dict[str, Any] = (
        {"reviewed_by": by, "reviewed_at": now}
        if reached == State.REVIEWED
        else {"approved_by": by, "approved_at": now}
    )
    for name, value in done.items():
        setattr(decision, name, value)
    decision.save(update_fields=list(done))
    remark.refresh_from_db()
    record(
        verb,
        consultation=consultation,
        remarks=[remark],
        by=by,
        at=now,
        before={"state": held.value},
        after={"state": reached.value, "outcome": decision.outcome, "revision": decision.revision},
    )
    return decision
