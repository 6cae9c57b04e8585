"""A department hears once that its term nears and once that it has passed; then the coordinators hear it as well."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from accounts.roles import Role
from consultations.models import Consultation, Remark
from consultations.services.decisions import assign_remark, decide_remark
from consultations.services.verification import mark_proper
from lublin2030.lib.dates import warsaw
from notifications.errors import OutOfDate
from notifications.models import Message
from notifications.rendering import render
from notifications.services import outbox
from notifications.services.terms import announce_department_terms
from tests.factories import DURING, DepartmentFactory, consultation_with_draft, person, submission

pytestmark = pytest.mark.django_db

DUE = dt.date(2021, 12, 15)  # assigned on 1 December, 14 days
CALM = warsaw(2021, 12, 11, 23)
NEAR = warsaw(2021, 12, 12, 0)
LAST = warsaw(2021, 12, 15, 23, 59)
PASSED = warsaw(2021, 12, 16, 0)


@pytest.fixture
def department():
    found = DepartmentFactory(email="zielen@example.org", name="Wydział Zieleni", short_name="WZ")
    found.members.add(person(Role.EXPERT))
    return found


def assigned(consultation, department, coordinator, **fields) -> Remark:
    sent = submission(consultation, now=DURING)
    mark_proper(sent, by=coordinator, now=DURING)
    return assign_remark(sent.remarks.get(), department=department, by=coordinator, now=DURING, **fields)


def answer(remark: Remark, coordinator) -> None:
    decide_remark(remark, outcome=Remark.Outcome.ACCEPTED, justification="Tak.", by=coordinator, now=DURING)


def letters() -> list[Message]:
    return list(Message.objects.filter(kind="department_term").select_related("consultation").order_by("pk"))


def recipients() -> list[str]:
    return [one.recipient for one in letters()]


@pytest.mark.parametrize(
    ("now", "told"), [(CALM, False), (NEAR, True), (LAST, True), (PASSED, True)], ids=["calm", "near", "last", "passed"]
)
def test_nobody_hears_before_the_days_of_warning(consultation, department, coordinator, now, told):
    assigned(consultation, department, coordinator)
    announce_department_terms(now=now)
    assert bool(letters()) is told


def test_the_near_term_is_told_to_the_department_and_its_members_only(consultation, department, coordinator):
    assigned(consultation, department, coordinator)
    announce_department_terms(now=NEAR)
    assert recipients() == ["zielen@example.org", department.members.get().email]


def test_the_passed_term_is_told_to_the_coordinators_too(consultation, department, coordinator):
    assigned(consultation, department, coordinator)
    announce_department_terms(now=PASSED)
    assert recipients() == ["zielen@example.org", department.members.get().email, coordinator.email]


def test_each_is_told_once_however_often_it_runs(consultation, department, coordinator):
    for _time in range(3):
        assigned(consultation, department, coordinator)
    written = [announce_department_terms(now=now) for now in (NEAR, NEAR, LAST, PASSED, PASSED + dt.timedelta(days=9))]
    assert written == [2, 0, 0, 3, 0]


def test_each_day_of_a_term_is_told_by_itself(consultation, department, coordinator):
    for day in (15, 16):
        assigned(consultation, department, coordinator, due_on=dt.date(2021, 12, day))
    announce_department_terms(now=warsaw(2021, 12, 14))
    assert len(letters()) == 4


def test_consultations_are_told_by_themselves(consultation, department, coordinator):
    assigned(consultation, department, coordinator)
    assigned(consultation_with_draft(), department, coordinator)
    announce_department_terms(now=NEAR)
    assert len(letters()) == 4


def test_an_address_that_is_twice_in_the_list_gets_one_mail(consultation, department, coordinator):
    department.members.add(coordinator)
    department.email = coordinator.email.upper()
    department.save()
    assigned(consultation, department, coordinator)
    announce_department_terms(now=PASSED)
    assert len(letters()) == 2


def test_without_an_address_and_members_the_coordinators_still_hear(consultation, coordinator):
    assigned(consultation, DepartmentFactory(), coordinator)
    announce_department_terms(now=NEAR)
    assert recipients() == []
    announce_department_terms(now=PASSED)
    assert recipients() == [coordinator.email]


def test_who_may_not_sign_in_any_more_hears_nothing(consultation, department, coordinator):
    department.members.update(is_active=False)
    assigned(consultation, department, coordinator)
    announce_department_terms(now=NEAR)
    assert recipients() == ["zielen@example.org"]


def test_what_is_answered_when_the_mail_is_made_is_not_sent(consultation, department, coordinator, mail_server):
    remark = assigned(consultation, department, coordinator)
    announce_department_terms(now=NEAR)
    answer(remark, coordinator)
    outbox.sweep(now=NEAR)
    assert letters() == []


def test_what_was_answered_before_is_not_announced(consultation, department, coordinator):
    answer(assigned(consultation, department, coordinator), coordinator)
    assert announce_department_terms(now=PASSED) == 0


def test_a_warning_that_could_not_be_sent_in_time_is_dropped(consultation, department, coordinator):
    assigned(consultation, department, coordinator)
    announce_department_terms(now=NEAR)
    with pytest.raises(OutOfDate):
        render(letters()[0], now=PASSED)


def test_an_account_that_was_closed_meanwhile_gets_no_mail(consultation, department, coordinator):
    assigned(consultation, department, coordinator)
    announce_department_terms(now=NEAR)
    department.members.update(is_active=False)
    with pytest.raises(OutOfDate):
        render(letters()[1], now=NEAR)


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
@pytest.mark.parametrize(("now", "day"), [(NEAR, "15"), (PASSED, "15")], ids=["near", "passed"])
def test_the_mail_has_numbers_and_links_and_nothing_of_residents(
    consultation, department, coordinator, language, now, day
):
    for _time in range(2):
        remark = assigned(consultation, department, coordinator)
    announce_department_terms(now=now)
    message = letters()[0]
    message.language = language
    mail = render(message, now=now)
    for body in (mail.text, mail.html):
        assert "/biurko/odpowiedzi/" in body
        assert "/biurko/terminy/" in body
        assert "2 " in body
        assert day in body
        for secret in ("Przykładowy", "sender@example.org", "Więcej drzew.", remark.public_number):
            assert secret not in body


def test_the_days_of_warning_are_the_consultations_own(consultation, department, coordinator):
    Consultation.objects.update(warning_days=0)
    assigned(consultation, department, coordinator)
    assert [announce_department_terms(now=now) for now in (NEAR, warsaw(2021, 12, 15))] == [0, 2]


def test_more_terms_cost_no_more_queries(consultation, coordinator, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    costs = []
    for _time in range(2):
        for _each in range(3):
            found = DepartmentFactory(email="a@example.org")
            found.members.add(person(Role.EXPERT))
            assigned(consultation, found, coordinator)
        Message.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            announce_department_terms(now=PASSED)
        costs.append(len(queries))
    assert all(first == second for first, second in pairwise(costs))
