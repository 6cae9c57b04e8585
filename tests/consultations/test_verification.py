"""A submission is found proper or improper once, by the consultation's own reasons, and can be reopened."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from consultations.errors import AlreadyVerified, ReasonNotOfThisConsultation, VerificationInUse
from consultations.models import Consultation, Remark, Submission
from consultations.services.submissions import renew_tracking_link
from consultations.services.tallies import recount
from consultations.services.verification import mark_improper, mark_proper, reopen_verification
from tests.factories import DURING, consultation_with_draft, person, remark_in_state, submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return person(Role.COORDINATOR)


def states(sent: Submission) -> set[str]:
    return set(Remark.objects.filter(submission=sent).values_list("state", flat=True))


def test_a_proper_submission_sends_all_its_remarks_to_assignment(consultation, coordinator):
    sent = submission(consultation, remarks=3)
    mark_proper(sent, by=coordinator, now=DURING)
    assert states(sent) == {"proper"}
    assert Consultation.objects.get(pk=consultation.pk).proper_count == 3
    assert Remark.objects.waiting_for_assignment().count() == 3
    assert recount(consultation) == []


def test_an_improper_submission_keeps_its_reason_and_stays_in_the_register(consultation, coordinator):
    sent = submission(consultation, remarks=2)
    reason = consultation.improper_reasons.get(code="unsigned")
    mark_improper(sent, reason=reason, note="Proszę podpisać.", by=coordinator, now=DURING)
    sent.refresh_from_db()
    assert (sent.verification, sent.improper_reason, sent.improper_note) == ("improper", reason, "Proszę podpisać.")
    assert states(sent) == {"improper"}
    assert Remark.objects.for_public_table(DURING).filter(submission=sent).count() == 2
    assert Consultation.objects.get(pk=consultation.pk).proper_count == 0
    assert recount(consultation) == []


def test_a_reason_of_another_consultation_is_refused(consultation, coordinator):
    foreign = consultation_with_draft().improper_reasons.first()
    sent = submission(consultation)
    with pytest.raises(ReasonNotOfThisConsultation):
        mark_improper(sent, reason=foreign, by=coordinator, now=DURING)
    assert states(sent) == {"received"}


@pytest.mark.parametrize("first", ["proper", "improper"])
@pytest.mark.parametrize("second", ["proper", "improper"])
def test_the_second_verification_is_refused_and_changes_nothing(consultation, coordinator, first, second):
    stale = submission(consultation)
    reason = consultation.improper_reasons.first()

    def verify(verdict: str) -> None:
        # Each on a record of its own, as two people who have the page open.
        fresh = Submission.objects.get(pk=stale.pk)
        fresh.verification = Submission.Verification.PENDING
        if verdict == "proper":
            mark_proper(fresh, by=coordinator, now=DURING)
        else:
            mark_improper(fresh, reason=reason, by=coordinator, now=DURING)

    verify(first)
    with pytest.raises(AlreadyVerified):
        verify(second)
    assert states(stale) == {first}
    assert recount(consultation) == []


@pytest.mark.parametrize("state", ["improper", "proper", "assigned"])
def test_reopening_takes_everything_back_to_received(consultation, coordinator, state):
    remark = remark_in_state(consultation, state)
    reopen_verification(remark.submission, reason="pomyłka", by=coordinator, now=DURING)
    remark.refresh_from_db()
    assert (remark.state, remark.department) == ("received", None)
    assert remark.submission.verification == "pending"
    assert remark.submission.improper_reason is None
    assert Consultation.objects.get(pk=consultation.pk).proper_count == 0
    assert recount(consultation) == []


@pytest.mark.parametrize("state", ["received", "approved", "published"])
def test_reopening_is_refused(consultation, coordinator, state):
    remark = remark_in_state(consultation, state)
    with pytest.raises(VerificationInUse):
        reopen_verification(remark.submission, reason="x", by=coordinator, now=DURING)
    remark.refresh_from_db()
    assert remark.state == state


def test_a_submission_with_one_decided_remark_is_not_reopened_for_the_others(consultation, coordinator):
    remark = remark_in_state(consultation, "approved", remarks=2)
    with pytest.raises(VerificationInUse):
        reopen_verification(remark.submission, reason="x", by=coordinator, now=DURING)
    assert states(remark.submission) == {"approved", "proper"}


def test_a_renewed_tracking_link_replaces_the_old_one(consultation, coordinator):
    sent = submission(consultation)
    old = sent.tracking_token
    renew_tracking_link(sent, by=coordinator, now=DURING)
    assert not Submission.objects.filter(tracking_token=old).exists()
    assert Submission.objects.get(pk=sent.pk).tracking_token not in ("", old)
