"""How many came: recorded, corrected, and never two at once."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.roles import Role
from participation.errors import AttendanceChanged, EventNotYetHeld, NotPermitted
from participation.models import Attendance, Event
from participation.services.attendance import record_attendance
from tests.factories import AFTER, DURING, EventFactory, person
from tests.factories_participation import held_event

pytestmark = pytest.mark.django_db
HEADCOUNT = Attendance.Method.HEADCOUNT


def record(event: Event, count: int, corrects: Attendance | None = None, role: Role = Role.EDITOR) -> Attendance:
    return record_attendance(event, count=count, method=HEADCOUNT, by=person(role), corrects=corrects, now=DURING)


def test_a_correction_keeps_what_was_believed_before() -> None:
    event = held_event()
    first = record(event, 40)
    record(event, 45, corrects=first)
    kept = event.attendances.order_by("pk").values_list("count", "superseded_at")
    assert list(kept) == [(40, DURING), (45, None)]


def test_the_same_again_is_no_correction() -> None:
    event = held_event()
    first = record(event, 40)
    assert record(event, 40, corrects=first) == first


def test_a_second_first_count_is_refused() -> None:
    event = held_event()
    record(event, 40)
    with pytest.raises(AttendanceChanged):
        record(event, 41)


def test_of_two_corrections_of_the_same_the_second_is_refused() -> None:
    event = held_event()
    first = record(event, 40)
    record(event, 45, corrects=first)
    with pytest.raises(AttendanceChanged):
        record(event, 50, corrects=first)
    assert Attendance.objects.that_hold().get(event=event).count == 45


@pytest.mark.parametrize(
    "fields", [{"starts_at": AFTER}, {"state": Event.State.CANCELLED}, {"state": Event.State.DRAFT}]
)
def test_nobody_came_to_what_was_not_held(fields: dict[str, Any]) -> None:
    with pytest.raises(EventNotYetHeld):
        record(EventFactory(**fields), 5)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.EDITOR, Role.COORDINATOR}])
def test_other_roles_record_nothing(role: Role) -> None:
    with pytest.raises(NotPermitted):
        record(held_event(), 5, role=role)
