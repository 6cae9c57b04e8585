"""From a verified remark to the published answer: which verb is allowed in which state, and what it leaves."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Count
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.roles import Role
from consultations.errors import (
    ConsultationError,
    CorrectionUnderWay,
    JustificationMissing,
    NothingToApprove,
    NothingToReview,
    RemarkAlreadyDecided,
    RemarkNotAssignable,
    RemarkNotDecided,
)
from consultations.models import Decision, Remark, Submission
from consultations.services.corrections import correct_remark, withdraw_remark, withdraw_submission
from consultations.services.decisions import (
    approve_answer,
    assign_remark,
    correct_answer,
    decide_remark,
    publish_decision,
    return_decision,
    review_answer,
)
from consultations.services.tallies import recount
from consultations.services.verification import mark_improper, mark_proper, reopen_verification
from tests.factories import (
    DURING,
    STATES,
    DepartmentFactory,
    DistrictFactory,
    consultation_with_draft,
    passage_remark,
    person,
    remark_in_state,
    submission,
)

pytestmark = pytest.mark.django_db

ACCEPTED = Remark.Outcome.ACCEPTED
EXPLAINED = Remark.Outcome.EXPLAINED


@pytest.fixture
def coordinator():
    return person(Role.COORDINATOR)


VERBS = {
    "assign": lambda remark, by: assign_remark(remark, department=DepartmentFactory(), by=by, now=DURING),
    "decide": lambda remark, by: decide_remark(remark, outcome=ACCEPTED, justification="Tak.", by=by, now=DURING),
    "review": lambda remark, by: review_answer(remark, by=by, now=DURING),
    "approve": lambda remark, by: approve_answer(remark, by=by, now=DURING),
    "return": lambda remark, by: return_decision(remark, reason="Za krótko.", by=by, now=DURING),
    "publish": lambda remark, by: publish_decision(remark, by=by, now=DURING),
    "correct": lambda remark, by: correct_answer(
        remark, outcome=EXPLAINED, justification="Jaśniej.", why="Pomyłka.", by=by, now=DURING
    ),
}
# The whole table: in each state the verbs that are allowed and the state they lead to; every other is refused.
LEADS_TO = {
    ("proper", "assign"): "assigned",
    ("assigned", "assign"): "assigned",
    ("assigned", "decide"): "approved",
    ("drafted", "review"): "reviewed",
    ("reviewed", "approve"): "approved",
    ("drafted", "return"): "assigned",
    ("reviewed", "return"): "assigned",
    ("approved", "return"): "assigned",
    ("approved", "publish"): "published",
    ("published", "correct"): "published",
}
REFUSED_WITH = {
    "assign": RemarkNotAssignable,
    "decide": RemarkAlreadyDecided,
    "review": NothingToReview,
    "approve": NothingToApprove,
    "correct": CorrectionUnderWay,
    "return": RemarkNotDecided,
    "publish": RemarkNotDecided,
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_leads_to_its_state_or_is_refused_and_changes_nothing(consultation, coordinator, verb, state):
    remark = remark_in_state(consultation, state)
    if (state, verb) in LEADS_TO:
        VERBS[verb](remark, coordinator)
    else:
        with pytest.raises(REFUSED_WITH[verb]):
            VERBS[verb](remark, coordinator)
    assert Remark.objects.get(pk=remark.pk).state == LEADS_TO.get((state, verb), state)
    assert recount(consultation) == []


@pytest.mark.parametrize("verb", ["decide", "return", "publish"])
def test_of_two_people_with_the_same_page_the_second_is_refused(consultation, coordinator, verb):
    remark = remark_in_state(consultation, "assigned" if verb == "decide" else "approved")
    mine, theirs = Remark.objects.get(pk=remark.pk), Remark.objects.get(pk=remark.pk)
    VERBS[verb](theirs, coordinator)
    with pytest.raises(REFUSED_WITH[verb]):
        VERBS[verb](mine, coordinator)
    assert Decision.objects.filter(remark=remark).count() == 1


def test_a_remark_given_to_others_meanwhile_is_not_decided_for_the_old_department(consultation, coordinator):
    mine = remark_in_state(consultation, "assigned")
    assign_remark(Remark.objects.get(pk=mine.pk), department=DepartmentFactory(), by=coordinator, now=DURING)
    with pytest.raises(RemarkAlreadyDecided):
        VERBS["decide"](mine, coordinator)


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_a_decision_without_a_justification_is_refused(consultation, coordinator, text):
    remark = remark_in_state(consultation, "assigned")
    with pytest.raises(JustificationMissing):
        decide_remark(remark, outcome=ACCEPTED, justification=text, by=coordinator, now=DURING)


def test_the_database_refuses_an_empty_justification_too(consultation, coordinator):
    decision = remark_in_state(consultation, "approved").decisions.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(justification="")


@pytest.mark.parametrize("outcome", Remark.Outcome)
def test_an_outcome_shows_to_the_public_only_once_it_is_published(consultation, coordinator, outcome):
    remark = remark_in_state(consultation, "assigned")
    decide_remark(remark, outcome=outcome, justification="Bo tak.", by=coordinator, now=DURING)
    assert Remark.objects.get(pk=remark.pk).standing == "in_progress"

    assert not Decision.objects.published().exists()
    publish_decision(remark, by=coordinator, now=DURING)
    assert Remark.objects.get(pk=remark.pk).standing == outcome


def test_a_returned_decision_stays_and_the_new_one_is_the_next_revision(consultation, coordinator):
    remark = remark_in_state(consultation, "approved")
    return_decision(remark, reason="Proszę rozwinąć.", by=coordinator, now=DURING)
    new = decide_remark(remark, outcome=Remark.Outcome.EXPLAINED, justification="Szerzej.", by=coordinator, now=DURING)
    assert new.revision == 2
    assert Decision.objects.get(remark=remark, revision=1).returned_at == DURING
    publish_decision(remark, by=coordinator, now=DURING)
    assert list(Decision.objects.published().filter(remark=remark)) == [new]


def test_a_later_decision_is_not_published_in_place_of_the_one_that_was_read(consultation, coordinator):
    remark = remark_in_state(consultation, "approved")
    return_decision(remark, reason="x", by=coordinator, now=DURING)
    decide_remark(remark, outcome=ACCEPTED, justification="Inna treść.", by=coordinator, now=DURING)
    with pytest.raises(RemarkNotDecided):
        publish_decision(remark, revision=1, by=coordinator, now=DURING)
    assert Remark.objects.get(pk=remark.pk).state == "approved"
    assert recount(consultation) == []


class Desk(RuleBasedStateMachine):
    """People do verbs in any order, allowed or not; the counters agree with a recount after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.coordinator = person(Role.COORDINATOR)
        self.department = DepartmentFactory()
        self.consultation = consultation_with_draft(chapters=1, passages=1)
        self.topic, self.district = self.consultation.topics.get(), DistrictFactory()

    def _try(self, verb) -> None:
        try:
            verb()
        except ConsultationError:
            return

    def _submission(self, number: int) -> Submission | None:
        count = Submission.objects.filter(consultation=self.consultation).count()
        return Submission.objects.get(consultation=self.consultation, number=number % count + 1) if count else None

    def _remark(self, number: int) -> Remark | None:
        remarks = Remark.objects.filter(consultation=self.consultation).order_by("position")
        return remarks[number % len(remarks)] if remarks else None

    @rule(remarks=st.integers(1, 3))
    def send(self, remarks) -> None:
        submission(self.consultation, remarks=remarks)

    @rule(which=st.integers(0, 9), verb=st.sampled_from(["proper", "improper", "reopen"]))
    def verify(self, which, verb) -> None:
        sent = self._submission(which)
        if sent is None:
            return
        reason = self.consultation.improper_reasons.first()
        verbs = {
            "proper": lambda: mark_proper(sent, by=self.coordinator, now=DURING),
            "improper": lambda: mark_improper(sent, reason=reason, by=self.coordinator, now=DURING),
            "reopen": lambda: reopen_verification(sent, reason="x", by=self.coordinator, now=DURING),
        }
        self._try(verbs[verb])

    @rule(which=st.integers(0, 9), verb=st.sampled_from(sorted(VERBS)), outcome=st.sampled_from(Remark.Outcome))
    def answer(self, which, verb, outcome) -> None:
        remark = self._remark(which)
        if remark is None:
            return
        verbs = VERBS | {
            "assign": lambda one, by: assign_remark(one, department=self.department, by=by, now=DURING),
            "decide": lambda one, by: decide_remark(one, outcome=outcome, justification="Tak.", by=by, now=DURING),
        }
        self._try(lambda: verbs[verb](remark, self.coordinator))

    @rule(
        which=st.integers(0, 9), deed=st.sampled_from(["correct", "withdraw", "withdraw all"]), text=st.integers(0, 3)
    )
    def change_as_the_sender(self, which, deed, text) -> None:
        remark = self._remark(which)
        if remark is None:
            return
        content = passage_remark(
            self.consultation,
            change=f"Tekst {text}.",
            topic=self.topic if text % 2 else None,
            district=self.district if text > 1 else None,
        )
        deeds = {
            "correct": lambda: correct_remark(remark, content=content, revision=remark.revision, now=DURING),
            "withdraw": lambda: withdraw_remark(remark, now=DURING),
            "withdraw all": lambda: withdraw_submission(remark.submission, now=DURING),
        }
        self._try(deeds[deed])

    @invariant()
    def every_earlier_text_is_kept(self) -> None:
        kept = Remark.objects.filter(consultation=self.consultation).annotate(kept=Count("revisions"))
        assert all(texts == revision - 1 for texts, revision in kept.values_list("kept", "revision"))

    @invariant()
    def the_counters_agree(self) -> None:
        assert recount(self.consultation) == []

    @invariant()
    def a_published_remark_has_one_published_decision_or_more(self) -> None:
        for remark in Remark.objects.filter(consultation=self.consultation, state="published"):
            assert Decision.objects.published().filter(remark=remark).exists()


class TestAnySequenceOfVerbs(TestCase):
    def test_the_counters_agree_after_any_sequence_of_verbs(self) -> None:
        class OneRun(Desk):
            """Each run in a transaction of its own, rolled back at its end."""

            def __init__(self) -> None:
                self.atomic = transaction.atomic()
                self.atomic.__enter__()
                super().__init__()

            def teardown(self) -> None:
                transaction.set_rollback(True)
                self.atomic.__exit__(None, None, None)

        run_state_machine_as_test(
            OneRun,
            settings=settings(
                max_examples=15,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
