"""The whole truth table of an answer: role × state × verb. What is not in it is refused and changes nothing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from consultations.errors import ConsultationError
from consultations.models import Remark
from consultations.services.decisions import (
    approve_answer,
    assign_remark,
    correct_answer,
    decide_remark,
    publish_decision,
    return_decision,
    review_answer,
)
from tests.factories import DURING, STATES, DepartmentFactory, consultation_with_draft, person, remark_in_state

pytestmark = pytest.mark.django_db

OUTCOME = Remark.Outcome.EXPLAINED
VERBS = {
    "assign": lambda remark, by: assign_remark(remark, department=DepartmentFactory(), by=by, now=DURING),
    "decide": lambda remark, by: decide_remark(remark, outcome=OUTCOME, justification="Tak.", by=by, now=DURING),
    "review": lambda remark, by: review_answer(remark, by=by, now=DURING),
    "approve": lambda remark, by: approve_answer(remark, by=by, now=DURING),
    "return": lambda remark, by: return_decision(remark, reason="Szerzej.", by=by, now=DURING),
    "publish": lambda remark, by: publish_decision(remark, by=by, now=DURING),
    "correct": lambda remark, by: correct_answer(
        remark, outcome=OUTCOME, justification="Jaśniej.", why="Pomyłka.", by=by, now=DURING
    ),
}
# In which states each verb may be done at all, and then by whom; experts for their own department only.
STATES_OF = {
    "assign": {"proper", "assigned"},
    "decide": {"assigned"},
    "review": {"drafted"},
    "approve": {"reviewed"},
    "return": {"drafted", "reviewed", "approved"},
    "publish": {"approved"},
    "correct": {"published"},
}
EXPERTS_DO = {("decide", "assigned"), ("review", "drafted"), ("return", "drafted"), ("correct", "published")}
WHO = [*((role, own) for role in Role for own in (True, False)), (None, False)]


def may(role: Role | None, own: bool, verb: str, state: str) -> bool:
    if state not in STATES_OF[verb]:
        return False
    return role == Role.COORDINATOR or (role == Role.EXPERT and own and (verb, state) in EXPERTS_DO)


class _TakeBack(Exception):
    """Ends a case: the next one begins from the same remark."""


@pytest.mark.parametrize("state", STATES)
def test_role_by_state_by_verb(state):
    remark = remark_in_state(consultation_with_draft(), state)
    people: dict[tuple[Role | None, bool], User | AnonymousUser] = {}
    for role, own in WHO:
        people[role, own] = AnonymousUser() if role is None else person(role)
        if own and remark.department is not None:
            remark.department.members.add(people[role, own].pk)
    before = Remark.objects.values("state", "outcome", "correction", "department").get(pk=remark.pk)
    found: dict[tuple[str, bool, str], bool] = {}
    for (role, own), user in people.items():
        for verb, do in VERBS.items():
            try:
                with transaction.atomic():
                    try:
                        do(Remark.objects.get(pk=remark.pk), user)
                    except ConsultationError:
                        found[str(role), own, verb] = False
                        left = Remark.objects.values("state", "outcome", "correction", "department").get(pk=remark.pk)
                        assert left == before, (role, verb)
                    else:
                        found[str(role), own, verb] = True
                    raise _TakeBack
            except _TakeBack:
                pass
    has_department = remark.department_id is not None
    expected = {
        (str(role), own, verb): may(role, own and has_department, verb, state) for role, own in WHO for verb in VERBS
    }
    assert found == expected
