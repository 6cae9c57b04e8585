"""From a verified remark to the published answer: assign, decide, return, publish."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from consultations.errors import (
    CorrectedMeanwhile,
    JustificationMissing,
    NotPermitted,
    RemarkAlreadyDecided,
    RemarkNotAssignable,
    RemarkNotDecided,
)
from consultations.models import Consultation, Decision, Department, HistoryEntry, Remark
from consultations.permissions import may_assign, may_decide, may_publish
from consultations.services import tallies
from consultations.services.history import record
from consultations.signals import decision_published

State = Remark.State


def _hold_consultation(remark: Remark) -> Consultation:
    """Lock the consultation until the commit, before the remark, like every verb on a submission or a remark.

    So two verbs never wait for each other crosswise (a history row locks the consultation too), and what one of them
    has read of the remarks stays true until it is done.
    """
    return Consultation.objects.select_for_update().get(pk=remark.consultation_id)


@transaction.atomic
def assign_remark(remark: Remark, *, department: Department, by: User, now: dt.datetime | None = None) -> Remark:
    """Give a proper remark, or one that is assigned already, to a department.

    Raises RemarkNotAssignable when it is not verified, improper or decided; NotPermitted.
    """
    if not may_assign(by):
        raise NotPermitted
    now = now or timezone.now()
    _hold_consultation(remark)
    # As it is now: the caller may have read it before somebody else assigned it.
    before = dict(Remark.objects.values("state", "department").get(pk=remark.pk))
    changed = Remark.objects.filter(pk=remark.pk, state__in=[State.PROPER, State.ASSIGNED]).update(
        state=State.ASSIGNED, department=department, changed_at=now
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
        after={"state": remark.state, "department": remark.department_id},
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
    now: dt.datetime | None = None,
) -> Decision:
    """Decide an assigned remark; with a revision, only that one: what was read, not a later correction of its sender.

    The decision is not public yet.

    The justification is always required (the law asks for the stance on each remark with its justification:
    domain.md §2). Raises JustificationMissing, RemarkAlreadyDecided (also when it is not assigned),
    CorrectedMeanwhile, NotPermitted.
    """
    justification = justification.strip()
    if not justification:
        raise JustificationMissing
    now = now or timezone.now()
    department_id = remark.department_id
    if not may_decide(by, remark):
        raise NotPermitted
    if department_id is None:
        raise RemarkAlreadyDecided
    _hold_consultation(remark)
    # The department is in the condition: a remark that was given to others meanwhile is not ours to decide.
    changed = Remark.objects.filter(pk=remark.pk, state=State.ASSIGNED, department_id=department_id).update(
        state=State.DECIDED, outcome=outcome, changed_at=now
    )
    if not changed:
        raise RemarkAlreadyDecided
    if revision is not None and not Remark.objects.filter(pk=remark.pk, revision=revision).exists():
        raise CorrectedMeanwhile
    remark.refresh_from_db()
    latest = Decision.objects.filter(remark=remark).aggregate(latest=Max("revision"))["latest"] or 0
    decision = Decision.objects.create(
        remark=remark,
        revision=latest + 1,
        outcome=outcome,
        justification=justification,
        department_id=department_id,
        decided_by=by,
        decided_at=now,
    )
    record(
        HistoryEntry.Verb.DECIDE,
        consultation=remark.consultation,
        remarks=[remark],
        by=by,
        at=now,
        before={"state": State.ASSIGNED.value},
        after={"state": State.DECIDED.value, "outcome": outcome.value, "revision": decision.revision},
    )
    return decision


@transaction.atomic
def return_decision(remark: Remark, *, reason: str, by: User, now: dt.datetime | None = None) -> Remark:
    """Send an unpublished decision back to the department. Raises RemarkNotDecided, NotPermitted."""
    if not may_publish(by):
        raise NotPermitted
    now = now or timezone.now()
    _hold_consultation(remark)
    outcome = Remark.objects.values_list("outcome", flat=True).get(pk=remark.pk)
    changed = Remark.objects.filter(pk=remark.pk, state=State.DECIDED).update(
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
        before={"state": State.DECIDED.value, "outcome": outcome},
        after={"state": State.ASSIGNED.value, "why": reason},
    )
    return remark


@transaction.atomic
def publish_decision(
    remark: Remark, *, by: User, revision: int | None = None, now: dt.datetime | None = None
) -> Decision:
    """Make the decision public and tell the sender; with a revision, only that one: what was read, not a later text.

    Raises RemarkNotDecided, NotPermitted.
    """
    if not may_publish(by):
        raise NotPermitted
    now = now or timezone.now()
    consultation = _hold_consultation(remark)
    changed = Remark.objects.filter(pk=remark.pk, state=State.DECIDED).update(state=State.PUBLISHED, changed_at=now)
    if not changed:
        raise RemarkNotDecided
    remark.refresh_from_db()
    decision: Decision = Decision.objects.current().get(remark=remark, published_at__isnull=True)
    if revision is not None and decision.revision != revision:
        raise RemarkNotDecided
    decision.published_at = now
    decision.save(update_fields=["published_at"])
    tallies.move_remarks(consultation, [remark], before=Remark.Standing.IN_PROGRESS, after=remark.outcome)
    record(
        HistoryEntry.Verb.PUBLISH,
        consultation=consultation,
        remarks=[remark],
        by=by,
        at=now,
        before={"state": State.DECIDED.value},
        after={"state": State.PUBLISHED.value, "outcome": remark.outcome, "revision": decision.revision},
    )
    decision_published.send(Decision, remark=remark, decision=decision)
    return decision
