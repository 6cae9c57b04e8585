"""Templates of justifications: which fit a remark, inserting one without scripts, saving one from the desk."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.roles import Role
from consultations import errors
from consultations.models import AnswerDraft, JustificationTemplate
from consultations.services.answer_drafts import save_template
from tests.factories import DepartmentFactory, consultation_with_draft, person, remark_in_state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


@pytest.fixture
def remark(consultation):
    return remark_in_state(consultation, "assigned")


def template(title: str, **fields) -> JustificationTemplate:
    return JustificationTemplate.objects.create(title=title, text=f"Słowa: {title}", **fields)


def post(client, remark, **fields):
    return client.post(reverse("desk:remark", args=[remark.pk]), fields)


def test_those_for_all_and_those_of_the_own_consultation_and_department_fit(remark):
    other_consultation, other_department = consultation_with_draft(), DepartmentFactory()
    template("a dla wszystkich")
    template("b tych konsultacji", consultation=remark.consultation)
    template("c wydziału", department=remark.department)
    template("d obu", consultation=remark.consultation, department=remark.department)
    template("innych konsultacji", consultation=other_consultation)
    template("innego wydziału", department=other_department, consultation=remark.consultation)
    assert [one.title[0] for one in JustificationTemplate.objects.fitting(remark)] == ["a", "b", "c", "d"]


def test_without_scripts_it_is_put_after_the_words_and_its_outcome_chosen(client, sign_in, remark):
    sign_in(Role.COORDINATOR)
    one = template("t", outcome="in_text")
    post(client, remark, action=["decide", "insert_template"], template=one.pk, justification="Dziękujemy.")
    draft = AnswerDraft.objects.get()
    assert (draft.outcome, draft.justification) == ("in_text", "Dziękujemy.\n\nSłowa: t")


def test_the_outcome_that_is_chosen_stays(client, sign_in, remark):
    sign_in(Role.COORDINATOR)
    one = template("t", outcome="in_text")
    post(client, remark, action=["decide", "insert_template"], template=one.pk, justification="", outcome="accepted")
    assert AnswerDraft.objects.get().outcome == "accepted"


def test_one_of_another_department_is_not_inserted(client, sign_in, remark):
    sign_in(Role.COORDINATOR)
    one = template("t", department=DepartmentFactory())
    assert post(client, remark, action=["decide", "insert_template"], template=one.pk).status_code == 404


@pytest.mark.parametrize("only_here", [True, False])
def test_saved_from_the_desk_it_belongs_to_the_remarks_department(client, sign_in, remark, only_here):
    sign_in(Role.COORDINATOR)
    here = {"template_here": "on"} if only_here else {}
    fields = {"justification": "Sieć jest w planie.", "outcome": "in_text", "template_title": "Sieć"} | here
    post(client, remark, action=["decide", "save_template"], **fields)
    one = JustificationTemplate.objects.get()
    assert (one.title, one.text, one.outcome) == ("Sieć", "Sieć jest w planie.", "in_text")
    assert (one.department, one.consultation) == (remark.department, remark.consultation if only_here else None)


def test_without_a_title_nothing_is_saved_and_the_words_stay(client, sign_in, remark):
    sign_in(Role.COORDINATOR)
    answer = post(client, remark, action=["decide", "save_template"], justification="Sieć jest w planie.")
    assert (answer.status_code, JustificationTemplate.objects.count()) == (409, 0)
    assert "Sieć jest w planie." in answer.content.decode()


def test_an_expert_saves_templates_of_the_own_department_only(remark):
    expert = person(Role.EXPERT)
    with pytest.raises(errors.NotPermitted):
        save_template(remark, title="t", text="x", only_here=False, by=expert)
    remark.department.members.add(expert)
    assert save_template(remark, title="t", text="x", only_here=False, by=expert).department == remark.department


@pytest.mark.parametrize("role", list(Role))
def test_who_keeps_templates_among_the_records(client, sign_in, role):
    sign_in(role)
    may = role in {Role.COORDINATOR, Role.ADMINISTRATOR}
    assert (client.get(reverse("admin:consultations_justificationtemplate_add")).status_code == 200) is may
