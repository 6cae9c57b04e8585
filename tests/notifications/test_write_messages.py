"""A verb and its notice commit together; the same fact is told once; a demonstration sender is told nothing."""

from __future__ import annotations

import threading

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from consultations.models import Submission
from consultations.services.verification import mark_improper, mark_proper, reopen_verification
from lublin2030.lib.wake import Waker
from notifications import tasks
from notifications.models import Message
from notifications.services import outbox
from tests.factories import DURING, remark_in_state, submission
from tests.notifications.backends import sent_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


def test_each_step_of_a_case_is_told(consultation):
    remark_in_state(consultation, "published")
    assert set(Message.objects.values_list("kind", flat=True)) == {"receipt", "verification", "decision"}


def test_an_assignment_and_an_unpublished_decision_are_not_told(consultation):
    remark_in_state(consultation, "approved")
    assert set(Message.objects.values_list("kind", flat=True)) == {"receipt", "verification"}


def test_a_message_holds_no_personal_data_but_the_address(consultation):
    remark_in_state(consultation, "published")
    for message in Message.objects.all():
        assert "Jan" not in str(message.context)
        assert "@" not in f"{message.context}{message.key}"


def test_a_verb_that_fails_leaves_no_message(consultation, coordinator):
    sent = submission(consultation)
    with transaction.atomic():
        mark_proper(sent, by=coordinator, now=DURING)
        assert Message.objects.filter(kind="verification").exists()
        transaction.set_rollback(True)
    assert not Message.objects.filter(kind="verification").exists()


def test_the_same_key_is_written_once(due_message):
    assert due_message("same").pk == due_message("same").pk
    assert Message.objects.count() == 1


def test_a_second_verification_is_told_too(consultation, coordinator):
    sent = submission(consultation)
    mark_proper(sent, by=coordinator, now=DURING)
    reopen_verification(sent, reason="pomyłka", by=coordinator, now=DURING)
    mark_improper(sent, reason=consultation.improper_reasons.first(), by=coordinator, now=DURING)
    assert Message.objects.filter(kind="verification").count() == 2


def test_demonstration_senders_get_nothing(consultation):
    submission(consultation, is_demonstration=True)
    assert not Message.objects.exists()


def test_a_sender_without_an_address_gets_nothing(consultation):
    submission(consultation, email="")
    assert not Message.objects.exists()


class Broker:
    """What the waker publishes to in a test: fails with the error, or hangs until it is released."""

    def __init__(self, error: Exception | None = None, hangs: bool = False):
        self.error, self.calls = error, 0
        self.entered, self.released = threading.Event(), threading.Event()
        if not hangs:
            self.released.set()

    def __call__(self):
        self.calls += 1
        self.entered.set()
        assert self.released.wait(10)
        if self.error:
            raise self.error


@pytest.fixture
def broker(monkeypatch, settings):
    def use(**fields) -> tuple[Broker, Waker]:
        settings.CELERY_BROKER_URL = "redis://broker.test"
        one = Broker(**fields)
        waker = Waker(one)
        monkeypatch.setattr(tasks, "waker", waker)
        return one, waker

    return use


def test_a_worker_is_woken_after_the_commit(consultation, broker, django_capture_on_commit_callbacks):
    one, waker = broker()
    with django_capture_on_commit_callbacks(execute=True):
        submission(consultation)
        assert one.calls == 0
    assert waker.wait(5)
    assert one.calls == 1


def test_a_broker_that_is_down_loses_nothing(
    consultation, broker, django_capture_on_commit_callbacks, mail_server, caplog
):
    _one, waker = broker(error=OperationalError("redis://user:secret@broker.test is down"))
    with django_capture_on_commit_callbacks(execute=True):
        submission(consultation, email="jan@example.org")
    assert waker.wait(5)
    assert Submission.objects.count() == 1
    assert outbox.sweep(now=DURING) == 1
    assert sent_to() == ["jan@example.org"]
    assert "No worker was woken (OperationalError)" in caplog.text
    assert "secret" not in caplog.text


def test_waking_that_breaks_does_not_break_the_verb(
    consultation, monkeypatch, django_capture_on_commit_callbacks, mail_server
):
    monkeypatch.setattr(tasks, "wake_is_possible", lambda: 1 / 0)
    with django_capture_on_commit_callbacks(execute=True):
        submission(consultation)
    assert outbox.sweep(now=DURING) == 1


def test_a_broker_that_does_not_answer_keeps_nobody_waiting(consultation, broker, django_capture_on_commit_callbacks):
    one, waker = broker(hangs=True)
    with django_capture_on_commit_callbacks(execute=True):
        submission(consultation)
    assert one.entered.wait(5)
    for _ in range(4):
        waker.wake()
    assert not waker.wait(0)
    one.released.set()
    assert waker.wait(5)
    # The four came while the first call hung: one more call serves them all.
    assert one.calls == 2


def test_without_a_broker_nothing_is_woken(consultation, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(tasks, "waker", None)
    with django_capture_on_commit_callbacks(execute=True):
        submission(consultation)
    assert Message.objects.count() == 1
