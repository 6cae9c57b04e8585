"""Make approved answers public, many at once; each sender is told once per publication.

One answer by itself is a batch of one. A large batch is published in the worker, some answers at a time; each sender's
mail is written when all of them are public, so nobody gets two (docs/adr/0025).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.jobs import Progress, ask_for
from accounts.models import Job, User
from consultations.errors import (
    AlreadyInBatch,
    BatchNotUnderWay,
    ConsultationError,
    NotPermitted,
    RemarkNotDecided,
)
from consultations.models import BulkAction, Consultation, Decision, HistoryEntry, PublicationBatch, Remark
from consultations.permissions import may_publish
from consultations.services import tallies
from consultations.services.history import Fact, record_remarks
from consultations.signals import batch_published

State = Remark.State

JOB = "publish-batch"
AT_ONCE = 500  # answers in one transaction: long enough to be fast, short enough to let residents send meanwhile
SMALL = 100  # so many answers are published while their publisher waits

Refusals = dict[int, ConsultationError]
# Remarks by their keys, each with the revision of the answer that was read; None where any will do.
Read = Mapping[int, int | None]


@dataclass(frozen=True)
class Publication:
    """What became of a wish to publish: its batch, None where nothing was left to publish, and what was refused."""

    batch: PublicationBatch | None
    refusals: Refusals = field(default_factory=dict)


@transaction.atomic
def publish_batch(
    consultation: Consultation,
    *,
    remarks: Read,
    by: User,
    note: str = "",
    now: dt.datetime | None = None,
) -> Publication:
    """Publish the approved answers and corrections of these remarks together; a large batch in the worker.

    What cannot be published (returned, changed or published in the meantime) is refused by itself. Raises NotPermitted.
    """
    if not may_publish(by):
        raise NotPermitted
    now = now or timezone.now()
    consultation = Consultation.objects.hold(consultation.pk)
    refusals: Refusals = {}
    good: dict[int, int | None] = {}
    for chunk in _chunks(remarks):
        ready, refused = _publishable(consultation, chunk)
        good |= {remark.pk: decision.revision for remark, decision in ready}
        refusals |= refused
    if not good:
        return Publication(None, refusals)
    batch = begin_batch(consultation, by=by, note=note, asked=len(good), now=now)
    if len(good) <= SMALL:
        _publish(consultation, good, batch=batch, by=by, now=now)
        finish_batch(batch, now=now)
    else:
        for chunk in _chunks(good):
            Decision.objects.under_way().filter(remark__in=chunk, batch__isnull=True).update(batch=batch)
        ask_for(JOB, key=f"{JOB}:{batch.pk}:1", by=by, now=now, batch=batch.pk)
    return Publication(batch, refusals)


@transaction.atomic
def begin_batch(
    consultation: Consultation, *, by: User, note: str = "", asked: int = 0, now: dt.datetime | None = None
) -> PublicationBatch:
    """The consultation's next batch, still empty. Who begins one also finishes it. Raises NotPermitted."""
    if not may_publish(by):
        raise NotPermitted
    consultation = Consultation.objects.hold(consultation.pk)
    last = PublicationBatch.objects.filter(consultation=consultation).aggregate(last=Max("number"))["last"] or 0
    return PublicationBatch.objects.create(
        consultation=consultation, number=last + 1, by=by, made_at=now or timezone.now(), note=note.strip(), asked=asked
    )


@transaction.atomic
def publish_chunk(
    consultation: Consultation,
    remarks: Read,
    *,
    batch: PublicationBatch,
    by: User,
    now: dt.datetime | None = None,
) -> Refusals:
    """Make the answers of these remarks, some hundreds at most, public as part of a batch that is under way.

    Why which of them is refused; the others are public. Twice does nothing twice. Senders are told by
    ``finish_batch``. Raises NotPermitted, BatchNotUnderWay.
    """
    if not may_publish(by):
        raise NotPermitted
    consultation = Consultation.objects.hold(consultation.pk)
    if not PublicationBatch.objects.filter(pk=batch.pk, published_at__isnull=True).exists():
        raise BatchNotUnderWay
    return _publish(consultation, remarks, batch=batch, by=by, now=now or timezone.now())


@transaction.atomic
def finish_batch(batch: PublicationBatch, *, now: dt.datetime | None = None) -> PublicationBatch:
    """Close the batch, count it and tell its senders; a batch that is closed already stays as it is."""
    now = now or timezone.now()
    Consultation.objects.hold(batch.consultation_id)
    published = Decision.objects.published().filter(batch=batch)
    counts = published.aggregate(
        answers=Count("pk"),
        corrections=Count("pk", filter=~Q(corrects_why="")),
        senders=Count("remark__submission", distinct=True),
    )
    # What is left was refused in the meantime: it may go into another batch.
    Decision.objects.filter(batch=batch, published_at__isnull=True).update(batch=None)
    closed = PublicationBatch.objects.filter(pk=batch.pk, published_at__isnull=True).update(
        published_at=now, asked=Greatest(F("asked"), counts["answers"]), **counts
    )
    batch.refresh_from_db()
    if closed:
        batch_published.send(PublicationBatch, batch=batch, now=now)
    return batch


@transaction.atomic
def continue_batch(batch: PublicationBatch, *, by: User, now: dt.datetime | None = None) -> Job:
    """Go on with a batch whose work was given up; two that ask at once ask for one job.

    Raises NotPermitted, BatchNotUnderWay when it is finished or a worker has it.
    """
    if not may_publish(by):
        raise NotPermitted
    Consultation.objects.hold(batch.consultation_id)
    job = job_of(batch)
    under_way = PublicationBatch.objects.filter(pk=batch.pk, published_at__isnull=True).exists()
    # The batch of a bulk action is closed by that action, which goes on by itself (``bulk.go_on``).
    of_action = BulkAction.objects.filter(batch=batch, state=BulkAction.State.WAITING).exists()
    if not under_way or of_action or (job is not None and job.state != Job.State.FAILED):
        raise BatchNotUnderWay
    begun = Job.objects.filter(kind=JOB, subject__batch=batch.pk).count()
    return ask_for(JOB, key=f"{JOB}:{batch.pk}:{begun + 1}", by=by, now=now, batch=batch.pk)


def job_of(batch: PublicationBatch) -> Job | None:
    """The latest work on the batch; none of a small one. One query."""
    return Job.objects.filter(kind=JOB, subject__batch=batch.pk).order_by("-pk").first()


# -- In the worker ----------------------------------------------------------------------------------------------------


def publish_confirmed(subject: dict[str, Any], progress: Progress) -> None:
    """Publish what is left of a confirmed batch, some answers at a time. After a crash the next worker goes on."""
    batch = PublicationBatch.objects.select_related("consultation", "by").get(pk=subject["batch"])
    if not batch.is_under_way:
        return
    left = Decision.objects.under_way().filter(batch=batch)
    progress(batch.asked - left.count(), batch.asked)
    while chunk := list(left.order_by("pk").values_list("remark", flat=True)[:AT_ONCE]):
        _publish_confirmed_chunk(batch, chunk)
        progress(batch.asked - left.count(), batch.asked)
    finish_batch(batch)


@transaction.atomic
def _publish_confirmed_chunk(batch: PublicationBatch, chunk: list[int]) -> None:
    """Publish these; what cannot be published any more leaves the batch, so that the work comes to an end."""
    consultation = Consultation.objects.hold(batch.consultation_id)
    refused = _publish(consultation, dict.fromkeys(chunk), batch=batch, by=batch.by, now=timezone.now())
    Decision.objects.under_way().filter(batch=batch, remark__in=list(refused)).update(batch=None)


# -- One chunk --------------------------------------------------------------------------------------------------------


def _publish(
    consultation: Consultation, remarks: Read, *, batch: PublicationBatch, by: User | None, now: dt.datetime
) -> Refusals:
    """The set-based heart of every publication; the caller holds the consultation. Its queries do not grow with it."""
    ready, refusals = _publishable(consultation, remarks, batch=batch)
    if not ready:
        return refusals
    _make_public(ready, batch=batch, now=now)
    tallies.move_each(consultation, ((remark, remark.standing, decision.outcome) for remark, decision in ready))
    record_remarks(
        HistoryEntry.Verb.PUBLISH,
        consultation=consultation,
        by=by,
        at=now,
        facts=[
            Fact(
                remark,
                {"state": remark.state, "outcome": remark.outcome},
                {"state": State.PUBLISHED.value, "outcome": decision.outcome, "revision": decision.revision},
            )
            for remark, decision in ready
        ],
    )
    return refusals


def _publishable(
    consultation: Consultation, remarks: Read, *, batch: PublicationBatch | None = None
) -> tuple[list[tuple[Remark, Decision]], Refusals]:
    """The remarks, as they are now, whose answer can be made public, each with it; and why the others are refused."""
    found = {
        remark.pk: remark
        for remark in Remark.objects.filter(consultation=consultation, pk__in=list(remarks)).only(
            "state", "correction", "outcome", "standing", "chapter", "passage", "topic", "district", "channel"
        )
    }
    drafts = {
        decision.remark_id: decision
        for decision in Decision.objects.under_way().filter(remark__in=list(remarks)).defer("justification")
    }
    ready: list[tuple[Remark, Decision]] = []
    refusals: Refusals = {}
    for key, revision in remarks.items():
        remark, decision = found.get(key), drafts.get(key)
        if remark is None or decision is None or not _is_approved(remark) or revision not in {None, decision.revision}:
            refusals[key] = RemarkNotDecided()
        elif decision.batch_id is not None and (batch is None or decision.batch_id != batch.pk):
            refusals[key] = AlreadyInBatch()
        else:
            ready.append((remark, decision))
    return ready, refusals


def _is_approved(remark: Remark) -> bool:
    return remark.state == State.APPROVED or (
        remark.state == State.PUBLISHED and remark.correction == Remark.Correction.APPROVED
    )


def _make_public(ready: list[tuple[Remark, Decision]], *, batch: PublicationBatch, now: dt.datetime) -> None:
    """Change the rows. All of them, or RemarkNotDecided: nothing else changes them while the consultation is held."""
    first = [remark.pk for remark, _decision in ready if remark.state == State.APPROVED]
    corrected = [remark.pk for remark, _decision in ready if remark.state == State.PUBLISHED]
    outcome = Decision.objects.filter(
        remark=OuterRef("pk"), pk__in=[decision.pk for _remark, decision in ready]
    ).order_by()
    changed = Remark.objects.filter(pk__in=first, state=State.APPROVED).update(state=State.PUBLISHED, changed_at=now)
    changed += Remark.objects.filter(
        pk__in=corrected, state=State.PUBLISHED, correction=Remark.Correction.APPROVED
    ).update(correction="", outcome=Subquery(outcome.values("outcome")[:1]), changed_at=now)
    published = (
        Decision.objects.under_way()
        .filter(pk__in=[decision.pk for _remark, decision in ready])
        .update(published_at=now, batch=batch)
    )
    if not changed == published == len(ready):
        raise RemarkNotDecided


def _chunks(remarks: Read) -> Iterator[dict[int, int | None]]:
    rows = iter(remarks.items())
    while chunk := dict(islice(rows, AT_ONCE)):
        yield chunk
