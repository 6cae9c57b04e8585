"""Private notes on remarks, with files, and colleagues who are mentioned in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from consultations.errors import NoteEmpty, NotPermitted, TooManyAttachments
from consultations.models import Note, NoteFile, Remark
from consultations.permissions import may_note
from consultations.services.attachments import MOST_ATTACHMENTS, columns_of, inspected_file, write_file, written_files
from consultations.signals import note_written
from lublin2030.lib.plaintext import normalise

READERS_OF_REMARKS = (Role.COORDINATOR, Role.EXPERT)


def mentionable_colleagues() -> list[User]:
    """Who may read remarks at the desk and has a name to be called by, by name. One query."""
    readers = User.objects.filter(is_active=True, groups__name__in=READERS_OF_REMARKS).exclude(name="")
    return list(readers.distinct().order_by("name", "pk"))


def mentioned_in(text: str, colleagues: Iterable[User]) -> list[User]:
    """The colleagues whom the text calls by ``@`` and the whole name, whatever its capitals.

    Where one name begins like another, the longer one is meant. Two of one name are both called.
    """
    rest = text.casefold()
    found: list[User] = []
    for one in sorted(colleagues, key=lambda person: -len(person.name)):
        call = f"@{one.name.casefold()}"
        begins = [at for at in _places(rest, call) if _ends_there(rest, at + len(call))]
        if begins:
            found.append(one)
            if not any(other.name.casefold() == one.name.casefold() and other.pk != one.pk for other in colleagues):
                for at in reversed(begins):
                    rest = rest[:at] + "\n" * len(call) + rest[at + len(call) :]
    return sorted(found, key=lambda person: person.pk)


def _places(text: str, part: str) -> list[int]:
    places, at = [], text.find(part)
    while at >= 0:
        places.append(at)
        at = text.find(part, at + 1)
    return places


def _ends_there(text: str, at: int) -> bool:
    return at >= len(text) or not (text[at].isalnum() or (text[at] == "-" and text[at + 1 : at + 2].isalnum()))


def write_note(
    remark: Remark, *, text: str, by: User, files: Sequence[Any] = (), now: dt.datetime | None = None
) -> Note:
    """Add a private note with its files to a remark, and tell who is mentioned in it: all or nothing.

    Whoever cannot read the remark is not mentioned, and nobody hears of an own note. Raises NoteEmpty, NotPermitted,
    TooManyAttachments, AttachmentRefused.
    """
    if not may_note(by):
        raise NotPermitted
    text = normalise(text)
    if not text:
        raise NoteEmpty
    if len(files) > MOST_ATTACHMENTS:
        raise TooManyAttachments
    now = now or timezone.now()
    # Before the transaction: the scanner can keep us waiting.
    inspected = [(upload, inspected_file(upload)) for upload in files]
    mentioned = [one for one in mentioned_in(text, mentionable_colleagues()) if one.pk != by.pk] if "@" in text else []
    with written_files() as written, transaction.atomic():
        note = Note.objects.create(remark=remark, text=text, by=by, at=now)
        for upload, content in inspected:
            write_file(NoteFile(note=note, **columns_of(content, upload, now)), content, written)
        if mentioned:
            note.mentions.set(mentioned)
        note_written.send(Note, note=note, mentioned=mentioned)
    return note
