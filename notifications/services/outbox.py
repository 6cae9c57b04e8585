"""The outbox: write a message, claim it, send it, try it later, give it up, send it again (docs/adr/0003)."""

from __future__ import annotations

import datetime as dt
import enum
import logging
import smtplib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import User
from consultations.models import Consultation, HistoryEntry, Submission
from consultations.services.history import record
from lublin2030.lib.faults import place_of
from notifications.errors import NotInTrouble, NotPermitted, OutOfDate
from notifications.mail_parts import host_of_portal
from notifications.models import Message
from notifications.permissions import may_resend
from notifications.rendering import render

log = logging.getLogger(__name__)

# Longer than one mail can take: about ten exchanges with the mail server of at most EMAIL_TIMEOUT (15 s) each. So a
# message is taken from a sender that died, not from one that is slow.
LEASE = dt.timedelta(minutes=5)
RETRY_AFTER_SECONDS = (30, 120, 600, 1800, 3600, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
MOST_ATTEMPTS = len(RETRY_AFTER_SECONDS) + 1  # about two days, then staff see it


class Result(enum.Enum):
    """What became of one try."""

    SENT = "sent"
    NOT_MINE = "not mine"  # not due, sent, or claimed by another sender
    OUT_OF_DATE = "out of date"
    FAILED = "failed"
    NO_SERVER = "no server"


class MailServerUnreachable(Exception):
    """The mail server did not let us in. ``__cause__`` says why."""


class Line:
    """One connection to the mail server for many messages: opened at the first, and anew after a failure."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend = get_connection()
        self._open = False

    def send(self, mail: EmailMultiAlternatives) -> None:
        """Hand one mail over. MailServerUnreachable when there is no connection; else whatever the backend raises."""
        if not self._open:
            try:
                self._connection.open()
            except Exception as error:
                raise MailServerUnreachable from error
            self._open = True
        try:
            if not self._connection.send_messages([mail]):
                raise smtplib.SMTPException("The backend took no message.")
        except BaseException:
            # The server may be in the middle of a dialogue: the next message begins a new one.
            self.close()
            raise

    def close(self) -> None:
        """End the connection; closing a broken one is no failure."""
        self._open = False
        try:
            self._connection.close()
        except Exception as error:  # it is of no use any more, whatever it says
            log.info("The connection to the mail server ended with %s.", type(error).__name__)


def write(
    kind: Message.Kind,
    *,
    key: str,
    recipient: str,
    language: str,
    context: dict[str, Any] | None = None,
    submission: Submission | None = None,
    consultation: Consultation | None = None,
    due_at: dt.datetime | None = None,
    now: dt.datetime | None = None,
) -> None:
    """Add a message in the caller's transaction; the same key again adds nothing. On commit a worker is woken.

    Sent at once, or not before ``due_at``.
    """
    now = now or timezone.now()
    write_all(
        [
            Message(
                key=key,
                kind=kind,
                recipient=recipient,
                language=language,
                context=context or {},
                submission=submission,
                consultation=consultation,
                created_at=now,
                due_at=due_at or now,
            )
        ]
    )


def write_all(messages: list[Message]) -> None:
    """Add messages in the caller's transaction, in one query; those whose key exists are left out."""
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    transaction.on_commit(wake_worker, robust=True)


def readdress(submission: Submission, *, old_email: str) -> None:
    """Let what is not sent yet go to the submission's present address; where there is none, it is not sent at all.

    Receipts and requests to confirm are deleted: the new address gets its own.
    """
    waiting = Message.objects.unsent().filter(submission=submission, recipient=old_email)
    of_address = [Message.Kind.RECEIPT, Message.Kind.CONFIRM_SUBMISSION, Message.Kind.CONFIRM_REMINDER]
    waiting.filter(kind__in=of_address).delete()
    if submission.email:
        waiting.update(recipient=submission.email)
    else:
        waiting.delete()


def wake_worker() -> None:
    """Tell a worker that there is something to send. Without a broker the worker looks by itself every second."""
    from notifications.tasks import wake_is_possible, waker

    if wake_is_possible():
        waker.wake()


def claim(message_id: int, *, now: dt.datetime) -> Message | None:
    """Take the message for a lease, or none when it is not due or somebody else holds it. One statement decides."""
    until = now + LEASE
    taken = (
        Message.objects.due(now)
        .filter(pk=message_id)
        .order_by()
        .update(claimed_until=until, attempts=F("attempts") + 1)
    )
    if not taken:
        return None
    return (
        Message.objects.held_until(until)
        .select_related("submission__consultation", "submission__improper_reason", "consultation")
        .filter(pk=message_id)
        .first()
    )


def deliver(message_id: int, *, now: dt.datetime | None = None) -> bool:
    """Send one message if it is due and nobody else is sending it; whether it was sent.

    A failure sets the next try further and further away (``RETRY_AFTER_SECONDS``); after ``MOST_ATTEMPTS`` the
    message is given up and shown to staff. The error kept and logged holds no address. A message whose news is no
    longer so is deleted.
    """
    line = Line()
    try:
        return _try(message_id, line, now=now or timezone.now()) is Result.SENT
    finally:
        line.close()


def sweep(*, now: dt.datetime | None = None, limit: int = 200, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Send what is due, the longest due first, at most ``limit``; how many were sent. Any number may run at once.

    One connection serves all; a message that fails does not touch the others. When the mail server is unreachable,
    only the message that found it out counts a try, and the sweep ends: hundreds of time-outs would help nobody.
    """
    sent = 0
    line = Line()
    try:
        for message_id in list(Message.objects.due(now or timezone.now()).values_list("pk", flat=True)[:limit]):
            if should_stop():
                break
            result = _try(message_id, line, now=now or timezone.now())
            sent += result is Result.SENT
            if result is Result.NO_SERVER:
                break
    finally:
        line.close()
    return sent


def resend(message: Message, *, by: User, now: dt.datetime | None = None) -> Message:
    """Try a message in trouble again, at once and from the start: one that was given up, or that waits for a later try.

    Raises NotInTrouble when it was sent meanwhile or is being sent, NotPermitted.
    """
    if not may_resend(by):
        raise NotPermitted
    now = now or timezone.now()
    with transaction.atomic():
        changed = (
            Message.objects.in_trouble()
            .unclaimed(now)
            .filter(pk=message.pk)
            .order_by()
            .update(state=Message.State.DUE, attempts=0, due_at=now, claimed_until=None)
        )
        if not changed:
            raise NotInTrouble
        consultation = message.submission.consultation if message.submission else message.consultation
        record(HistoryEntry.Verb.RESEND, consultation=consultation, submission=message.submission, by=by, at=now)
        transaction.on_commit(wake_worker, robust=True)
    log.info("Message %s is sent again by user %s", message.pk, by.pk)
    message.refresh_from_db()
    return message


def _try(message_id: int, line: Line, *, now: dt.datetime) -> Result:
    message = claim(message_id, now=now)
    if message is None:
        return Result.NOT_MINE
    if message.attempts > MOST_ATTEMPTS:
        # Each time its sender died with it, so no failure was ever written down. It must not take more with it.
        _give_up(message, "LeaseRanOut")
        return Result.FAILED
    try:
        line.send(_mail(message, now=now))
    except OutOfDate:
        _held(message).delete()
        return Result.OUT_OF_DATE
    except MailServerUnreachable as unreachable:
        _put_off(message, unreachable.__cause__ or unreachable, now=now)
        return Result.NO_SERVER
    except Exception as error:  # whatever the mail server or a template does, the message must not be lost
        _put_off(message, error, now=now)
        return Result.FAILED
    # The mail is out, whoever holds the row by now: that is a fact and is written down, once.
    Message.objects.filter(pk=message.pk).exclude(state=Message.State.SENT).update(
        state=Message.State.SENT, sent_at=now, claimed_until=None, last_error=""
    )
    return Result.SENT


def _mail(message: Message, *, now: dt.datetime) -> EmailMultiAlternatives:
    rendered = render(message, now=now)
    # The same in every try, so that mail programs can fold the two copies of the at-least-once window into one.
    name = salted_hmac("notifications.message-id", message.key, algorithm="sha256").hexdigest()[:32]
    mail = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.recipient],
        headers={
            "Message-ID": f"<{name}@{host_of_portal()}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": rendered.language,
            **rendered.headers,
        },
    )
    mail.attach_alternative(rendered.html, "text/html")
    return mail


def _held(message: Message) -> Any:
    """The message's row, if it is still ours: a sender that lost its lease changes nothing of another's try."""
    return Message.objects.held_until(message.claimed_until).filter(pk=message.pk, attempts=message.attempts)


def _put_off(message: Message, error: BaseException, *, now: dt.datetime) -> None:
    words = _without_persons(error)
    log.warning("Message %s was not sent (%s at %s), try %s", message.pk, words, place_of(error), message.attempts)
    if message.attempts >= MOST_ATTEMPTS:
        _give_up(message, words)
        return
    wait = RETRY_AFTER_SECONDS[message.attempts - 1]
    _held(message).update(due_at=now + dt.timedelta(seconds=wait), claimed_until=None, last_error=words)


def _give_up(message: Message, words: str) -> None:
    _held(message).update(state=Message.State.FAILED, claimed_until=None, last_error=words)
    log.error("Message %s was given up after %s tries (%s)", message.pk, message.attempts, words)


def _without_persons(error: BaseException) -> str:
    """The error's kind and the mail server's code. Never its text: that may hold the address or the mail."""
    codes: set[int] = set()
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = {code for code, _text in error.recipients.values()}
    elif isinstance(error, smtplib.SMTPResponseException):
        codes = {error.smtp_code}
    return " ".join([type(error).__name__, *(str(code) for code in sorted(codes))])
