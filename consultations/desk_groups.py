"""What the desk shows of groups, contradictions and suggested topics; and their queues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.desk import first_words
from consultations.models import (
    Consultation,
    Contradiction,
    GroupMember,
    Remark,
    RemarkGroup,
    Topic,
    TopicSuggestion,
)
from consultations.permissions import (
    may_flag_contradiction,
    may_group,
    may_read_remarks,
    may_set_topics,
)
from consultations.places import Placed, with_places
from consultations.querysets import UNGROUPED
from consultations.wording import compare_words, marked
from lublin2030.lib.desk import Queue, Waiting, register_queue

PAGE = 50  # members of a group, suggestions
PAGE_OF_GROUPS = 50
PAGE_OF_CONTRADICTIONS = 20
SIDE_SHOWN = 5  # remarks of each side of a contradiction of kinds
CANDIDATES = 20  # remarks on the same passage that are offered as the other one
KEEPING = (Remark.Kind.REWORD, Remark.Kind.ADD)


def whole_text(remark: Remark) -> str:
    """Everything a remark says, as one text."""
    return "\n\n".join(text for text in (remark.change, remark.wording, remark.reason) if text)


# -- Groups ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MemberRow:
    """A member of a group, its place in the draft, and how its text differs from the typical one.

    ``changes`` is None where the text is the same, or too unlike for the way from one to the other to help.
    """

    member: GroupMember
    placed: Placed[Remark]
    changes: SafeString | None
    is_same: bool

    @property
    def remark(self) -> Remark:
        return self.placed.remark

    @property
    def is_corrected(self) -> bool:
        """Whether the sender has corrected the text since it was compared, or taken in."""
        return self.member.revision != self.remark.revision

    @property
    def is_fallen(self) -> bool:
        """Whether the remark was withdrawn or found improper, so that it gets no answer."""
        return self.remark.state in UNGROUPED

    @property
    def text(self) -> str:
        return whole_text(self.remark)


def read_members(members: Iterable[GroupMember], typical: Remark) -> list[MemberRow]:
    """Each member (with its remark and that one's consultation) beside the typical text. Two queries."""
    rows = list(members)
    pattern = whole_text(typical)
    read = []
    for member, placed in zip(rows, with_places(member.remark for member in rows), strict=True):
        text = whole_text(placed.remark)
        is_same = text == pattern
        runs = None if is_same else compare_words(pattern, text)
        read.append(MemberRow(member, placed, None if runs is None else marked(runs), is_same))
    return read


def sizes_of(group: RemarkGroup) -> dict[str, int]:
    """How many remarks are proposed to the group, in it, in it but corrected since, and outside. One query."""
    return group.members.aggregate(
        proposed=Count("pk", filter=Q(state="proposed") & ~Q(remark__state__in=UNGROUPED)),
        active=Count("pk", filter=Q(state="active")),
        fallen=Count("pk", filter=Q(state="active", remark__state__in=UNGROUPED)),
        corrected=Count(
            "pk",
            filter=Q(state="active") & ~Q(revision=F("remark__revision")) & ~Q(remark__state__in=UNGROUPED),
        ),
        outside=Count("pk", filter=Q(state__in=["refused", "left"])),
    )


# -- Contradictions --------------------------------------------------------------------------------------------------


@dataclass
class Side:
    """One of two demands: how many remarks make it, and the first of them."""

    total: int = 0
    first: list[Remark] = field(default_factory=list)


@dataclass
class Conflict:
    """A contradiction with its sides: for opposite kinds those who want the passage out and those who keep it."""

    contradiction: Contradiction
    number: int | None = None  # of the passage, in the latest version that has it
    removing: Side = field(default_factory=Side)
    keeping: Side = field(default_factory=Side)


def read_contradictions(contradictions: Iterable[Contradiction]) -> list[Conflict]:
    """Each contradiction (with consultation, first and second) with its sides. At most three queries.

    Remarks that were withdrawn or found improper since count no more.
    """
    conflicts = [Conflict(one) for one in contradictions]
    of_kinds = [one for one in conflicts if one.contradiction.found == Contradiction.Found.BY_KINDS]
    by_kinds = {one.contradiction.passage_id: one for one in of_kinds}
    if by_kinds:
        demands = Remark.objects.to_group().filter(passage__in=by_kinds, kind__in=[Remark.Kind.REMOVE, *KEEPING])
        for row in demands.order_by().values("passage", "kind").annotate(n=Count("pk")):
            _side(by_kinds[row["passage"]], row["kind"]).total += row["n"]
        place = Window(RowNumber(), partition_by=["passage", "kind"], order_by="position")
        first = demands.select_related("consultation").annotate(place=place).filter(place__lte=SIDE_SHOWN)
        for remark in first.order_by("position"):
            side = _side(by_kinds[remark.passage_id or 0], remark.kind)
            if len(side.first) < SIDE_SHOWN:
                side.first.append(remark)
    for one in conflicts:
        if one.contradiction.first and one.contradiction.second:
            one.removing = Side(1, [one.contradiction.first])
            one.keeping = Side(1, [one.contradiction.second])
    return conflicts


def _side(conflict: Conflict, kind: str) -> Side:
    return conflict.removing if kind == Remark.Kind.REMOVE else conflict.keeping


def with_remarks(contradictions: Any) -> Any:
    """The contradictions with what ``read_contradictions`` and the pages read of them."""
    return contradictions.select_related(
        "consultation", "passage", "first__consultation", "second__consultation", "flagged_by", "dismissed_by"
    )


# -- What the page of one remark shows -------------------------------------------------------------------------------


@dataclass(frozen=True)
class OfRemark:
    """What of groups, contradictions and topics concerns one remark, for the pieces of its page.

    ``desk/_group_of_remark.html``, ``desk/_contradictions_of_remark.html`` and ``desk/_topic_of_remark.html`` take it
    as ``similar``.
    """

    remark: Remark
    member: GroupMember | None
    group_size: int
    conflicts: Sequence[Conflict]
    suggestion: TopicSuggestion | None
    topics: Sequence[Topic]
    may_group: bool
    may_flag: bool
    may_set_topics: bool

    @cached_property
    def is_grouped(self) -> bool:
        return self.member is not None and self.member.state == GroupMember.State.ACTIVE

    @cached_property
    def is_corrected(self) -> bool:
        """Whether the remark's text was corrected since it joined, so that the group's answer is not meant for it."""
        return self.member is not None and self.member.revision != self.remark.revision


def similar_of_remark(remark: Remark, user: Any) -> OfRemark:
    """What the pieces show of the remark (its consultation is loaded). At most nine queries, however many remarks."""
    members = GroupMember.objects.filter(remark=remark, state__in=["active", "proposed"])
    # In the group before proposed to one: “active” comes first.
    member = members.select_related("group__typical__consultation").order_by("state").first()
    contradictions: list[Contradiction] = []
    if remark.passage_id is not None and remark.state not in UNGROUPED:
        own = Q(found="by_hand") & (Q(first=remark) | Q(second=remark))
        if remark.kind in {Remark.Kind.REMOVE, *KEEPING}:
            own |= Q(found="by_kinds", passage=remark.passage_id)
        contradictions = list(with_remarks(Contradiction.objects.open().filter(own)).order_by("pk"))
    may_set = may_set_topics(user)
    return OfRemark(
        remark=remark,
        member=member,
        group_size=member.group.members.filter(state=member.state).count() if member else 0,
        conflicts=read_contradictions(contradictions),
        suggestion=TopicSuggestion.objects.filter(remark=remark, state="open", remark__topic=None)
        .select_related("topic")
        .first()
        if may_set
        else None,
        topics=list(remark.consultation.topics.all()) if may_set else [],
        may_group=may_group(user),
        may_flag=remark.passage_id is not None and may_flag_contradiction(user, remark),
        may_set_topics=may_set,
    )


# -- Topics ----------------------------------------------------------------------------------------------------------


def topics_to_set(consultation: Consultation | None = None) -> Any:
    """The suggestions that wait for a person, by the keys of their remarks."""
    waiting = TopicSuggestion.objects.filter(state="open", remark__topic=None).exclude(remark__state__in=UNGROUPED)
    if consultation is not None:
        waiting = waiting.filter(consultation=consultation)
    return waiting.select_related("remark__consultation", "topic")


def read_suggestions(suggestions: Iterable[TopicSuggestion]) -> list[dict[str, Any]]:
    """Each suggestion with the beginning of its remark."""
    return [{"suggestion": one, "remark": one.remark, "beginning": first_words(one.remark, 200)} for one in suggestions]


# -- Queues ----------------------------------------------------------------------------------------------------------


def _groups(_user: Any, limit: int) -> list[Waiting]:
    groups = RemarkGroup.objects.to_decide().with_sizes().select_related("consultation", "typical").order_by("pk")
    return [
        Waiting(
            label=_("Group %(number)s") % {"number": group.pk},
            detail=group.label or first_words(group.typical),
            url=reverse("desk:group", args=[group.pk]),
            since=group.found_at,
            due=group.consultation.report_due_on,
        )
        for group in groups[:limit]
    ]


def _contradictions(_user: Any, limit: int) -> list[Waiting]:
    found = Contradiction.objects.open().select_related("consultation", "passage").order_by("pk")[:limit]
    return [
        Waiting(
            label=_("Passage %(code)s") % {"code": one.passage.code},
            detail=one.note or str(one.get_found_display()),
            url=f"{reverse('desk:contradictions')}#s{one.pk}",
            since=one.found_at,
            due=one.consultation.report_due_on,
        )
        for one in found
    ]


def _topics(_user: Any, limit: int) -> list[Waiting]:
    return [
        Waiting(
            label=one.remark.public_number,
            detail=f"{one.topic.text('name').value}: {first_words(one.remark, 50)}",
            url=reverse("desk:topics"),
            since=one.made_at,
        )
        for one in topics_to_set().order_by("pk")[:limit]
    ]


def register_group_queues() -> None:
    """Called once when the app starts."""
    register_queue(
        Queue(
            name="similar",
            label=gettext_lazy("Similar remarks"),
            url_name="desk:similar",
            may_see=may_group,
            waits=lambda user: [RemarkGroup.objects.to_decide()],
            oldest=_groups,
            order=22,
            empty=gettext_lazy("No proposed group waits for you."),
        )
    )
    register_queue(
        Queue(
            name="topics",
            label=gettext_lazy("Topics to set"),
            url_name="desk:topics",
            may_see=may_set_topics,
            waits=lambda user: [topics_to_set()],
            oldest=_topics,
            order=24,
            empty=gettext_lazy("No suggested topic waits for you."),
        )
    )
    register_queue(
        Queue(
            name="contradictions",
            label=gettext_lazy("Contradictions"),
            url_name="desk:contradictions",
            may_see=may_read_remarks,
            waits=lambda user: [Contradiction.objects.open()],
            oldest=_contradictions,
            order=26,
            empty=gettext_lazy("No contradiction is flagged."),
        )
    )
