"""From a remark to the exact words that changed, for readers. The way back: ``consultations.change_sources``.

Few queries, however many remarks. What is public of a source is said once: ``ChangeSourceQuerySet.public``.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString

from consultations.comparing import reader_address
from consultations.models import (
    ChangeSource,
    DraftVersion,
    PassageChange,
    UnchangedExplanation,
)
from consultations.services.comparisons import compared_text
from consultations.wording import Run, excerpt, marked

AROUND = 160  # characters of what stayed that are shown on each side of a change


@dataclass(frozen=True)
class Carried:
    """Words of a version that carry a remark. ``change`` is None until the two versions have been compared."""

    source: ChangeSource
    change: PassageChange | None

    @property
    def version(self) -> DraftVersion:
        return self.source.version

    @property
    def code(self) -> str:
        return self.source.passage.code

    @property
    def number(self) -> str:
        """The passage's number in the version; of a removed passage, the one it had."""
        text = self.change and (self.change.newer or self.change.older)
        return text.number if text else ""

    @property
    def runs(self) -> list[Run]:
        """What went and what came, with some words around it."""
        if self.change is None:
            return []
        match self.change.kind:
            case PassageChange.Kind.CHANGED:
                return excerpt((Run(kind, text) for kind, text in self.change.runs), AROUND)
            case PassageChange.Kind.ADDED if self.change.newer:
                return [Run("insert", compared_text(self.change.newer))]
            case PassageChange.Kind.REMOVED if self.change.older:
                return [Run("delete", compared_text(self.change.older))]
        text = compared_text(self.change.newer) if self.change.newer else ""
        return [Run("equal", text if len(text) <= 2 * AROUND else text[: 2 * AROUND].rstrip() + "…")]

    @property
    def words(self) -> SafeString:
        return marked(self.runs)

    @property
    def address(self) -> str:
        """The passage in the reader of that version; where it is not there any more, its own page."""
        consultation = self.version.draft.consultation
        if self.change is None or self.change.newer is None:
            return reverse("consultations:passage", args=[consultation.slug, self.code])
        return reader_address(consultation, self.change.newer, self.version, self.code)

    @property
    def compare_address(self) -> str:
        """The change among all changes of the version; empty before they are known."""
        if self.change is None:
            return ""
        query = {"z": self.change.comparison.older.number, "na": self.version.number, "fragment": self.code}
        page = reverse("consultations:compare", args=[self.version.draft.consultation.slug])
        return f"{page}?{urlencode(query)}#{self.code}"


def carried_by(remarks: Iterable[int], now: dt.datetime, *, to_sender: bool = False) -> dict[int, list[Carried]]:
    """The changed words of each of these remarks, by its key, in the order of the text. Two queries.

    ``to_sender``: on the sender's own page, where remarks that the public does not see yet are shown; there too only
    once the answer is public.
    """
    links = ChangeSource.objects.filter(kind=ChangeSource.Kind.REMARK, remark__in=list(remarks))
    shown = links.of_public_versions(now).filter(remark__state="published") if to_sender else links.public(now)
    found: dict[int, list[Carried]] = defaultdict(list)
    for one in with_changes(list(shown.select_related("passage", "version__draft__consultation")), now):
        found[one.source.remark_id or 0].append(one)
    return dict(found)


def with_changes(sources: list[ChangeSource], now: dt.datetime) -> list[Carried]:
    """Each source with what its version changed in the passage, the newest version first. At most one query."""
    if not sources:
        return []
    wanted = Q(pk__in=[])
    by_version: dict[int, set[int]] = defaultdict(set)
    for source in sources:
        by_version[source.version_id].add(source.passage_id)
    for version, passages in by_version.items():
        wanted |= Q(comparison__newer=version, passage__in=passages)
    changes = PassageChange.objects.since_previous(now).filter(wanted)
    by_place = {
        (change.comparison.newer_id, change.passage_id): change
        for change in changes.select_related("comparison__older", "older__chapter", "newer__chapter")
    }
    carried = [Carried(source, by_place.get((source.version_id, source.passage_id))) for source in sources]
    return sorted(carried, key=lambda one: (-one.version.number, one.change.position if one.change else 0))


def explanations_of(remarks: Iterable[int]) -> dict[int, UnchangedExplanation]:
    """Why nothing changed, for those of the remarks of which that is public. One query."""
    said = UnchangedExplanation.objects.of_public_answers().filter(remark__in=list(remarks))
    return {one.remark_id: one for one in said.select_related("version")}
