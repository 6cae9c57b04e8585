"""Housekeeping of consultations, run by the worker."""

from __future__ import annotations

from celery import shared_task

from consultations.services import baskets, comparisons, confirmation, draft_files, forgetting, presence
from consultations.services.attachments import delete_orphan_files as delete_orphans
from consultations.services.limits import forget_old_counts as forget_counts


@shared_task
def forget_old_baskets() -> int:
    """Delete baskets untouched for 30 days."""
    return baskets.forget_old_baskets()


@shared_task
def forget_old_intake() -> int:
    """Delete letters left half typed and what was said of the rows of old tables."""
    return forgetting.forget_old_intake()


@shared_task
def forget_old_counts() -> int:
    """Delete counters of windows that are over."""
    return forget_counts()


@shared_task
def delete_orphan_files() -> int:
    """Delete private files that belong to no row."""
    return delete_orphans()


@shared_task
def expire_unconfirmed() -> int:
    """Find improper what was not confirmed in time."""
    return confirmation.expire_unconfirmed()


@shared_task
def prepare_comparisons() -> int:
    """Ask for the comparison of every published version with the one before it, where it is missing."""
    return comparisons.prepare_comparisons()


@shared_task
def prepare_draft_files() -> int:
    """Ask for the documents and the search of every long published version, where they are missing."""
    return draft_files.prepare_files()


@shared_task
def forget_old_presences() -> int:
    """Forget who had a remark open some time ago."""
    return presence.forget_old_presences()
