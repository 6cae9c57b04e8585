"""Take in what tablets bring from the field: each card, headcount and photograph exactly once, and nothing is lost."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.models import User
from participation.errors import NotPermitted
from participation.field.days import day_spoken, is_storable, moment_of, span_of
from participation.field.keys import derived_key
from participation.field.reading import Catalogue, SentCard, channel_of
from participation.models import Event, FieldCount, FieldDevice, FieldItem, FieldKey, FieldPhoto, Voice
from participation.permissions import may_note_voices
from participation.photos import stripped_photo
from participation.services.voices import NewVoice, note_voices

KEY_SALT_BYTES = 32


@dataclass(frozen=True)
class WorkerKey:
    """A key of a worker and the number under which cards name it."""

    pk: int
    key: bytes


def field_keys(user: User, *, now: dt.datetime | None = None) -> list[WorkerKey]:
    """The worker's keys, the one for new cards first; the first is made when there is none. Raises NotPermitted."""
    if not may_note_voices(user):
        raise NotPermitted
    salts = list(FieldKey.objects.filter(user=user))
    if not salts:
        with transaction.atomic():
            # Of two tablets that ask at once both wait here, and the second finds the first one's.
            User.objects.select_for_update().get(pk=user.pk)
            salts = list(FieldKey.objects.filter(user=user)) or [_new_salt(user, now)]
    return [WorkerKey(salt.pk, derived_key(user.pk, bytes(salt.salt))) for salt in salts]


def rotate_field_key(user: User, *, now: dt.datetime | None = None) -> FieldKey:
    """Give the worker another key for new cards. The old ones stay: with them the cards that wait are opened."""
    return _new_salt(user, now)


def _new_salt(user: User, now: dt.datetime | None) -> FieldKey:
    salt = secrets.token_bytes(KEY_SALT_BYTES)
    return FieldKey.objects.create(user=user, salt=salt, made_at=now or timezone.now())


def meet_device(device_id: uuid.UUID, *, by: User, device_now: Any, now: dt.datetime) -> FieldDevice:
    """The device's record, with when it sent last, by whom, and how far its clock is off. Raises NotPermitted."""
    if not may_note_voices(by):
        raise NotPermitted
    claim = moment_of(device_now)
    facts = {
        "last_seen_at": now,
        "last_by": by,
        "clock_off_seconds": 0 if claim is None else round((now - claim).total_seconds()),
    }
    device, _made = FieldDevice.objects.update_or_create(
        device_id=device_id, defaults=facts, create_defaults=facts | {"first_seen_at": now}
    )
    return device


@dataclass(frozen=True)
class Receipt:
    """What became of one card: ``kept``, ``known`` (it had arrived before) or ``quarantined`` with why."""

    capture_id: uuid.UUID
    result: str
    why: FieldItem.Why | None = None


def receive_cards(
    cards: Sequence[SentCard], *, device: FieldDevice, by: User, now: dt.datetime | None = None
) -> list[Receipt]:
    """Keep the cards as voices, or set them aside for a person; all in one transaction, each by its name once.

    Whatever is confirmed here is in the database: the device may forget it. Raises NotPermitted.
    """
    if not may_note_voices(by):
        raise NotPermitted
    now = now or timezone.now()
    cards = list({card.capture_id: card for card in cards}.values())
    measured = dt.timedelta(seconds=device.clock_off_seconds)
    with transaction.atomic():
        ids = [card.capture_id for card in cards]
        known = set(FieldItem.objects.filter(capture_id__in=ids).values_list("capture_id", flat=True))
        known |= set(Voice.objects.filter(capture_id__in=ids).values_list("capture_id", flat=True))
        new = [card for card in cards if card.capture_id not in known]
        catalogue = Catalogue(new)
        people = {*User.objects.filter(pk__in={card.noted_by for card in new}).values_list("pk", flat=True)}
        receipts, voices, items = [Receipt(one, "known") for one in ids if one in known], [], []
        for card in new:
            why = catalogue.fault_of(card)
            device_at = moment_of(card.device_at)
            item = FieldItem(
                capture_id=card.capture_id,
                device=device,
                sent_by=by,
                noted_by_id=card.noted_by if card.noted_by in people else by.pk,
                received_at=now,
                device_at=device_at if is_storable(device_at) else None,
                state=FieldItem.State.WAITING if why else FieldItem.State.KEPT,
                why=why or "",
                payload=card.payload | {"offset_seconds": _seconds(span_of(card.offset), measured)} if why else {},
            )
            items.append(item)
            receipts.append(Receipt(card.capture_id, "quarantined" if why else "kept", why))
            event = catalogue.events.get(card.event)
            offsets = [span_of(card.offset), measured]
            if event is None:
                item.clock_is_wrong = device.clock_is_wrong
                continue
            day, item.clock_is_wrong = day_spoken(event, device_at=device_at, offsets=offsets, now=now)
            if why is None:
                voices.append(_voice(card, event, catalogue, day))
        # Another device may bring the same cards at this moment: what it has kept is left as it is. All in one order,
        # so that of two that overlap one waits for the other and never both.
        FieldItem.objects.bulk_create(sorted(items, key=lambda item: item.capture_id), ignore_conflicts=True)
        note_voices(voices, by=by, now=now)
    return receipts


def _seconds(noted: dt.timedelta | None, measured: dt.timedelta) -> int:
    """How far the clock was off when the card was noted, as well as that is known."""
    return round((measured if noted is None else noted).total_seconds())


def _voice(card: SentCard, event: Event, catalogue: Catalogue, day: dt.date) -> NewVoice:
    return NewVoice(
        capture_id=card.capture_id,
        process=event.process,
        event=event,
        channel=channel_of(event),
        wording=Voice.Wording(card.wording),
        question=card.question,
        text=card.text,
        theme=catalogue.themes.get(card.theme),
        district=catalogue.districts.get(card.district),
        age_band=card.age_band,
        language=card.language,
        spoken_on=day,
    )


def receive_count(
    *, device: FieldDevice, by: User, event: int, title: str, plus: int, minus: int, now: dt.datetime | None = None
) -> FieldCount:
    """Keep the worker's headcount of an event on the device; smaller numbers than those kept change nothing.

    ``event`` is what the device calls it: of one that does not exist (any more) the count waits for a person.
    Raises NotPermitted.
    """
    if not may_note_voices(by):
        raise NotPermitted
    now = now or timezone.now()
    key = uuid.uuid5(device.device_id, f"{by.pk} {event}")
    with transaction.atomic():
        count, made = FieldCount.objects.get_or_create(
            key=key,
            defaults={
                "device": device,
                "worker": by,
                "event": Event.objects.filter(pk=event).first(),
                "claimed_event": event,
                "claimed_title": title,
                "plus": plus,
                "minus": minus,
                "received_at": now,
            },
        )
        if not made:
            FieldCount.objects.filter(pk=count.pk).update(
                plus=Greatest(F("plus"), plus), minus=Greatest(F("minus"), minus), received_at=now
            )
            count.refresh_from_db()
    return count


def receive_photo(
    upload: Any,
    *,
    capture_id: uuid.UUID,
    device: FieldDevice,
    by: User,
    event: int,
    title: str,
    alt: str,
    now: dt.datetime | None = None,
) -> bool:
    """Keep a photograph until a person accepts it; whether it is new. What is stored is never the file that was sent.

    Raises NotPermitted, and ValidationError for what is no photograph.
    """
    if not may_note_voices(by):
        raise NotPermitted
    if FieldPhoto.objects.filter(capture_id=capture_id).arrived().exists():
        return False
    bare = stripped_photo(upload)
    photo, made = FieldPhoto.objects.get_or_create(
        capture_id=capture_id,
        defaults={
            "device": device,
            "sent_by": by,
            "event": Event.objects.filter(pk=event).first(),
            "claimed_title": title,
            "alt": alt,
            "received_at": now or timezone.now(),
        },
    )
    if photo.state == FieldPhoto.State.WAITING and not photo.image:
        photo.image.save(str(bare.name), bare, save=False)
        # Of two that bring it at once, or after a server that died between row and file: one file holds.
        if not FieldPhoto.objects.filter(pk=photo.pk, image="").update(image=photo.image.name):
            photo.image.storage.delete(str(photo.image.name))
    return made
