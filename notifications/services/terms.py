"""Tell departments, and then coordinators, that a term for drafting answers nears or has passed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from consultations.models import Consultation, Department, Remark
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.translations import ORIGINAL
from notifications.models import Message
from notifications.services import outbox

NEAR, PASSED = "near", "passed"


@dataclass(frozen=True)
class _Term:
    """Remarks of one consultation that one department has to draft answers to by one day."""

    consultation: Consultation
    department: Department
    due_on: dt.date
    stage: str


def announce_department_terms(*, now: dt.datetime | None = None) -> int:
    """Write one mail per department, consultation and day of the term when it nears, and one when it has passed.

    They go to the department's address and its members; of a term that has passed the coordinators hear as well. Each
    once, however often and wherever this runs: the messages' keys see to that. A term that passed before anybody was
    warned is told as passed only. How many messages were handed to the outbox.
    """
    now = now or timezone.now()
    coordinators = list(User.objects.filter(is_active=True, groups__name=Role.COORDINATOR.value).order_by("pk"))
    messages = [one for term in _terms(warsaw_day(now)) for one in _messages(term, coordinators, now)]
    known = set(Message.objects.filter(key__in=[one.key for one in messages]).values_list("key", flat=True))
    new = [message for message in messages if message.key not in known]
    if new:
        with transaction.atomic():
            outbox.write_all(new)
    return len(new)


def _terms(today: dt.date) -> Iterator[_Term]:
    """The terms of remarks that are still assigned, as far as they near or have passed. Three queries."""
    rows = list(
        Remark.objects.filter(state=Remark.State.ASSIGNED, answer_due_on__isnull=False)
        .order_by("answer_due_on", "consultation", "department")
        .values_list("consultation", "department", "answer_due_on")
        .distinct()
    )
    consultations = Consultation.objects.in_bulk({consultation for consultation, _department, _day in rows})
    departments = Department.objects.prefetch_related(
        Prefetch("members", queryset=User.objects.filter(is_active=True).order_by("pk"), to_attr="active_members")
    ).in_bulk({department for _consultation, department, _day in rows})
    for consultation, department, due_on in rows:
        if due_on is None or department is None:
            continue
        warned_on = due_on - dt.timedelta(days=consultations[consultation].warning_days)
        if today >= warned_on:
            stage = PASSED if today > due_on else NEAR
            yield _Term(consultations[consultation], departments[department], due_on, stage)


def _messages(term: _Term, coordinators: list[User], now: dt.datetime) -> Iterator[Message]:
    told: set[str] = set()
    for name, address, user in _readers(term, coordinators):
        if not address or address.casefold() in told:
            continue
        told.add(address.casefold())
        yield Message(
            kind=Message.Kind.DEPARTMENT_TERM,
            key=(
                f"department-term:{term.stage}:{term.consultation.pk}:{term.department.pk}:{term.due_on:%Y%m%d}:{name}"
            ),
            recipient=address,
            language=ORIGINAL,
            context={
                "department": term.department.pk,
                "due_on": term.due_on.isoformat(),
                "stage": term.stage,
                "user": user,
            },
            consultation=term.consultation,
            created_at=now,
            due_at=now,
        )


def _readers(term: _Term, coordinators: list[User]) -> Iterator[tuple[str, str, int | None]]:
    """Who is told: by what name in the key, at which address, and which account it is."""
    yield "office", term.department.email, None
    members: list[User] = term.department.active_members  # type: ignore[attr-defined]
    for user in [*members, *(coordinators if term.stage == PASSED else [])]:
        yield f"u{user.pk}", user.email, user.pk
