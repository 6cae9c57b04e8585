"""Tell followers of happenings: each in a mail of its own, or together in digests (docs/adr/0033).

An address is told of a happening once, however many of its followings it concerns and whatever their frequencies. What
was told is known from the outbox: a mail there names its happenings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable

from django.db import transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from notifications.models import Frequency, Happening, Message, Subscription
from notifications.schedule import next_digest
from notifications.services import outbox

BATCH = 500
FACT = "happening:"  # begins the key of a mail that tells one happening; the happening's own key follows
OWN_KINDS = {
    Happening.Kind.CONSULTATION_OPENS.value: Message.Kind.CONSULTATION_OPENS,
    Happening.Kind.CONSULTATION_CLOSES.value: Message.Kind.CONSULTATION_CLOSES,
}


def _never() -> bool:
    return False


def tell_at_once(*, now: dt.datetime | None = None, should_stop: Callable[[], bool] = _never) -> int:
    """Write a mail for each new happening to each address that hears of it at once; how many were written.

    Happenings are told in their order, followers in batches, so memory does not grow with their number. Whatever is
    interrupted is taken up again: the messages' keys name the happening and the address.
    """
    now = now or timezone.now()
    written = 0
    for happening in Happening.objects.untold():
        after = 0
        while not should_stop():
            done, after = _tell_batch(happening, after, now)
            written += done
            if not after:
                Happening.objects.filter(pk=happening.pk, told_at__isnull=True).update(told_at=now)
                break
        else:
            break
    return written


@transaction.atomic
def _tell_batch(happening: Happening, after: int, now: dt.datetime) -> tuple[int, int]:
    """Write to the next followers; how many mails, and after which follower to go on: 0 when there are no more."""
    # Held, so that whoever changes the frequency or leaves meanwhile does so before or after, not in between.
    followers = list(
        Subscription.objects.concerned_by(happening).at_once().filter(pk__gt=after).select_for_update()[:BATCH]
    )
    if not followers:
        return 0, 0
    told = _told({one.email for one in followers}, [happening])
    new = {one.email: one for one in followers if happening.pk not in told.get(one.email, ())}
    outbox.write_all([_mail(happening, one, now) for one in new.values()])
    return len(new), followers[-1].pk


def _mail(happening: Happening, follower: Subscription, now: dt.datetime) -> Message:
    return Message(
        kind=OWN_KINDS.get(happening.kind, Message.Kind.HAPPENING),
        # The fact's key, not the row's: it stays when the rows are made anew, and is never another fact's.
        key=f"{FACT}{happening.key}:{follower.reader_token[:48]}",
        recipient=follower.email,
        language=follower.language,
        context={"happening": happening.pk, "subscription": follower.pk},
        consultation_id=happening.consultation_id,
        created_at=now,
        due_at=now,
    )


def send_digests(*, now: dt.datetime | None = None, should_stop: Callable[[], bool] = _never) -> int:
    """Write the digests that are due: one for each address and frequency, with all its followings; how many.

    Nothing new: no digest. A worker that was down writes one with everything. Digests that were given up are taken
    back, and what they told is in the new one. Constant queries for each batch of addresses.
    """
    now = now or timezone.now()
    written = 0
    for frequency in (Frequency.DAILY, Frequency.WEEKLY):
        while not should_stop():
            due = Subscription.objects.due_for_digest(frequency, now).order_by("email")
            emails = list(due.values_list("email", flat=True).distinct()[:BATCH])
            if not emails:
                break
            written += _write_digests(frequency, emails, now)
    return written


@transaction.atomic
def _write_digests(frequency: Frequency, emails: Collection[str], now: dt.datetime) -> int:
    """Digests, cursors and the next moments of these addresses, all together or not at all."""
    held = list(
        Subscription.objects.confirmed()
        .filter(frequency=frequency, email__in=emails)
        .order_by("pk")
        .select_for_update()
    )
    # Another worker may have been faster: it has moved the next moment of all of an address.
    due = {one.email for one in held if one.next_digest_at is not None and one.next_digest_at <= now}
    followers = [one for one in held if one.email in due]
    if not followers:
        return 0
    bound = all_told()
    messages = _digests(frequency, followers, bound, now)
    outbox.write_all(messages)
    Subscription.objects.filter(pk__in=[one.pk for one in followers]).update(
        cursor=Greatest(F("cursor"), bound), next_digest_at=next_digest(frequency, now)
    )
    return len(messages)


def _digests(frequency: Frequency, followers: list[Subscription], bound: int, now: dt.datetime) -> list[Message]:
    emails = {one.email for one in followers}
    returned = _take_back(emails)
    again = {key for keys in returned.values() for key in keys}
    happenings = list(
        Happening.objects.filter(
            Q(pk__gt=min(one.cursor for one in followers), pk__lte=bound) | Q(pk__in=again)
        ).order_by("pk")
    )
    if not happenings:
        return []
    told = _told(emails, happenings)
    of_reader: dict[str, list[Subscription]] = {}
    for one in followers:
        of_reader.setdefault(one.email, []).append(one)
    messages = []
    for email, followings in of_reader.items():
        keys = [
            happening.pk
            for happening in happenings
            if happening.pk not in told.get(email, ())
            and (
                happening.pk in returned.get(email, ())
                or any(one.cursor < happening.pk and one.is_concerned_by(happening) for one in followings)
            )
        ]
        if keys:
            messages.append(_digest(frequency, followings, keys, now))
    return messages


def _digest(frequency: Frequency, followings: list[Subscription], keys: list[int], now: dt.datetime) -> Message:
    latest = max(followings, key=lambda one: (one.confirmed_at or one.created_at, one.pk))
    return Message(
        kind=Message.Kind.DIGEST,
        # The same follower is told of the same latest happening twice only if the first digest was taken back.
        key=f"digest:{frequency}:{latest.pk}:{keys[-1]}:{int(now.timestamp() * 1000)}",
        recipient=latest.email,
        language=latest.language,
        context={"frequency": str(frequency), "happenings": keys},
        created_at=now,
        due_at=now,
    )


def _take_back(emails: Collection[str]) -> dict[str, set[int]]:
    """Delete the digests to these addresses that were given up; what each address was to be told by them.

    Deleted while held: staff can send a digest again or it returns, never both.
    """
    given_up = list(Message.objects.digests_given_up(emails).select_for_update())
    returned: dict[str, set[int]] = {}
    for message in given_up:
        returned.setdefault(message.recipient, set()).update(message.context["happenings"])
    if given_up:
        Message.objects.filter(pk__in=[message.pk for message in given_up]).delete()
    return returned


def all_told() -> int:
    """The latest happening up to which all were told to those who hear at once: digests go no further."""
    first = Happening.objects.untold().values_list("pk", flat=True).first()
    return latest_happening() if first is None else first - 1


def latest_happening() -> int:
    """The key of the latest happening; 0 before the first."""
    return Happening.objects.aggregate(latest=Max("pk"))["latest"] or 0


def _told(emails: Collection[str], happenings: Iterable[Happening]) -> dict[str, set[int]]:
    """Which of the happenings the outbox tells, or has told, each of these addresses. One query."""
    wanted = {happening.pk: happening for happening in happenings}
    # Mails of terms written before there were happenings name their consultation only.
    of_terms = {
        (happening.kind, happening.consultation_id): happening.pk
        for happening in wanted.values()
        if happening.kind in OWN_KINDS
    }
    of_facts = {happening.key: happening.pk for happening in wanted.values()}
    since = min(happening.recorded_at for happening in wanted.values())
    rows = Message.objects.telling().filter(recipient__in=emails)
    newer = Q(created_at__gte=since)
    if of_terms:
        newer |= Q(kind__in=[kind for kind, _key in of_terms], consultation__in=[key for _kind, key in of_terms])
    told: dict[str, set[int]] = {}
    columns = ("recipient", "key", "kind", "consultation", "context")
    for email, key, kind, consultation, context in rows.filter(newer).values_list(*columns):
        if "happenings" in context:
            keys = set(context["happenings"])
        elif key.startswith(FACT):
            keys = {of_facts.get(key.removeprefix(FACT).rpartition(":")[0])}
        else:
            keys = {of_terms.get((kind, consultation))}
        told.setdefault(email, set()).update(keys & wanted.keys())
    return told


def gather(following: Subscription, *, now: dt.datetime) -> None:
    """Write at once, as one digest, what this following still waits for, in the caller's transaction.

    The caller holds all followings of the address. What another of them is about to hear at once is left to that one.
    The following has then dealt with everything so far: its cursor is moved (not saved).
    """
    latest = latest_happening()
    waiting = [
        happening
        for happening in Happening.objects.filter(pk__gt=following.cursor, pk__lte=latest).order_by("pk")
        if following.is_concerned_by(happening)
    ]
    if waiting:
        at_once = [one for one in Subscription.objects.of_reader(following.email).at_once() if one.pk != following.pk]
        told = _told({following.email}, waiting).get(following.email, set())
        keys = [
            happening.pk
            for happening in waiting
            if happening.pk not in told
            and not (happening.told_at is None and any(one.is_concerned_by(happening) for one in at_once))
        ]
        if keys:
            outbox.write_all([_digest(Frequency(following.frequency), [following], keys, now)])
    following.cursor = latest
