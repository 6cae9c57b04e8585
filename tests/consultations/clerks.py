"""A clerk who types letters in: what the tests of intake do over and over."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from consultations.models import Consultation, Submission
from consultations.services.intake import enter_letter
from consultations.services.submissions import Receipt, Sender
from tests.factories import DURING, passage_remark, person

RECEIVED = DURING - dt.timedelta(days=1)


def desk(name: str, consultation: Consultation, *args: Any, query: str = "") -> str:
    return reverse(f"desk:{name}", args=[consultation.slug, *args]) + query


def letter(consultation: Consultation, *, by: User | None = None, **fields: Any) -> Receipt:
    """A letter of one remark, received yesterday by post, entered by a coordinator."""
    values: dict[str, Any] = {
        "channel": Submission.Channel.PAPER,
        "received_at": RECEIVED,
        "sender": Sender(name="Maria Przykładowa"),
        "remarks": [passage_remark(consultation)],
        "form_token": "letter-token",
        "now": DURING,
    }
    return enter_letter(consultation, by=by or person(Role.COORDINATOR), **(values | fields))


def typed(*remarks: dict[str, str], **fields: str) -> dict[str, str]:
    """The letter's page as the browser sends it."""
    sent = {
        "form_token": "typed-token",
        "revision": "0",
        "channel": "paper",
        "received": "30.11.2021",
        "signed": "on",
        "sender_kind": "person",
        "name": "Maria Przykładowa",
        "r-count": str(max(len(remarks), 1)),
    }
    for number, remark in enumerate(remarks):
        sent |= {f"r-{number}-{name}": value for name, value in remark.items()}
    return sent | fields
