"""The outbox: write a message, claim it, send it, try again later, give up, send again."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from consultations.models import Consultation, Submission
from notifications.errors import NotFailed, NotPermitted
from notifications.models import Message
from notifications.permissions import may_resend
from notifications.rendering import render

log = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=2)  # longer than a mail server's time-out, so that two senders never hold one message
RETRY_AFTER_SECONDS = (30, 120, 600, 1800, 3600, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
MOST_ATTEMPTS = len(RETRY_AFTER_SECONDS) + 1  # about two days, then staff see it


def write(
    kind: Message.Kind,
    *,
    key: str,
    recipient: str,
    language: str,
    context: dict[str, Any] | None = None,
    submission: Submission | None = None,
    consultation: Consultation | None = None,
    now: dt.datetime | None = None,
) -> None:
    """Add a message in the caller's transaction; the same key again adds nothing. On commit a worker is woken."""
    now = now or timezone.now()
    Message.objects.bulk_create(
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
                due_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    transaction.on_commit(wake_worker, robust=True)


def wake_worker() -> None:
    """Tell a worker that there is something to send. Without a broker the worker looks by itself every second."""
    from notifications.tasks import sweep, wake_is_possible

    if wake_is_possible():
        sweep.apply_async(ignore_result=True, retry=False)


def claim(message_id: int, *, now: dt.datetime) -> Message | None:
    """Take the message for a lease, or none when it is not due or somebody else holds it. One statement decides."""
    taken = (
        Message.objects.due(now)
        .filter(pk=message_id)
        .order_by()
        .update(claimed_until=now + LEASE, attempts=F("attempts") + 1)
    )
    return Message.objects.select_related("submission", "consultation").get(pk=message_id) if taken else None


def deliver(message_id: int, *, now: dt.datetime | None = None) -> bool:
    """Send one message if it is due and nobody else is sending it; whether it was sent.

    A failure sets the next try further and further away (``RETRY_AFTER_SECONDS``); after ``MOST_ATTEMPTS`` the
    message is given up and shown to staff. The error kept and logged holds no address.
    """
    now = now or timezone.now()
    message = claim(message_id, now=now)
    if message is None:
        return False
    try:
        _send(message)
    except Exception as error:  # whatever the mail server or a template does, the message must not be lost
        _put_off(message, error, now=now)
        return False
    Message.objects.filter(pk=message.pk).update(
        state=Message.State.SENT, sent_at=now, claimed_until=None, last_error=""
    )
    return True


def sweep(*, now: dt.datetime | None = None, limit: int = 200) -> int:
    """Send what is due, oldest first, at most ``limit``; how many were sent. Any number of sweeps may run at once."""
    moment = now or timezone.now()
    sent = 0
    for message_id in list(Message.objects.due(moment).values_list("pk", flat=True)[:limit]):
        sent += deliver(message_id, now=now)
    return sent


def resend(message: Message, *, by: User, now: dt.datetime | None = None) -> Message:
    """Try a message that was given up once more, from the start. Raises NotFailed, NotPermitted."""
    if not may_resend(by):
        raise NotPermitted
    changed = Message.objects.filter(pk=message.pk, state=Message.State.FAILED).update(
        state=Message.State.DUE, attempts=0, due_at=now or timezone.now(), claimed_until=None
    )
    if not changed:
        raise NotFailed
    message.refresh_from_db()
    transaction.on_commit(wake_worker, robust=True)
    return message


def _send(message: Message) -> None:
    rendered = render(message)
    mail = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        to=[message.recipient],
        headers={"Auto-Submitted": "auto-generated", **rendered.headers},
        connection=get_connection(),
    )
    mail.attach_alternative(rendered.html, "text/html")
    mail.send()


def _put_off(message: Message, error: Exception, *, now: dt.datetime) -> None:
    given_up = message.attempts >= MOST_ATTEMPTS
    wait = RETRY_AFTER_SECONDS[min(message.attempts, len(RETRY_AFTER_SECONDS)) - 1]
    Message.objects.filter(pk=message.pk).update(
        state=Message.State.FAILED if given_up else Message.State.DUE,
        due_at=now + dt.timedelta(seconds=wait),
        claimed_until=None,
        last_error=type(error).__name__,
    )
    log.warning("Message %s was not sent (%s), try %s", message.pk, type(error).__name__, message.attempts)
