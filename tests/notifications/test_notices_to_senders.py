"""What a sender hears of confirming, correcting and withdrawing: each once, in time, to the right address."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.roles import Role
from consultations.models import Consultation
from consultations.services.confirmation import ask_again, confirm_email, expire_unconfirmed
from consultations.services.corrections import correct_remark, correct_sender, withdraw_remark, withdraw_submission
from consultations.services.submissions import Sender
from consultations.services.verification import mark_proper
from notifications.errors import OutOfDate
from notifications.models import Message
from notifications.rendering import render
from notifications.services import outbox
from tests.factories import DURING, consultation_with_draft, passage_remark, person, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

HOUR = dt.timedelta(hours=1)
UNTIL = DURING + 48 * HOUR
LANGUAGES = ["pl", "en", "uk"]


@pytest.fixture
def asking(db) -> Consultation:
    return consultation_with_draft(confirmation_hours=48)


def only(kind: str) -> Message:
    return Message.objects.select_related("submission__consultation").get(kind=kind)


def bodies(kind: str, now: dt.datetime = DURING) -> list[str]:
    rendered = render(only(kind), now=now)
    return [rendered.text, rendered.html]


def sender(language: str = "pl") -> Sender:
    return Sender(name="Jan Przykładowy", email="sender@example.org", language=language)


# -- Confirmation ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_receipt_asks_to_confirm_while_that_is_needed(asking, language):
    sent = submission(asking, sender=sender(language))
    for body in bodies("receipt"):
        assert f"/zgloszenie/potwierdz/{sent.confirmation_token}/" in body
        assert "potwierdzenie.pdf" in body
    confirm_email(sent, now=DURING)
    for body in bodies("receipt"):
        assert "/zgloszenie/potwierdz/" not in body


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reminder_is_due_once_a_quarter_of_the_time_before_the_end(asking, mail_server, language):
    sent = submission(asking, sender=sender(language))
    outbox.sweep(now=DURING)
    assert only("confirm_reminder").due_at == UNTIL - 12 * HOUR
    assert outbox.sweep(now=UNTIL - 13 * HOUR) == 0
    for body in bodies("confirm_reminder", now=UNTIL - 12 * HOUR):
        assert sent.confirmation_token in body
    assert [outbox.sweep(now=UNTIL - 12 * HOUR) for _time in range(2)] == [1, 0]


@pytest.mark.parametrize("done", ["confirmed", "verified", "withdrawn", "expired"])
def test_nobody_is_reminded_of_what_is_settled(asking, mail_server, done):
    sent = submission(asking)
    outbox.sweep(now=DURING)
    match done:
        case "confirmed":
            confirm_email(sent, now=DURING)
        case "verified":
            mark_proper(sent, by=person(Role.COORDINATOR), now=DURING)
        case "withdrawn":
            withdraw_submission(sent, now=DURING)
        case _:
            expire_unconfirmed(now=UNTIL)
    outbox.sweep(now=UNTIL - 12 * HOUR)
    assert not Message.objects.filter(kind="confirm_reminder").exists()


def test_the_link_comes_once_more_but_once_an_hour(asking):
    sent = submission(asking)
    for minutes in (0, 5, 59):
        ask_again(sent, now=DURING + dt.timedelta(minutes=minutes))
    assert sent.confirmation_token in bodies("confirm_submission")[0]
    ask_again(sent, now=DURING + HOUR)
    assert Message.objects.filter(kind="confirm_submission").count() == 2


def test_who_did_not_confirm_is_told_the_reason_once(asking):
    submission(asking)
    expire_unconfirmed(now=UNTIL)
    expire_unconfirmed(now=UNTIL + HOUR)
    assert "adres e-mail nie został potwierdzony w terminie" in bodies("verification")[0]


# -- Corrections ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_corrected_remark_comes_as_a_copy(consultation, language):
    remark = submission(consultation, sender=sender(language)).remarks.get()
    correct_remark(remark, content=passage_remark(consultation, change="Więcej <krzewów>."), revision=1, now=DURING)
    text, html = bodies("correction")
    assert "Więcej <krzewów>." in text
    assert "Więcej &lt;krzewów&gt;." in html
    assert remark.submission.tracking_token in text


def test_only_the_latest_of_two_corrections_is_told(consultation):
    remark = submission(consultation).remarks.get()
    for revision in (1, 2):
        content = passage_remark(consultation, change=f"Tekst {revision}.")
        correct_remark(remark, content=content, revision=revision, now=DURING)
    first, second = Message.objects.filter(kind="correction").order_by("pk")
    with pytest.raises(OutOfDate):
        render(first, now=DURING)
    assert "Tekst 2." in render(second, now=DURING).text


def test_a_correction_withdrawn_before_the_mail_went_is_not_told(consultation):
    remark = submission(consultation).remarks.get()
    correct_remark(remark, content=passage_remark(consultation, change="Inaczej."), revision=1, now=DURING)
    withdraw_remark(remark, now=DURING)
    with pytest.raises(OutOfDate):
        render(only("correction"), now=DURING)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_withdrawn_is_told_once_by_its_numbers(consultation, language):
    sent = submission(consultation, remarks=2, sender=sender(language))
    withdraw_submission(sent, now=DURING)
    for body in bodies("withdrawal"):
        assert "1.1/2021" in body
        assert "1.2/2021" in body


# -- Another address ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_old_address_hears_it_without_link_text_or_name(consultation, language, mail_server):
    sent = submission(consultation, sender=sender(language))
    outbox.sweep(now=DURING)
    correct_sender(sent, sender=Sender(name="Jan Przykładowy", email="new@example.org"), now=DURING)
    notice = Message.objects.get(recipient="sender@example.org", state="due")
    rendered = render(notice, now=DURING)
    for body in (rendered.text, rendered.html):
        assert "/zgloszenie/" not in body
        assert "Więcej drzew." not in body
        assert "new@" not in body
        assert sent.public_number in body


def test_the_new_address_gets_a_receipt_with_the_new_link(consultation, mail_server):
    sent = submission(consultation)
    outbox.sweep(now=DURING)
    correct_sender(sent, sender=Sender(name="Jan Przykładowy", email="new@example.org"), now=DURING)
    receipt = Message.objects.get(kind="receipt", state="due")
    assert receipt.recipient == "new@example.org"
    assert sent.tracking_token in render(receipt, now=DURING).text


def test_what_was_not_sent_yet_goes_to_the_new_address_only(consultation):
    sent = submission(consultation)
    mark_proper(sent, by=person(Role.COORDINATOR), now=DURING)
    correct_sender(sent, sender=Sender(name="Jan Przykładowy", email="new@example.org"), now=DURING)
    due = Message.objects.filter(state="due").values_list("kind", "recipient")
    assert sorted(due) == [
        ("correction", "sender@example.org"),
        ("receipt", "new@example.org"),
        ("verification", "new@example.org"),
    ]


def test_the_new_address_is_reminded_and_the_old_one_is_not(asking):
    sent = submission(asking)
    correct_sender(sent, sender=Sender(name="Jan Przykładowy", email="new@example.org"), now=DURING + HOUR)
    (reminder,) = Message.objects.filter(kind="confirm_reminder")
    assert (reminder.recipient, reminder.due_at) == ("new@example.org", UNTIL + HOUR - 12 * HOUR)


def test_an_invented_sender_hears_nothing(consultation):
    sent = submission(consultation, is_demonstration=True)
    correct_remark(sent.remarks.get(), content=passage_remark(consultation, change="Inaczej."), revision=1, now=DURING)
    correct_sender(sent, sender=Sender(name="Jan Przykładowy", email="new@example.org"), now=DURING)
    withdraw_submission(sent, now=DURING)
    assert not Message.objects.exists()
