"""Give the history away as a file; that is history too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone, translation

from accounts.models import User
from consultations.audit import FORMATS, HistoryFilter, in_language
from consultations.errors import NotPermitted
from consultations.models import HistoryEntry
from consultations.permissions import may_read_history
from consultations.services.history import record


def export_history(
    asked: HistoryFilter, *, form: str, by: User, language: str | None = None, now: dt.datetime | None = None
) -> Iterator[str]:
    """The entries that were asked for as pieces of a file (``csv`` or ``jsonl``), newest first, made as they are read.

    Who took what and when is written down at once, whether or not the pieces are read; that row is not in the file.
    Raises NotPermitted, KeyError for another form.
    """
    if not may_read_history(by):
        raise NotPermitted
    _content_type, write = FORMATS[form]
    (own,) = record(
        HistoryEntry.Verb.EXPORT_HISTORY,
        consultation=asked.consultation,
        by=by,
        at=now or timezone.now(),
        after={"format": form, "filter": asked.facts()},
    )
    entries = asked.apply(HistoryEntry.objects.filter(pk__lt=own.pk))
    return in_language(language or translation.get_language(), write(entries))
