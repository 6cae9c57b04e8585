"""A message is delivered at least once, later when the mail server is down, and by one sender at a time."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
from django.core import mail

from notifications.models import Message
from notifications.services import outbox
from notifications.services.outbox import LEASE, MOST_ATTEMPTS, RETRY_AFTER_SECONDS, claim, deliver, sweep
from tests.factories import DURING, submission
from tests.notifications.backends import sent_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_server")]


def fail_until_given_up(message):
    """Sweep whenever the message is due until it is given up; the waits between the tries in seconds."""
    now, waits = DURING, []
    for _ in range(MOST_ATTEMPTS):
        sweep(now=now)
        message.refresh_from_db()
        if message.state == Message.State.FAILED:
            break
        waits.append(int((message.due_at - now).total_seconds()))
        now = message.due_at
    return waits


def test_a_due_message_is_sent_and_marked(due_message):
    message = due_message()
    assert deliver(message.pk, now=DURING)
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.claimed_until) == ("sent", DURING, None)
    assert sent_to() == ["follower@example.org"]


def test_a_message_is_not_sent_before_it_is_due(due_message):
    message = due_message(now=DURING + dt.timedelta(seconds=1))
    assert not deliver(message.pk, now=DURING)
    assert mail.outbox == []


def test_a_sent_message_is_not_sent_again(due_message):
    message = due_message()
    deliver(message.pk, now=DURING)
    assert not deliver(message.pk, now=DURING + LEASE * 2)
    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_down_puts_off_and_later_it_is_sent_once(due_message, mail_server):
    message = due_message()
    mail_server.is_down = True
    assert sweep(now=DURING) == 0
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == ("due", 1, "ConnectionRefusedError")
    assert message.due_at == DURING + dt.timedelta(seconds=RETRY_AFTER_SECONDS[0])
    mail_server.is_down = False
    assert sweep(now=DURING) == 0  # not yet
    assert sweep(now=message.due_at) == 1
    assert sweep(now=message.due_at + LEASE) == 0
    assert sent_to() == ["follower@example.org"]


def test_tries_back_off_and_end(due_message, mail_server):
    mail_server.is_down = True
    message = due_message()
    assert fail_until_given_up(message) == list(RETRY_AFTER_SECONDS)
    assert (message.state, message.attempts) == ("failed", MOST_ATTEMPTS)
    assert message in Message.objects.given_up()


def test_a_faulty_template_is_given_up_and_shown(due_message, monkeypatch):
    message = due_message()
    monkeypatch.setattr(outbox, "render", lambda message, now: 1 / 0)
    assert len(fail_until_given_up(message)) == MOST_ATTEMPTS - 1
    assert (message.state, message.last_error) == ("failed", "ZeroDivisionError")


def test_one_refused_address_does_not_stop_the_others(due_message, mail_server):
    mail_server.refused = {"bad@example.org"}
    due_message("1", recipient="a@example.org")
    bad = due_message("2", recipient="bad@example.org")
    due_message("3", recipient="c@example.org")
    assert sweep(now=DURING) == 2
    assert sent_to() == ["a@example.org", "c@example.org"]
    bad.refresh_from_db()
    assert (bad.state, bad.last_error) == ("due", "SMTPRecipientsRefused 550")


def test_a_sweep_uses_one_connection(due_message, mail_server):
    for number in range(4):
        due_message(str(number), recipient=f"f{number}@example.org")
    assert sweep(now=DURING) == 4
    assert mail_server.opened == 1


def test_a_failure_begins_a_new_connection(due_message, mail_server):
    mail_server.refused = {"f0@example.org"}
    for number in range(3):
        due_message(str(number), recipient=f"f{number}@example.org")
    assert sweep(now=DURING) == 2
    assert mail_server.opened == 2


def test_a_server_that_is_down_is_asked_once_in_a_sweep(due_message, mail_server):
    mail_server.is_down = True
    for number in range(3):
        due_message(str(number), recipient=f"f{number}@example.org")
    sweep(now=DURING)
    assert mail_server.opened == 1
    assert list(Message.objects.order_by("pk").values_list("attempts", flat=True)) == [1, 0, 0]


def test_no_address_reaches_the_log_or_the_row(due_message, mail_server, caplog):
    caplog.set_level(logging.DEBUG)
    mail_server.refused = {"bad@example.org"}
    message = due_message(recipient="bad@example.org")
    sweep(now=DURING)
    mail_server.is_down = True
    sweep(now=DURING + dt.timedelta(hours=1))
    message.refresh_from_db()
    assert message.attempts == 2
    assert "was not sent (SMTPRecipientsRefused 550 at" in caplog.text
    assert "@example.org" not in caplog.text + message.last_error


def test_a_sender_that_too_slows_is_replaced_when_its_lease_ends(due_message):
    message = due_message()
    assert claim(message.pk, now=DURING) is not None  # and then the process too_slows
    assert sweep(now=DURING + LEASE - dt.timedelta(seconds=1)) == 0
    assert sweep(now=DURING + LEASE) == 1
    assert sent_to() == ["follower@example.org"]


def test_a_message_that_kills_its_senders_is_given_up(due_message):
    message = due_message()
    now = DURING
    for _ in range(MOST_ATTEMPTS):
        assert claim(message.pk, now=now) is not None
        now += LEASE
    assert sweep(now=now) == 0
    message.refresh_from_db()
    assert (message.state, message.last_error) == ("failed", "LeaseRanOut")
    assert mail.outbox == []


def test_a_message_is_claimed_once(due_message):
    message = due_message()
    assert claim(message.pk, now=DURING) is not None
    assert claim(message.pk, now=DURING) is None


def test_a_sweep_in_the_middle_of_another_sends_nothing_twice(due_message, mail_server):
    for number in range(3):
        due_message(str(number), recipient=f"f{number}@example.org")
    inner = []

    def sweep_too(_mail):
        mail_server.on_send = None
        inner.append(sweep(now=DURING))

    mail_server.on_send = sweep_too
    outer = sweep(now=DURING)
    assert (outer, inner) == (1, [2])
    assert sorted(sent_to()) == ["f0@example.org", "f1@example.org", "f2@example.org"]


def test_a_sender_that_lost_its_lease_does_not_undo_the_others_success(due_message, mail_server):
    message = due_message()
    later = DURING + LEASE

    def slow_then_broken(_mail):
        mail_server.on_send = None
        assert sweep(now=later) == 1  # the lease ran out while we waited for the mail server
        raise TimeoutError

    mail_server.on_send = slow_then_broken
    assert not deliver(message.pk, now=DURING)
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.attempts) == ("sent", later, 2)


def test_a_late_failure_does_not_end_the_others_lease(due_message, mail_server):
    message = due_message()

    def slow_then_broken(_mail):
        mail_server.on_send = None
        assert claim(message.pk, now=DURING + LEASE) is not None
        raise TimeoutError

    mail_server.on_send = slow_then_broken
    deliver(message.pk, now=DURING)
    message.refresh_from_db()
    assert message.claimed_until == DURING + 2 * LEASE
    assert message.last_error == ""


def test_a_mail_that_went_out_late_is_not_sent_once_more(due_message, mail_server):
    message = due_message()

    def slow(_mail):
        mail_server.on_send = None
        mail_server.is_down = True
        sweep(now=DURING + LEASE)  # another sender takes over and fails
        mail_server.is_down = False

    mail_server.on_send = slow
    assert deliver(message.pk, now=DURING)
    assert sweep(now=DURING + dt.timedelta(days=1)) == 0
    assert len(mail.outbox) == 1


def test_both_copies_of_a_doubled_mail_have_one_id(due_message, mail_server):
    message = due_message()

    def too_slow(_mail):
        mail_server.on_send = None
        sweep(now=DURING + LEASE)  # another sender takes over while the first still talks to the mail server

    mail_server.on_send = too_slow
    deliver(message.pk, now=DURING)
    first, second = (sent.extra_headers["Message-ID"] for sent in mail.outbox)
    assert first == second
    assert first.endswith("@portal.test>")


def test_news_that_is_no_longer_so_is_not_sent(due_message, consultation):
    due_message()
    consultation.published_at = None
    consultation.save()
    assert sweep(now=DURING) == 0
    assert not Message.objects.exists()


def test_a_sweep_stops_when_told(due_message):
    due_message()
    assert sweep(now=DURING, should_stop=lambda: True) == 0
    assert mail.outbox == []


def test_a_sweep_ends_at_its_limit(due_message):
    for number in range(3):
        due_message(str(number), recipient=f"f{number}@example.org")
    assert sweep(now=DURING, limit=2) == 2


def test_mail_is_marked_as_automatic(consultation, during):
    submission(consultation)
    sweep(now=DURING)
    assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"
