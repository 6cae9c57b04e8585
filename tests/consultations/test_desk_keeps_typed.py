"""What a person has typed at the desk is never lost without JavaScript: not by a refusal, not by an expired form."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from consultations.models import AnswerDraft, BulkAction, Decision, Note, Remark
from consultations.services.decisions import assign_remark, decide_remark
from tests.consultations.residents import text_of
from tests.factories import DURING, DepartmentFactory, person, remark_in_state, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]
LONG = "Za długie. " * 1000  # more than a justification may have
TYPED = "Długo pisane słowa."


@pytest.fixture
def guarded():
    """A coordinator whose forms have all expired."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(person(Role.COORDINATOR))
    return client


@pytest.fixture
def remark(consultation):
    return remark_in_state(consultation, "assigned")


def page_of(remark: Remark) -> str:
    return reverse("desk:remark", args=[remark.pk])


def decision(remark: Remark, **fields: str) -> dict[str, str]:
    return {
        "action": "decide",
        "seen_department": str(remark.department_id),
        "seen_revision": str(remark.revision),
        **fields,
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"outcome": "accepted", "justification": TYPED},
        {"outcome": "", "justification": TYPED},
        {"outcome": "accepted", "justification": TYPED + LONG},
        {"outcome": "accepted", "justification": TYPED, "template_title": "Drzewa przy ulicach"},
    ],
)
def test_an_expired_answer_comes_back_in_every_field(guarded, remark, fields):
    answer = guarded.post(page_of(remark), decision(remark, **fields))
    assert (answer.status_code, Decision.objects.count(), AnswerDraft.objects.count()) == (403, 0, 0)
    form = answer.context["forms"]["decide"]
    assert {name: form[name].value() for name in ("outcome", "justification")} == {
        name: fields[name] for name in ("outcome", "justification")
    }
    assert bool(form.errors) is (not fields["outcome"] or len(fields["justification"]) > len(TYPED))
    assert fields.get("template_title", "") in answer.content.decode()


def test_what_came_back_can_be_sent_as_it_is(guarded, remark):
    sent = decision(remark, outcome="accepted", justification=TYPED)
    answer = guarded.post(page_of(remark), sent)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.content.decode())
    assert token is not None
    again = guarded.post(page_of(remark), sent | {"csrfmiddlewaretoken": token[1]})
    assert (again.status_code, Decision.objects.get().justification) == (302, TYPED)


@pytest.mark.parametrize("fields", [{"text": TYPED}, {"text": TYPED + LONG}])
def test_an_expired_note_comes_back(guarded, remark, fields):
    answer = guarded.post(page_of(remark), {"action": "note", **fields})
    assert (answer.status_code, Note.objects.count()) == (403, 0)
    assert TYPED in text_of(answer)


def test_a_refused_answer_with_a_fault_comes_back_whole(client, sign_in, remark):
    """The text of the remark has changed meanwhile, and the outcome is missing too."""
    sign_in(Role.COORDINATOR)
    Remark.objects.filter(pk=remark.pk).update(revision=2)
    answer = client.post(page_of(remark), decision(remark, outcome="accepted", justification=TYPED))
    form = answer.context["forms"]["decide"]
    assert (answer.status_code, form["justification"].value(), form["outcome"].value()) == (409, TYPED, "accepted")
    # The next try is for the text that this page shows.
    assert form["seen_revision"].value() == "2"


def test_without_a_refusal_the_next_try_still_notices_what_has_changed(guarded, remark):
    Remark.objects.filter(pk=remark.pk).update(revision=2)
    answer = guarded.post(page_of(remark), decision(remark, outcome="accepted", justification=TYPED))
    assert answer.context["forms"]["decide"]["seen_revision"].value() == "1"


@pytest.mark.parametrize("justification", [TYPED, TYPED + LONG])
def test_where_the_form_is_allowed_no_more_its_words_stand_beside_the_reason(client, sign_in, remark, justification):
    boss = sign_in(Role.COORDINATOR)
    decide_remark(remark, outcome=Remark.Outcome.EXPLAINED, justification="Inna.", by=boss, now=DURING)
    answer = client.post(page_of(remark), decision(remark, outcome="accepted", justification=justification))
    assert "decide" not in answer.context["forms"]
    assert TYPED in text_of(answer)
    assert str(Remark.Outcome.ACCEPTED.label) in {text for _label, text in answer.context["lost"]}
    assert answer.context["error"]


def test_a_department_that_was_chosen_is_told_by_its_name(client, sign_in, consultation):
    boss = sign_in(Role.COORDINATOR)
    remark = remark_in_state(consultation, "proper")
    department = DepartmentFactory(name="Wydział Zieleni")
    assign_remark(remark, department=department, by=boss, now=DURING)
    decide_remark(remark, outcome=Remark.Outcome.EXPLAINED, justification="Inna.", by=boss, now=DURING)
    answer = client.post(page_of(remark), {"action": "assign", "department": department.pk})
    assert [text for _label, text in answer.context["lost"]] == ["Wydział Zieleni"]


# -- The other pages of the desk where one types long ---------------------------------------------------------------


def test_an_expired_verification_comes_back(guarded, consultation):
    case = submission(consultation)
    fields = {"action": "improper", "reason": "x", "note": TYPED}
    answer = guarded.post(reverse("desk:submission", args=[case.pk]), fields)
    case.refresh_from_db()
    assert (answer.status_code, case.verification) == (403, "pending")
    assert answer.context["forms"]["improper"]["note"].value() == TYPED


def test_an_expired_redaction_comes_back(guarded, remark):
    fields: dict[str, Any] = {
        "action": "redact", "revision": remark.revision, "seen": remark.text_state, "phrases": "drzewa",
        "grounds": TYPED,
    }  # fmt: skip
    answer = guarded.post(reverse("desk:text", args=[remark.pk]), fields)
    remark.refresh_from_db()
    assert (answer.status_code, remark.redactions.count()) == (403, 0)
    assert [answer.context["form"][name].value() for name in ("phrases", "grounds")] == ["drzewa", TYPED]


@pytest.mark.parametrize("fields", [{"outcome": "accepted", "justification": TYPED}, {"justification": TYPED}])
def test_an_expired_bulk_answer_comes_back(guarded, remark, fields):
    address = f"{reverse('desk:bulk')}?konsultacja={remark.consultation.slug}"
    answer = guarded.post(address, {"verb": "decide", **fields})
    assert (answer.status_code, BulkAction.objects.count()) == (403, 0)
    assert TYPED in text_of(answer)
    assert answer.context["problem"]
