"""Many remarks at once: what the tests of bulk verbs do over and over."""

from __future__ import annotations

from typing import Any

from accounts import jobs
from accounts.models import User
from consultations.desk_filters import DeskFilter, DeskFilterForm
from consultations.models import BulkAction, Consultation
from consultations.services.bulk import confirm, prepare
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.tokens import new_token
from tests.factories import DURING


def chosen(consultation: Consultation, user: User, **params: Any) -> DeskFilter:
    """The filter that such an address means."""
    words = {name: str(value) for name, value in params.items()}
    found = DeskFilterForm({"konsultacja": consultation.slug, **words}, user=user).chosen(today=warsaw_day(DURING))
    assert found is not None
    return found


def confirmed(
    consultation: Consultation, verb: str, by: User, parameters: dict[str, Any] | None = None, **params: Any
) -> BulkAction:
    """An action that waits for the worker, on what the filter holds now."""
    found = chosen(consultation, by, **params)
    return confirm(
        found,
        verb=BulkAction.Verb(verb),
        parameters=parameters or {},
        fingerprint=prepare(found).fingerprint,
        form_token=new_token(),
        by=by,
    )


def done(*args: Any, **kwargs: Any) -> BulkAction:
    """The action after the worker has run."""
    action = confirmed(*args, **kwargs)
    jobs.run_due()
    return BulkAction.objects.get(pk=action.pk)


def refusals(action: BulkAction) -> list[str]:
    """The names of the errors, in the order of the list."""
    return list(action.items.refused().values_list("refusal", flat=True))
