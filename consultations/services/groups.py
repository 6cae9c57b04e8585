"""Groups of similar remarks: proposed by the worker, confirmed or dismissed by a person, left with a reason.

A group changes no remark. Each keeps its number, its sender, its text and its notice; the group only says that one
answer may serve all of its members. A row of membership is never deleted.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.models import User
from consultations.errors import GroupChanged, NotPermitted, RemarkInAnotherGroup, TooFewInGroup, WhyMissing
from consultations.likeness import Copies
from consultations.models import Consultation, GroupMember, HistoryEntry, Remark, RemarkGroup
from consultations.permissions import may_group
from consultations.querysets import UNGROUPED, RemarkQuerySet
from consultations.services.history import record

State = RemarkGroup.State
Member = GroupMember.State
FALLEN = Q(remark__state__in=UNGROUPED)
AT_ONCE = 2000  # remarks whose groups are written in one transaction
IN_STATEMENT = 1000  # keys in one statement: SQLite takes no more than some thousands
Item = TypeVar("Item")


def members_to_answer(group: RemarkGroup) -> RemarkQuerySet:
    """The remarks that an answer to the group is meant for: in the group now, standing, and with the text compared.

    Without those that their senders have corrected since they joined (``GroupMember.objects.corrected_since()``): the
    answer might not fit the new text, so a person says first whether they stay (``keep_in_group``). None of a group
    that is not confirmed. A remark that leaves the group keeps the answer it has.
    """
    return Remark.objects.to_group().filter(
        memberships__group=group.pk,
        memberships__group__state=State.CONFIRMED,
        memberships__state=Member.ACTIVE,
        memberships__revision=F("revision"),
    )


def group_of(remark: Remark) -> RemarkGroup | None:
    """The confirmed group the remark is in. One query."""
    return RemarkGroup.objects.confirmed().filter(members__remark=remark.pk, members__state=Member.ACTIVE).first()


# -- Proposing -------------------------------------------------------------------------------------------------------


def propose_groups(consultation: Consultation, found: Sequence[Copies], *, now: dt.datetime | None = None) -> int:
    """Write down what the worker has found; how many remarks are proposed anew.

    Called again with the same, it proposes nothing. Copies of a confirmed group's members are proposed to that group,
    further copies of a proposed group are added to the proposal; a remark that was refused by a group, or has left
    it, is not proposed to it again; what was dismissed stays dismissed.
    """
    now = now or timezone.now()
    return sum(_propose(consultation, batch, now) for batch in _batches(found))


def _batches(found: Sequence[Copies]) -> Iterator[list[Copies]]:
    batch: list[Copies] = []
    size = 0
    for copies in found:
        batch.append(copies)
        size += len(copies.likeness)
        if size >= AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@transaction.atomic
def _propose(consultation: Consultation, batch: Sequence[Copies], now: dt.datetime) -> int:
    Consultation.objects.hold(consultation.pk)
    keys = [key for copies in batch for key in copies.likeness]
    standing: dict[int, tuple[int, str]] = {}
    memberships: dict[int, list[GroupMember]] = defaultdict(list)
    for some in _pieces(keys):
        of_these = Remark.objects.to_group().filter(pk__in=some, consultation=consultation)
        texts = of_these.order_by().values_list("pk", "revision", "text_hash")
        standing.update((key, (revision, digest)) for key, revision, digest in texts)
        for member in GroupMember.objects.filter(remark__in=some).select_related("group").order_by("pk"):
            memberships[member.remark_id].append(member)
    rows: list[GroupMember] = []
    for copies in batch:
        is_same = len({standing[key][1] for key in copies.likeness if key in standing}) == 1
        likeness = {key: percent for key, percent in copies.likeness.items() if key in standing}
        target, joining = _target(likeness, memberships)
        if target is None and len(joining) > 1:
            nearest = max(joining, key=lambda key: (likeness[key], -key))
            typical = copies.typical if copies.typical in joining else nearest
            target = RemarkGroup.objects.create(
                consultation=consultation,
                kind=RemarkGroup.Kind.SAME_TEXT if is_same else RemarkGroup.Kind.NEAR_COPY,
                typical_id=typical,
                found_at=now,
            )
        elif target is None:
            continue
        if not is_same and target.kind != RemarkGroup.Kind.NEAR_COPY:
            RemarkGroup.objects.filter(pk=target.pk).update(kind=RemarkGroup.Kind.NEAR_COPY)
        # The least alike first: their keys follow that order, and the page shows them so.
        rows += [
            GroupMember(group=target, remark_id=key, likeness=likeness[key], revision=standing[key][0], proposed_at=now)
            for key in sorted(joining, key=lambda key: (likeness[key], key))
        ]
    GroupMember.objects.bulk_create(rows, batch_size=IN_STATEMENT)
    return len(rows)


def _target(
    likeness: dict[int, int], memberships: dict[int, list[GroupMember]]
) -> tuple[RemarkGroup | None, list[int]]:
    """The group that these copies belong to, if there is one already, and which of them are new to it."""
    own = [member for key in likeness for member in memberships.get(key, [])]
    settled = {member.remark_id for member in own if member.state in {Member.ACTIVE, Member.PROPOSED}}
    for state, of_members in ((State.CONFIRMED, Member.ACTIVE), (State.PROPOSED, Member.PROPOSED)):
        groups = {member.group_id: member.group for member in own if member.group.state == state}
        sizes = Counter(member.group_id for member in own if member.group_id in groups and member.state == of_members)
        if sizes:
            target = groups[min(sizes, key=lambda pk: (-sizes[pk], pk))]
            known = {member.remark_id for member in own if member.group_id == target.pk}
            return target, [key for key in likeness if key not in settled | known]
    known = {member.remark_id for member in own}
    return None, [key for key in likeness if key not in known]


def refuse_fallen(consultation: Consultation) -> int:
    """Take back the proposals of remarks that were withdrawn or found improper since; how many."""
    of_consultation = GroupMember.objects.proposed().filter(FALLEN, group__consultation=consultation.pk)
    return of_consultation.update(state=Member.REFUSED)


# -- Deciding --------------------------------------------------------------------------------------------------------


@transaction.atomic
def confirm_group(
    group: RemarkGroup,
    *,
    joining: Collection[int],
    refused: Collection[int] = (),
    label: str = "",
    by: User,
    now: dt.datetime | None = None,
) -> RemarkGroup:
    """These proposed remarks (by key) are the group; those refused are not, and other proposed ones still wait.

    Of a confirmed group: newly found copies join it or are refused. Raises GroupChanged when the group is dismissed or
    one of the remarks is not proposed any more, TooFewInGroup, RemarkInAnotherGroup, NotPermitted.
    """
    _may(by)
    now = now or timezone.now()
    consultation = _hold(group)
    is_first = group.state == State.PROPOSED
    if group.state == State.DISMISSED:
        raise GroupChanged
    if is_first and len(set(joining)) < 2:
        raise TooFewInGroup
    _refuse_members_elsewhere(joining, group)
    _move(group, refused, Q(), state=Member.REFUSED)
    _move(group, joining, ~FALLEN, state=Member.ACTIVE, joined_at=now, joined_by=by, revision=_revision_now())
    GroupMember.objects.proposed().filter(FALLEN, group=group).update(state=Member.REFUSED)
    changes: dict[str, Any] = {"label": label} if label else {}
    if is_first:
        changes |= {"state": State.CONFIRMED, "decided_by": by, "decided_at": now}
        if group.typical_id in set(refused):
            changes["typical"] = min(joining)
    if changes and not RemarkGroup.objects.filter(pk=group.pk).exclude(state=State.DISMISSED).update(**changes):
        raise GroupChanged
    group.refresh_from_db()
    if joining:
        record(
            HistoryEntry.Verb.GROUP,
            consultation=consultation,
            remarks=_remarks(joining),
            by=by,
            at=now,
            after={"group": group.pk},
        )
    return group


@transaction.atomic
def dismiss_group(group: RemarkGroup, *, why: str = "", by: User, now: dt.datetime | None = None) -> RemarkGroup:
    """These remarks do not belong together; the worker does not propose them again. Of a confirmed group, only the
    proposed newcomers are turned down. Raises GroupChanged when it is dismissed already, NotPermitted.
    """
    _may(by)
    now = now or timezone.now()
    consultation = _hold(group)
    GroupMember.objects.proposed().filter(group=group).update(state=Member.REFUSED)
    if group.state == State.CONFIRMED:
        return group
    changed = RemarkGroup.objects.filter(pk=group.pk, state=State.PROPOSED).update(
        state=State.DISMISSED, decided_by=by, decided_at=now, why=why.strip()[:500]
    )
    if not changed:
        raise GroupChanged
    group.refresh_from_db()
    record(
        HistoryEntry.Verb.DISMISS_GROUP,
        consultation=consultation,
        by=by,
        at=now,
        after={"group": group.pk, "why": group.why},
    )
    return group


@transaction.atomic
def leave_group(
    group: RemarkGroup, *, remark: Remark, why: str, by: User, now: dt.datetime | None = None
) -> GroupMember:
    """Take a remark out of its group. It keeps whatever answer it has, and its membership stays on record.

    The worker does not propose it to this group again. Raises WhyMissing, GroupChanged when it is not in it,
    NotPermitted.
    """
    _may(by)
    why = why.strip()[:500]
    if not why:
        raise WhyMissing
    now = now or timezone.now()
    consultation = _hold(group)
    changed = (
        GroupMember.objects.active()
        .filter(group=group, remark=remark)
        .update(state=Member.LEFT, left_at=now, left_by=by, why=why)
    )
    if not changed:
        raise GroupChanged
    record(
        HistoryEntry.Verb.LEAVE_GROUP,
        consultation=consultation,
        remarks=[remark],
        by=by,
        at=now,
        before={"group": group.pk},
        after={"why": why},
    )
    return GroupMember.objects.get(group=group, remark=remark)


@transaction.atomic
def add_to_group(group: RemarkGroup, *, remark: Remark, by: User, now: dt.datetime | None = None) -> GroupMember:
    """Take a remark into a confirmed group by hand, also one that has left it or was refused.

    Raises GroupChanged when the group is not confirmed, or the remark is in it or cannot be grouped (withdrawn,
    improper, of another consultation), RemarkInAnotherGroup, NotPermitted.
    """
    _may(by)
    now = now or timezone.now()
    consultation = _hold(group)
    current = Remark.objects.to_group().filter(pk=remark.pk, consultation=consultation).first()
    if current is None or group.state != State.CONFIRMED:
        raise GroupChanged
    _refuse_members_elsewhere([remark.pk], group)
    joined = {"state": Member.ACTIVE, "joined_at": now, "joined_by": by, "revision": current.revision}
    GroupMember.objects.proposed().filter(remark=remark).exclude(group=group).update(state=Member.REFUSED)
    member = GroupMember.objects.filter(group=group, remark=remark).first()
    if member is None:
        GroupMember.objects.create(group=group, remark=remark, proposed_at=now, **joined)
    else:
        changed = (
            GroupMember.objects.filter(pk=member.pk)
            .exclude(state=Member.ACTIVE)
            .update(**joined, left_at=None, left_by=None, why="")
        )
        if not changed:
            raise GroupChanged
    record(
        HistoryEntry.Verb.GROUP,
        consultation=consultation,
        remarks=[remark],
        by=by,
        at=now,
        after={"group": group.pk},
    )
    return GroupMember.objects.get(group=group, remark=remark)


@transaction.atomic
def keep_in_group(
    group: RemarkGroup, *, remark: Remark, revision: int, by: User, now: dt.datetime | None = None
) -> GroupMember:
    """The group's answer fits the remark's corrected text too: this revision, the one that was read.

    Raises GroupChanged when it is not in the group, needs no such word, or was corrected again; NotPermitted.
    """
    _may(by)
    now = now or timezone.now()
    consultation = _hold(group)
    changed = (
        GroupMember.objects.active()
        .filter(group=group, remark=remark, remark__revision=revision, revision__lt=revision)
        .update(revision=revision)
    )
    if not changed:
        raise GroupChanged
    record(
        HistoryEntry.Verb.GROUP,
        consultation=consultation,
        remarks=[remark],
        by=by,
        at=now,
        after={"group": group.pk, "revision": revision},
    )
    return GroupMember.objects.get(group=group, remark=remark)


def _may(user: User) -> None:
    if not may_group(user):
        raise NotPermitted


def _hold(group: RemarkGroup) -> Consultation:
    """Lock the consultation, before anything of it, like every verb on a remark; and read the group as it is now."""
    consultation = Consultation.objects.hold(group.consultation_id)
    group.refresh_from_db()
    return consultation


def _refuse_members_elsewhere(keys: Collection[int], group: RemarkGroup) -> None:
    for some in _pieces(list(keys)):
        if GroupMember.objects.active().filter(remark__in=some).exclude(group=group).exists():
            raise RemarkInAnotherGroup


def _move(group: RemarkGroup, keys: Collection[int], condition: Q, **changes: object) -> None:
    """Change the group's proposed members with these keys. Raises GroupChanged unless all of them were changed."""
    wanted = list(set(keys))
    proposed = GroupMember.objects.proposed().filter(condition, group=group)
    changed = sum(proposed.filter(remark__in=some).update(**changes) for some in _pieces(wanted))
    if changed != len(wanted):
        raise GroupChanged


def _revision_now() -> Subquery:
    return Subquery(Remark.objects.filter(pk=OuterRef("remark")).order_by().values("revision")[:1])


def _remarks(keys: Collection[int]) -> Iterator[Remark]:
    for some in _pieces(sorted(keys)):
        yield from Remark.objects.filter(pk__in=some).only("pk").order_by("pk")


def _pieces(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), IN_STATEMENT):
        yield items[start : start + IN_STATEMENT]
