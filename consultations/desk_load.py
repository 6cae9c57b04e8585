"""How much work each department has, and how long its answers take."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from consultations.models import Consultation, Decision, Department, Remark
from lublin2030.lib.dates import WARSAW, warsaw_day

SOON_DAYS = 7
State = Remark.State


@dataclass(frozen=True)
class Load:
    """One department's work. ``median_days``: calendar days from receipt to the first answer; None before any.

    ``overdue`` and ``soon`` (due within a week) are parts of ``assigned``. ``parts`` draws them as one bar.
    """

    department: Department
    assigned: int
    overdue: int
    soon: int
    drafted: int
    median_days: float | None
    parts: list[dict[str, float | str]]


def load_of_departments(*, now: dt.datetime, consultation: Consultation | None = None) -> list[Load]:
    """Each department that has, or had, something to answer; who has most first. Three queries."""
    today = warsaw_day(now)
    remarks = Remark.objects.filter(department__isnull=False)
    if consultation is not None:
        remarks = remarks.filter(consultation=consultation)
    waits = Q(state=State.ASSIGNED)
    rows = list(
        remarks.order_by()
        .values("department")
        .annotate(
            assigned=Count("pk", filter=waits),
            overdue=Count("pk", filter=waits & Q(answer_due_on__lt=today)),
            soon=Count(
                "pk",
                filter=waits & Q(answer_due_on__gte=today, answer_due_on__lte=today + dt.timedelta(days=SOON_DAYS)),
            ),
            drafted=Count("pk", filter=Q(state__in=[State.DRAFTED, State.REVIEWED, State.APPROVED])),
        )
    )
    departments = {one.pk: one for one in Department.objects.all()}
    medians = _median_days(consultation)
    most = max((row["assigned"] + row["drafted"] for row in rows), default=0)
    loads = [
        Load(
            department=departments[row["department"]],
            assigned=row["assigned"],
            overdue=row["overdue"],
            soon=row["soon"],
            drafted=row["drafted"],
            median_days=medians.get(row["department"]),
            parts=_parts(row["overdue"], row["soon"], row["assigned"], row["drafted"], most),
        )
        for row in rows
        if row["department"] in departments
    ]
    return sorted(loads, key=lambda one: (-one.assigned, -one.drafted, one.department.name))


def _parts(overdue: int, soon: int, assigned: int, drafted: int, most: int) -> list[dict[str, float | str]]:
    """The bar's pieces one beside the other, in hundredths of the longest bar's width."""
    pieces = {"overdue": overdue, "soon": soon, "later": assigned - overdue - soon, "drafted": drafted}
    parts: list[dict[str, float | str]] = []
    at = 0.0
    for name, count in pieces.items():
        width = 100 * count / most if most else 0.0
        if count:
            parts.append({"name": name, "x": round(at, 2), "width": round(width, 2)})
        at += width
    return parts


def _median_days(consultation: Consultation | None) -> dict[int, float]:
    """Of each department the median of the days from receipt to its first answer. One query, however many answers.

    The database counts answers by both days, so that few rows come back; the middle is found here on both databases.
    """
    first = Decision.objects.filter(revision=1)
    if consultation is not None:
        first = first.filter(remark__consultation=consultation)
    rows = (
        first.order_by()
        .annotate(
            received_on=TruncDate("remark__received_at", tzinfo=WARSAW),
            decided_on=TruncDate("decided_at", tzinfo=WARSAW),
        )
        .values_list("department", "received_on", "decided_on")
        .annotate(total=Count("pk"))
    )
    days: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for department, received_on, decided_on, total in rows:
        days[department][max((decided_on - received_on).days, 0)] += total
    return {department: _middle(counted) for department, counted in days.items()}


def _middle(counted: dict[int, int]) -> float:
    """The median of numbers that are given with how often each occurs."""
    total, passed, lower = sum(counted.values()), 0, 0
    for number in sorted(counted):
        before, passed = passed, passed + counted[number]
        if before < (total + 1) // 2 <= passed:
            lower = number
        if before < total // 2 + 1 <= passed:
            return (lower + number) / 2
    return float(lower)
