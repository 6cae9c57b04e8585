"""Housekeeping of consultations, run by the worker."""

from __future__ import annotations

from celery import shared_task

from consultations.services import baskets, confirmation


@shared_task
def forget_old_baskets() -> int:
    """Delete baskets untouched for 30 days."""
    return baskets.forget_old_baskets()


@shared_task
def expire_unconfirmed() -> int:
    """Find improper what was not confirmed in time."""
    return confirmation.expire_unconfirmed()
