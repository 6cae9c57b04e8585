"""A sender withdraws: the number stays in the register as withdrawn, the text is public no more, nobody answers."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from consultations.errors import (
    ConsultationClosed,
    ImproperCannotChange,
    RemarkAnswered,
    RemarkWithdrawn,
    SubmissionWithdrawn,
)
from consultations.models import Consultation, HistoryEntry, Remark, Submission, Tally
from consultations.services.corrections import withdraw_remark, withdraw_submission
from consultations.services.decisions import assign_remark, decide_remark
from consultations.services.tallies import recount
from consultations.services.verification import mark_proper, reopen_verification
from tests.consultations.residents import text_of, url
from tests.factories import (
    AFTER,
    CLOSES,
    DURING,
    OPENS,
    STATES,
    DepartmentFactory,
    passage_remark,
    person,
    remark_in_state,
    submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

REFUSALS = {
    "improper": ImproperCannotChange,
    "drafted": RemarkAnswered,
    "reviewed": RemarkAnswered,
    "approved": RemarkAnswered,
    "published": RemarkAnswered,
    "withdrawn": RemarkWithdrawn,
}
SECRET = "Tekst, który autor cofnął."


def address(remark: Remark) -> str:
    return reverse("consultations:withdraw_remark", args=[remark.submission.tracking_token, remark.ordinal])


def whole(sent: Submission) -> str:
    return reverse("consultations:withdraw_submission", args=[sent.tracking_token])


# -- The verbs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [withdraw_remark, lambda remark, now: withdraw_submission(remark.submission, now=now)])
@pytest.mark.parametrize("state", STATES)
def test_only_what_is_not_answered_improper_or_withdrawn_can_be_withdrawn(consultation, state, verb):
    remark = remark_in_state(consultation, state)
    if state in REFUSALS:
        with pytest.raises(REFUSALS[state]):
            verb(remark, now=DURING)
        assert Remark.objects.get().state == state
    else:
        verb(remark, now=DURING)
        assert Remark.objects.get().state == "withdrawn"
    assert recount(consultation) == []


@pytest.mark.parametrize("verb", [withdraw_remark, lambda remark, now: withdraw_submission(remark.submission, now=now)])
@pytest.mark.parametrize("now", [OPENS.replace(month=10), CLOSES, AFTER])
def test_outside_the_term_it_is_refused(consultation, verb, now):
    remark = remark_in_state(consultation, "received")
    with pytest.raises(ConsultationClosed):
        verb(remark, now=now)
    assert Remark.objects.get().state == "received"


@pytest.mark.parametrize(("state", "was_proper"), [("received", 0), ("proper", 1), ("assigned", 1)])
def test_it_is_counted_as_withdrawn_and_no_longer_as_proper(consultation, state, was_proper):
    remark = remark_in_state(consultation, state)
    assert Consultation.objects.get().proper_count == was_proper
    withdraw_remark(remark, now=DURING)
    stored = Consultation.objects.get()
    assert (stored.remark_count, stored.proper_count) == (1, 0)
    assert Tally.objects.get(dimension="total", standing="withdrawn").remarks == 1


def test_the_history_tells_from_which_state_and_the_department_stays_for_it(consultation):
    remark = remark_in_state(consultation, "assigned")
    withdraw_remark(remark, now=DURING)
    entry = HistoryEntry.objects.get(verb="withdraw")
    assert (entry.by, entry.before, entry.after) == (None, {"state": "assigned"}, {"state": "withdrawn"})
    assert remark.department_id is not None


def test_a_whole_submission_is_withdrawn_but_for_what_is_answered(consultation):
    coordinator = person(Role.COORDINATOR)
    sent = submission(consultation, remarks=3)
    mark_proper(sent, by=coordinator, now=DURING)
    first = assign_remark(sent.remarks.get(ordinal=1), department=DepartmentFactory(), by=coordinator, now=DURING)
    decide_remark(first, outcome=Remark.Outcome.ACCEPTED, justification="Tak.", by=coordinator, now=DURING)
    done = withdraw_submission(sent, now=DURING)
    assert [remark.ordinal for remark in done] == [2, 3]
    assert list(sent.remarks.order_by("ordinal").values_list("state", flat=True)) == [
        "approved",
        "withdrawn",
        "withdrawn",
    ]
    assert recount(consultation) == []


def test_what_is_withdrawn_whole_waits_for_no_verification(consultation):
    coordinator = person(Role.COORDINATOR)
    sent = submission(consultation, remarks=2)
    withdraw_remark(sent.remarks.get(ordinal=1), now=DURING)
    assert list(Submission.objects.waiting_for_verification()) == [sent]
    withdraw_remark(sent.remarks.get(ordinal=2), now=DURING)
    assert not Submission.objects.waiting_for_verification().exists()
    with pytest.raises(SubmissionWithdrawn):
        mark_proper(sent, by=coordinator, now=DURING)


def test_verifying_and_reopening_leave_a_withdrawn_remark_alone(consultation):
    coordinator = person(Role.COORDINATOR)
    sent = submission(consultation, remarks=3)
    withdraw_remark(sent.remarks.get(ordinal=2), now=DURING)
    mark_proper(sent, by=coordinator, now=DURING)
    assert Consultation.objects.get().proper_count == 2
    reopen_verification(sent, reason="x", by=coordinator, now=DURING)
    assert list(sent.remarks.order_by("ordinal").values_list("state", flat=True)) == [
        "received",
        "withdrawn",
        "received",
    ]
    assert recount(consultation) == []


# -- The sender's pages ---------------------------------------------------------------------------------------------


def test_asking_changes_nothing_and_says_that_it_cannot_be_undone(client, consultation):
    remark = remark_in_state(consultation, "received")
    answer = client.get(address(remark))
    assert answer.status_code == 200
    assert "Więcej drzew." in text_of(answer)
    assert Remark.objects.get().state == "received"


def test_withdrawing_leads_back_to_the_case_which_tells_it_once(client, consultation):
    remark = remark_in_state(consultation, "received")
    answer = client.post(address(remark), follow=True)
    assert answer.redirect_chain == [(remark.submission.tracking_path, 302)]
    verbs = [step.verb for step in answer.context["remarks"][0].steps]
    assert verbs == ["receive", "withdraw"]
    assert address(remark) not in answer.content.decode()
    assert client.post(address(remark)).url == remark.submission.tracking_path  # a second click
    assert HistoryEntry.objects.filter(verb="withdraw").count() == 1


def test_everything_is_withdrawn_at_once(client, consultation):
    sent = submission(consultation, remarks=3)
    client.post(whole(sent))
    assert set(sent.remarks.values_list("state", flat=True)) == {"withdrawn"}


@pytest.mark.parametrize("state", ["approved", "improper", "published"])
def test_a_refusal_says_why(client, consultation, state):
    remark = remark_in_state(consultation, state)
    for where in (address(remark), whole(remark.submission)):
        assert client.get(where).status_code == 403
        assert client.post(where).status_code == 409
    assert Remark.objects.get().state == state


def test_after_closing_it_is_refused_in_words(client, consultation, during):
    remark = remark_in_state(consultation, "received")
    during.move_to(AFTER)
    for where in (address(remark), whole(remark.submission)):
        assert client.get(where).status_code == 403
        assert client.post(where).status_code == 409
    assert Remark.objects.get().state == "received"


# -- What the public sees -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["received", "assigned"])
def test_number_and_place_stay_public_and_the_text_does_not(client, consultation, state):
    texts = {"change": SECRET, "wording": SECRET, "reason": SECRET}
    remark = remark_in_state(consultation, state, new_remarks=[passage_remark(consultation, **texts)])
    pages = [
        url("register", consultation),
        url("register", consultation, query="?stan=withdrawn"),
        remark.get_absolute_url(),
        reverse("api-remarks", args=[consultation.slug]),
        reverse("api-remark", args=[consultation.slug, remark.address]),
    ]
    assert all(SECRET in client.get(page).content.decode() for page in pages if "withdrawn" not in page)
    withdraw_remark(remark, now=DURING)
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200
        assert SECRET not in answer.content.decode()
        assert remark.address in answer.content.decode()


def test_a_draft_counts_it_still(client, consultation):
    remark = remark_in_state(consultation, "withdrawn")
    assert remark.standing == "withdrawn"
    assert client.get(url("register", consultation)).context["consultation"].remark_count == 1


def test_staff_keep_the_text_and_no_verb(client, consultation, sign_in):
    sign_in(Role.COORDINATOR)
    remark = remark_in_state(consultation, "withdrawn")
    page = client.get(reverse("desk:remark", args=[remark.pk]))
    assert "Więcej drzew." in page.content.decode()
    assert list(page.context["forms"]) == ["note"]
    case = client.get(reverse("desk:submission", args=[remark.submission_id]))
    assert set(case.context["forms"]) == {"renew"}


def test_asking_to_withdraw_many_costs_no_more_queries_than_one(client, consultation):
    def cost(remarks: int) -> int:
        sent = submission(consultation, remarks=remarks)
        with CaptureQueriesContext(connection) as queries:
            client.get(whole(sent))
        return len(queries)

    assert cost(1) == cost(7)
