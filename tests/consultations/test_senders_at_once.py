"""Senders who correct and withdraw while staff work: one of the two is done, and nothing is lost."""

from __future__ import annotations

from functools import partial

import pytest

from accounts.roles import Role
from consultations.errors import ConsultationError
from consultations.models import Consultation, Remark, RemarkRevision
from consultations.services.corrections import correct_remark, withdraw_remark
from consultations.services.decisions import assign_remark, decide_remark
from consultations.services.tallies import recount
from consultations.services.verification import mark_proper
from tests.factories import DURING, DepartmentFactory, consultation_with_draft, passage_remark, person, remark_in_state
from tests.parallel import at_once, database_for_threads

pytestmark = pytest.mark.django_db(transaction=True)

ACCEPTED = Remark.Outcome.ACCEPTED


def quietly(verb) -> str:
    try:
        verb()
    except ConsultationError as refusal:
        return type(refusal).__name__
    return "done"


def correct(remark: Remark, words: str = "Inaczej.") -> Remark:
    content = passage_remark(Consultation.objects.get(pk=remark.consultation_id), change=words)
    return correct_remark(remark, content=content, revision=1, now=DURING)


def test_two_corrections_at_once_leave_one_new_revision(tmp_path):
    consultation = consultation_with_draft()
    remarks = [remark_in_state(consultation, "received") for _ in range(4)]
    with database_for_threads(tmp_path):
        calls = [
            partial(quietly, partial(correct, Remark.objects.get(pk=remark.pk), f"Z okna {window}."))
            for remark in remarks
            for window in range(2)
        ]
        results = at_once(calls)
        assert results.count("done") == results.count("CorrectedMeanwhile") == len(remarks)
        assert set(Remark.objects.values_list("revision", flat=True)) == {2}
        assert RemarkRevision.objects.count() == len(remarks)


def test_withdrawing_and_deciding_at_once_leaves_one_of_the_two_done(tmp_path):
    consultation = consultation_with_draft()
    coordinator = person(Role.COORDINATOR)
    remarks = [remark_in_state(consultation, "assigned", by=coordinator) for _ in range(4)]
    with database_for_threads(tmp_path):
        calls = []
        for remark in remarks:
            own = Remark.objects.get(pk=remark.pk)
            decide = partial(decide_remark, remark, outcome=ACCEPTED, justification="Tak.", by=coordinator, now=DURING)
            calls += [partial(quietly, decide), partial(quietly, partial(withdraw_remark, own, now=DURING))]
        results = at_once(calls)
        assert results.count("done") == len(remarks)
        assert set(Remark.objects.values_list("state", flat=True)) <= {"approved", "withdrawn"}
        assert recount(consultation) == []


@pytest.mark.parametrize(("verb", "state"), [("verify", "received"), ("assign", "proper"), ("decide", "assigned")])
def test_a_correction_meets_staff_at_work_and_nothing_is_lost(tmp_path, verb, state):
    consultation = consultation_with_draft()
    by, department = person(Role.COORDINATOR), DepartmentFactory()
    remarks = [remark_in_state(consultation, state, by=by) for _ in range(3)]
    work = {
        "verify": lambda remark: mark_proper(remark.submission, by=by, now=DURING),
        "assign": lambda remark: assign_remark(remark, department=department, by=by, now=DURING),
        "decide": lambda remark: decide_remark(remark, outcome=ACCEPTED, justification="Tak.", by=by, now=DURING),
    }[verb]
    with database_for_threads(tmp_path):
        calls = []
        for remark in remarks:
            own = Remark.objects.get(pk=remark.pk)
            calls += [partial(quietly, partial(work, remark)), partial(quietly, partial(correct, own))]
        results = at_once(calls)
        # Staff always get on; a correction comes too late only for a decision.
        assert results[::2] == ["done"] * len(remarks)
        assert set(results[1::2]) <= ({"done", "RemarkAnswered"} if verb == "decide" else {"done"})
        corrected = Remark.objects.filter(revision=2, change="Inaczej.").count()
        assert corrected == results[1::2].count("done") == RemarkRevision.objects.count()
        assert recount(consultation) == []
