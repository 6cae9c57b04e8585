"""Follow a consultation by e-mail, confirm it, end it, and tell followers of the consultation's terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from consultations.errors import ConsultationClosed
from consultations.models import Consultation
from lublin2030.lib.tokens import is_token
from notifications.errors import LinkNotValid
from notifications.models import Message, Subscription
from notifications.querysets import SubscriptionQuerySet
from notifications.services import outbox

BATCH = 500
ASK_AGAIN_AFTER = dt.timedelta(hours=1)
MOST_OPEN_REQUESTS = 5  # an address has at most so many confirmations asked for within a day, whoever asks
OPENED_LATELY = dt.timedelta(days=2)  # a worker that was down longer does not announce old news
CLOSES_SOON = dt.timedelta(days=3)


@transaction.atomic
def follow(consultation: Consultation, *, email: str, language: str, now: dt.datetime | None = None) -> None:
    """Ask the owner of the address to confirm that they follow the consultation.

    Says nothing about who follows already: for them nothing happens. Asking again sends another confirmation at most
    once an hour; an address that has ``MOST_OPEN_REQUESTS`` unanswered ones within a day gets no more, silently, so
    that nobody can learn from the answer what others follow. Raises ConsultationClosed when there is nothing left to
    tell.
    """
    now = now or timezone.now()
    if consultation.phase(now) == Consultation.Phase.CLOSED:
        raise ConsultationClosed
    email = email.strip().lower()
    known = Subscription.objects.filter(consultation=consultation, email=email).exists()
    if not known:
        lately = Subscription.objects.unconfirmed().filter(email=email, created_at__gt=now - dt.timedelta(days=1))
        if lately.count() >= MOST_OPEN_REQUESTS:
            return
    subscription, is_new = Subscription.objects.get_or_create(
        consultation=consultation, email=email, defaults={"language": language, "created_at": now}
    )
    if not is_new:
        # Check and change in one statement: of two that ask at once, one may send.
        may_send = (
            Subscription.objects.unconfirmed()
            .filter(pk=subscription.pk, created_at__lte=now - ASK_AGAIN_AFTER)
            .update(created_at=now, language=language)
        )
        if not may_send:
            return
    outbox.write(
        Message.Kind.CONFIRM_FOLLOWING,
        key=f"confirm-following:{subscription.pk}:{int(now.timestamp())}",
        recipient=email,
        language=language,
        context={"subscription": subscription.pk},
        consultation=consultation,
        now=now,
    )


def confirm(token: str, *, now: dt.datetime | None = None) -> Subscription:
    """The owner of the address follows from now on; confirming twice changes nothing. Raises LinkNotValid."""
    _of_token(token).unconfirmed().update(confirmed_at=now or timezone.now())
    return find(token)


def find(token: str) -> Subscription:
    """The following to which the secret belongs. Raises LinkNotValid."""
    subscription = _of_token(token).select_related("consultation").first()
    if subscription is None:
        raise LinkNotValid
    return subscription


def _of_token(token: str) -> SubscriptionQuerySet:
    """The following of the secret, or none. What cannot be a secret at all never reaches the database."""
    return Subscription.objects.filter(token=token) if is_token(token) else Subscription.objects.none()


@transaction.atomic
def unsubscribe(token: str) -> None:
    """End the following at once: the address is deleted, and mails to it that wait are not sent.

    A secret that belongs to nobody changes nothing: the wish is fulfilled already.
    """
    subscription = _of_token(token).first()
    if subscription is None:
        return
    Message.objects.unsent().to_followers().filter(
        consultation=subscription.consultation_id, recipient=subscription.email
    ).delete()
    subscription.delete()


def announce_terms(*, now: dt.datetime | None = None) -> int:
    """Write to confirmed followers what has opened in the last two days, and what closes in three days or less.

    Each is told each once, however often and wherever this runs: the messages' keys see to that. Followers are read
    in batches, so memory does not grow with their number. Not told of the opening: who began to follow after it.
    How many messages were handed to the outbox.
    """
    now = now or timezone.now()
    written = 0
    for consultation in Consultation.objects.open(now).filter(opens_at__gt=now - OPENED_LATELY):
        written += _announce(Message.Kind.CONSULTATION_OPENS, "consultation-opens", consultation, now=now)
    for consultation in Consultation.objects.open(now).filter(closes_at__lte=now + CLOSES_SOON):
        written += _announce(Message.Kind.CONSULTATION_CLOSES, "consultation-closes", consultation, now=now)
    return written


def _announce(kind: Message.Kind, name: str, consultation: Consultation, *, now: dt.datetime) -> int:
    written = 0
    prefix = f"{name}:{consultation.pk}:"
    for batch in _batches(kind, consultation, prefix):
        with transaction.atomic():
            outbox.write_all(
                [
                    Message(
                        key=f"{prefix}{follower.pk}",
                        kind=kind,
                        recipient=follower.email,
                        language=follower.language,
                        context={"subscription": follower.pk},
                        consultation=consultation,
                        created_at=now,
                        due_at=now,
                    )
                    for follower in batch
                ]
            )
        written += len(batch)
    return written


def _batches(kind: Message.Kind, consultation: Consultation, prefix: str) -> Iterator[list[Subscription]]:
    followers = Subscription.objects.not_told(consultation, key_prefix=prefix)
    if kind == Message.Kind.CONSULTATION_OPENS:
        followers = followers.filter(created_at__lt=consultation.opens_at)
    after = 0
    while batch := list(followers.filter(pk__gt=after)[:BATCH]):
        yield batch
        after = batch[-1].pk
