"""One answer for a whole group of similar remarks; each keeps its number, its sender and its own notice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction

from accounts.models import User
from consultations.errors import GroupChanged
from consultations.models import Consultation, Decision, Remark
from consultations.querysets import RemarkQuerySet
from consultations.services.answer_drafts import Seen
from consultations.services.decisions import Answer, Refusals, decide_remark, decide_remarks
from consultations.services.groups import group_of, members_to_answer

MOST_AT_ONCE = 200  # of a group, in one transaction; a larger one is answered by the bulk verb


@dataclass(frozen=True)
class GroupAnswer:
    """The answer to the remark at hand, how many others got the same, and why which of them did not."""

    decision: Decision
    others: int = 0
    refusals: Refusals = field(default_factory=dict)


def waiting_with(remark: Remark) -> RemarkQuerySet:
    """The other remarks of its group that wait for an answer, for whom the same one is meant. Two queries at most."""
    group = group_of(remark)
    if group is None:
        return Remark.objects.none()
    return members_to_answer(group).filter(state=Remark.State.ASSIGNED).exclude(pk=remark.pk).order_by("position")


@transaction.atomic
def answer_group(
    remark: Remark,
    *,
    outcome: Remark.Outcome,
    justification: str,
    by: User,
    revision: int | None = None,
    draft: Seen | None = None,
    seen_others: int | None = None,
    now: dt.datetime | None = None,
) -> GroupAnswer:
    """Answer the remark, and with the same words every other of its group that waits for an answer.

    Each of the others succeeds or is refused by itself (another department's, for an expert). Raises what
    ``decide_remark`` raises for the remark at hand, and GroupChanged when there are more than ``MOST_AT_ONCE``, or not
    as many as the person has seen; then it answers none.
    """
    decision = decide_remark(
        remark, outcome=outcome, justification=justification, by=by, revision=revision, draft=draft, now=now
    )
    # ``decide_remark`` holds the consultation, so the group stays as it is read here.
    others = list(waiting_with(remark)[: MOST_AT_ONCE + 1])
    if len(others) > MOST_AT_ONCE or seen_others not in {None, len(others)}:
        raise GroupChanged
    answers = [Answer(one, one.department_id, outcome, justification, one.revision) for one in others]
    consultation = Consultation.objects.get(pk=remark.consultation_id)
    refusals = decide_remarks(consultation, answers, by=by, now=now) if answers else {}
    return GroupAnswer(decision, len(others) - len(refusals), refusals)
