"""Housekeeping of participation, run by the worker."""

from __future__ import annotations

from celery import shared_task

from participation.services import registrations


@shared_task
def lapse_registrations() -> int:
    """End what was not confirmed in time; the next move up."""
    return registrations.lapse_unconfirmed()


@shared_task
def forget_registrations() -> int:
    """Delete the data of people registered for events long over."""
    return registrations.forget_registrations()


@shared_task
def forget_registration_counts() -> int:
    """Delete counters of windows that are over."""
    return registrations.forget_old_counts()
