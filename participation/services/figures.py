"""Correct what a figure of the ledger says, and keep what it said before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from lublin2030.lib.plaintext import normalise
from participation.errors import FigureChanged, FigureInItself, NotPermitted, ReasonMissing
from participation.models import Event, Figure, FigureRevision
from participation.permissions import may_correct_figures


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What a figure says: all that a correction may change. ``sources`` are the source's translations by language."""

    events_count: int | None
    events_qualifier: str
    value: int | None
    unit: str
    qualifier: str
    source: str
    part_of: Figure | None
    event: Event | None
    event_kind: str
    sources: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, figure: Figure) -> Counted:
        """What the figure says now."""
        own = {one.name: getattr(figure, one.name) for one in fields(cls) if one.name != "sources"}
        return cls(**own, sources=_sources(figure))

    def columns(self) -> dict[str, Any]:
        """The values by the names that a figure and its revisions share."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "sources"}


def correct_figure(
    figure: Figure, *, counted: Counted, why: str, by: User, now: dt.datetime | None = None
) -> FigureRevision | None:
    """Put what is right in place of what the figure says; what stood there, and why it went, stay. None: the same.

    The figure is the one its form was opened with. Raises NotPermitted, ReasonMissing, FigureInItself, and
    FigureChanged when a colleague has corrected it since.
    """
    if not may_correct_figures(by):
        raise NotPermitted
    before = Counted.of(figure)
    if counted == before:
        return None
    why = normalise(why)
    if not why:
        raise ReasonMissing
    _refuse_a_circle(figure, counted.part_of)
    with transaction.atomic():
        # Check and change in one statement: of two corrections of the same figure the second finds another revision.
        found = Figure.objects.filter(pk=figure.pk, revision=figure.revision)
        changed = found.update(
            **counted.columns(), translations=_translated(figure, counted.sources), revision=F("revision") + 1
        )
        if not changed:
            raise FigureChanged
        revision = FigureRevision(
            figure=figure,
            number=figure.revision,
            corrected_at=now or timezone.now(),
            corrected_by=by,
            why=why,
            **before.columns(),
        )
        for language, text in before.sources.items():
            revision.translate("source", language, text)
        revision.save()
    figure.refresh_from_db()
    return revision


def _sources(figure: Figure) -> dict[str, str]:
    texts = {language: words.get("source", "") for language, words in figure.translations.items()}
    return {language: text for language, text in texts.items() if text}


def _translated(figure: Figure, sources: Mapping[str, str]) -> dict[str, dict[str, str]]:
    kept = {
        language: {name: text for name, text in words.items() if name != "source"}
        for language, words in figure.translations.items()
    }
    for language, text in sources.items():
        if text:
            kept.setdefault(language, {})["source"] = text
    return kept


def _refuse_a_circle(figure: Figure, whole: Figure | None) -> None:
    seen = {figure.pk}
    while whole is not None:
        if whole.pk in seen:
            raise FigureInItself
        seen.add(whole.pk)
        whole = whole.part_of
