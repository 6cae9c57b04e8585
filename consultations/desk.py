"""What waits for whom in consultations: the desk's queues, and where one thing stands in its queue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.permissions import has_role
from accounts.roles import Role
from consultations.models import Consultation, DraftImport, LetterDraft, Remark, Submission
from consultations.permissions import (
    may_answer,
    may_approve,
    may_assign,
    may_publish,
    may_read_history,
    may_read_summary,
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
BEFORE = 10  # of the page beside an open item, so many stand above it


@dataclass(frozen=True)
class Place:
    """A window of a queue around one item, and its neighbours in the queue."""

    rows: Sequence[Any]
    previous: Any | None
    next: Any | None


def queue_around(queue: Any, item: Submission | Remark) -> Place:
    """At most ``PAGE`` items of the queue (ordered by receipt and key) around the item. Two queries.

    The item itself need not wait any more: its place is where it stood.
    """
    later = Q(received_at__gt=item.received_at) | Q(received_at=item.received_at, pk__gt=item.pk)
    before: list[Any] = list(queue.exclude(later).exclude(pk=item.pk).reverse()[:BEFORE])[::-1]
    rest: list[Any] = list(queue.filter(later | Q(pk=item.pk))[: PAGE - len(before) + 1])
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


def readable_summaries(user: Any) -> list[Consultation]:
    """The public consultations whose summary the person may read, latest first; the summary need not be public yet."""
    return [one for one in Consultation.objects.public(timezone.now()) if may_read_summary(user, one)]


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
            count=lambda user: Submission.objects.waiting_for_verification().count(),
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
            count=lambda user: Remark.objects.waiting_for_approval().count(),
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
            count=lambda user: Remark.objects.waiting_for_assignment().count(),
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
            count=lambda user: answers_of(user).count(),
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
            count=lambda user: reviews_of(user).count(),
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
            count=lambda user: Remark.objects.waiting_for_signature().count(),
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
            count=lambda user: Remark.objects.waiting_for_publication().count(),
            oldest=_waiting_remarks(lambda user: Remark.objects.waiting_for_publication()),
            order=40,
            empty=gettext_lazy("Every decision is public."),
        )
    )
    register_queue(
        Queue(
            name="intake",
            label=gettext_lazy("Type in"),
            url_name="desk:intake",
            may_see=may_type_in,
            count=lambda user: LetterDraft.objects.filter(by=user).count(),
            oldest=_unfinished_letters,
            order=5,
            empty=gettext_lazy("You have no unfinished letter."),
        )
    )
    register_queue(
        Queue(
            name="summaries",
            label=gettext_lazy("Summaries"),
            url_name="desk:summaries",
            may_see=may_read_summaries,
            count=lambda user: len(readable_summaries(user)),
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
            count=lambda user: Consultation.objects.under_way(timezone.now()).count(),
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
            count=lambda user: DraftImport.objects.in_hand().count(),
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
            count=lambda user: 0,
            oldest=lambda user, limit: [],
            order=95,
            empty=gettext_lazy("Who did what and when: to be searched, and taken away as a file."),
            is_work=False,
        )
    )
