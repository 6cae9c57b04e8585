"""What is told to whom when something happened below.

Runs inside the verb's transaction: fact and notice commit together. Demonstration senders do not exist, so nothing is
written to them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.dispatch import receiver
from django.utils.crypto import salted_hmac

from accounts.models import User
from consultations.errors import LinkAskedTooOften
from consultations.models import Basket, Decision, Note, PublicationBatch, Remark, Submission
from consultations.services.confirmation import reminder_at
from consultations.signals import (
    basket_link_asked,
    batch_published,
    confirmation_asked_again,
    note_written,
    remark_corrected,
    remarks_withdrawn,
    sender_corrected,
    submission_received,
    submission_verified,
)
from lublin2030.lib.translations import ORIGINAL
from notifications.models import Message
from notifications.services import outbox
from participation.models import EventChange, Registration
from participation.signals import (
    event_cancelled,
    event_rescheduled,
    registration_cancelled,
    registration_made,
    registrations_moved_up,
)

MESSAGES_AT_ONCE = 500


def _tell_sender(
    kind: Message.Kind, submission: Submission, *, key: str, due_at: dt.datetime | None = None, **context: Any
) -> None:
    if submission.is_demonstration or not submission.email:
        return
    outbox.write(
        kind,
        key=key,
        recipient=submission.email,
        language=submission.language,
        context=context,
        submission=submission,
        consultation=submission.consultation,
        due_at=due_at,
    )


@receiver(submission_received, dispatch_uid="notifications.receipt")
def write_receipt(submission: Submission, **_kwargs: Any) -> None:
    _tell_sender(Message.Kind.RECEIPT, submission, key=f"submission-received:{submission.pk}")
    _remind_to_confirm(submission)


def _remind_to_confirm(submission: Submission) -> None:
    """Write the reminder now, due later: when the address is confirmed by then, it is out of date."""
    if not submission.awaits_confirmation or submission.confirm_until is None:
        return
    until = submission.confirm_until
    asked_at = until - dt.timedelta(hours=submission.consultation.confirmation_hours)
    _tell_sender(
        Message.Kind.CONFIRM_REMINDER,
        submission,
        key=f"confirm-reminder:{submission.pk}:{until:%Y%m%d%H%M%S}",
        due_at=reminder_at(asked_at, until),
        until=until.timestamp(),
    )


@receiver(confirmation_asked_again, dispatch_uid="notifications.confirmation")
def write_confirmation(submission: Submission, now: dt.datetime, **_kwargs: Any) -> None:
    # At most one an hour, however often the button is pressed.
    if submission.confirm_until is not None:
        _tell_sender(
            Message.Kind.CONFIRM_SUBMISSION,
            submission,
            key=f"confirm-submission:{submission.pk}:{now:%Y%m%d%H}",
            until=submission.confirm_until.timestamp(),
        )


@receiver(remark_corrected, dispatch_uid="notifications.correction")
def write_correction(remark: Remark, **_kwargs: Any) -> None:
    _tell_sender(
        Message.Kind.CORRECTION,
        remark.submission,
        key=f"remark-corrected:{remark.pk}:{remark.revision}",
        remark=remark.pk,
        revision=remark.revision,
    )


@receiver(remarks_withdrawn, dispatch_uid="notifications.withdrawal")
def write_withdrawal(submission: Submission, remarks: list[Remark], **_kwargs: Any) -> None:
    # A remark is withdrawn once, so the first of them names the act.
    _tell_sender(
        Message.Kind.WITHDRAWAL,
        submission,
        key=f"remarks-withdrawn:{min(remark.pk for remark in remarks)}",
        remarks=[remark.pk for remark in remarks],
    )


@receiver(sender_corrected, dispatch_uid="notifications.address")
def write_to_both_addresses(submission: Submission, old_email: str, **_kwargs: Any) -> None:
    """The new address gets a copy and what is still to be sent; the old one hears that no more comes there."""
    outbox.readdress(submission, old_email=old_email)
    times = submission.history.filter(verb="renew_link").count()
    _tell_sender(Message.Kind.RECEIPT, submission, key=f"submission-received:{submission.pk}:{times}")
    _remind_to_confirm(submission)
    if old_email and not submission.is_demonstration:
        outbox.write(
            Message.Kind.CORRECTION,
            key=f"address-left:{submission.pk}:{times}",
            recipient=old_email,
            language=submission.language,
            context={"left": True},
            submission=submission,
            consultation=submission.consultation,
        )


@receiver(submission_verified, dispatch_uid="notifications.verification")
def write_verification(submission: Submission, **_kwargs: Any) -> None:
    # Verification can be reopened and done again: each time is told, each once.
    times = submission.history.filter(verb__in=["mark_proper", "mark_improper"]).count()
    _tell_sender(Message.Kind.VERIFICATION, submission, key=f"submission-verified:{submission.pk}:{times}")


@receiver(batch_published, dispatch_uid="notifications.batch")
def write_answers(batch: PublicationBatch, now: dt.datetime, **_kwargs: Any) -> None:
    """One message for each sender, however many of the batch's answers are theirs."""
    answered = Decision.objects.filter(batch=batch).values("remark__submission")
    senders = Submission.objects.filter(pk__in=answered, is_demonstration=False).exclude(email="").order_by("pk")
    rows = senders.values_list("pk", "email", "language").iterator(chunk_size=MESSAGES_AT_ONCE)
    while chunk := list(islice(rows, MESSAGES_AT_ONCE)):
        outbox.write_all(
            [
                Message(
                    kind=Message.Kind.DECISION,
                    key=f"batch-published:{batch.pk}:{submission}",
                    recipient=email,
                    language=language,
                    context={"batch": batch.pk},
                    submission_id=submission,
                    consultation_id=batch.consultation_id,
                    created_at=now,
                    due_at=now,
                )
                for submission, email, language in chunk
            ]
        )


@receiver(note_written, dispatch_uid="notifications.mention")
def write_mentions(note: Note, mentioned: list[User], **_kwargs: Any) -> None:
    for colleague in mentioned:
        outbox.write(
            Message.Kind.MENTION,
            key=f"mention:{note.pk}:{colleague.pk}",
            recipient=colleague.email,
            language=ORIGINAL,
            context={"note": note.pk, "user": colleague.pk},
            consultation=note.remark.consultation,
        )


MOST_LINKS_AN_HOUR = 3  # of one basket: the address need not be the asker's own


@receiver(basket_link_asked, dispatch_uid="notifications.basket_link")
def write_basket_link(basket: Basket, email: str, language: str, now: dt.datetime, **_kwargs: Any) -> None:
    # The basket's row is held by the verb: askers in two windows are counted one after the other.
    address = salted_hmac("notifications.basket_link", email.casefold(), algorithm="sha256").hexdigest()[:32]
    # A second click within the minute is the same wish.
    key = f"basket-link:{basket.pk}:{address}:{int(now.timestamp()) // 60}"
    lately = Message.objects.filter(
        kind=Message.Kind.BASKET_LINK,
        consultation=basket.consultation_id,
        key__startswith=f"basket-link:{basket.pk}:",
        created_at__gt=now - dt.timedelta(hours=1),
    )
    keys = set(lately.values_list("key", flat=True))
    if key not in keys and len(keys) >= MOST_LINKS_AN_HOUR:
        raise LinkAskedTooOften
    outbox.write(
        Message.Kind.BASKET_LINK,
        key=key,
        recipient=email,
        language=language,
        context={"basket": basket.pk},
        consultation=basket.consultation,
        now=now,
    )


def _to_registered(
    kind: Message.Kind, registrations: Iterable[Registration], *, key: str, now: dt.datetime, **context: Any
) -> None:
    """One message for each that has an address, ``<key>:<registration>``; in chunks, however many there are."""
    rows = (one for one in registrations if one.email)
    while chunk := list(islice(rows, MESSAGES_AT_ONCE)):
        outbox.write_all(
            [
                Message(
                    kind=kind,
                    key=f"{key}:{one.pk}",
                    recipient=one.email,
                    language=one.language,
                    context=context,
                    registration=one,
                    created_at=now,
                    due_at=now,
                )
                for one in chunk
            ]
        )


@receiver(registration_made, dispatch_uid="notifications.registration")
def write_registration(registration: Registration, now: dt.datetime, **_kwargs: Any) -> None:
    # The verb lets it be asked for once an hour; each time is a message of its own.
    key = f"registration-link:{now:%Y%m%d%H%M%S}"
    _to_registered(Message.Kind.REGISTRATION, [registration], key=key, now=now)


@receiver(registrations_moved_up, dispatch_uid="notifications.moved_up")
def write_moved_up(registrations: list[Registration], now: dt.datetime, **_kwargs: Any) -> None:
    # Nobody goes back to the waiting list, so everyone moves up at most once.
    _to_registered(Message.Kind.MOVED_UP, registrations, key="registration-moved-up", now=now)


@receiver(registration_cancelled, dispatch_uid="notifications.registration_ended")
def write_registration_ended(registration: Registration, now: dt.datetime, **_kwargs: Any) -> None:
    # Whoever cancels by the link sees it on the page; who is struck off by staff has to hear of it.
    if registration.ended_by_id is not None:
        _to_registered(Message.Kind.REGISTRATION_ENDED, [registration], key="registration-ended", now=now)


@receiver(event_rescheduled, dispatch_uid="notifications.event_moved")
def write_event_moved(change: EventChange, now: dt.datetime, **_kwargs: Any) -> None:
    _to_all_registered(Message.Kind.EVENT_MOVED, change, now)


@receiver(event_cancelled, dispatch_uid="notifications.event_cancelled")
def write_event_cancelled(change: EventChange, now: dt.datetime, **_kwargs: Any) -> None:
    _to_all_registered(Message.Kind.EVENT_CANCELLED, change, now)


def _to_all_registered(kind: Message.Kind, change: EventChange, now: dt.datetime) -> None:
    living = Registration.objects.living().reached_by_mail().filter(event=change.event_id).order_by("number")
    rows = living.iterator(chunk_size=MESSAGES_AT_ONCE)
    _to_registered(kind, rows, key=f"event-change:{change.pk}", now=now, change=change.pk)
