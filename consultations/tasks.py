"""Housekeeping of consultations, run by the worker."""

from __future__ import annotations

from celery import shared_task

from consultations.services import baskets
from consultations.services.attachments import delete_orphan_files as delete_orphans
from consultations.services.limits import forget_old_counts as forget_counts


@shared_task
def forget_old_baskets() -> int:
    """Delete baskets untouched for 30 days."""
    return baskets.forget_old_baskets()


@shared_task
def forget_old_counts() -> int:
    """Delete counters of windows that are over."""
    return forget_counts()


@shared_task
def delete_orphan_files() -> int:
    """Delete private files that belong to no row."""
    return delete_orphans()
