"""The terms of the law and of the departments: what is due when, and how much of it is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Min, Q, Sum

from consultations.models import Consultation, Department, Remark, Tally
from consultations.reading import Clock
from lublin2030.lib.dates import days_between, warsaw_day

ANSWERED = Remark.Outcome.values
PROPER = [Remark.Standing.IN_PROGRESS.value, *ANSWERED]


@dataclass(frozen=True)
class DepartmentTerm:
    """What a department has not drafted yet. ``overdue`` of its remarks are past their term, since ``days_late``."""

    department: Department
    waiting: int
    overdue: int
    next_due_on: dt.date | None
    days_late: int


@dataclass(frozen=True)
class ConsultationTerms:
    """One consultation's terms at a moment; departments with remarks to answer, those most late first."""

    consultation: Consultation
    clock: Clock
    answered: int
    proper: int
    departments: tuple[DepartmentTerm, ...]

    @property
    def is_answered(self) -> bool:
        return self.answered == self.proper

    @property
    def days_late(self) -> int:
        """Days since the report was due while answers are missing; 0 when nothing is late."""
        return 0 if self.is_answered else max(-self.clock.days_to_report, 0)

    @property
    def overdue_departments(self) -> int:
        return sum(one.overdue > 0 for one in self.departments)


def terms_of(consultations: Iterable[Consultation], now: dt.datetime) -> list[ConsultationTerms]:
    """The terms of each consultation, in their order. Two queries, one more for departments' names."""
    found = list(consultations)
    numbers: dict[int, dict[str, int]] = {}
    tallies = Tally.objects.filter(consultation__in=found, dimension=Tally.Dimension.TOTAL).order_by()
    for consultation, standing, number in tallies.values_list("consultation", "standing").annotate(n=Sum("remarks")):
        numbers.setdefault(consultation, {})[standing] = number
    departments = _departments(found, warsaw_day(now), now)
    return [
        ConsultationTerms(
            consultation=one,
            clock=Clock.at(one, now),
            answered=sum(numbers.get(one.pk, {}).get(standing, 0) for standing in ANSWERED),
            proper=sum(numbers.get(one.pk, {}).get(standing, 0) for standing in PROPER),
            departments=tuple(departments.get(one.pk, [])),
        )
        for one in found
    ]


def _departments(
    consultations: list[Consultation], today: dt.date, now: dt.datetime
) -> dict[int, list[DepartmentTerm]]:
    waiting = list(
        Remark.objects.filter(consultation__in=consultations, state=Remark.State.ASSIGNED)
        .values("consultation", "department")
        .annotate(
            waiting=Count("pk"),
            overdue=Count("pk", filter=Q(answer_due_on__lt=today)),
            first=Min("answer_due_on"),
            following=Min("answer_due_on", filter=Q(answer_due_on__gte=today)),
        )
        .order_by("first", "department")
    )
    named = Department.objects.in_bulk({row["department"] for row in waiting}) if waiting else {}
    found: dict[int, list[DepartmentTerm]] = {}
    for row in waiting:
        found.setdefault(row["consultation"], []).append(
            DepartmentTerm(
                department=named[row["department"]],
                waiting=row["waiting"],
                overdue=row["overdue"],
                next_due_on=row["following"],
                days_late=-days_between(now, row["first"]) if row["overdue"] else 0,
            )
        )
    return found
