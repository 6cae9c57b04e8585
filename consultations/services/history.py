"""Write down what a verb did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import User
from consultations.models import Consultation, HistoryEntry, Remark, Submission


def record(
    verb: HistoryEntry.Verb,
    *,
    consultation: Consultation | None,
    by: User | None,
    at: dt.datetime,
    submission: Submission | None = None,
    remarks: Iterable[Remark] = (),
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> list[HistoryEntry]:
    """One row for the submission, if given, and one for each remark; one for neither. One query."""
    subjects: list[tuple[Submission | None, Remark | None]] = [(submission, None)] if submission else []
    subjects += [(None, remark) for remark in remarks]
    return HistoryEntry.objects.bulk_create(
        HistoryEntry(
            consultation=consultation,
            submission=of_submission,
            remark=of_remark,
            verb=verb,
            by=by,
            at=at,
            before=before or {},
            after=after or {},
        )
        for of_submission, of_remark in subjects or [(None, None)]
    )


def record_each(
    verb: HistoryEntry.Verb,
    *,
    consultation: Consultation,
    by: User | None,
    at: dt.datetime,
    after: Mapping[Submission, dict[str, Any]],
) -> None:
    """One row for each submission, with what is so of it afterwards. One query."""
    HistoryEntry.objects.bulk_create(
        HistoryEntry(consultation=consultation, submission=submission, verb=verb, by=by, at=at, after=facts)
        for submission, facts in after.items()
    )


def record_changes(
    verb: HistoryEntry.Verb,
    *,
    consultation: Consultation,
    by: User | None,
    at: dt.datetime,
    changes: Iterable[tuple[Remark, dict[str, Any], dict[str, Any]]],
) -> None:
    """One row for each remark, with what was so of it before and what is so afterwards. One query."""
    HistoryEntry.objects.bulk_create(
        HistoryEntry(consultation=consultation, remark=remark, verb=verb, by=by, at=at, before=before, after=after)
        for remark, before, after in changes
    )
