"""Put right what came from the field and could not be kept, or throw it away with a reason; accept photographs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from participation.errors import FieldItemSettled, FieldPhotoUndescribed, FieldReasonMissing, NotPermitted
from participation.field.days import day_spoken
from participation.models import Attendance, Event, EventPhoto, FieldCount, FieldItem, FieldPhoto, Voice
from participation.permissions import may_settle_field
from participation.services.attendance import record_attendance
from participation.services.voices import NewVoice, note_voices


def keep_card(
    item: FieldItem, *, event: Event, words: dict[str, Any], by: User, now: dt.datetime | None = None
) -> None:
    """Keep a card that waited, as a voice of the event with these ``words`` (arguments of NewVoice).

    Raises NotPermitted, FieldItemSettled, VoiceEmpty.
    """
    if not may_settle_field(by):
        raise NotPermitted
    now = now or timezone.now()
    offset = dt.timedelta(seconds=item.payload.get("offset_seconds", 0))
    day, _wrong = day_spoken(event, device_at=item.device_at, offsets=[offset], now=now)
    with transaction.atomic():
        _settle(item, by=by, now=now, state=FieldItem.State.KEPT)
        # Whose card it is does not change with who puts it right.
        noter = item.sent_by or by
        voice = NewVoice(capture_id=item.capture_id, process=event.process, event=event, spoken_on=day, **words)
        if note_voices([voice], by=by, now=now):
            Voice.objects.filter(capture_id=item.capture_id).update(entered_by=noter)


def throw_card(item: FieldItem, *, why: str, by: User, now: dt.datetime | None = None) -> None:
    """Throw a card away that waited; what it said goes, the reason stays.

    Raises NotPermitted, FieldReasonMissing, FieldItemSettled.
    """
    if not may_settle_field(by):
        raise NotPermitted
    reason = _reason(why)
    _settle(item, by=by, now=now or timezone.now(), state=FieldItem.State.THROWN, thrown_why=reason)


def _settle(item: FieldItem, *, by: User, now: dt.datetime, state: FieldItem.State, thrown_why: str = "") -> None:
    # Check and change in one statement: of two colleagues one finds nothing that waits.
    changed = FieldItem.objects.waiting().filter(pk=item.pk)
    if not changed.update(state=state, payload={}, settled_at=now, settled_by=by, thrown_why=thrown_why):
        raise FieldItemSettled


def assign_count(count: FieldCount, *, event: Event, by: User) -> None:
    """Say to which event a headcount belongs whose own does not exist. Raises NotPermitted, FieldItemSettled."""
    if not may_settle_field(by):
        raise NotPermitted
    if not FieldCount.objects.waiting().filter(pk=count.pk).update(event=event):
        raise FieldItemSettled


def throw_count(count: FieldCount, *, why: str, by: User, now: dt.datetime | None = None) -> None:
    """Throw a headcount away, with a reason. Raises NotPermitted, FieldReasonMissing, FieldItemSettled."""
    if not may_settle_field(by):
        raise NotPermitted
    reason = _reason(why)
    thrown = FieldCount.objects.filter(pk=count.pk, thrown_at__isnull=True)
    if not thrown.update(thrown_at=now or timezone.now(), thrown_by=by, thrown_why=reason):
        raise FieldItemSettled


def record_headcount(event: Event, *, people: int, by: User, now: dt.datetime | None = None) -> Attendance:
    """Record as the event's attendance what its devices counted, ``people`` being what the person was shown.

    Raises what ``record_attendance`` raises, and FieldItemSettled when the devices count otherwise by now.
    """
    if FieldCount.objects.that_hold().filter(event=event).people() != people:
        raise FieldItemSettled
    holds = Attendance.objects.that_hold().filter(event=event).first()
    return record_attendance(event, count=people, method=Attendance.Method.HEADCOUNT, by=by, corrects=holds, now=now)


def accept_photo(photo: FieldPhoto, *, event: Event, alt: str, by: User, now: dt.datetime | None = None) -> EventPhoto:
    """Make the photograph one of the event's own, with its description: from then on everybody sees it.

    Raises NotPermitted, FieldPhotoUndescribed, FieldItemSettled.
    """
    if not may_settle_field(by):
        raise NotPermitted
    alt = alt.strip()
    if not alt:
        raise FieldPhotoUndescribed
    name = str(photo.image.name)
    with photo.image.open("rb") as file:
        content = ContentFile(file.read(), name.rsplit("/", 1)[-1])
    with transaction.atomic():
        _settle_photo(photo, by=by, now=now or timezone.now(), state=FieldPhoto.State.ACCEPTED)
        accepted = EventPhoto.objects.create(
            event=event, image=content, alt=alt, position=min(event.photos.count() + 1, 32767)
        )
        FieldPhoto.objects.filter(pk=photo.pk).update(accepted_as=accepted, event=event, alt=alt)
        _delete_on_commit(photo, name)
    return accepted


def throw_photo(photo: FieldPhoto, *, why: str, by: User, now: dt.datetime | None = None) -> None:
    """Throw a photograph away with its file. Raises NotPermitted, FieldReasonMissing, FieldItemSettled."""
    if not may_settle_field(by):
        raise NotPermitted
    reason = _reason(why)
    name = str(photo.image.name)
    with transaction.atomic():
        _settle_photo(photo, by=by, now=now or timezone.now(), state=FieldPhoto.State.THROWN, thrown_why=reason)
        _delete_on_commit(photo, name)


def _settle_photo(
    photo: FieldPhoto, *, by: User, now: dt.datetime, state: FieldPhoto.State, thrown_why: str = ""
) -> None:
    changed = FieldPhoto.objects.waiting().filter(pk=photo.pk)
    if not changed.update(state=state, settled_at=now, settled_by=by, thrown_why=thrown_why, image=""):
        raise FieldItemSettled


def _delete_on_commit(photo: FieldPhoto, name: str) -> None:
    storage = photo.image.storage
    transaction.on_commit(lambda: storage.delete(name), robust=True)


def _reason(why: str) -> str:
    reason = why.strip()
    if not reason:
        raise FieldReasonMissing
    return reason
