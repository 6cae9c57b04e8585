"""Housekeeping of consultations, run by the worker."""

from __future__ import annotations

from celery import shared_task

from consultations.services import baskets, comparisons, draft_files


@shared_task
def forget_old_baskets() -> int:
    """Delete baskets untouched for 30 days."""
    return baskets.forget_old_baskets()


@shared_task
def prepare_comparisons() -> int:
    """Ask for the comparison of every published version with the one before it, where it is missing."""
    return comparisons.prepare_comparisons()


@shared_task
def prepare_draft_files() -> int:
    """Ask for the documents and the search of every long published version, where they are missing."""
    return draft_files.prepare_files()
