"""Contradictory demands on one passage: found by opposite kinds, or flagged by a person; dismissed with a reason."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from consultations.errors import ContradictionChanged, NotOnOnePassage, NotPermitted, WhyMissing
from consultations.models import Consultation, Contradiction, HistoryEntry, Remark
from consultations.permissions import may_dismiss_contradictions, may_flag_contradiction
from consultations.services.history import record

State = Contradiction.State
Found = Contradiction.Found


@transaction.atomic
def find_contradictions(consultation: Consultation, *, now: dt.datetime | None = None) -> int:
    """Flag each passage that some remarks want out and others want changed or continued; how many are new.

    A passage is flagged once: one that a person has dismissed stays dismissed.
    """
    now = now or timezone.now()
    consultation = Consultation.objects.hold(consultation.pk)
    wanted = {row["passage"] for row in Remark.objects.filter(consultation=consultation).contradicting_kinds()}
    known = Contradiction.objects.filter(consultation=consultation, found=Found.BY_KINDS)
    fresh = sorted(wanted - set(known.values_list("passage", flat=True)))
    Contradiction.objects.bulk_create(
        Contradiction(consultation=consultation, passage_id=passage, found=Found.BY_KINDS, found_at=now)
        for passage in fresh
    )
    return len(fresh)


@transaction.atomic
def flag_contradiction(
    first: Remark, second: Remark, *, note: str = "", by: User, now: dt.datetime | None = None
) -> Contradiction:
    """Say that two remarks on one passage contradict each other, also again after that was dismissed.

    Raises NotOnOnePassage, ContradictionChanged when it is flagged already, NotPermitted.
    """
    now = now or timezone.now()
    passage = first.passage_id
    if first.pk == second.pk or passage is None or passage != second.passage_id:
        raise NotOnOnePassage
    consultation = Consultation.objects.hold(first.consultation_id)
    # As they are now: an expert's right hangs on the department.
    low, high = Remark.objects.filter(pk__in=[first.pk, second.pk]).select_related("consultation").order_by("pk")
    if not may_flag_contradiction(by, low, high):
        raise NotPermitted
    flagged = {"note": note.strip()[:500], "found_at": now, "flagged_by": by}
    contradiction, is_new = Contradiction.objects.get_or_create(
        found=Found.BY_HAND,
        first=low,
        second=high,
        defaults={"consultation": consultation, "passage_id": passage, **flagged},
    )
    if not is_new:
        changed = Contradiction.objects.filter(pk=contradiction.pk, state=State.DISMISSED).update(
            state=State.OPEN, dismissed_at=None, dismissed_by=None, why="", **flagged
        )
        if not changed:
            raise ContradictionChanged
        contradiction.refresh_from_db()
    _record(HistoryEntry.Verb.FLAG_CONTRADICTION, contradiction, consultation, by, now, contradiction.note)
    return contradiction


@transaction.atomic
def dismiss_contradiction(
    contradiction: Contradiction, *, why: str, by: User, now: dt.datetime | None = None
) -> Contradiction:
    """The demands do not contradict each other, or it is settled.

    Raises WhyMissing, ContradictionChanged, NotPermitted.
    """
    if not may_dismiss_contradictions(by):
        raise NotPermitted
    why = why.strip()[:500]
    if not why:
        raise WhyMissing
    now = now or timezone.now()
    consultation = Consultation.objects.hold(contradiction.consultation_id)
    changed = Contradiction.objects.filter(pk=contradiction.pk, state=State.OPEN).update(
        state=State.DISMISSED, dismissed_at=now, dismissed_by=by, why=why
    )
    if not changed:
        raise ContradictionChanged
    contradiction.refresh_from_db()
    _record(HistoryEntry.Verb.DISMISS_CONTRADICTION, contradiction, consultation, by, now, why)
    return contradiction


def _record(
    verb: HistoryEntry.Verb,
    contradiction: Contradiction,
    consultation: Consultation,
    by: User,
    now: dt.datetime,
    why: str,
) -> None:
    """A row in the history of both remarks, each naming the other; for a whole passage, one of the consultation."""
    first, second = contradiction.first, contradiction.second
    if first is None or second is None:
        after = {"passage": contradiction.passage.code, "why": why}
        record(verb, consultation=consultation, by=by, at=now, after=after)
        return
    for one, other in ((first, second), (second, first)):
        after = {"other": other.address, "why": why}
        record(verb, consultation=consultation, remarks=[one], by=by, at=now, after=after)
