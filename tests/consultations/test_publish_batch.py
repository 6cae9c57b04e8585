"""Answers are published together: all of a batch or each refused by itself, a large one in the worker, never twice."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.jobs import LEASE, run_due
from accounts.models import Job
from accounts.roles import Role
from consultations.errors import AlreadyInBatch, BatchNotUnderWay, NotPermitted, RemarkNotDecided
from consultations.models import Decision, HistoryEntry, PublicationBatch, Remark
from consultations.services import publication
from consultations.services.decisions import (
    approve_answer,
    assign_remark,
    correct_answer,
    decide_remark,
    publish_decision,
    return_decision,
    review_answer,
)
from consultations.services.publication import (
    begin_batch,
    continue_batch,
    finish_batch,
    job_of,
    publish_batch,
    publish_chunk,
)
from consultations.services.tallies import recount
from consultations.services.verification import mark_proper
from notifications.models import Message
from notifications.rendering import render
from tests.factories import DURING, DepartmentFactory, consultation_with_draft, person, remark_in_state, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def coordinator():
    return person(Role.COORDINATOR)


@pytest.fixture
def small(monkeypatch):
    """Two answers are a chunk, and whatever is more than one goes to the worker."""
    monkeypatch.setattr(publication, "AT_ONCE", 2)
    monkeypatch.setattr(publication, "SMALL", 1)


def answered(consultation, coordinator, *, remarks=1, **fields) -> list[Remark]:
    """The remarks of one submission with approved answers."""
    sent = submission(consultation, remarks=remarks, **fields)
    mark_proper(sent, by=coordinator, now=DURING)
    department = DepartmentFactory()
    found = list(sent.remarks.order_by("ordinal"))
    for one in found:
        assign_remark(one, department=department, by=coordinator, now=DURING)
        decide_remark(one, outcome=Remark.Outcome.ACCEPTED, justification="Słusznie.", by=coordinator, now=DURING)
    return found


def corrected(remark: Remark, coordinator, outcome=Remark.Outcome.NOT_ACCEPTED) -> Remark:
    """The published remark with an approved correction that waits for publication."""
    correct_answer(
        remark, outcome=outcome, justification="Jednak nie.", why="Pomyłka w planie.", by=coordinator, now=DURING
    )
    remark.refresh_from_db()
    return remark


def ids(remarks) -> dict[int, int | None]:
    return {remark.pk: None for remark in remarks}


def states() -> list[str]:
    return list(Remark.objects.order_by("position").values_list("state", flat=True))


def mails() -> list[Message]:
    return list(Message.objects.filter(kind="decision").select_related("submission__consultation").order_by("pk"))


# -- At once ----------------------------------------------------------------------------------------------------------


def test_a_batch_is_public_with_its_number_moment_and_counts(consultation, coordinator):
    remarks = answered(consultation, coordinator, remarks=2) + answered(consultation, coordinator)
    done = publish_batch(consultation, remarks=ids(remarks), by=coordinator, note=" Pierwsze. ", now=DURING)
    batch = done.batch
    assert batch is not None
    assert (batch.number, batch.published_at, batch.by, batch.note) == (1, DURING, coordinator, "Pierwsze.")
    assert (batch.asked, batch.answers, batch.corrections, batch.senders) == (3, 3, 0, 2)
    assert states() == ["published"] * 3
    assert set(Decision.objects.values_list("published_at", "batch")) == {(DURING, batch.pk)}


def test_the_counters_agree_after_first_answers_and_corrections_together(consultation, coordinator):
    (old,) = answered(consultation, coordinator)
    publish_decision(old, by=coordinator, now=DURING)
    remarks = [corrected(old, coordinator), *answered(consultation, coordinator, remarks=2)]
    done = publish_batch(consultation, remarks=ids(remarks), by=coordinator, now=DURING + HOUR)
    assert done.batch is not None
    assert (done.batch.answers, done.batch.corrections) == (3, 1)
    assert list(Remark.objects.order_by("position").values_list("outcome", "correction", "changed_at")) == [
        ("not_accepted", "", DURING + HOUR),
        ("accepted", "", DURING + HOUR),
        ("accepted", "", DURING + HOUR),
    ]
    assert recount(consultation) == []


def test_each_remark_gets_its_row_of_history(consultation, coordinator):
    remarks = answered(consultation, coordinator, remarks=2)
    publish_batch(consultation, remarks=ids(remarks), by=coordinator, now=DURING)
    rows = HistoryEntry.objects.filter(verb="publish").order_by("pk")
    assert [(row.remark_id, row.by, row.at, row.before, row.after) for row in rows] == [
        (
            remark.pk,
            coordinator,
            DURING,
            {"state": "approved", "outcome": "accepted"},
            {"state": "published", "outcome": "accepted", "revision": 1},
        )
        for remark in remarks
    ]


def test_one_answer_is_a_batch_of_one(consultation, coordinator):
    (remark,) = answered(consultation, coordinator)
    decision = publish_decision(remark, by=coordinator, now=DURING)
    assert decision.batch == PublicationBatch.objects.get(number=1, answers=1, published_at=DURING)
    assert remark.state == "published"


@pytest.mark.parametrize("state", ["received", "improper", "proper", "assigned", "drafted", "reviewed", "published"])
def test_what_is_not_approved_is_refused_and_the_others_are_published(consultation, coordinator, state):
    other = remark_in_state(consultation, state, by=coordinator)
    (good,) = answered(consultation, coordinator)
    done = publish_batch(consultation, remarks=ids([other, good]), by=coordinator, now=DURING)
    assert {key: type(error) for key, error in done.refusals.items()} == {other.pk: RemarkNotDecided}
    assert Remark.objects.get(pk=good.pk).state == "published"
    assert Remark.objects.get(pk=other.pk).state == state


def test_an_answer_rewritten_since_it_was_read_is_refused(consultation, coordinator):
    (remark,) = answered(consultation, coordinator)
    return_decision(remark, reason="Krócej.", by=coordinator, now=DURING)
    decide_remark(remark, outcome=Remark.Outcome.EXPLAINED, justification="Krótko.", by=coordinator, now=DURING)
    done = publish_batch(consultation, remarks={remark.pk: 1}, by=coordinator, now=DURING)
    assert done.batch is None
    assert type(done.refusals[remark.pk]) is RemarkNotDecided
    assert not PublicationBatch.objects.exists()


def test_a_remark_of_another_consultation_is_refused(consultation, coordinator):
    (other,) = answered(consultation_with_draft(), coordinator)
    done = publish_batch(consultation, remarks=ids([other]), by=coordinator, now=DURING)
    assert list(done.refusals) == [other.pk]
    assert Remark.objects.get(pk=other.pk).state == "approved"


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COORDINATOR])
def test_only_a_coordinator_publishes(consultation, coordinator, role):
    (remark,) = answered(consultation, coordinator)
    with pytest.raises(NotPermitted):
        publish_batch(consultation, remarks=ids([remark]), by=person(role), now=DURING)


def test_numbers_have_no_gaps_in_each_consultation(consultation, coordinator):
    other = consultation_with_draft()
    for one in (consultation, other, consultation):
        publish_batch(one, remarks=ids(answered(one, coordinator)), by=coordinator, now=DURING)
    assert sorted(PublicationBatch.objects.values_list("consultation", "number")) == sorted(
        [(consultation.pk, 1), (consultation.pk, 2), (other.pk, 1)]
    )


def test_the_database_refuses_a_number_twice(consultation, coordinator):
    begin_batch(consultation, by=coordinator, now=DURING)
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicationBatch.objects.create(consultation=consultation, number=1, made_at=DURING)


def test_more_answers_cost_no_more_queries(consultation, coordinator, connection_queries):
    few = ids(answered(consultation, coordinator))
    many = ids(answered(consultation, coordinator, remarks=9))
    first = connection_queries(lambda: publish_batch(consultation, remarks=few, by=coordinator, now=DURING))
    assert connection_queries(lambda: publish_batch(consultation, remarks=many, by=coordinator, now=DURING)) == first


# -- In the worker ----------------------------------------------------------------------------------------------------


def test_a_large_batch_waits_for_the_worker_and_shows_nothing_before(consultation, coordinator, small):
    remarks = answered(consultation, coordinator, remarks=3)
    done = publish_batch(consultation, remarks=ids(remarks), by=coordinator, now=DURING)
    assert done.batch is not None
    assert done.batch.is_under_way
    assert states() == ["approved"] * 3
    run_due()
    done.batch.refresh_from_db()
    assert (done.batch.answers, done.batch.senders, states()) == (3, 1, ["published"] * 3)
    assert recount(consultation) == []


def test_a_killed_worker_leaves_nothing_half_and_the_next_one_finishes(consultation, coordinator, small, monkeypatch):
    sent = answered(consultation, coordinator, remarks=5)
    publish_batch(consultation, remarks=ids(sent), by=coordinator, now=DURING)
    whole, calls = publication._publish_confirmed_chunk, []

    def killed(batch, chunk):
        calls.append(chunk)
        if len(calls) == 2:
            raise SystemExit
        whole(batch, chunk)

    with monkeypatch.context() as patch:
        patch.setattr(publication, "_publish_confirmed_chunk", killed)
        with pytest.raises(SystemExit):
            run_due()
    assert states() == ["published"] * 2 + ["approved"] * 3
    assert mails() == []  # nobody is told of half a batch
    run_due(now=DURING + LEASE + HOUR)
    assert states() == ["published"] * 5
    assert HistoryEntry.objects.filter(verb="publish").count() == 5
    (mail,) = mails()
    assert all(f"1.{ordinal}/2021" in render(mail, now=DURING).text for ordinal in range(1, 6))
    assert recount(consultation) == []


def test_a_second_run_does_nothing_twice(consultation, coordinator, small):
    batch = publish_batch(
        consultation, remarks=ids(answered(consultation, coordinator, remarks=3)), by=coordinator, now=DURING
    ).batch
    run_due()
    Job.objects.update(state=Job.State.WAITING, finished_at=None)
    run_due()
    assert (HistoryEntry.objects.filter(verb="publish").count(), len(mails())) == (3, 1)
    assert PublicationBatch.objects.get() == batch


def test_an_answer_returned_before_the_worker_came_is_left_out_and_counted(consultation, coordinator, small):
    first, second, third = answered(consultation, coordinator, remarks=3)
    publish_batch(consultation, remarks=ids([first, second, third]), by=coordinator, now=DURING)
    return_decision(second, reason="Jeszcze raz.", by=coordinator, now=DURING)
    run_due()
    batch = PublicationBatch.objects.get()
    assert (batch.asked, batch.answers, batch.left_out) == (3, 2, 1)
    assert states() == ["published", "assigned", "published"]


def test_an_answer_in_a_confirmed_batch_is_published_by_no_other(consultation, coordinator, small):
    remarks = answered(consultation, coordinator, remarks=2)
    publish_batch(consultation, remarks=ids(remarks), by=coordinator, now=DURING)
    with pytest.raises(AlreadyInBatch):
        publish_decision(remarks[0], by=coordinator, now=DURING)
    assert not Remark.objects.waiting_for_publication().exists()


def test_a_batch_whose_work_was_given_up_goes_on_when_asked(consultation, coordinator, small, monkeypatch):
    batch = publish_batch(
        consultation, remarks=ids(answered(consultation, coordinator, remarks=2)), by=coordinator, now=DURING
    ).batch
    assert batch is not None
    with pytest.raises(BatchNotUnderWay):
        continue_batch(batch, by=coordinator, now=DURING)
    Job.objects.update(state=Job.State.FAILED)
    continue_batch(batch, by=coordinator, now=DURING)
    run_due()
    assert states() == ["published"] * 2
    job = job_of(batch)
    assert job is not None
    assert job.state == Job.State.DONE


def test_chunks_of_other_work_make_one_batch_and_one_mail(consultation, coordinator):
    remarks = answered(consultation, coordinator, remarks=3)
    batch = begin_batch(consultation, by=coordinator, now=DURING)
    for chunk in (remarks[:2], remarks[1:]):
        refusals = publish_chunk(consultation, ids(chunk), batch=batch, by=coordinator, now=DURING)
    assert list(refusals) == [remarks[1].pk]  # public already: not published twice
    assert mails() == []
    finish_batch(batch, now=DURING)
    assert (batch.asked, batch.answers, len(mails())) == (3, 3, 1)
    with pytest.raises(BatchNotUnderWay):
        publish_chunk(consultation, {}, batch=batch, by=coordinator, now=DURING)


# -- Who is told ------------------------------------------------------------------------------------------------------


def test_each_sender_gets_one_mail_with_all_own_remarks_only(consultation, coordinator):
    mine = answered(consultation, coordinator, remarks=2, email="first@example.org")
    theirs = answered(consultation, coordinator, email="second@example.org")
    publish_batch(consultation, remarks=ids([*mine, *theirs]), by=coordinator, now=DURING)
    first, second = mails()
    assert [first.recipient, second.recipient] == ["first@example.org", "second@example.org"]
    text = render(first, now=DURING).text
    assert ("1.1/2021" in text, "1.2/2021" in text, "2.1/2021" in text) == (True, True, False)


def test_the_next_batch_tells_its_own_remarks_only(consultation, coordinator):
    first, second = answered(consultation, coordinator, remarks=2)
    for remark in (first, second):
        publish_batch(consultation, remarks=ids([remark]), by=coordinator, now=DURING)
    _told, later = mails()
    text = render(later, now=DURING).text
    assert ("1.1/2021" in text, "1.2/2021" in text) == (False, True)


def test_who_gave_no_address_or_is_invented_gets_no_mail(consultation, coordinator):
    remarks = [
        *answered(consultation, coordinator, email=""),
        *answered(consultation, coordinator, is_demonstration=True),
    ]
    publish_batch(consultation, remarks=ids(remarks), by=coordinator, now=DURING)
    assert mails() == []


@pytest.mark.parametrize("steps", [True, False])
def test_a_correction_walks_the_whole_way_before_it_is_published(consultation, coordinator, steps):
    (remark,) = answered(consultation, coordinator)
    publish_decision(remark, by=coordinator, now=DURING)
    if steps:
        type(consultation).objects.update(answer_path="steps")
    corrected(remark, coordinator)
    if steps:
        done = publish_batch(consultation, remarks=ids([remark]), by=coordinator, now=DURING)
        assert list(done.refusals) == [remark.pk]
        review_answer(remark, by=coordinator, now=DURING)
        approve_answer(remark, by=coordinator, now=DURING)
    done = publish_batch(consultation, remarks=ids([remark]), by=coordinator, now=DURING)
    assert done.batch is not None
    assert Remark.objects.get(pk=remark.pk).standing == "not_accepted"
