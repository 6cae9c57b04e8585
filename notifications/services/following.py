"""Follow something by e-mail, confirm it, change how often, end it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from lublin2030.lib.tokens import is_token
from notifications.errors import FollowedIsOver, LinkNotValid
from notifications.links import reader_of
from notifications.models import Frequency, Message, Subscription, reader_token_of
from notifications.querysets import SubscriptionQuerySet
from notifications.schedule import next_digest
from notifications.services import outbox, telling
from notifications.targets import is_over, target_of

ASK_AGAIN_AFTER = dt.timedelta(hours=1)
MOST_OPEN_REQUESTS = 5  # an address has at most so many confirmations asked for within a day, whoever asks


@transaction.atomic
def follow(
    record: Any, *, email: str, language: str, frequency: str | None = None, now: dt.datetime | None = None
) -> None:
    """Ask the owner of the address to confirm that they follow the process, stage, consultation, event and so on.

    Says nothing about who follows already: for them nothing happens. Asking again sends another confirmation at most
    once an hour; an address that has ``MOST_OPEN_REQUESTS`` unanswered ones within a day gets no more, silently, so
    that nobody can learn from the answer what others follow. Raises FollowedIsOver when there is nothing left to tell.
    """
    now = now or timezone.now()
    if is_over(record, now):
        raise FollowedIsOver
    target = target_of(record)
    email = email.strip().lower()
    chosen = Frequency(frequency) if frequency else target.frequency
    known = Subscription.objects.filter(email=email, **{target.field: record}).exists()
    if not known:
        lately = Subscription.objects.unconfirmed().filter(email=email, created_at__gt=now - dt.timedelta(days=1))
        if lately.count() >= MOST_OPEN_REQUESTS:
            return
    subscription, is_new = Subscription.objects.get_or_create(
        email=email,
        **{target.field: record},
        defaults={
            "language": language,
            "frequency": chosen,
            "reader_token": _reader_token(email),
            "created_at": now,
        },
    )
    if not is_new:
        # Check and change in one statement: of two that ask at once, one may send.
        may_send = (
            Subscription.objects.unconfirmed()
            .filter(pk=subscription.pk, created_at__lte=now - ASK_AGAIN_AFTER)
            .update(created_at=now, language=language, frequency=chosen)
        )
        if not may_send:
            return
    outbox.write(
        Message.Kind.CONFIRM_FOLLOWING,
        key=f"confirm-following:{subscription.pk}:{int(now.timestamp())}",
        recipient=email,
        language=language,
        context={"subscription": subscription.pk},
        consultation=subscription.consultation,
        now=now,
    )


def _reader_token(email: str) -> str:
    """The address's secret: that of its other followings, so that it outlives a change of the portal's key."""
    known = Subscription.objects.filter(email=email).values_list("reader_token", flat=True).first()
    return known or reader_token_of(email)


def confirm(token: str, *, now: dt.datetime | None = None) -> Subscription:
    """The owner of the address follows from now on; confirming twice changes nothing. Raises LinkNotValid."""
    now = now or timezone.now()
    asked = _of_token(token).unconfirmed().first()
    if asked is not None:
        # Of two that confirm at once one does; asked for anew meanwhile, it is confirmed by the next press.
        _of_token(token).unconfirmed().filter(frequency=asked.frequency).update(
            confirmed_at=now, cursor=telling.latest_happening(), next_digest_at=next_digest(asked.frequency, now)
        )
    return find(token)


def find(token: str) -> Subscription:
    """The following to which the secret belongs, with what is followed. Raises LinkNotValid."""
    subscription = _of_token(token).with_targets().first()
    if subscription is None:
        raise LinkNotValid
    return subscription


def _of_token(token: str) -> SubscriptionQuerySet:
    """The following of the secret, or none. What cannot be a secret at all never reaches the database."""
    return Subscription.objects.filter(token=token) if is_token(token) else Subscription.objects.none()


def _of_reader_token(token: str) -> SubscriptionQuerySet:
    return Subscription.objects.filter(reader_token=token) if is_token(token) else Subscription.objects.none()


@transaction.atomic
def change_frequency(token: str, *, frequency: Frequency, now: dt.datetime | None = None) -> Subscription:
    """Tell the follower at once, daily or weekly from now on; the same again changes nothing.

    What has gathered for the next digest goes out at once as one. Raises LinkNotValid.
    """
    now = now or timezone.now()
    email = _of_token(token).confirmed().values_list("email", flat=True).first()
    # All followings of the address: what another of them is being told must not change meanwhile.
    held = {one.token: one for one in _held(email)} if email is not None else {}
    following = held.get(token)
    if following is None:
        raise LinkNotValid
    if following.frequency != frequency:
        if following.frequency == Frequency.AT_ONCE:
            following.cursor = max(following.cursor, telling.all_told())
        else:
            telling.gather(following, now=now)
        following.frequency = frequency
        following.next_digest_at = next_digest(frequency, now)
        following.save(update_fields=["frequency", "cursor", "next_digest_at"])
    return find(token)


def _held(email: str) -> list[Subscription]:
    return list(Subscription.objects.filter(email=email).order_by("pk").select_for_update())


@transaction.atomic
def unsubscribe(token: str) -> None:
    """End the following at once: it is deleted, and mails that wait for its sake are not sent.

    A secret that belongs to nobody changes nothing: the wish is fulfilled already.
    """
    _end(_of_token(token))


@transaction.atomic
def end_digests(reader_token: str, *, frequency: Frequency) -> None:
    """End all followings of an address that come in digests of this frequency, like ``unsubscribe``."""
    _end(_of_reader_token(reader_token).confirmed().filter(frequency=frequency))


def has_digests(reader_token: str, *, frequency: Frequency) -> bool:
    """Whether anything comes to the address in digests of this frequency."""
    return _of_reader_token(reader_token).confirmed().filter(frequency=frequency).exists()


@transaction.atomic
def end_everything(link: str) -> None:
    """End all followings of the address of a link to them. Raises LinkNotValid."""
    _end(_of_reader_token(reader_of(link)))


def _end(followings: SubscriptionQuerySet) -> None:
    """Delete them, and of the mails that wait those that nobody waits for any more.

    The others find out when they are sent what the address still follows.
    """
    ended = list(followings.order_by("pk").select_for_update())
    emails = {one.email for one in ended}
    Subscription.objects.filter(pk__in=[one.pk for one in ended]).delete()
    still = set(Subscription.objects.filter(email__in=emails).values_list("email", flat=True))
    waiting = Message.objects.unsent().to_followers()
    waiting.filter(recipient__in=emails - still).delete()
    for one in ended:
        waiting.filter(recipient=one.email, kind=Message.Kind.CONFIRM_FOLLOWING, context__subscription=one.pk).delete()


@transaction.atomic
def send_link_to_everything(token: str, *, now: dt.datetime | None = None) -> None:
    """Send the follower's address a link to the page of everything it follows; once an hour at most.

    The page of one following shows nothing of the others: its link may be in other hands. Raises LinkNotValid.
    """
    now = now or timezone.now()
    subscription = _of_token(token).confirmed().first()
    if subscription is None:
        raise LinkNotValid
    outbox.write(
        Message.Kind.FOLLOWING_LINK,
        key=f"following-link:{subscription.reader_token[:48]}:{int(now.timestamp()) // 3600}",
        recipient=subscription.email,
        language=subscription.language,
        context={"subscription": subscription.pk},
        now=now,
    )


def of_link(link: str) -> SubscriptionQuerySet:
    """Everything that the address of the link follows. Raises LinkNotValid when the link is wrong or old."""
    return _of_reader_token(reader_of(link)).confirmed()
