"""What waits for whom in consultations: the desk's queues, and where one thing stands in its queue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.permissions import has_role
from accounts.roles import Role
from consultations.models import Consultation, DraftImport, LetterDraft, PassageText, Remark, Submission
from consultations.permissions import (
    may_answer,
    may_approve,
    may_assign,
    may_publish,
    may_read_history,
    may_read_remarks,
    may_read_summary_early,
    may_read_terms,
    may_redact,
    may_set_up_consultations,
    may_type_in,
    may_verify,
)
from consultations.places import Placed, with_places
from consultations.querysets import RemarkQuerySet
from consultations.terms import terms_of
from consultations.wording import show_runs, word_diff
from lublin2030.lib.desk import Queue, Waiting, register_queue

PAGE = 50
NEIGHBOURS = 2  # passages shown before and after the one a remark is about
BEFORE = 10  # of the page beside an open item, so many stand above it


@dataclass(frozen=True)
class Place:
    """A window of a queue around one item, and its neighbours in the queue."""

    rows: Sequence[Any]
    previous: Any | None
    next: Any | None


@dataclass(frozen=True)
class DeskOrder:
    """An order of a queue: its columns, together unique, and an item's values of them."""

    code: str
    keys: tuple[str, ...]
    values: Callable[[Any], tuple[Any, ...]]

    def later_than(self, item: Any) -> Q:
        """The condition that others stand after the item."""
        return self._beyond(item, "gt")

    def earlier_than(self, item: Any) -> Q:
        """The condition that others stand before the item."""
        return self._beyond(item, "lt")

    def _beyond(self, item: Any, side: str) -> Q:
        first, *rest = values = tuple(zip(self.keys, self.values(item), strict=True))
        beyond = Q()
        for at, (key, value) in enumerate(values):
            beyond |= Q(**dict(values[:at])) & Q(**{f"{key}__{side}": value})
        # Says nothing new, but by it alone an index can be entered where the item stands.
        return Q(**{f"{first[0]}__{side}e": first[1]}) & beyond if rest else beyond


BY_RECEIPT = DeskOrder("", ("received_at", "pk"), lambda item: (item.received_at, item.pk))


def queue_around(queue: Any, item: Submission | Remark, order: DeskOrder = BY_RECEIPT) -> Place:
    """At most ``PAGE`` items of the queue, which stands in the order, around the item. Two queries.

    The item itself need not wait any more: its place is where it stood.
    """
    before: list[Any] = list(queue.filter(order.earlier_than(item)).reverse()[:BEFORE])[::-1]
    rest: list[Any] = list(queue.filter(order.later_than(item) | Q(pk=item.pk))[: PAGE - len(before) + 1])
    after = [row for row in rest if row.pk != item.pk]
    return Place(
        rows=[*before, *rest][:PAGE], previous=before[-1] if before else None, next=after[0] if after else None
    )


def first_words(remark: Remark, length: int = 70) -> str:
    """The remark's beginning as one line, for lists; a kind that the text does not tell comes before it."""
    text = " ".join((remark.change or remark.wording or remark.reason).split())
    if remark.kind in {Remark.Kind.REMOVE, Remark.Kind.ADD, Remark.Kind.QUESTION}:
        kind = str(Remark.Kind(remark.kind).label)
        text = f"{kind}: {text}" if text else kind
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def read(remarks: Iterable[Remark]) -> list[dict[str, Any]]:
    """Each remark with the text its author read, its beginning, and what its proposed wording changes. Two queries.

    The proposal is compared with the Polish text, with which the form begins; where that would not help, with the
    passage in the language of the submission; and only where it is a new wording.
    """
    return [
        {
            "remark": placed.remark,
            "passage": placed.passage,
            "chapter": placed.chapter,
            "beginning": first_words(placed.remark),
            "changes": _changes(placed),
        }
        for placed in with_places(remarks)
    ]


def neighbouring_passages(passage: PassageText | None) -> dict[str, list[PassageText]]:
    """The passages just before and after one, in its chapter and version. One query, or none without a passage."""
    if passage is None:
        return {"before": [], "after": []}
    at = passage.position
    around = PassageText.objects.filter(
        chapter=passage.chapter, position__gte=at - NEIGHBOURS, position__lte=at + NEIGHBOURS
    )
    rows = list(around.exclude(pk=passage.pk).select_related("chapter").order_by("position"))
    return {
        "before": [one for one in rows if one.position < at],
        "after": [one for one in rows if one.position > at],
    }


@dataclass(frozen=True)
class Correction:
    """One correction of the sender: which revision it replaced and when, and each changed text word by word."""

    revision: int
    at: dt.datetime
    changes: list[tuple[str, SafeString]]
    kind: str = ""


def read_corrections(remark: Remark) -> list[Correction]:
    """What the sender has changed in a remark, the latest correction first. One query, or none without a correction."""
    if remark.revision == 1:
        return []
    labels = {"change": _("What to change"), "wording": _("Proposed wording"), "reason": _("Why")}
    later: dict[str, Any] = {name: getattr(remark, name) for name in (*labels, "kind")}
    found: list[Correction] = []
    for one in remark.revisions.order_by("-revision"):
        earlier = one.content
        found.append(
            Correction(
                revision=one.revision,
                at=one.replaced_at,
                changes=[
                    (label, word_diff(earlier[name], later[name]))
                    for name, label in labels.items()
                    if earlier[name] != later[name]
                ],
                kind=str(Remark.Kind(earlier["kind"]).label) if earlier["kind"] != later["kind"] else "",
            )
        )
        later = earlier
    return found


def _changes(placed: Placed[Remark]) -> SafeString | None:
    if placed.passage is None or placed.remark.kind != Remark.Kind.REWORD:
        return None
    if placed.difference is not None:
        return show_runs(placed.difference)
    return word_diff(placed.passage.text("wording", placed.remark.submission.language).value, placed.remark.wording)


def answers_of(user: Any) -> RemarkQuerySet:
    """The remarks that wait for this person's answer: a coordinator's are all, an expert's the departments' own."""
    everything = has_role(user, Role.COORDINATOR)
    return Remark.objects.waiting_for_decision(None if everything else user)


def reviews_of(user: Any) -> RemarkQuerySet:
    """The drafted answers that this person may review: a coordinator's are all, an expert's the departments' own."""
    everything = has_role(user, Role.COORDINATOR)
    return Remark.objects.waiting_for_review(None if everything else user)


def pending_of(user: Any) -> RemarkQuerySet:
    """What this person can take a step further now, by role and department: a coordinator has all departments'."""
    return Remark.objects.pending(user, coordinates=has_role(user, Role.COORDINATOR))


def readable_summaries(user: Any) -> QuerySet[Consultation]:
    """The public consultations whose summary the person may read, latest first; the summary need not be public yet."""
    public = Consultation.objects.public(timezone.now())
    return public if may_read_summary_early(user) else public.filter(summary_published_at__isnull=False)


def may_read_summaries(user: Any) -> bool:
    """Have a list of summaries to read at all, before they are public."""
    return has_role(user, Role.COUNCILLOR, Role.COORDINATOR, Role.EXPERT, Role.ADMINISTRATOR)


def _waiting_submissions(_user: Any, limit: int) -> list[Waiting]:
    rows = Submission.objects.waiting_for_verification().with_remark_totals()[:limit]
    return [
        Waiting(
            label=row.public_number,
            detail=ngettext("%(n)d remark", "%(n)d remarks", row.remark_total) % {"n": row.remark_total},
            url=reverse("desk:submission", args=[row.pk]),
            since=row.received_at,
            due=row.consultation.report_due_on,
        )
        for row in rows
    ]


def _waiting_remarks(
    queue: Callable[[Any], RemarkQuerySet], *, page: str = "desk:remark"
) -> Callable[[Any, int], list[Waiting]]:
    def oldest(user: Any, limit: int) -> list[Waiting]:
        return [
            Waiting(
                label=row.public_number,
                detail=first_words(row),
                url=reverse(page, args=[row.pk]),
                since=row.received_at,
                due=row.consultation.report_due_on,
            )
            for row in queue(user)[:limit]
        ]

    return oldest


def _unfinished_letters(user: Any, limit: int) -> list[Waiting]:
    """The clerk's own letters that are typed in only in part, the one left longest first."""
    drafts = LetterDraft.objects.filter(by=user).select_related("consultation").order_by("updated_at", "pk")[:limit]
    return [
        Waiting(
            label=draft.content.get("fields", {}).get("name") or _("no name yet"),
            detail=draft.consultation.text("title").value,
            url=f"{reverse('desk:letter', args=[draft.consultation.slug])}?szkic={draft.pk}",
            since=draft.updated_at,
        )
        for draft in drafts
    ]


def _waiting_summaries(user: Any, limit: int) -> list[Waiting]:
    return [
        Waiting(
            label=one.text("title").value,
            detail=_("public") if one.summary_published_at else _("for councillors and staff"),
            url=reverse("summary", args=[one.slug]),
            since=one.opens_at,
            due=one.report_due_on if one.report_due_on >= timezone.localdate() else None,
        )
        for one in readable_summaries(user)[:limit]
    ]


def _running_terms(_user: Any, limit: int) -> list[Waiting]:
    """The consultations under way with their clocks in few words, the one whose report is due first at the top."""
    now = timezone.now()
    found = terms_of(Consultation.objects.under_way(now).order_by("closes_at", "pk")[:limit], now)
    return [
        Waiting(
            label=one.consultation.text("title").value,
            detail=" · ".join(
                [
                    _("answered %(done)s of %(all)s") % {"done": one.answered, "all": one.proper},
                    *(
                        [
                            ngettext("%(n)d department late", "%(n)d departments late", one.overdue_departments)
                            % {"n": one.overdue_departments}
                        ]
                        if one.overdue_departments
                        else []
                    ),
                    *([_("open too short")] if one.consultation.is_open_too_short else []),
                ]
            ),
            url=reverse("desk:terms"),
            since=one.consultation.opens_at,
            due=one.consultation.report_due_on,
        )
        for one in found
    ]


def _waiting_imports(_user: Any, limit: int) -> list[Waiting]:
    return [
        Waiting(
            label=one.draft.text("title").value,
            detail=one.get_state_display(),
            url=reverse("desk:import", args=[one.pk]),
            since=one.at,
        )
        for one in DraftImport.objects.in_hand().select_related("draft")[:limit]
    ]


def register_queues() -> None:
    """Called once when the app starts."""
    register_queue(
        Queue(
            name="verification",
            label=gettext_lazy("Verification"),
            url_name="desk:verification",
            may_see=may_verify,
            waits=lambda user: [Submission.objects.waiting_for_verification()],
            oldest=_waiting_submissions,
            order=10,
            empty=gettext_lazy("Every submission is verified."),
        )
    )
    register_queue(
        Queue(
            name="texts",
            label=gettext_lazy("Texts to approve"),
            url_name="desk:texts",
            may_see=may_redact,
            waits=lambda user: [Remark.objects.waiting_for_approval()],
            oldest=_waiting_remarks(lambda user: Remark.objects.waiting_for_approval(), page="desk:text"),
            order=15,
            empty=gettext_lazy("Every text has been looked at."),
        )
    )
    register_queue(
        Queue(
            name="assignment",
            label=gettext_lazy("To assign"),
            url_name="desk:assignment",
            may_see=may_assign,
            waits=lambda user: [Remark.objects.waiting_for_assignment()],
            oldest=_waiting_remarks(lambda user: Remark.objects.waiting_for_assignment()),
            order=20,
            empty=gettext_lazy("Every proper remark has its department."),
        )
    )
    register_queue(
        Queue(
            name="answers",
            label=gettext_lazy("To answer"),
            url_name="desk:answers",
            may_see=may_answer,
            waits=lambda user: [answers_of(user)],
            oldest=_waiting_remarks(answers_of),
            order=30,
            empty=gettext_lazy("No remark waits for your answer."),
        )
    )
    register_queue(
        Queue(
            name="review",
            label=gettext_lazy("To review"),
            url_name="desk:review",
            may_see=may_answer,
            waits=lambda user: [reviews_of(user)],
            oldest=_waiting_remarks(reviews_of),
            order=32,
            empty=gettext_lazy("No drafted answer waits for review."),
        )
    )
    register_queue(
        Queue(
            name="approval",
            label=gettext_lazy("To approve"),
            url_name="desk:approval",
            may_see=may_approve,
            waits=lambda user: [Remark.objects.waiting_for_signature()],
            oldest=_waiting_remarks(lambda user: Remark.objects.waiting_for_signature()),
            order=35,
            empty=gettext_lazy("No reviewed answer waits for approval."),
        )
    )
    register_queue(
        Queue(
            name="publication",
            label=gettext_lazy("To publish"),
            url_name="desk:publication",
            may_see=may_publish,
            waits=lambda user: [Remark.objects.waiting_for_publication()],
            oldest=_waiting_remarks(lambda user: Remark.objects.waiting_for_publication()),
            order=40,
            empty=gettext_lazy("Every decision is public."),
        )
    )
    register_queue(
        Queue(
            name="remarks",
            label=gettext_lazy("All remarks"),
            url_name="desk:remarks",
            may_see=may_read_remarks,
            is_work=False,
            order=45,
            empty=gettext_lazy("Every remark, by department, state, chapter, topic and deadline."),
        )
    )
    register_queue(
        Queue(
            name="intake",
            label=gettext_lazy("Type in"),
            url_name="desk:intake",
            may_see=may_type_in,
            waits=lambda user: [LetterDraft.objects.filter(by=user)],
            oldest=_unfinished_letters,
            order=5,
            empty=gettext_lazy("You have no unfinished letter."),
        )
    )
    register_queue(
        Queue(
            name="bulk",
            label=gettext_lazy("In bulk"),
            url_name="desk:bulk",
            may_see=may_answer,
            order=45,
            empty=gettext_lazy("One verb for all remarks of a filter, and sheets for departments."),
            is_work=False,
        )
    )
    register_queue(
        Queue(
            name="summaries",
            label=gettext_lazy("Summaries"),
            url_name="desk:summaries",
            may_see=may_read_summaries,
            waits=lambda user: [readable_summaries(user)],
            oldest=_waiting_summaries,
            order=50,
            empty=gettext_lazy("There is no consultation yet."),
        )
    )
    register_queue(
        Queue(
            name="terms",
            label=gettext_lazy("Terms"),
            url_name="desk:terms",
            may_see=may_read_terms,
            waits=lambda user: [Consultation.objects.under_way(timezone.now())],
            oldest=_running_terms,
            order=55,
            empty=gettext_lazy("No consultation is under way."),
        )
    )
    register_queue(
        Queue(
            name="drafts",
            label=gettext_lazy("Drafts"),
            url_name="desk:drafts",
            may_see=may_set_up_consultations,
            waits=lambda user: [DraftImport.objects.in_hand()],
            oldest=_waiting_imports,
            order=60,
            empty=gettext_lazy("No document waits to be checked."),
        )
    )
    register_queue(
        Queue(
            name="history",
            label=gettext_lazy("History"),
            url_name="desk:history",
            may_see=may_read_history,
            order=95,
            empty=gettext_lazy("Who did what and when: to be searched, and taken away as a file."),
            is_work=False,
        )
    )
