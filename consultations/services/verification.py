"""Formal verification: is a submission proper by the rules of its consultation (domain.md §3)?"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from consultations.errors import (
    AlreadyVerified,
    NotPermitted,
    ReasonNotOfThisConsultation,
    SubmissionWithdrawn,
    VerificationInUse,
)
from consultations.models import Consultation, HistoryEntry, ImproperReason, Remark, Submission
from consultations.models.remarks import ANSWERED_STATES
from consultations.permissions import may_verify
from consultations.services import tallies
from consultations.services.history import record
from consultations.signals import submission_verified


def mark_proper(submission: Submission, *, by: User, now: dt.datetime | None = None) -> Submission:
    """The submission meets the rules; its remarks wait for a department.

    Also when its e-mail address is not confirmed yet: a person decides. Raises AlreadyVerified, SubmissionWithdrawn,
    NotPermitted.
    """
    if not may_verify(by):
        raise NotPermitted
    return verify(submission, Submission.Verification.PROPER, reason=None, note="", by=by, now=now)


def mark_improper(
    submission: Submission, *, reason: ImproperReason, note: str = "", by: User, now: dt.datetime | None = None
) -> Submission:
    """The submission breaks a rule of its consultation. It stays in the register with that reason.

    Raises AlreadyVerified, SubmissionWithdrawn, NotPermitted, ReasonNotOfThisConsultation.
    """
    if not may_verify(by):
        raise NotPermitted
    if reason.consultation_id != submission.consultation_id:
        raise ReasonNotOfThisConsultation
    return verify(submission, Submission.Verification.IMPROPER, reason=reason, note=note, by=by, now=now)


@transaction.atomic
def verify(
    submission: Submission,
    verdict: Submission.Verification,
    *,
    reason: ImproperReason | None,
    note: str,
    by: User | None,
    now: dt.datetime | None,
    while_true: Q | None = None,
) -> Submission:
    """What ``mark_proper``, ``mark_improper`` and the clock have in common; they say who may.

    ``while_true`` is a further condition on the submission, checked in the statement that changes it.
    """
    now = now or timezone.now()
    consultation = Consultation.objects.hold(submission.consultation_id)
    if not Remark.objects.filter(submission=submission).exclude(state=Remark.State.WITHDRAWN).exists():
        raise SubmissionWithdrawn
    changed = Submission.objects.filter(
        while_true or Q(), pk=submission.pk, verification=Submission.Verification.PENDING
    ).update(verification=verdict, improper_reason=reason, improper_note=note)
    if not changed:
        raise AlreadyVerified
    submission.refresh_from_db(fields=["verification", "improper_reason", "improper_note"])
    proper = verdict == Submission.Verification.PROPER
    state = Remark.State.PROPER if proper else Remark.State.IMPROPER
    remarks = _restate(consultation, submission, {Remark.State.RECEIVED}, state, now)
    if proper:
        Consultation.objects.filter(pk=consultation.pk).update(proper_count=F("proper_count") + len(remarks))
    record(
        HistoryEntry.Verb.MARK_PROPER if proper else HistoryEntry.Verb.MARK_IMPROPER,
        consultation=consultation,
        submission=submission,
        by=by,
        at=now,
        before={"verification": Submission.Verification.PENDING.value},
        after={"verification": verdict.value, "reason": reason.code if reason else "", "note": note},
    )
    submission_verified.send(Submission, submission=submission)
    return submission


@transaction.atomic
def reopen_verification(submission: Submission, *, reason: str, by: User, now: dt.datetime | None = None) -> Submission:
    """Take a verification back so that it can be done again; the old one stays in the history.

    From then on a person decides: an e-mail address that is not confirmed has no term any more.

    Raises VerificationInUse when a remark has been decided, NotPermitted.
    """
    if not may_verify(by):
        raise NotPermitted
    now = now or timezone.now()
    consultation = Consultation.objects.hold(submission.consultation_id)
    if submission.remarks.filter(state__in=ANSWERED_STATES).exists():
        raise VerificationInUse
    before = Submission.objects.get(pk=submission.pk)
    changed = (
        Submission.objects.filter(pk=submission.pk)
        .exclude(verification=Submission.Verification.PENDING)
        .update(
            verification=Submission.Verification.PENDING, improper_reason=None, improper_note="", confirm_until=None
        )
    )
    if not changed:
        raise VerificationInUse
    submission.refresh_from_db(fields=["verification", "improper_reason", "improper_note", "confirm_until"])
    was = {Remark.State.IMPROPER} if before.improper_reason_id else {Remark.State.PROPER, Remark.State.ASSIGNED}
    remarks = _restate(consultation, submission, was, Remark.State.RECEIVED, now)
    if not before.improper_reason_id:
        Consultation.objects.filter(pk=consultation.pk).update(proper_count=F("proper_count") - len(remarks))
    record(
        HistoryEntry.Verb.REOPEN_VERIFICATION,
        consultation=consultation,
        submission=submission,
        by=by,
        at=now,
        before={"verification": before.verification},
        after={"verification": Submission.Verification.PENDING.value, "why": reason},
    )
    return submission


def _restate(
    consultation: Consultation,
    submission: Submission,
    before: set[Remark.State],
    after: Remark.State,
    now: dt.datetime,
) -> list[Remark]:
    """Move the submission's remarks from the states to the new one, with their tallies."""
    remarks = list(Remark.objects.filter(submission=submission, state__in=before))
    Remark.objects.filter(pk__in=[remark.pk for remark in remarks]).update(state=after, department=None, changed_at=now)
    standing = after.value if after in {Remark.State.RECEIVED, Remark.State.IMPROPER} else "in_progress"
    if remarks:
        tallies.move_remarks(consultation, remarks, before=remarks[0].standing, after=standing)
    return remarks
