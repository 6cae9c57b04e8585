"""A submission is received whole, once, within the term, and numbered without a gap."""

from __future__ import annotations

import pytest

from consultations.errors import ConsultationClosed, NothingToSend, TargetNotInDraft, TooManyRemarks
from consultations.models import Consultation, Remark, Submission
from consultations.services.submissions import MOST_REMARKS, Sender, receive_submission
from consultations.services.tallies import recount
from tests.factories import AFTER, CLOSES, DURING, OPENS, consultation_with_draft, passage_remark, submission

pytestmark = pytest.mark.django_db


def receive(consultation, **fields):
    fields.setdefault("remarks", [passage_remark(consultation)])
    fields.setdefault("now", DURING)
    return receive_submission(consultation, sender=Sender(name="A", email="a@example.org"), **fields)


def test_numbers_follow_each_other_in_each_consultation():
    one, other = consultation_with_draft(), consultation_with_draft()
    numbers = [submission(one).number, submission(other).number, submission(one).number]
    assert numbers == [1, 1, 2]


def test_remarks_are_numbered_within_the_submission(consultation):
    sent = submission(consultation, remarks=3)
    assert [remark.public_number for remark in sent.remarks.all()] == ["1.1/2021", "1.2/2021", "1.3/2021"]


def test_the_same_form_twice_is_one_submission(consultation):
    first = receive(consultation, form_token="secret")
    again = receive(consultation, form_token="secret")
    assert (first.is_new, again.is_new) == (True, False)
    assert again.submission == first.submission
    assert Remark.objects.count() == 1


def test_the_same_form_after_closing_still_finds_its_submission(consultation):
    first = receive(consultation, form_token="secret")
    assert receive(consultation, form_token="secret", now=AFTER).submission == first.submission


@pytest.mark.parametrize("now", [OPENS.replace(year=2020), CLOSES, AFTER])
def test_outside_the_term_nothing_is_taken(consultation, now):
    with pytest.raises(ConsultationClosed):
        receive(consultation, now=now)
    assert Submission.objects.count() == 0
    assert Consultation.objects.get(pk=consultation.pk).last_number == 0


def test_the_first_moment_counts(consultation):
    assert receive(consultation, now=OPENS).is_new


def test_a_failure_leaves_no_gap_in_the_numbers(consultation, monkeypatch):
    monkeypatch.setattr("consultations.services.submissions.record_each", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        receive(consultation)
    monkeypatch.undo()
    assert receive(consultation).submission.number == 1


def test_a_foreign_passage_is_refused(consultation):
    foreign = passage_remark(consultation_with_draft())
    with pytest.raises(TargetNotInDraft):
        receive(consultation, remarks=[foreign])


def test_nothing_and_too_much_are_refused(consultation):
    with pytest.raises(NothingToSend):
        receive(consultation, remarks=[])
    with pytest.raises(TooManyRemarks):
        receive(consultation, remarks=[passage_remark(consultation)] * (MOST_REMARKS + 1))


def test_the_counters_agree_with_a_recount(consultation):
    submission(consultation, remarks=3)
    submission(consultation, remarks=2)
    consultation.refresh_from_db()
    assert (consultation.last_number, consultation.remark_count) == (2, 5)
    assert recount(consultation) == []
