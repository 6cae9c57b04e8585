"""Read voices and decide what of them the public reads, and link them to directions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from lublin2030.lib.plaintext import normalise
from participation.errors import ForeignDirection, NotPermitted, VoiceChanged, VoiceEmpty, WhyMissing
from participation.models import Direction, Voice
from participation.permissions import may_moderate_voices

State = Voice.State


def publish_voices(seen: Mapping[int, int], *, by: User, now: dt.datetime | None = None) -> int:
    """Publish the voices as they were noted; how many. A text that was changed for the public stays changed.

    ``seen``: of each voice (by its key) the revision that the person read; one that a colleague has decided about
    meanwhile is left as it is and not counted. Raises NotPermitted.
    """
    return _decide(seen, state=State.PUBLIC, by=by, now=now, hidden_why="")


def publish_voice_as(voice: Voice, *, text: str, why: str, seen: int, by: User, now: dt.datetime | None = None) -> None:
    """Publish the voice with another text, say without a name; the original stays for staff.

    The text as it was noted takes the change back. Raises NotPermitted, VoiceEmpty, WhyMissing, VoiceChanged.
    """
    text, why = normalise(text), normalise(why)
    if not text:
        raise VoiceEmpty
    if text == voice.text:
        text = why = ""
    elif not why:
        raise WhyMissing
    fields = {"hidden_why": "", "public_text": text, "public_why": why}
    if not _decide({voice.pk: seen}, state=State.PUBLIC, by=by, now=now, again=True, **fields):
        raise VoiceChanged


def hide_voices(seen: Mapping[int, int], *, why: str, by: User, now: dt.datetime | None = None) -> int:
    """Do not publish the voices, or no longer; how many. ``seen`` as above. Raises NotPermitted, WhyMissing."""
    why = normalise(why)
    if not why:
        raise WhyMissing
    return _decide(seen, state=State.HIDDEN, by=by, now=now, hidden_why=why)


def return_voices(seen: Mapping[int, int], *, by: User, now: dt.datetime | None = None) -> int:
    """Let the voices wait to be read again; how many. ``seen`` as above. Raises NotPermitted."""
    return _decide(seen, state=State.NEW, by=by, now=now, hidden_why="")


@transaction.atomic
def _decide(
    seen: Mapping[int, int], *, state: State, by: User, now: dt.datetime | None, again: bool = False, **fields: Any
) -> int:
    """Bring the voices into the state; with ``again`` also those that are in it."""
    if not may_moderate_voices(by):
        raise NotPermitted
    is_read = state != State.NEW
    fields |= {
        "state": state,
        "state_at": (now or timezone.now()) if is_read else None,
        "state_by": by if is_read else None,
    }
    of_revision: dict[int, list[int]] = {}
    for key, revision in seen.items():
        of_revision.setdefault(revision, []).append(key)
    others = Voice.objects.all() if again else Voice.objects.exclude(state=state)
    # Check and change in one statement: of two people who decide at once, the second finds another revision.
    return sum(
        others.filter(pk__in=keys, revision=revision).update(revision=F("revision") + 1, **fields)
        for revision, keys in sorted(of_revision.items())
    )


@transaction.atomic
def set_directions(voice: Voice, *, directions: Iterable[Direction], by: User) -> None:
    """Say which directions of development the voice speaks for; those not named are taken away.

    Raises NotPermitted, ForeignDirection for one of another process.
    """
    if not may_moderate_voices(by):
        raise NotPermitted
    chosen = list(directions)
    if any(direction.process_id != voice.process_id for direction in chosen):
        raise ForeignDirection
    voice.directions.set(chosen)
