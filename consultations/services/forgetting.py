"""Forget what staff typed in or brought in and nothing needs any more: it holds names and addresses of senders."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from consultations.models import AnswerSheet, LetterDraft, RemarkImport
from participation.services.voice_imports import forget_old_imports

KEEP_LETTER_DAYS = 90  # a letter begun and left; a clerk may be away for long
KEEP_VERDICTS_DAYS = 30  # what was said of each row of a table that is dealt with


@transaction.atomic
def forget_old_intake(*, now: dt.datetime | None = None) -> int:
    """Delete letters left half typed, and what rows of old tables (of voices too) and sheets said; how many of all.

    The tables' own records and numbers stay, and so does everything that was entered.
    """
    now = now or timezone.now()
    letters, _by_model = LetterDraft.objects.filter(updated_at__lt=now - dt.timedelta(days=KEEP_LETTER_DAYS)).delete()
    before = now - dt.timedelta(days=KEEP_VERDICTS_DAYS)
    verdicts = sum(kind.objects.with_old_verdicts(before).update(rows=[]) for kind in (RemarkImport, AnswerSheet))
    return letters + verdicts + forget_old_imports(now=now)
