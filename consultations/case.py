"""A sender's own view of a case: every step that may be told, in the order in which it happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from consultations.changed_words import Carried, carried_by, explanations_of
from consultations.models import (
    Decision,
    Department,
    HistoryEntry,
    ImproperReason,
    Remark,
    RemarkRevision,
    Submission,
    UnchangedExplanation,
)
from consultations.places import Placed, with_places
from consultations.services.corrections import CHANGEABLE

Verb = HistoryEntry.Verb

# What happens inside the office before an answer is published (decided, returned) is not told.
TOLD = [
    Verb.RECEIVE,
    Verb.MARK_PROPER,
    Verb.MARK_IMPROPER,
    Verb.REOPEN_VERIFICATION,
    Verb.ASSIGN,
    Verb.PUBLISH,
    Verb.RENEW_LINK,
    Verb.CONFIRM_EMAIL,
    Verb.CORRECT,
    Verb.WITHDRAW,
]
# What of the submission itself does not belong to the steps of each of its remarks.
OF_THE_SENDER = frozenset({Verb.RENEW_LINK, Verb.CONFIRM_EMAIL, Verb.CORRECT})


_PREPARING: str | Promise = gettext_lazy("The department is preparing an answer.")
_NEXT: dict[str, str | Promise] = {
    Remark.State.RECEIVED: gettext_lazy("We check whether the submission meets the rules of this consultation."),
    Remark.State.PROPER: gettext_lazy("We choose the department that will answer."),
    Remark.State.ASSIGNED: _PREPARING,
    # Answered, but not public: for the sender nothing has changed yet.
    Remark.State.DRAFTED: _PREPARING,
    Remark.State.REVIEWED: _PREPARING,
    Remark.State.APPROVED: _PREPARING,
}


# An answered remark looks to its sender like an assigned one; whoever tries to change it reads why that is too late.
SEEMS_CHANGEABLE = CHANGEABLE | {Remark.State.DRAFTED, Remark.State.REVIEWED, Remark.State.APPROVED}


@dataclass(frozen=True)
class Step:
    """One step: which, when, and what belongs to it (only what that step has)."""

    verb: HistoryEntry.Verb
    at: dt.datetime
    department: Department | None = None
    reason: ImproperReason | None = None
    note: str = ""
    decision: Decision | None = None
    revision: int = 0


@dataclass(frozen=True)
class RemarkCase:
    """A remark of the case: where it belongs, its steps, and what it waits for (empty when for nothing).

    ``may_change``: whether it can be corrected or withdrawn, as far as its sender may know. ``earlier`` is what it said
    before each correction, the latest first. ``carried``: the words that its answer changed in the text; without any,
    ``explanation`` may say why.
    """

    placed: Placed[Remark]
    steps: list[Step]
    waits_for: str
    may_change: bool = False
    earlier: Sequence[RemarkRevision] = ()
    carried: Sequence[Carried] = ()
    explanation: UnchangedExplanation | None = None


def sent_remarks(submission: Submission) -> list[Placed[Remark]]:
    """The remarks as they were sent, in their order, with their places. Three queries."""
    remarks = submission.remarks.select_related("version", "chapter", "passage", "topic", "district")
    placed = with_places(remarks.order_by("ordinal"))
    for one in placed:
        one.remark.consultation = submission.consultation
    return placed


def revisions_of(submission: Submission) -> list[RemarkRevision]:
    """What the submission's remarks said before they were corrected, the earliest first. One query."""
    return list(RemarkRevision.objects.filter(remark__submission=submission).order_by("replaced_at", "pk"))


def may_change_sender(submission: Submission, now: dt.datetime) -> bool:
    """Whether the sender's data can still be corrected at the (aware) moment."""
    return submission.consultation.is_open(now) and submission.verification != Submission.Verification.IMPROPER


def tell_case(submission: Submission, now: dt.datetime | None = None) -> tuple[list[Step], list[RemarkCase]]:
    """The steps of the submission itself, and each remark with all its steps. Its queries do not grow with it."""
    placed = sent_remarks(submission)
    ids = [one.remark.pk for one in placed]
    entries = list(HistoryEntry.objects.filter(submission=submission, verb__in=TOLD).order_by("at", "pk"))
    own_entries = list(HistoryEntry.objects.filter(remark__in=ids, verb__in=TOLD).order_by("at", "pk"))
    departments = Department.objects.in_bulk({e.after["department"] for e in own_entries if e.after.get("department")})
    reasons = {reason.code: reason for reason in submission.consultation.improper_reasons.all()}
    decisions = {
        (decision.remark_id, decision.revision): decision
        for decision in Decision.objects.published().filter(remark__in=ids).select_related("department")
    }

    def step(entry: HistoryEntry) -> Step:
        return Step(
            verb=Verb(entry.verb),
            at=entry.at,
            department=departments.get(entry.after.get("department", 0)),
            reason=reasons.get(entry.after.get("reason", "")),
            note=entry.after.get("note", ""),
            decision=decisions.get((entry.remark_id or 0, entry.after.get("revision", 0)))
            if entry.verb == Verb.PUBLISH
            else None,
            revision=entry.after.get("revision", 0) if entry.verb == Verb.CORRECT else 0,
        )

    common = [step(entry) for entry in entries]
    own: dict[int, list[Step]] = {pk: [] for pk in ids}
    for entry in own_entries:
        own[entry.remark_id or 0].append(step(entry))
    shared = [one for one in common if one.verb not in OF_THE_SENDER]
    is_open = submission.consultation.is_open(now or timezone.now())
    earlier: dict[int, list[RemarkRevision]] = {pk: [] for pk in ids}
    for revision in revisions_of(submission):
        earlier[revision.remark_id].insert(0, revision)
    answered = [one.remark.pk for one in placed if one.remark.state == Remark.State.PUBLISHED]
    carried = carried_by(answered, now or timezone.now(), to_sender=True) if answered else {}
    explanations = explanations_of(answered) if answered else {}
    return common, [
        RemarkCase(
            placed=one,
            # A stable sort: what happened to the submission at one moment comes before what followed from it.
            steps=sorted([*shared, *own[one.remark.pk]], key=lambda each: each.at),
            waits_for=str(_NEXT.get(one.remark.state, "")),
            may_change=is_open and one.remark.state in SEEMS_CHANGEABLE,
            earlier=earlier[one.remark.pk],
            carried=carried.get(one.remark.pk, ()),
            explanation=explanations.get(one.remark.pk),
        )
        for one in placed
    ]
