"""Do one verb to exactly the remarks of a filter: counted and shown, confirmed, then done in the worker.

On confirmation the list is frozen as rows. The worker takes some at a time, each time in one transaction in which the
verb and the word about every remark are written together: a second run, or one after a crash, does nothing twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Case, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.jobs import Progress, ask_for
from accounts.models import Job, User
from consultations.desk_filters import DeskFilter
from consultations.errors import BatchNotUnderWay, ChoiceGone, ConsultationError, ListChanged, NotPermitted
from consultations.models import BulkAction, BulkItem, Consultation, Decision, Department, Remark, Topic
from consultations.permissions import may_answer, may_approve, may_assign, may_publish, may_set_topics
from consultations.services.decisions import (
    Answer,
    Refusals,
    Seen,
    approve_answers,
    assign_remarks,
    decide_remarks,
    return_decisions,
    review_answers,
)
from consultations.services.publication import begin_batch, finish_batch, publish_chunk
from consultations.services.topics import set_topics

JOB = "bulk-action"
AT_ONCE = 200  # remarks in one transaction: long enough to be fast, short enough to let residents send meanwhile
Verb = BulkAction.Verb

_MAY: dict[str, Callable[[Any], bool]] = {
    Verb.ASSIGN: may_assign,
    Verb.TAG: may_set_topics,
    Verb.DECIDE: may_answer,
    Verb.REVIEW: may_answer,
    Verb.APPROVE: may_approve,
    Verb.RETURN: may_answer,
    Verb.PUBLISH: may_publish,
}


def may_do(user: Any, verb: str) -> bool:
    """Do this verb to many remarks at all; what of each remark is allowed the verb itself sees."""
    return _MAY[verb](user)


@dataclass(frozen=True)
class Listed:
    """One remark of a list as it was shown: the revision of its text, and of its answer that is not public, or 0.

    ``department``: the key of its department, None without one.
    """

    pk: int
    revision: int
    answer: int
    department: int | None


@dataclass(frozen=True)
class Prepared:
    """The list as it stands at one moment.

    Two lists of the same remarks, with the same texts, answers and departments, have the same ``fingerprint``.
    """

    listed: Sequence[Listed]

    @property
    def number(self) -> int:
        return len(self.listed)

    @property
    def fingerprint(self) -> str:
        told = ";".join(f"{one.pk}.{one.revision}.{one.answer}.{one.department or 0}" for one in self.listed)
        return hashlib.sha256(told.encode()).hexdigest()


def prepare(chosen: DeskFilter) -> Prepared:
    """The remarks that the filter holds now. One query."""
    under_way = Decision.objects.current().filter(remark=OuterRef("pk"), published_at__isnull=True)
    rows = (
        chosen.remarks()
        .annotate(answer=Coalesce(Subquery(under_way.order_by().values("revision")[:1]), 0))
        .values_list("pk", "revision", "answer", "department")
    )
    return Prepared([Listed(*row) for row in rows])


@transaction.atomic
def confirm(
    chosen: DeskFilter,
    *,
    verb: BulkAction.Verb,
    parameters: dict[str, Any],
    fingerprint: str,
    form_token: str,
    by: User,
    now: dt.datetime | None = None,
) -> BulkAction:
    """Freeze the list and ask the worker to do the verb; the same confirmation again gives the action that exists.

    Raises ListChanged when the list is not the one that was counted and shown; NotPermitted.
    """
    if not may_do(by, verb):
        raise NotPermitted
    now = now or timezone.now()
    # Whoever changes a remark of the consultation waits until the list stands.
    consultation = Consultation.objects.hold(chosen.of_one.pk)
    known = BulkAction.objects.filter(form_token=form_token, by=by).first()
    if known is not None:
        return known
    prepared = prepare(chosen)
    if not prepared.number or prepared.fingerprint != fingerprint:
        raise ListChanged(prepared.number)
    action = BulkAction.objects.create(
        consultation=consultation,
        verb=verb,
        filter=dict(chosen.params),
        parameters=parameters,
        form_token=form_token,
        by=by,
        asked_at=now,
        total=prepared.number,
    )
    BulkItem.objects.bulk_create(
        (
            BulkItem(
                action=action,
                remark_id=one.pk,
                revision=one.revision,
                answer=one.answer,
                department_id=one.department,
            )
            for one in prepared.listed
        ),
        batch_size=2000,
    )
    ask_for(JOB, key=f"{JOB}:{action.pk}", by=by, now=now, action=action.pk)
    return action


@transaction.atomic
def go_on(action: BulkAction, *, by: User, now: dt.datetime | None = None) -> Job:
    """Go on with an action whose work was given up; what was done stays done. Two that ask at once ask for one job.

    Raises NotPermitted, BatchNotUnderWay when it is carried out or a worker has it.
    """
    if not may_do(by, action.verb):
        raise NotPermitted
    Consultation.objects.hold(action.consultation_id)
    latest = job_of(action)
    waits = BulkAction.objects.filter(pk=action.pk, state=BulkAction.State.WAITING).exists()
    if not waits or (latest is not None and latest.state != Job.State.FAILED):
        raise BatchNotUnderWay
    begun = Job.objects.filter(kind=JOB, subject__action=action.pk).count()
    return ask_for(JOB, key=f"{JOB}:{action.pk}:{begun + 1}", by=by, now=now, action=action.pk)


def job_of(action: BulkAction) -> Job | None:
    """The latest work on the action, while it is remembered. One query."""
    return Job.objects.filter(kind=JOB, subject__action=action.pk).order_by("-pk").first()


# -- In the worker ----------------------------------------------------------------------------------------------------


def run(subject: dict[str, Any], progress: Progress) -> None:
    """Do what is not done yet of the action, some remarks at a time."""
    action = BulkAction.objects.get(pk=subject["action"])
    progress(action.done + action.refused, action.total)
    while done := _do_some(action):
        progress(done, action.total)
    if action.batch is not None:
        finish_batch(action.batch)
    BulkAction.objects.filter(pk=action.pk, state=BulkAction.State.WAITING).update(
        state=BulkAction.State.DONE, finished_at=timezone.now()
    )


@transaction.atomic
def _do_some(action: BulkAction) -> int:
    """Do the verb to the next remarks; how many are dealt with so far, 0 when none waited."""
    # Another worker that does the same action waits here, and then finds these remarks dealt with.
    consultation = Consultation.objects.hold(action.consultation_id)
    items = list(action.items.waiting().select_related("remark", "remark__submission")[:AT_ONCE])
    if not items:
        return 0
    # Read anew each time: roles can be taken away in the middle.
    by = User.objects.get(pk=action.by_id)
    try:
        with transaction.atomic():
            refused = _do(action, consultation, items, by=by, now=timezone.now())
    except ConsultationError as refusal:  # of all of them alike
        refused = {item.remark_id: refusal for item in items}
    _write(items, refused)
    BulkAction.objects.filter(pk=action.pk).update(
        done=F("done") + len(items) - len(refused), refused=F("refused") + len(refused)
    )
    counted = BulkAction.objects.only("done", "refused").get(pk=action.pk)
    return counted.done + counted.refused


def _write(items: list[BulkItem], refused: Refusals) -> None:
    """What became of each remark. One query."""
    reasons = [(pk, type(refusal).__name__) for pk, refusal in refused.items()]
    BulkItem.objects.filter(pk__in=[item.pk for item in items if item.remark_id not in refused]).update(
        state=BulkItem.State.DONE
    )
    by_reason: dict[str, list[int]] = {}
    for pk, reason in reasons:
        by_reason.setdefault(reason, []).append(pk)
    keys = [item.pk for item in items if item.remark_id in refused]
    if keys:
        words = Case(*(When(remark__in=pks, then=Value(reason)) for reason, pks in by_reason.items()))
        BulkItem.objects.filter(pk__in=keys).update(state=BulkItem.State.REFUSED, refusal=words)


def _do(
    action: BulkAction, consultation: Consultation, items: list[BulkItem], *, by: User, now: dt.datetime
) -> Refusals:
    """The verb for these remarks. Raises what is wrong for all of them."""
    if not may_do(by, action.verb):
        raise NotPermitted
    said = action.parameters
    remarks = [item.remark for item in items]
    seen = [Seen(item.remark, item.answer) for item in items]
    match action.verb:
        case Verb.ASSIGN:
            department = Department.objects.filter(pk=said["department"]).first()
            if department is None:
                raise ChoiceGone
            due_on = dt.date.fromisoformat(said["due_on"]) if said.get("due_on") else None
            return assign_remarks(consultation, remarks, department=department, due_on=due_on, by=by, now=now)
        case Verb.TAG:
            topic = Topic.objects.filter(pk=said["topic"]).first() if said["topic"] else None
            if said["topic"] and topic is None:
                raise ChoiceGone
            return set_topics(consultation, remarks, topic=topic, by=by, now=now)
        case Verb.DECIDE:
            outcome = Remark.Outcome(said["outcome"])
            answers = [
                Answer(item.remark, item.department_id, outcome, said["justification"], item.revision) for item in items
            ]
            return decide_remarks(consultation, answers, by=by, now=now)
        case Verb.REVIEW:
            return review_answers(consultation, seen, by=by, now=now)
        case Verb.APPROVE:
            return approve_answers(consultation, seen, by=by, now=now)
        case Verb.RETURN:
            return return_decisions(consultation, seen, reason=said["reason"], by=by, now=now)
        case _:
            batch = action.batch or begin_batch(consultation, by=by, asked=action.total, now=now)
            BulkAction.objects.filter(pk=action.pk).update(batch=batch)
            action.batch = batch
            read = {item.remark_id: item.answer for item in items}
            return publish_chunk(consultation, read, batch=batch, by=by, now=now)
