"""What of the accounts belongs into the history: who may do what decides on residents' matters."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from accounts.models import User
from accounts.signals import account_changed
from consultations.models import HistoryEntry
from consultations.services.history import record


@receiver(account_changed, dispatch_uid="consultations.account_changed")
def write_account_changed(
    sender: type[User], user: User, by: User, before: dict[str, Any], after: dict[str, Any], **_kwargs: Any
) -> None:
    """A row without a consultation; whose account it is stands in it as a number."""
    record(
        HistoryEntry.Verb.CHANGE_ACCOUNT,
        consultation=None,
        by=by,
        at=timezone.now(),
        before=before,
        after={"account": user.pk, **after},
    )
