"""Housekeeping of surveys, run by the worker."""

from __future__ import annotations

from celery import shared_task

from participation.services.surveys import answering, limits


@shared_task
def forget_old_drafts() -> int:
    """Delete answers that were begun and not touched for 30 days."""
    return answering.forget_old_drafts()


@shared_task
def forget_old_counts() -> int:
    """Delete counters of windows that are over."""
    return limits.forget_old_counts()
