"""Where the rules ask for it, the e-mail address is confirmed by a link in time, or the submission is improper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

import pytest
from django.urls import reverse

from accounts.roles import Role
from consultations.errors import AlreadyVerified, ConfirmationTooLate, SenderIncomplete
from consultations.models import Consultation, HistoryEntry, Remark, Submission
from consultations.services import confirmation
from consultations.services.baskets import send_basket
from consultations.services.confirmation import ask_again, confirm_email, expire_unconfirmed, reminder_at
from consultations.services.corrections import withdraw_submission
from consultations.services.submissions import Sender
from consultations.services.tallies import recount
from consultations.services.verification import mark_proper, reopen_verification
from consultations.words import describe_history
from notifications.models import Message
from tests.consultations.residents import full_basket, text_of, url
from tests.factories import DURING, consultation_with_draft, person, submission
from tests.parallel import at_once, database_for_threads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

HOUR = dt.timedelta(hours=1)
UNTIL = DURING + 48 * HOUR


@pytest.fixture
def consultation(db) -> Consultation:
    return consultation_with_draft(confirmation_hours=48)


def address(sent: Submission) -> str:
    return reverse("consultations:confirm", args=[sent.confirmation_token])


def stored(sent: Submission) -> Submission:
    return Submission.objects.get(pk=sent.pk)


# -- Who is asked ---------------------------------------------------------------------------------------------------


def test_who_sends_online_is_asked_to_confirm_within_the_set_hours(consultation):
    sent = submission(consultation)
    assert sent.awaits_confirmation
    assert sent.confirm_until == UNTIL


@pytest.mark.parametrize(
    "fields", [{"channel": Submission.Channel.PAPER}, {"is_demonstration": True}, {"sender": Sender(name="Jan")}]
)
def test_a_letter_an_invented_sender_and_one_without_address_are_not_asked(consultation, fields):
    assert not submission(consultation, **fields).is_unconfirmed


def test_where_the_rules_do_not_demand_it_nobody_is_asked():
    assert not submission(consultation_with_draft()).is_unconfirmed


def test_the_form_then_needs_an_address(client, consultation):
    Consultation.objects.update(required_fields=["name"])
    consultation.refresh_from_db()
    with pytest.raises(SenderIncomplete):
        send_basket(full_basket(consultation, email=""), now=DURING)
    assert not Submission.objects.exists()


def test_receipt_and_case_say_until_when(client, consultation):
    sent = submission(consultation)
    for page in (sent.tracking_path, f"{sent.tracking_path}potwierdzenie/"):
        text = text_of(client.get(page))
        assert "3 grudnia 2021" in text
        assert "s•••@example.org" in text


# -- Confirming -----------------------------------------------------------------------------------------------------


def test_opening_the_link_changes_nothing(client, consultation):
    sent = submission(consultation)
    assert client.get(address(sent)).status_code == 200
    assert stored(sent).confirmed_at is None


def test_pressing_the_button_confirms_and_doing_so_twice_changes_nothing(client, consultation, during):
    sent = submission(consultation)
    assert client.post(address(sent)).url == address(sent)
    during.move_to(DURING + HOUR)
    assert client.post(address(sent)).status_code == 302
    assert stored(sent).confirmed_at == DURING
    entry = HistoryEntry.objects.get(verb="confirm_email")
    assert (entry.submission, entry.by, entry.at) == (sent, None, DURING)
    assert [step.verb for step in client.get(sent.tracking_path).context["steps"]] == ["receive", "confirm_email"]


@pytest.mark.parametrize(("now", "confirms"), [(UNTIL - HOUR, True), (UNTIL, False), (UNTIL + HOUR, False)])
def test_the_term_is_kept_to_the_moment(client, consultation, during, now, confirms):
    sent = submission(consultation)
    during.move_to(now)
    answer = client.post(address(sent))
    assert answer.status_code == (302 if confirms else 409)
    assert (stored(sent).confirmed_at is not None) == confirms


def test_after_the_term_the_link_says_what_became_of_it(client, consultation, during):
    sent = submission(consultation)
    during.move_to(UNTIL)
    expire_unconfirmed()
    answer = client.get(address(sent))
    assert answer.status_code == 200
    assert confirmation.LABELS["pl"] in text_of(answer)
    assert "<form" not in answer.content.decode().split("<main")[1]


@pytest.mark.parametrize("token", ["x" * 43, "zły", "a b"])
def test_a_wrong_link_is_no_page(client, consultation, token):
    submission(consultation)
    assert client.get(reverse("consultations:confirm", args=[token])).status_code == 404


def test_the_page_is_kept_and_found_by_nobody(client, consultation):
    answer = client.get(address(submission(consultation)))
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "strict-origin"


def test_a_person_who_verified_it_anyway_has_decided(client, consultation, sign_in):
    coordinator = sign_in(Role.COORDINATOR)
    sent = submission(consultation)
    page = client.get(reverse("desk:submission", args=[sent.pk]))
    assert {"proper", "improper"} <= set(page.context["forms"])
    assert "e-mail" in text_of(client.get(reverse("desk:verification")))
    mark_proper(sent, by=coordinator, now=DURING)
    assert expire_unconfirmed(now=UNTIL) == 0
    confirm_email(sent, now=UNTIL + HOUR)
    assert stored(sent).confirmed_at == UNTIL + HOUR
    assert stored(sent).verification == "proper"


# -- The term passes ------------------------------------------------------------------------------------------------


def test_what_is_not_confirmed_in_time_is_improper_with_that_reason(consultation):
    sent, confirmed = submission(consultation, remarks=2), submission(consultation)
    confirm_email(confirmed, now=DURING)
    assert expire_unconfirmed(now=UNTIL - HOUR) == 0
    assert expire_unconfirmed(now=UNTIL) == 1
    assert stored(sent).verification == "improper"
    reason = stored(sent).improper_reason
    assert (reason.code, reason.label) == ("unconfirmed-email", confirmation.LABELS["pl"])
    assert [reason.text("label", language).value for language in ("en", "uk")] == [
        confirmation.LABELS["en"],
        confirmation.LABELS["uk"],
    ]
    assert stored(sent).improper_note == ""
    assert set(sent.remarks.values_list("state", flat=True)) == {"improper"}
    assert stored(confirmed).verification == "pending"
    assert recount(consultation) == []


def test_the_clock_does_it_once_and_the_history_says_so(consultation):
    sent = submission(consultation)
    assert [expire_unconfirmed(now=UNTIL) for _time in range(2)] == [1, 0]
    entry = HistoryEntry.objects.get(verb="mark_improper")
    assert (entry.by, entry.at, entry.after["reason"]) == (None, UNTIL, "unconfirmed-email")
    assert describe_history([entry])[0]["is_automatic"]
    assert Message.objects.filter(kind="verification", submission=sent).count() == 1


def test_hundreds_at_once_go_in_batches(consultation, monkeypatch):
    monkeypatch.setattr(confirmation, "BATCH", 3)
    for _time in range(8):
        submission(consultation)
    assert expire_unconfirmed(now=UNTIL) == 8
    assert consultation.improper_reasons.filter(code="unconfirmed-email").count() == 1
    assert recount(consultation) == []


def test_whoever_is_told_to_stop_leaves_the_rest_to_the_next(consultation):
    for _time in range(4):
        submission(consultation)
    answers = iter([False, False, False, True, True])
    assert expire_unconfirmed(now=UNTIL, should_stop=lambda: next(answers)) == 2
    assert expire_unconfirmed(now=UNTIL) == 2


def test_what_was_withdrawn_whole_is_left_as_it_is(consultation):
    sent = submission(consultation)
    withdraw_submission(sent, now=DURING)
    assert expire_unconfirmed(now=UNTIL) == 0
    assert stored(sent).verification == "pending"


def test_a_coordinator_can_reopen_it_and_then_no_term_runs(consultation):
    coordinator = person(Role.COORDINATOR)
    sent = submission(consultation)
    expire_unconfirmed(now=UNTIL)
    reopen_verification(sent, reason="Potwierdził telefonicznie.", by=coordinator, now=UNTIL + HOUR)
    assert expire_unconfirmed(now=UNTIL + 2 * HOUR) == 0
    confirm_email(stored(sent), now=UNTIL + 3 * HOUR)
    mark_proper(stored(sent), by=coordinator, now=UNTIL + 4 * HOUR)
    assert set(sent.remarks.values_list("state", flat=True)) == {"proper"}
    assert recount(consultation) == []


def test_the_opened_address_of_the_button_that_asks_again_leads_to_the_case_and_sends_nothing(client, consultation):
    sent = submission(consultation)
    before = Message.objects.count()
    answer = client.get(reverse("consultations:confirm_again", args=[sent.tracking_token]))
    assert answer.url == sent.tracking_path
    assert Message.objects.count() == before


def test_confirming_too_late_is_refused(consultation):
    sent = submission(consultation)
    expire_unconfirmed(now=UNTIL)
    with pytest.raises(ConfirmationTooLate):
        confirm_email(sent, now=UNTIL)
    with pytest.raises(ConfirmationTooLate):
        ask_again(sent, now=UNTIL)


@pytest.mark.parametrize(
    ("hours", "left"), [(1, dt.timedelta(minutes=15)), (8, 2 * HOUR), (12, 6 * HOUR), (24, 6 * HOUR), (48, 12 * HOUR)]
)
def test_the_reminder_leaves_a_quarter_of_the_time_but_of_long_terms_six_hours(hours, left):
    assert reminder_at(DURING, DURING + hours * HOUR) == DURING + hours * HOUR - left


@pytest.mark.django_db(transaction=True)
def test_confirming_while_the_clock_strikes_leaves_one_of_the_two_done(tmp_path):
    consultation = consultation_with_draft(confirmation_hours=48)
    sent = [submission(consultation) for _time in range(6)]

    def confirm(one: Submission) -> str:
        try:
            confirm_email(one, now=UNTIL - HOUR)
        except ConfirmationTooLate:
            return "late"
        return "confirmed"

    with database_for_threads(tmp_path):
        calls: list[Callable[[], int | str]] = [partial(expire_unconfirmed, now=UNTIL) for _time in range(2)]
        calls += [partial(confirm, one) for one in sent]
        results = at_once(calls)
        expired = sum(result for result in results if isinstance(result, int))
        assert expired + results.count("confirmed") == len(sent)
        assert Remark.objects.filter(state="improper").count() == expired
        assert not Submission.objects.filter(confirmed_at__isnull=False, verification="improper").exists()
        assert recount(consultation) == []


def test_a_verified_one_is_not_verified_by_the_clock_again(consultation):
    sent = submission(consultation)
    expire_unconfirmed(now=UNTIL)
    with pytest.raises(AlreadyVerified):
        mark_proper(sent, by=person(Role.COORDINATOR), now=UNTIL)


def test_the_consultations_page_tells_the_rule(client, consultation):
    assert "48" in text_of(client.get(url("detail", consultation)))
