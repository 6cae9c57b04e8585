"""The consultation of the draft strategy in 2021, with demonstration remarks.

The term and the sums (202 remarks, 199 proper, 59 senders) are the city's; the texts are ours (domain.md §5).
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from consultations.models import Consultation
from consultations.services.summaries import publish_summary
from lublin2030.lib.dates import WARSAW, warsaw
from lublin2030.loading.accounts import actors, join_departments, retire_nobody
from lublin2030.loading.base import MAIN_PROCESS
from lublin2030.loading.seeding import read_content
from lublin2030.loading.setting_up import make_consultation, make_departments
from lublin2030.loading.story import Agenda, Case, publish_together
from stages.models import Process, Stage

CONSULTATION = "consultation:projekt-strategii-lublin-2030"
OPENS = warsaw(2021, 11, 15)
CLOSES = warsaw(2021, 12, 21)  # the file says 20 December, 23:59:59; ours is the first moment after the term
ALL_ASSIGNED = warsaw(2021, 12, 28, 15)
DECIDING_BEGINS = warsaw(2022, 1, 10, 8)
# Three publications, on three days; one answer was corrected before the report was due.
PUBLISHED = (warsaw(2022, 1, 12, 13), warsaw(2022, 1, 13, 13), warsaw(2022, 1, 14, 13))
SUMMARY_PUBLISHED = warsaw(2022, 1, 14, 14)
CORRECTION_DRAFTED = warsaw(2022, 1, 17, 10)
CORRECTION_PUBLISHED = warsaw(2022, 1, 18, 9, 30)
ANSWERS_A_DAY = 67
WORKING_MINUTES = 7 * 60


def is_loaded() -> bool:
    """Whether the consultation of 2021 came from the content file. One query."""
    return Consultation.objects.filter(seed_key=CONSULTATION).exists()


@transaction.atomic
def load() -> int:
    """Create the consultation and live its story; the number of remarks."""
    content = read_content("consultation_2021")
    entry = content["consultation"]
    process = Process.objects.get(seed_key=MAIN_PROCESS)
    make_departments(content["departments"])
    join_departments()
    places = make_consultation(
        content,
        seed_key=CONSULTATION,
        process=process,
        stage=Stage.objects.filter(process=process, number=entry["stage"]).first(),
        opens_at=OPENS,
        closes_at=CLOSES,
    )
    people = actors()
    agenda = Agenda()
    answered = 0
    to_publish: list[list[tuple[Case, int]]] = [[] for _moment in PUBLISHED]
    for index, submission in enumerate(read_content("remarks_2021")["submissions"]):
        case = Case(submission, places, people)
        received_at = dt.datetime.fromisoformat(submission["received_at"]).replace(tzinfo=WARSAW)
        verified_at = office_time(received_at, days=1 + index % 2, order=index)
        agenda.at(received_at, case.receive)
        if submission["verification"] == "improper":
            agenda.at(verified_at, case.find_improper)
            continue
        agenda.at(verified_at, case.find_proper)
        for ordinal in range(1, len(submission["remarks"]) + 1):
            answered += 1
            assigned_at = office_time(verified_at, days=1, order=answered)
            agenda.at(min(assigned_at, ALL_ASSIGNED), case.assign(ordinal))
            agenda.at(_in_office(DECIDING_BEGINS, answered), case.decide(ordinal))
            to_publish[(answered - 1) // ANSWERS_A_DAY].append((case, ordinal))
            if case.has_correction(ordinal):
                agenda.at(CORRECTION_DRAFTED, case.correct(ordinal))
                agenda.at(CORRECTION_PUBLISHED, publish_together(places, people, [(case, ordinal)]))
    for moment, cases in zip(PUBLISHED, to_publish, strict=True):
        agenda.at(moment, publish_together(places, people, cases))
    agenda.run()
    publish_summary(places.consultation, by=people.coordinator, now=SUMMARY_PUBLISHED)
    retire_nobody()
    return Consultation.objects.values_list("remark_count", flat=True).get(pk=places.consultation.pk)


def office_time(moment: dt.datetime, *, days: int, order: int) -> dt.datetime:
    """A moment of office hours so many days later; on a weekend or at Christmas, of the next working day."""
    day = moment.astimezone(WARSAW).date() + dt.timedelta(days=days)
    while day.weekday() >= 5 or (day.month == 12 and 24 <= day.day <= 26):
        day += dt.timedelta(days=1)
    minutes = order * 37 % WORKING_MINUTES
    return dt.datetime.combine(day, dt.time(8), WARSAW) + dt.timedelta(minutes=minutes)


def _in_office(first: dt.datetime, order: int) -> dt.datetime:
    """The moment of the so-and-so-many-th answer: four minutes each, in office hours from the first day on."""
    day, minutes = divmod(order * 4, WORKING_MINUTES)
    return first + dt.timedelta(days=day, minutes=minutes)
