"""What the desk's pages of changes show: versions with their checks, changed passages with their sources, proposals."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from accounts.permissions import has_role
from accounts.roles import Role
from consultations.comparing import text_of
from consultations.desk import first_words
from consultations.matching import Likeness
from consultations.models import ChangeSource, Draft, DraftVersion, PassageChange, Remark
from consultations.permissions import may_link_change, may_link_changes
from consultations.places import Placed, with_places
from consultations.querysets import RemarkQuerySet
from consultations.services.change_links import changed_without_source, suggested_links
from lublin2030.lib.desk import Queue, Waiting, register_queue
from lublin2030.lib.paging import KeyPage, page_by_key

PAGE_OF_CHANGES = 30
PAGE_OF_SUGGESTIONS = 15  # passages
MOST_SUGGESTED = 200  # remarks on one page, however many a campaign brought
PAGE_OF_REMARKS = 30
MOST_COUNTED = 1000  # the queue's number says no more than “at least so many”


def own_remarks(user: Any, remarks: RemarkQuerySet) -> RemarkQuerySet:
    """Those of the remarks that the person may link: a coordinator all, an expert the own departments'."""
    return remarks if has_role(user, Role.COORDINATOR) else remarks.filter(department__in=user.departments.all())


# -- All versions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class VersionLine:
    """A public version: how many passages it changed (None: not compared, or the first), how many without a source."""

    version: DraftVersion
    changed: int | None
    without_source: int | None


@dataclass(frozen=True)
class DraftLines:
    """A draft with its public versions, the newest first, and the accepted remarks that changed nothing."""

    draft: Draft
    versions: Sequence[VersionLine]
    unchanged: int
    unexplained: int

    @property
    def waits(self) -> bool:
        """Whether no version is public yet in which anything could have changed."""
        return len(self.versions) == 1

    @property
    def latest(self) -> DraftVersion:
        return self.versions[0].version


def drafts_with_checks(user: Any, now: dt.datetime) -> list[DraftLines]:
    """Every draft with a public version, the latest consultation first. Four queries."""
    said = ChangeSource.objects.filter(version=OuterRef("comparison__newer"), passage=OuterRef("passage"))
    changes = PassageChange.objects.since_previous(now).order_by().values_list("comparison__newer")
    changed = dict(changes.annotate(total=Count("pk")))
    without = dict(changes.filter(~Exists(said)).annotate(total=Count("pk")))
    remarks = own_remarks(user, Remark.objects.accepted_but_unchanged()).order_by().values_list("consultation")
    unchanged = {
        key: (total, total - explained)
        for key, total, explained in remarks.annotate(total=Count("pk"), explained=Count("unchanged_explanation"))
    }
    versions: dict[int, list[DraftVersion]] = defaultdict(list)
    for version in DraftVersion.objects.published(now).select_related("draft__consultation"):
        versions[version.draft_id].append(version)
    lines = [
        DraftLines(
            own[0].draft,
            [
                VersionLine(one, changed.get(one.pk), without.get(one.pk, 0) if one.pk in changed else None)
                for one in own
            ],
            *unchanged.get(own[0].draft.consultation_id, (0, 0)),
        )
        for own in versions.values()
    ]
    return sorted(lines, key=lambda one: (one.draft.consultation.opens_at, one.draft.pk), reverse=True)


# -- Changed passages ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SourceLine:
    """A source of a change, and whether the person may take it away."""

    source: ChangeSource
    may_unlink: bool


@dataclass(frozen=True)
class ChangeLine:
    """A changed passage: its words with what changed, and where that comes from."""

    change: PassageChange
    sources: Sequence[SourceLine] = ()
    suggestions: list[Suggestion] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.change.passage.code

    @property
    def number(self) -> str:
        text = self.change.newer or self.change.older
        return text.number if text else ""

    @property
    def older_number(self) -> str:
        return self.change.older.number if self.change.older else ""

    @property
    def text(self) -> SafeString:
        return text_of(self.change)


@dataclass(frozen=True)
class Suggestion:
    """An accepted remark that may have caused the change. ``percent``: how alike its wording is to the new text."""

    remark: Remark
    beginning: str
    percent: int | None


def page_of_changes(
    version: DraftVersion,
    user: Any,
    now: dt.datetime,
    *,
    only_without_source: bool,
    after: int | None,
    before: int | None,
) -> KeyPage[ChangeLine]:
    """Changed passages in the order of the text, with their sources. Two queries."""
    changes = PassageChange.objects.since_previous(now).filter(comparison__newer=version)
    if only_without_source:
        changes = changed_without_source(version, now)
    page = page_by_key(
        changes.select_related("passage", "older__chapter", "newer__chapter"),
        key="position",
        size=PAGE_OF_CHANGES,
        after=after,
        before=before,
    )
    sources = sources_for_desk(version, [change.passage_id for change in page.rows], user)
    rows = [ChangeLine(change, sources.get(change.passage_id, ())) for change in page.rows]
    return KeyPage(rows, page.after, page.before)


def sources_for_desk(version: DraftVersion, passages: Iterable[int], user: Any) -> dict[int, list[SourceLine]]:
    """All sources of these passages, by passage, also those that are not public yet. One or two queries."""
    sources = list(ChangeSource.objects.filter(version=version, passage__in=list(passages)).with_names().in_order())
    is_coordinator = may_link_change(user)
    departments = set() if is_coordinator or not sources else set(user.departments.values_list("pk", flat=True))
    found: dict[int, list[SourceLine]] = defaultdict(list)
    for source in sources:
        is_own = source.remark is not None and source.remark.department_id in departments
        found[source.passage_id].append(SourceLine(source, is_coordinator or is_own))
    return found


def page_of_suggestions(
    version: DraftVersion, user: Any, now: dt.datetime, *, after: int | None, before: int | None
) -> KeyPage[ChangeLine]:
    """Changed passages with the remarks that may have caused it, of each passage the most alike first. Six queries."""
    suggested = own_remarks(user, suggested_links(version, now))
    changes = PassageChange.objects.since_previous(now).filter(comparison__newer=version)
    page = page_by_key(
        changes.filter(Exists(suggested.filter(passage=OuterRef("passage")))).select_related(
            "passage", "older__chapter", "newer__chapter"
        ),
        key="position",
        size=PAGE_OF_SUGGESTIONS,
        after=after,
        before=before,
    )
    lines = [ChangeLine(change) for change in page.rows]
    by_passage = {line.change.passage_id: line for line in lines}
    remarks = suggested.filter(passage__in=list(by_passage)).select_related("consultation").order_by("position")
    likeness = Likeness()
    for remark in remarks[:MOST_SUGGESTED]:
        line = by_passage[remark.passage_id or 0]
        line.suggestions.append(Suggestion(remark, first_words(remark), _percent(likeness, remark, line.change)))
    for line in lines:
        line.suggestions.sort(key=lambda one: (-(one.percent or 0), one.remark.position))
    return KeyPage(lines, page.after, page.before)


def _percent(likeness: Likeness, remark: Remark, change: PassageChange) -> int | None:
    """How alike the proposed wording is to the new text, in percent; None where no wording was proposed for it."""
    if remark.kind != Remark.Kind.REWORD or change.newer is None:
        return None
    return round(100 * likeness.of(likeness.stems(remark.wording), likeness.stems(change.newer.wording)))


# -- Accepted, but unchanged -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnchangedLine:
    """An accepted remark without changed words, where it belongs, and what was said about it."""

    placed: Placed[Remark]
    beginning: str

    @property
    def remark(self) -> Remark:
        return self.placed.remark

    @property
    def key(self) -> str:
        """For the place of its forms on the page."""
        return str(self.remark.pk)


def page_of_unchanged(remarks: RemarkQuerySet, *, after: int | None, before: int | None) -> KeyPage[UnchangedLine]:
    """A page of the check, by the remarks' numbers. Three queries."""
    page = page_by_key(remarks, key="position", size=PAGE_OF_REMARKS, after=after, before=before)
    rows = [UnchangedLine(placed, first_words(placed.remark, 200)) for placed in with_places(page.rows)]
    return KeyPage(rows, page.after, page.before)


# -- The queue -------------------------------------------------------------------------------------------------------


def unchanged_in_queue(user: Any, now: dt.datetime) -> RemarkQuerySet:
    """What waits for the person: accepted remarks on a text of which a newer version is public, without its words."""
    remarks = Remark.objects.accepted_but_unchanged().unexplained().with_newer_version(now)
    return own_remarks(user, remarks)


def _oldest(user: Any, limit: int) -> list[Waiting]:
    now = timezone.now()
    newest = DraftVersion.objects.published(now).filter(draft__consultation=OuterRef("consultation")).values("pk")[:1]
    remarks = unchanged_in_queue(user, now).annotate(newest_version=Subquery(newest)).select_related("consultation")
    return [
        Waiting(
            label=remark.public_number,
            detail=first_words(remark),
            url=unchanged_address(vars(remark)["newest_version"], remark),
            since=remark.changed_at,
            due=remark.consultation.report_due_on,
        )
        for remark in remarks.order_by("changed_at", "pk")[:limit]
    ]


def unchanged_address(version: int, remark: Remark) -> str:
    """Where the check of that version begins with the remark."""
    query = urlencode({"pokaz": "przyjete", "after": remark.position - 1})
    return f"{reverse('desk:version_changes', args=[version])}?{query}#u-{remark.pk}"


def register_queues() -> None:
    """Called once when the app starts."""
    register_queue(
        Queue(
            name="changes",
            label=gettext_lazy("Changes of the text"),
            url_name="desk:changes",
            may_see=may_link_changes,
            waits=lambda user: [unchanged_in_queue(user, timezone.now()).order_by()[:MOST_COUNTED]],
            oldest=_oldest,
            order=45,
            empty=gettext_lazy("Every accepted remark has its words in the text, or an explanation."),
        )
    )
