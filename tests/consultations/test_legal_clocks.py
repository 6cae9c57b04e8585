"""The clocks of the law: how long a consultation is open, by when the report is due, and who is late."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from consultations.models import Consultation
from consultations.services.decisions import assign_remark
from consultations.services.summaries import publish_summary
from consultations.terms import terms_of
from lublin2030.lib.dates import warsaw
from tests.consultations.residents import text_of
from tests.factories import CLOSES, DURING, OPENS, ConsultationFactory, DepartmentFactory, person, remark_in_state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

TERMS = "/biurko/terminy/"


# -- Public -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("now", [DURING, CLOSES + dt.timedelta(days=400)], ids=["open", "long closed"])
@pytest.mark.parametrize("place", ["consultation", "summary"])
def test_the_public_reads_both_clocks_in_absolute_days(client, consultation, place, now):
    publish_summary(consultation, by=person(Role.COORDINATOR), now=DURING)
    address = (
        consultation.get_absolute_url() if place == "consultation" else reverse("summary", args=[consultation.slug])
    )
    with time_machine.travel(now, tick=False):
        text = text_of(client.get(address))
    assert "otwarte 36 dni (wymagane 35)" in text
    assert "sprawozdanie do 19 stycznia 2022" in text


def test_without_a_required_number_only_the_days_are_told(client, consultation):
    Consultation.objects.update(least_days_open=0)
    text = text_of(client.get(consultation.get_absolute_url()))
    assert "otwarte 36 dni" in text
    assert "wymagane" not in text


def test_the_days_to_the_report_are_the_consultations_own(client, consultation):
    Consultation.objects.update(report_days=10)
    assert "sprawozdanie do 30 grudnia 2021" in text_of(client.get(consultation.get_absolute_url()))


def test_the_api_says_both_numbers(client, consultation):
    said = client.get(f"/api/v1/consultations/{consultation.slug}/").json()
    assert (said["days_open"], said["least_days_open"], said["report_due_on"]) == (36, 35, "2022-01-19")


# -- Staff ------------------------------------------------------------------------------------------------------------


def test_the_numbers_of_a_consultation_at_a_moment(consultation):
    late, calm = DepartmentFactory(), DepartmentFactory()
    by = person(Role.COORDINATOR)
    for department, day in ((late, 3), (late, 20), (calm, 20)):
        remark = remark_in_state(consultation, "proper")
        assign_remark(remark, department=department, by=by, due_on=dt.date(2021, 12, day), now=DURING)
    for state in ("published", "received", "improper", "approved"):
        remark_in_state(consultation, state)
    (terms,) = terms_of([consultation], warsaw(2021, 12, 8, 12))
    assert (terms.answered, terms.proper, terms.is_answered, terms.days_late) == (1, 5, False, 0)
    assert [(one.department, one.waiting, one.overdue, one.days_late) for one in terms.departments] == [
        (late, 2, 1, 5),
        (calm, 1, 0, 0),
    ]


@pytest.mark.parametrize(("day", "late"), [(19, 0), (20, 1)])
def test_the_report_is_late_from_the_day_after_its_term(consultation, day, late):
    remark_in_state(consultation, "assigned")
    (terms,) = terms_of([consultation], warsaw(2022, 1, day, 12))
    assert terms.days_late == late


def test_nothing_is_late_where_everything_is_answered(consultation):
    remark_in_state(consultation, "published")
    (terms,) = terms_of([consultation], warsaw(2022, 6, 1))
    assert (terms.is_answered, terms.days_late) == (True, 0)


def test_the_desk_shows_terms_answers_and_late_departments(client, consultation, sign_in):
    remark_in_state(consultation, "assigned", department=DepartmentFactory(name="Wydział Zieleni"))
    remark_in_state(consultation, "published")
    with time_machine.travel(warsaw(2021, 12, 17, 12), tick=False):
        sign_in(Role.COORDINATOR)
        text = text_of(client.get(TERMS))
    for said in ("36 dni (wymagane 35)", "1 z 2", "Wydział Zieleni", "od 2 dni", "19 stycznia 2022"):
        assert said in text


@pytest.mark.parametrize(("least", "warned"), [(36, False), (37, True)])
def test_the_desk_warns_of_a_term_that_is_too_short(client, consultation, sign_in, least, warned):
    sign_in(Role.COORDINATOR)
    Consultation.objects.update(least_days_open=least)
    assert ("Za krótko otwarte" in text_of(client.get(TERMS))) is warned


@pytest.mark.parametrize(
    ("closes", "state", "listed"),
    [(CLOSES, None, True), (DURING, "assigned", True), (DURING, "published", False), (DURING, None, False)],
)
def test_the_desk_counts_what_is_open_or_has_a_remark_without_an_answer(
    client, consultation, sign_in, closes, state, listed
):
    if state:
        remark_in_state(consultation, state, now=OPENS)
    Consultation.objects.update(closes_at=closes)
    assert Consultation.objects.under_way(DURING).exists() is listed


@pytest.mark.parametrize("role", [None, *Role])
def test_who_opens_the_terms(client, sign_in, role):
    if role:
        sign_in(role)
    allowed = role in {Role.COORDINATOR, Role.EXPERT, Role.ADMINISTRATOR}
    assert client.get(TERMS).status_code == (302 if role is None else 200 if allowed else 403)


def test_more_consultations_and_departments_cost_no_more_queries(client, sign_in, consultation):
    sign_in(Role.COORDINATOR)

    def cost() -> int:
        client.get(TERMS)
        with CaptureQueriesContext(connection) as queries:
            client.get(TERMS)
        return len(queries)

    remark_in_state(consultation, "assigned")
    few = cost()
    for _time in range(3):
        ConsultationFactory()
        remark_in_state(consultation, "assigned")
    assert cost() == few


# -- Setting the terms ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("last_day", "warned"), [(19, False), (18, True)])
def test_dates_that_are_too_short_are_saved_with_a_sentence(client, sign_in, consultation, last_day, warned):
    sign_in(Role.COORDINATOR)
    address = reverse("admin:consultations_consultation_change", args=[consultation.pk])
    form = client.get(address).context["adminform"].form
    sent = {
        bound.html_name: bound.value() if bound.value() is not None else ""
        for bound in form
        if bound.html_name not in {"opens_at", "closes_at", "published_at"}
    }
    sent |= {"opens_at_0": "2021-11-15", "opens_at_1": "00:00:00", "published_at_0": "", "published_at_1": ""}
    sent |= {"closes_at_0": f"2021-12-{last_day + 1}", "closes_at_1": "00:00:00"}
    for prefix in ("improper_reasons", "offered_outcomes", "topics"):
        sent |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    sent = {name: value for name, value in sent.items() if value is not False}
    answer = client.post(address, sent, follow=True)
    assert Consultation.objects.get().last_day == dt.date(2021, 12, last_day)
    assert ("prawo wymaga 35" in text_of(answer)) is warned
