"""Open the councillors' summary to everybody, or close it again."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from consultations.errors import NotPermitted
from consultations.models import Consultation, HistoryEntry
from consultations.permissions import may_publish
from consultations.services.history import record


def publish_summary(consultation: Consultation, *, by: User, now: dt.datetime | None = None) -> Consultation:
    """Everybody may read the summary from now on. Publishing twice changes nothing. Raises NotPermitted."""
    now = now or timezone.now()
    return _set(consultation, HistoryEntry.Verb.PUBLISH_SUMMARY, since=now, by=by, now=now)


def hide_summary(consultation: Consultation, *, by: User, now: dt.datetime | None = None) -> Consultation:
    """Only councillors and staff may read the summary from now on. Raises NotPermitted."""
    return _set(consultation, HistoryEntry.Verb.HIDE_SUMMARY, since=None, by=by, now=now or timezone.now())


@transaction.atomic
def _set(
    consultation: Consultation, verb: HistoryEntry.Verb, *, since: dt.datetime | None, by: User, now: dt.datetime
) -> Consultation:
    if not may_publish(by):
        raise NotPermitted
    changed = Consultation.objects.filter(pk=consultation.pk, summary_published_at__isnull=since is not None).update(
        summary_published_at=since
    )
    if changed:
        record(verb, consultation=consultation, by=by, at=now)
    consultation.refresh_from_db(fields=["summary_published_at"])
    return consultation
