"""What the records page changes of a consultation that people can see already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from accounts.models import User
from consultations.errors import NotPermitted
from consultations.models import Consultation, HistoryEntry
from consultations.permissions import may_set_up_consultations
from consultations.services.history import record


@transaction.atomic
def change_rules(
    consultation: Consultation, *, fields: Iterable[str], by: User, now: dt.datetime | None = None
) -> None:
    """Save these columns of a changed consultation, and what else the caller set in ``translations``.

    Once the consultation is public, the change stands in the history: dates, numbers and choices with their values, of
    texts only which. Raises NotPermitted.
    """
    if not may_set_up_consultations(by):
        raise NotPermitted
    now = now or timezone.now()
    names = [*fields]
    stored = Consultation.objects.hold(consultation.pk)
    consultation.save(update_fields=[*names, "translations"])
    before, after, texts = _changes(stored, consultation, names)
    if not (before or texts) or not any(_is_public(one, now) for one in (stored, consultation)):
        return
    record(
        HistoryEntry.Verb.CHANGE_RULES,
        consultation=consultation,
        by=by,
        at=now,
        before={"rules": before},
        after={"rules": after, "texts": texts},
    )


def _is_public(consultation: Consultation, now: dt.datetime) -> bool:
    return consultation.published_at is not None and consultation.published_at <= now


def _changes(
    stored: Consultation, changed: Consultation, names: Iterable[str]
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """Values before and after, and the names of changed texts, in any language."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    texts = [
        name
        for name in Consultation.translated_fields
        if getattr(stored, name) != getattr(changed, name)
        or _translations(stored, name) != _translations(changed, name)
    ]
    for name in names:
        was, now_is = getattr(stored, name), getattr(changed, name)
        if was == now_is or name in Consultation.translated_fields:
            continue
        before[name], after[name] = _plain(was), _plain(now_is)
    return before, after, texts


def _translations(consultation: Consultation, name: str) -> dict[str, str]:
    return {language: texts[name] for language, texts in consultation.translations.items() if texts.get(name)}


def _plain(value: Any) -> Any:
    """The value as JSON has it."""
    if isinstance(value, models.Model):
        return value.pk
    return value.isoformat() if isinstance(value, dt.datetime) else value
