"""One verb for exactly the remarks of a filter: counted, confirmed, done once, each with its own result."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts import jobs
from accounts.models import Job
from accounts.roles import Role
from consultations.errors import BatchNotUnderWay, ListChanged, NotPermitted
from consultations.models import (
    BulkAction,
    BulkItem,
    Consultation,
    Decision,
    HistoryEntry,
    PublicationBatch,
    Remark,
    Topic,
)
from consultations.services import bulk
from consultations.services.bulk import confirm, prepare
from consultations.services.corrections import withdraw_remark
from consultations.services.decisions import assign_remark, decide_remark, review_answer
from consultations.services.publication import continue_batch
from consultations.services.tallies import recount
from lublin2030.lib.tokens import new_token
from notifications.models import Message
from tests.consultations.bulk import chosen, confirmed, done, refusals
from tests.factories import DURING, DepartmentFactory, consultation_with_draft, person, remark_in_state, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

SILENT: Any = lambda done, total: None  # noqa: E731
ANSWER = {"outcome": "accepted", "justification": "Słusznie."}


@pytest.fixture
def boss():
    return person(Role.COORDINATOR)


def assigned(consultation, number, **fields):
    return [remark_in_state(consultation, "assigned", **fields) for _each in range(number)]


def states(consultation) -> list[str]:
    return list(Remark.objects.filter(consultation=consultation).order_by("position").values_list("state", flat=True))


def department_words(department):
    return {"department": department.pk, "due_on": ""}


# -- The list -----------------------------------------------------------------------------------------------------


def test_the_frozen_list_is_exactly_what_the_filter_held(consultation, boss):
    wanted = [remark_in_state(consultation, "proper") for _each in range(3)]
    remark_in_state(consultation, "received")
    remark_in_state(consultation_with_draft(), "proper")
    action = confirmed(consultation, "assign", boss, department_words(DepartmentFactory()), stan="proper")
    assert action.total == 3
    assert list(action.items.values_list("remark", flat=True)) == [one.pk for one in wanted]


def test_a_remark_that_comes_after_the_confirmation_is_not_touched(consultation, boss):
    remark_in_state(consultation, "proper")
    confirmed(consultation, "assign", boss, department_words(DepartmentFactory()), stan="proper")
    remark_in_state(consultation, "proper")
    jobs.run_due()
    assert states(consultation) == ["assigned", "proper"]


@pytest.mark.parametrize(
    "change", ["one more", "one less", "one for another", "another text", "another answer", "another department"]
)
def test_a_list_that_has_changed_since_it_was_shown_is_confirmed_anew(consultation, boss, change):
    kept, gone = assigned(consultation, 2)
    found = chosen(consultation, boss)
    if change in {"one less", "one for another"}:
        found = chosen(consultation, boss, stan="assigned")
    fingerprint = prepare(found).fingerprint
    if change in {"one more", "one for another"}:
        assigned(consultation, 1)
    if change in {"one less", "one for another"}:
        withdraw_remark(gone, now=DURING)
    if change == "another text":
        Remark.objects.filter(pk=kept.pk).update(revision=2)
    if change == "another department":
        assign_remark(kept, department=DepartmentFactory(), by=boss, now=DURING)
    if change == "another answer":
        decide_remark(kept, outcome=Remark.Outcome.ACCEPTED, justification="Tak.", by=boss, now=DURING)
    with pytest.raises(ListChanged) as refused:
        confirm(found, verb=BulkAction.Verb.APPROVE, parameters={}, fingerprint=fingerprint, form_token="t", by=boss)
    assert refused.value.number == {"one more": 3, "one less": 1}.get(change, 2)
    assert not BulkItem.objects.exists()


def test_an_empty_list_is_no_action(consultation, boss):
    found = chosen(consultation, boss)
    with pytest.raises(ListChanged):
        confirm(found, verb=BulkAction.Verb.APPROVE, parameters={}, fingerprint=prepare(found).fingerprint,
                form_token="t", by=boss)  # fmt: skip


def test_confirming_twice_makes_one_action(consultation, boss):
    remark_in_state(consultation, "proper")
    found, token = chosen(consultation, boss), new_token()
    words: dict[str, Any] = {"verb": BulkAction.Verb.ASSIGN, "parameters": department_words(DepartmentFactory()),
             "fingerprint": prepare(found).fingerprint, "form_token": token, "by": boss}  # fmt: skip
    assert confirm(found, **words) == confirm(found, **words)
    assert (BulkAction.objects.count(), BulkItem.objects.count(), Job.objects.count()) == (1, 1, 1)


# -- Each verb ----------------------------------------------------------------------------------------------------


def test_assign_gives_every_proper_remark_and_refuses_the_others_with_their_reason(consultation, boss):
    for state in ("proper", "received", "published", "proper"):
        remark_in_state(consultation, state)
    department = DepartmentFactory()
    action = done(consultation, "assign", boss, {"department": department.pk, "due_on": "2022-01-15"})
    assert (action.state, action.done, action.refused) == ("done", 2, 2)
    assert refusals(action) == ["RemarkNotAssignable"] * 2
    given = Remark.objects.filter(department=department)
    assert [(one.state, str(one.answer_due_on)) for one in given] == [("assigned", "2022-01-15")] * 2


def test_tag_moves_the_tallies_and_leaves_history(consultation, boss):
    for _each in range(3):
        submission(consultation)
    topic = Topic.objects.get(consultation=consultation)
    action = done(consultation, "tag", boss, {"topic": topic.pk})
    assert (action.done, Remark.objects.filter(topic=topic).count()) == (3, 3)
    assert HistoryEntry.objects.filter(verb="set_topic", after={"topic": topic.pk}).count() == 3
    assert recount(Consultation.objects.get(pk=consultation.pk)) == []


def test_tag_refuses_what_has_the_topic_already(consultation, boss):
    submission(consultation)
    topic = Topic.objects.get(consultation=consultation)
    done(consultation, "tag", boss, {"topic": topic.pk})
    assert refusals(done(consultation, "tag", boss, {"topic": topic.pk})) == ["TopicSetAlready"]


def test_tag_refuses_a_topic_of_another_consultation(consultation, boss):
    submission(consultation)
    topic = Topic.objects.get(consultation=consultation_with_draft())
    assert refusals(done(consultation, "tag", boss, {"topic": topic.pk})) == ["TopicNotOfThisConsultation"]


def test_decide_drafts_one_answer_for_each(consultation, boss):
    assigned(consultation, 3)
    remark_in_state(consultation, "proper")
    action = done(consultation, "decide", boss, ANSWER)
    assert (action.done, refusals(action)) == (3, ["RemarkAlreadyDecided"])
    assert Decision.objects.filter(outcome="accepted", justification="Słusznie.", decided_by=boss).count() == 3
    assert HistoryEntry.objects.filter(verb="decide").count() == 3


def test_decide_refuses_an_outcome_that_is_not_offered(consultation, boss):
    assigned(consultation, 1)
    consultation.offered_outcomes.create(outcome="explained")
    assert refusals(done(consultation, "decide", boss, ANSWER)) == ["OutcomeNotOffered"]


def test_decide_refuses_a_text_that_was_corrected_after_the_confirmation(consultation, boss):
    one, _other = assigned(consultation, 2)
    action = confirmed(consultation, "decide", boss, ANSWER)
    Remark.objects.filter(pk=one.pk).update(revision=2)
    jobs.run_due()
    assert refusals(action) == ["CorrectedMeanwhile"]
    assert states(consultation) == ["assigned", "approved"]


def test_an_expert_reaches_only_remarks_of_the_own_departments(consultation):
    own, foreign = DepartmentFactory(), DepartmentFactory()
    expert = person(Role.EXPERT)
    own.members.add(expert)
    assigned(consultation, 2, department=own)
    assigned(consultation, 1, department=foreign)
    action = done(consultation, "decide", expert, ANSWER)
    assert (action.total, action.done) == (2, 2)
    assert states(consultation) == ["approved", "approved", "assigned"]


def test_a_remark_that_went_to_others_meanwhile_is_refused_to_the_expert(consultation):
    own = DepartmentFactory()
    expert = person(Role.EXPERT)
    own.members.add(expert)
    [remark] = assigned(consultation, 1, department=own)
    action = confirmed(consultation, "decide", expert, ANSWER)
    Remark.objects.filter(pk=remark.pk).update(department=DepartmentFactory())
    jobs.run_due()
    assert refusals(action) == ["RemarkAlreadyDecided"]


def test_review_and_approve_take_every_answer_its_step_on(boss):
    consultation = consultation_with_draft(answer_path="steps")
    for _each in range(2):
        remark_in_state(consultation, "drafted")
    done(consultation, "review", boss, stan="drafted")
    assert states(consultation) == ["reviewed"] * 2
    done(consultation, "approve", boss, stan="reviewed")
    assert states(consultation) == ["approved"] * 2
    assert Decision.objects.filter(reviewed_by=boss, approved_by=boss).count() == 2


def test_with_four_eyes_only_answers_of_others_are_reviewed(boss):
    consultation = consultation_with_draft(answer_path="four_eyes")
    other = person(Role.COORDINATOR)
    for by in (boss, other):
        [remark] = assigned(consultation, 1)
        decide_remark(remark, outcome=Remark.Outcome.ACCEPTED, justification="Tak.", by=by, now=DURING)
    action = done(consultation, "review", boss)
    assert (states(consultation), refusals(action)) == (["drafted", "reviewed"], ["SamePerson"])


def test_an_answer_that_was_drafted_after_the_confirmation_is_not_approved_unseen(boss):
    consultation = consultation_with_draft(answer_path="steps")
    [remark] = assigned(consultation, 1)
    action = confirmed(consultation, "approve", boss)
    decide_remark(remark, outcome=Remark.Outcome.ACCEPTED, justification="Tak.", by=boss, now=DURING)
    review_answer(remark, by=boss, now=DURING)
    jobs.run_due()
    assert refusals(action) == ["NothingToApprove"]


def test_a_remark_given_to_others_since_the_confirmation_is_not_answered_in_their_name(consultation, boss):
    kept, moved = assigned(consultation, 2)
    action = confirmed(consultation, "decide", boss, ANSWER)
    assign_remark(moved, department=DepartmentFactory(), by=boss, now=DURING)
    jobs.run_due()
    assert (refusals(action), states(consultation)) == (["RemarkAlreadyDecided"], ["approved", "assigned"])
    assert [one.department for one in Decision.objects.all()] == [kept.department]


def test_a_remark_without_a_department_at_the_confirmation_is_not_answered_later(consultation, boss):
    remark = remark_in_state(consultation, "proper")
    action = confirmed(consultation, "decide", boss, ANSWER)
    assign_remark(remark, department=DepartmentFactory(), by=boss, now=DURING)
    jobs.run_due()
    assert (refusals(action), Decision.objects.count()) == (["RemarkAlreadyDecided"], 0)


def test_return_sends_answers_back_with_the_reason(consultation, boss):
    for _each in range(2):
        remark_in_state(consultation, "approved")
    done(consultation, "return", boss, {"reason": "Za krótko."})
    assert states(consultation) == ["assigned"] * 2
    assert Decision.objects.filter(returned_at=DURING).count() == 2
    assert HistoryEntry.objects.filter(verb="return", after__why="Za krótko.").count() == 2


def test_publish_makes_every_approved_answer_public_and_counts_it(consultation, boss):
    for state in ("approved", "approved", "assigned"):
        remark_in_state(consultation, state)
    action = done(consultation, "publish", boss)
    assert (action.done, refusals(action)) == (2, ["RemarkNotDecided"])
    assert Decision.objects.published().count() == 2
    assert recount(Consultation.objects.get(pk=consultation.pk)) == []


# -- Once ---------------------------------------------------------------------------------------------------------


def test_the_same_job_a_second_time_does_nothing(consultation, boss):
    remark_in_state(consultation, "approved")
    action = done(consultation, "publish", boss)
    before = (HistoryEntry.objects.count(), Message.objects.count())
    bulk.run({"action": action.pk}, SILENT)
    assert (HistoryEntry.objects.count(), Message.objects.count()) == before
    action.refresh_from_db()
    assert (action.done, action.refused) == (1, 0)


@pytest.mark.parametrize("dies", ["before the verb", "after the verb"])
def test_a_killed_worker_is_followed_by_one_that_goes_on(consultation, boss, monkeypatch, dies):
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    assigned(consultation, 5)
    action = confirmed(consultation, "decide", boss, ANSWER)
    real, calls = bulk._do if dies == "before the verb" else bulk._write, []

    def dies_at_the_second(*arguments, **keywords):
        calls.append(1)
        if len(calls) == 2:
            raise KeyError
        return real(*arguments, **keywords)

    monkeypatch.setattr(bulk, "_do" if dies == "before the verb" else "_write", dies_at_the_second)
    jobs.run_due()
    action.refresh_from_db()
    assert (action.state, action.done, Decision.objects.count()) == ("waiting", 2, 2)
    jobs.run_due()
    action.refresh_from_db()
    assert (action.state, action.done, action.refused) == ("done", 5, 0)
    assert (Decision.objects.count(), HistoryEntry.objects.filter(verb="decide").count()) == (5, 5)


def test_progress_is_told_after_every_chunk(consultation, boss, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    assigned(consultation, 3)
    action = confirmed(consultation, "decide", boss, ANSWER)
    told: list[tuple[int, int]] = []
    progress: Any = lambda done, total: told.append((done, total))  # noqa: E731
    bulk.run({"action": action.pk}, progress)
    assert told == [(0, 3), (2, 3), (3, 3)]


# -- Who ----------------------------------------------------------------------------------------------------------

OF_EXPERTS = {"decide", "review", "return"}
WHO = {
    (verb.value, role): role == Role.COORDINATOR or (role == Role.EXPERT and verb.value in OF_EXPERTS)
    for verb in BulkAction.Verb
    for role in Role
}


@pytest.mark.parametrize(("verb", "role"), WHO)
def test_a_verb_is_confirmed_by_its_roles_and_refused_to_all_others(consultation, verb, role):
    user = person(role)
    department = DepartmentFactory()
    department.members.add(user)
    assigned(consultation, 1, department=department)
    found = chosen(consultation, person(Role.COORDINATOR))
    words: dict[str, Any] = {"verb": BulkAction.Verb(verb), "parameters": {}, "fingerprint": prepare(found).fingerprint,
             "form_token": "t", "by": user}  # fmt: skip
    if WHO[verb, role]:
        assert confirm(found, **words).total == 1
    else:
        with pytest.raises(NotPermitted):
            confirm(found, **words)


def test_who_loses_the_role_in_the_middle_is_refused_the_rest(consultation, boss, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    assigned(consultation, 3)
    action = confirmed(consultation, "decide", boss, ANSWER)

    def lose_it(done: int, total: int) -> None:
        if done == 1:
            boss.groups.remove(Group.objects.get(name=Role.COORDINATOR.value))

    progress: Any = lose_it
    bulk.run({"action": action.pk}, progress)
    action.refresh_from_db()
    assert (action.done, refusals(action)) == (1, ["NotPermitted", "NotPermitted"])


def test_a_department_that_is_deleted_meanwhile_is_told(consultation, boss):
    remark_in_state(consultation, "proper")
    department = DepartmentFactory()
    action = confirmed(consultation, "assign", boss, department_words(department))
    department.delete()
    jobs.run_due()
    assert refusals(action) == ["ChoiceGone"]


def test_the_number_of_queries_does_not_grow_with_the_remarks(consultation, boss, connection_queries):
    department = DepartmentFactory()

    def queries(number: int) -> int:
        for _each in range(number):
            remark_in_state(consultation, "proper")
        action = confirmed(consultation, "assign", boss, department_words(department), stan="proper")
        return int(connection_queries(lambda: bulk.run({"action": action.pk}, SILENT)))

    assert queries(2) == queries(6)


# -- Stopped for good ------------------------------------------------------------------------------------------------


@pytest.fixture
def stopped(consultation, boss, monkeypatch):
    """A publication of three answers whose worker gave up after the first two."""
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    for _each in range(3):
        remark_in_state(consultation, "approved")
    action = confirmed(consultation, "publish", boss)
    assert bulk._do_some(action) == 2
    Job.objects.update(state=Job.State.FAILED, finished_at=DURING)
    return BulkAction.objects.get(pk=action.pk)


def test_a_stopped_action_goes_on_and_tells_each_sender_once(stopped, boss):
    bulk.go_on(stopped, by=boss)
    jobs.run_due()
    stopped.refresh_from_db()
    assert (stopped.state, stopped.done, Decision.objects.published().count()) == ("done", 3, 3)
    assert Message.objects.filter(kind=Message.Kind.DECISION).count() == 3


def test_an_action_that_a_worker_has_is_not_begun_twice(consultation, boss):
    remark_in_state(consultation, "approved")
    action = confirmed(consultation, "publish", boss)
    with pytest.raises(BatchNotUnderWay):
        bulk.go_on(action, by=boss)


def test_the_batch_of_an_action_is_closed_by_the_action_only(stopped, boss):
    with pytest.raises(BatchNotUnderWay):
        continue_batch(PublicationBatch.objects.get(), by=boss)
    assert not Message.objects.filter(kind=Message.Kind.DECISION).exists()


def test_the_page_of_a_stopped_action_offers_to_go_on(stopped, boss, client):
    client.force_login(boss)
    address = reverse("desk:bulk_action", args=[stopped.pk])
    assert "Kontynuuj" in client.get(address).content.decode()
    client.post(address)
    assert Job.objects.filter(kind=bulk.JOB, state=Job.State.WAITING).count() == 1
