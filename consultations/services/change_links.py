"""Say where each change of the text comes from, and why an accepted remark has changed nothing (docs/adr/0023)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from consultations.errors import (
    AlreadyLinked,
    ChangesNotReady,
    LinkGone,
    NoteMissing,
    NothingToExplain,
    NotOfThisConsultation,
    NotPermitted,
    OpinionNotReceived,
    OutcomeChangesNothing,
    OutcomeNotDecided,
    PassageUnchanged,
)
from consultations.models import (
    ChangeSource,
    Consultation,
    DraftVersion,
    HistoryEntry,
    Opinion,
    Passage,
    PassageChange,
    Remark,
    UnchangedExplanation,
    VersionComparison,
)
from consultations.models.remarks import ANSWERED_STATES
from consultations.permissions import may_link_change
from consultations.querysets import PassageChangeQuerySet, RemarkQuerySet
from consultations.services.history import record
from participation.models import WorkingGroup

Kind = ChangeSource.Kind
Verb = HistoryEntry.Verb


# -- The two checks --------------------------------------------------------------------------------------------------


def accepted_but_unchanged(consultation: Consultation) -> RemarkQuerySet:
    """Remarks whose approved or public answer promises another text, and that no changed words carry.

    To be paged by ``position``. With their consultation, submission and department, as lists at the desk show them.
    """
    remarks = Remark.objects.filter(consultation=consultation).accepted_but_unchanged()
    return remarks.select_related(
        "consultation", "department", "submission", "unchanged_explanation__by", "unchanged_explanation__version"
    )


def unexplained_unchanged(consultation: Consultation) -> RemarkQuerySet:
    """Of these, the ones of which nobody has said why. While there is one, the report cannot be frozen."""
    return accepted_but_unchanged(consultation).unexplained()


def changed_without_source(version: DraftVersion, now: dt.datetime | None = None) -> PassageChangeQuerySet:
    """What the version changed of the one published before it without anybody having said why.

    To be paged by ``position``. Nothing while the comparison is not made.
    """
    changes = PassageChange.objects.since_previous(now or timezone.now()).filter(comparison__newer=version)
    return changes.without_source().select_related("passage", "older__chapter", "newer__chapter")


def comparison_with_previous(version: DraftVersion, now: dt.datetime | None = None) -> VersionComparison | None:
    """The version compared with the one published before it, once that has been made. One query."""
    comparisons = VersionComparison.objects.of_neighbours(now or timezone.now())
    return comparisons.filter(newer=version).select_related("older", "newer").first()


def suggested_links(version: DraftVersion, now: dt.datetime | None = None) -> RemarkQuerySet:
    """Accepted remarks on a passage that the version changed, and that nobody has linked to words of it yet.

    Only remarks on earlier versions: nobody asked for a change that was made already.
    """
    changes = PassageChange.objects.since_previous(now or timezone.now()).filter(comparison__newer=version)
    carried = ChangeSource.objects.filter(version=version, remark=OuterRef("pk"))
    asked = Remark.objects.filter(
        consultation__draft=version.draft_id,
        state__in=ANSWERED_STATES,
        version__number__lt=version.number,
        passage__in=changes.order_by().values("passage"),
    )
    return asked.demanding_change().filter(~Exists(carried))


# -- The verbs -------------------------------------------------------------------------------------------------------


@transaction.atomic
def link_change(
    version: DraftVersion,
    passage: Passage,
    *,
    by: User,
    remark: Remark | None = None,
    opinion: Opinion | None = None,
    working_group: WorkingGroup | None = None,
    note: str = "",
    now: dt.datetime | None = None,
) -> ChangeSource:
    """Say that what the version changed in the passage comes from a remark, an opinion, a group, or is editorial.

    At most one of the three; with none of them it is an editorial change, which needs its note. Raises NotPermitted,
    NotOfThisConsultation, OutcomeNotDecided, OpinionNotReceived, NoteMissing, ChangesNotReady, PassageUnchanged,
    AlreadyLinked.
    """
    if sum(source is not None for source in (remark, opinion, working_group)) > 1:
        raise ValueError("A change has one source at a time.")
    if not may_link_change(by, remark):
        raise NotPermitted
    now, note = now or timezone.now(), note.strip()
    consultation = _hold(version)
    if passage.draft_id != version.draft_id:
        raise NotOfThisConsultation
    kind = _kind_of(consultation, remark, opinion, working_group, note)
    _check_changed(version, passage, now)
    source, made = ChangeSource.objects.get_or_create(
        version=version,
        passage=passage,
        kind=kind,
        remark=remark,
        opinion=opinion,
        working_group=working_group,
        defaults={"note": note, "by": by, "at": now},
    )
    if not made:
        raise AlreadyLinked
    record(
        Verb.LINK_CHANGE,
        consultation=consultation,
        remarks=[remark] if remark else [],
        by=by,
        at=now,
        after=_facts(source, version, passage),
    )
    return source


@transaction.atomic
def unlink_change(source: ChangeSource, *, by: User, now: dt.datetime | None = None) -> None:
    """Take back that the change comes from this source. Raises LinkGone, NotPermitted."""
    if not may_link_change(by, source.remark):
        raise NotPermitted
    consultation = _hold(source.version)
    facts = _facts(source, source.version, source.passage)
    gone, _by_model = ChangeSource.objects.filter(pk=source.pk).delete()
    if not gone:
        raise LinkGone
    record(
        Verb.UNLINK_CHANGE,
        consultation=consultation,
        remarks=[source.remark] if source.remark else [],
        by=by,
        at=now or timezone.now(),
        before=facts,
    )


@transaction.atomic
def explain_unchanged(remark: Remark, *, text: str, by: User, now: dt.datetime | None = None) -> UnchangedExplanation:
    """Say in public why an accepted remark has no changed words; said again, the new words replace the old ones.

    It speaks of the newest public version. Raises NotPermitted, NoteMissing, NothingToExplain, ChangesNotReady.
    """
    if not may_link_change(by, remark):
        raise NotPermitted
    text, now = text.strip(), now or timezone.now()
    if not text:
        raise NoteMissing
    consultation = Consultation.objects.hold(remark.consultation_id)
    if not accepted_but_unchanged(consultation).filter(pk=remark.pk).exists():
        raise NothingToExplain
    version = DraftVersion.objects.published(now).filter(draft__consultation=consultation).first()
    if version is None:
        raise ChangesNotReady
    before = UnchangedExplanation.objects.filter(remark=remark).values_list("text", flat=True).first()
    explanation, _made = UnchangedExplanation.objects.update_or_create(
        remark=remark, defaults={"version": version, "text": text, "by": by, "at": now}
    )
    record(
        Verb.EXPLAIN_UNCHANGED,
        consultation=consultation,
        remarks=[remark],
        by=by,
        at=now,
        before={"note": before} if before else {},
        after={"version": version.number, "note": text},
    )
    return explanation


@transaction.atomic
def withdraw_explanation(remark: Remark, *, by: User, now: dt.datetime | None = None) -> None:
    """Take the explanation back: the remark waits for its words again. Raises LinkGone, NotPermitted."""
    if not may_link_change(by, remark):
        raise NotPermitted
    consultation = Consultation.objects.hold(remark.consultation_id)
    said = UnchangedExplanation.objects.filter(remark=remark).values_list("text", flat=True).first()
    if said is None:
        raise LinkGone
    UnchangedExplanation.objects.filter(remark=remark).delete()
    record(
        Verb.WITHDRAW_EXPLANATION,
        consultation=consultation,
        remarks=[remark],
        by=by,
        at=now or timezone.now(),
        before={"note": said},
    )


# -- What the verbs share --------------------------------------------------------------------------------------------


def _hold(version: DraftVersion) -> Consultation:
    """Lock the consultation until the commit: two people do not link one source twice."""
    return Consultation.objects.select_for_update(of=("self",)).get(draft=version.draft_id)


def _kind_of(
    consultation: Consultation,
    remark: Remark | None,
    opinion: Opinion | None,
    working_group: WorkingGroup | None,
    note: str,
) -> ChangeSource.Kind:
    """Which kind of source it is, after what such a one must fulfil. Raises what it does not."""
    if remark is not None:
        if remark.consultation_id != consultation.pk:
            raise NotOfThisConsultation
        # As it is now: an answer may have been returned since the page was opened.
        if not Remark.objects.filter(pk=remark.pk, state__in=ANSWERED_STATES).exists():
            raise OutcomeNotDecided
        if not Remark.objects.demanding_change().filter(pk=remark.pk).exists():
            raise OutcomeChangesNothing
        return Kind.REMARK
    if opinion is not None:
        if opinion.consultation_id != consultation.pk:
            raise NotOfThisConsultation
        if opinion.received_on is None:
            raise OpinionNotReceived
        return Kind.OPINION
    if working_group is not None:
        if working_group.process_id not in processes_of(consultation):
            raise NotOfThisConsultation
        return Kind.DIRECTION
    if not note:
        raise NoteMissing
    return Kind.EDITORIAL


def processes_of(consultation: Consultation) -> Iterable[int]:
    """The consultation's process and the one it is a part of: groups of both may have worked on the text."""
    return {pk for pk in (consultation.process_id, consultation.process.parent_id) if pk is not None}


def groups_of(consultation: Consultation) -> Any:
    """The working groups whose directions can have changed the text, by name."""
    return WorkingGroup.objects.filter(process__in=processes_of(consultation)).order_by("name")


def _check_changed(version: DraftVersion, passage: Passage, now: dt.datetime) -> None:
    comparison = comparison_with_previous(version, now)
    if comparison is None:
        raise ChangesNotReady
    if not comparison.changes.changed().filter(passage=passage).exists():
        raise PassageUnchanged


def _facts(source: ChangeSource, version: DraftVersion, passage: Passage) -> dict[str, Any]:
    """What the history says of a link."""
    facts = {"kind": source.kind, "version": version.number, "passage": passage.code, "note": source.note}
    if source.opinion is not None:
        facts["from"] = source.opinion.institution.name
    if source.working_group is not None:
        facts["from"] = source.working_group.name
    return {name: value for name, value in facts.items() if value}
