"""One answer for a group of similar remarks, and what stays each remark's own."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.roles import Role
from consultations.errors import GroupChanged, JustificationMissing
from consultations.models import Decision, Remark, RemarkGroup
from consultations.services.decisions import assign_remark
from consultations.services.group_answers import answer_group, waiting_with
from consultations.services.groups import confirm_group, leave_group
from consultations.services.verification import mark_proper
from tests.consultations.similar import campaign, look
from tests.factories import DURING, DepartmentFactory, consultation_with_draft, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

ACCEPTED = Remark.Outcome.ACCEPTED


@pytest.fixture
def coordinator():
    return person(Role.COORDINATOR)


@pytest.fixture
def department():
    return DepartmentFactory()


@pytest.fixture
def members(coordinator, department):
    """Five remarks of one confirmed group; four wait for their department, the last for its verification."""
    consultation = consultation_with_draft(answer_path="direct")
    remarks = campaign(consultation, 5, now=DURING)
    look(consultation)
    group = RemarkGroup.objects.get()
    confirm_group(group, joining=[one.pk for one in remarks], by=coordinator, now=DURING)
    for one in remarks[:4]:
        mark_proper(one.submission, by=coordinator, now=DURING)
        assign_remark(one, department=department, by=coordinator, now=DURING)
    return [Remark.objects.get(pk=one.pk) for one in remarks]


def answer(remark, by, **said):
    values = {"outcome": ACCEPTED, "justification": "Słusznie."} | said
    return answer_group(remark, by=by, now=DURING, **values)


def test_all_that_wait_get_the_same_words_and_each_its_own_answer(members, coordinator):
    done = answer(members[0], coordinator)
    assert (done.others, done.refusals) == (3, {})
    answered = Decision.objects.filter(justification="Słusznie.").values_list("remark", flat=True)
    assert set(answered) == {one.pk for one in members[:4]}


def test_number_and_sender_stay(members, coordinator):
    before = list(Remark.objects.order_by("pk").values_list("pk", "position", "submission"))
    answer(members[0], coordinator)
    assert list(Remark.objects.order_by("pk").values_list("pk", "position", "submission")) == before


def test_one_that_has_left_the_group_is_not_answered(members, coordinator):
    leave_group(RemarkGroup.objects.get(), remark=members[1], why="Inna ulica.", by=coordinator, now=DURING)
    answer(members[0], coordinator)
    assert Remark.objects.get(pk=members[1].pk).state == "assigned"


def test_an_expert_answers_the_own_department_and_hears_of_the_rest(members, coordinator, department):
    expert = person(Role.EXPERT)
    department.members.add(expert)
    assign_remark(members[3], department=DepartmentFactory(), by=coordinator, now=DURING)
    done = answer(members[0], expert)
    assert (done.others, set(done.refusals)) == (2, {members[3].pk})


def test_where_the_remark_at_hand_is_refused_none_is_answered(members, coordinator):
    with pytest.raises(JustificationMissing):
        answer(members[0], coordinator, justification=" ")
    assert not Decision.objects.exists()


def test_a_remark_without_a_group_has_nobody_to_answer_with(members):
    assert waiting_with(members[4]).count() == 4
    RemarkGroup.objects.get().members.all().update(state="left", left_at=DURING, why="x")
    assert not waiting_with(members[0]).exists()


def test_the_page_offers_it_with_the_number_of_others(members, coordinator, client):
    client.force_login(coordinator)
    assert client.get(reverse("desk:remark", args=[members[0].pk])).context["waiting_in_group"] == 3


def test_checked_on_the_page_the_whole_group_is_answered(members, coordinator, client):
    client.force_login(coordinator)
    sent = {
        "action": "decide", "seen_department": members[0].department_id, "seen_revision": 1, "outcome": "accepted",
        "justification": "Słusznie.", "whole_group": "on",
    }  # fmt: skip
    client.post(reverse("desk:remark", args=[members[0].pk]), sent)
    assert Decision.objects.count() == 4


@pytest.mark.parametrize("seen", [2, 4])
def test_a_group_that_has_changed_since_the_page_was_opened_is_not_answered(members, coordinator, seen):
    with pytest.raises(GroupChanged):
        answer(members[0], coordinator, seen_others=seen)
    assert not Decision.objects.exists()


def test_a_larger_group_is_left_to_the_bulk_verb(members, coordinator, monkeypatch):
    monkeypatch.setattr("consultations.services.group_answers.MOST_AT_ONCE", 2)
    with pytest.raises(GroupChanged):
        answer(members[0], coordinator)
    assert not Decision.objects.exists()
