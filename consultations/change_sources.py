"""From changed words back to where they come from, for readers. Few queries, however many passages.

What is public of a source is said once: ``ChangeSourceQuerySet.public``.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from consultations.change_querysets import ChangeSourceQuerySet
from consultations.models import ChangeSource, DraftVersion


def sources_between(
    older: DraftVersion, newer: DraftVersion, passages: Iterable[int], now: dt.datetime
) -> dict[int, list[ChangeSource]]:
    """The public sources of what changed in these passages from one version to the other, by passage. One query."""
    sources = _public(passages, now).filter(
        version__draft=newer.draft_id,
        version__number__gt=older.number,
        version__number__lte=newer.number,
    )
    found: dict[int, list[ChangeSource]] = defaultdict(list)
    for source in sources:
        found[source.passage_id].append(source)
    return dict(found)


def sources_of_passage(passage: int, now: dt.datetime) -> dict[int, list[ChangeSource]]:
    """The public sources of a passage's changes, by version. One query."""
    found: dict[int, list[ChangeSource]] = defaultdict(list)
    for source in _public([passage], now):
        found[source.version_id].append(source)
    return dict(found)


def _public(passages: Iterable[int], now: dt.datetime) -> ChangeSourceQuerySet:
    return ChangeSource.objects.public(now).filter(passage__in=list(passages)).with_names().in_order()
