"""Who else has a remark open: reported by the page, fresh for a minute, gone when the page is closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.roles import Role
from consultations import errors
from consultations.models import Presence
from consultations.services.presence import KEPT_FOR, be_present, forget_old_presences, leave, others_at
from tests.factories import DURING, person, remark_in_state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


@pytest.fixture
def remark(consultation):
    return remark_in_state(consultation, "assigned")


@pytest.fixture
def anna():
    return person(Role.COORDINATOR)


def later(seconds: int):
    return DURING + timedelta(seconds=seconds)


def seen_by_another(remark, at):
    return [(one.user, one.since) for one in others_at(remark, than=person(Role.EXPERT), now=at)]


@pytest.mark.parametrize(("after", "is_there"), [(0, True), (59, True), (60, False), (600, False)])
def test_a_report_is_fresh_for_a_minute(remark, anna, after, is_there):
    be_present(remark, by=anna, now=DURING)
    assert seen_by_another(remark, later(after)) == ([(anna, DURING)] if is_there else [])


def test_who_stays_is_there_since_the_first_report(remark, anna):
    for seconds in (0, 20, 40, 80):
        be_present(remark, by=anna, now=later(seconds))
    assert seen_by_another(remark, later(100)) == [(anna, DURING)]


def test_who_comes_back_is_there_since_then(remark, anna):
    be_present(remark, by=anna, now=DURING)
    be_present(remark, by=anna, now=later(300))
    assert seen_by_another(remark, later(300)) == [(anna, later(300))]


def test_nobody_is_warned_of_oneself(remark, anna):
    assert be_present(remark, by=anna, now=DURING) == []


def test_who_has_left_is_not_there(remark, anna):
    be_present(remark, by=anna, now=DURING)
    leave(remark, by=anna)
    assert seen_by_another(remark, DURING) == []


def test_who_may_not_read_remarks_reports_nothing(remark):
    with pytest.raises(errors.NotPermitted):
        be_present(remark, by=person(Role.COUNCILLOR), now=DURING)


def test_old_reports_are_swept_and_others_stay(remark, anna):
    be_present(remark, by=anna, now=DURING)
    be_present(remark, by=person(Role.EXPERT), now=DURING + KEPT_FOR)
    assert (forget_old_presences(now=DURING + KEPT_FOR + timedelta(seconds=1)), Presence.objects.count()) == (1, 1)


def test_the_page_warns_of_who_is_there(client, sign_in, remark, anna):
    be_present(remark, by=anna, now=DURING)
    sign_in(Role.COORDINATOR)
    page = client.get(reverse("desk:remark", args=[remark.pk]))
    assert [one.user for one in page.context["others"]] == [anna]
    assert str(anna) in page.content.decode()


def test_the_report_is_answered_with_who_else_is_there(client, sign_in, remark, anna):
    be_present(remark, by=anna, now=DURING)
    sign_in(Role.COORDINATOR)
    address = reverse("desk:presence", args=[remark.pk])
    (words,) = client.post(address).json()["others"]
    assert (str(anna) in words, "12:00" in words, Presence.objects.count()) == (True, True, 2)
    client.post(address, {"leaves": "1"})
    assert Presence.objects.count() == 1


@pytest.mark.parametrize(("role", "status"), [(None, 401), (Role.COUNCILLOR, 403), (Role.EXPERT, 200)])
def test_who_may_report(client, sign_in, remark, role, status):
    if role:
        sign_in(role)
    assert client.post(reverse("desk:presence", args=[remark.pk])).status_code == status
