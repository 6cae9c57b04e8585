"""Record how many people came to an event, and correct it without losing what was believed before."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from participation.errors import AttendanceChanged, EventNotYetHeld, NotPermitted
from participation.models import Attendance, Event
from participation.permissions import may_run_events
from participation.signals import attendance_recorded


def record_attendance(
    event: Event,
    *,
    count: int,
    method: Attendance.Method,
    by: User,
    note: str = "",
    corrects: Attendance | None = None,
    now: dt.datetime | None = None,
) -> Attendance:
    """Record the attendance of an event, or correct the one that holds; the same again changes nothing.

    ``corrects`` is the attendance its form was opened with, None where there was none. Raises NotPermitted,
    EventNotYetHeld, and AttendanceChanged when another attendance holds by now.
    """
    if not may_run_events(by):
        raise NotPermitted
    now = now or timezone.now()
    if event.starts_at > now or event.state in {Event.State.DRAFT, Event.State.CANCELLED}:
        raise EventNotYetHeld
    if corrects is not None and (corrects.count, corrects.method, corrects.note) == (count, method, note):
        return corrects
    try:
        with transaction.atomic():
            if corrects is not None:
                # Check and change in one statement: of two corrections of the same, one finds nothing to correct.
                found = Attendance.objects.that_hold().filter(pk=corrects.pk, event=event)
                if not found.update(superseded_at=now):
                    raise AttendanceChanged
            recorded = Attendance.objects.create(
                event=event, count=count, method=method, note=note, recorded_at=now, recorded_by=by
            )
            attendance_recorded.send(sender=Attendance, attendance=recorded)
    except IntegrityError as error:
        raise AttendanceChanged from error
    return recorded
