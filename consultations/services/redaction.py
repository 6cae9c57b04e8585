"""Decide what of a remark's text the public reads: all of it, or all but what is taken out."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from consultations.errors import GroundsMissing, NotPermitted, NotRedacted, TextChanged
from consultations.models import Consultation, HistoryEntry, Redaction, Remark
from consultations.permissions import may_redact
from consultations.public_text import TEXTS, PublicText
from consultations.services.history import record
from consultations.services.search import reindex_remarks
from lublin2030.lib.redacting import redacted_spans

TextState = Remark.TextState


@transaction.atomic
def approve_text(
    remark: Remark, *, revision: int, by: User, seen: str | None = None, now: dt.datetime | None = None
) -> Remark:
    """Make the remark's text public as it was written, or take its redactions back.

    ``revision`` is the text that was read, ``seen`` the state it was read in, if that matters. Raises TextChanged when
    the sender or a colleague was faster or the remark is withdrawn, NotPermitted.
    """
    return _decide(
        remark, TextState.OPEN, PublicText("", "", ""), grounds="", revision=revision, by=by, seen=seen, now=now
    )


@transaction.atomic
def redact_text(
    remark: Remark,
    *,
    shown: PublicText,
    grounds: str,
    revision: int,
    by: User,
    seen: str | None = None,
    now: dt.datetime | None = None,
) -> Remark:
    """Make the remark's text public but for what is taken out: ``shown`` are the texts with “[…]” in its places.

    The original stays for the sender and the desk. Raises GroundsMissing; NotRedacted when nothing is taken out, or
    a text says what its sender did not write; TextChanged; NotPermitted.
    """
    if not grounds.strip():
        raise GroundsMissing
    return _decide(
        remark, TextState.REDACTED, shown, grounds=grounds.strip(), revision=revision, by=by, seen=seen, now=now
    )


def _decide(
    remark: Remark,
    state: TextState,
    shown: PublicText,
    *,
    grounds: str,
    revision: int,
    by: User,
    seen: str | None,
    now: dt.datetime | None,
) -> Remark:
    if not may_redact(by):
        raise NotPermitted
    now = now or timezone.now()
    # Before the remark, like every verb on one: see services.decisions.
    consultation = Consultation.objects.hold(remark.consultation_id)
    before = dict(Remark.objects.values("text_state", *TEXTS).get(pk=remark.pk))
    if state == TextState.REDACTED:
        _refuse_other_words(before, shown)
    decidable = Remark.objects.filter(pk=remark.pk, revision=revision, text_state=before["text_state"])
    decidable = decidable.exclude(state=Remark.State.WITHDRAWN)
    if (seen is not None and seen != before["text_state"]) or state == TextState.OPEN == before["text_state"]:
        raise TextChanged
    changed = decidable.update(
        text_state=state, **{f"shown_{name}": text for name, text in zip(TEXTS, shown, strict=True)}
    )
    if not changed:
        raise TextChanged
    Redaction.objects.create(
        remark=remark, revision=revision, text_state=state, grounds=grounds, by=by, at=now, **shown._asdict()
    )
    remark.refresh_from_db()
    remark.consultation = consultation
    reindex_remarks([remark])
    record(
        HistoryEntry.Verb.REDACT,
        consultation=consultation,
        remarks=[remark],
        by=by,
        at=now,
        before={"text": before["text_state"]},
        after={"text": state.value, "why": grounds} if grounds else {"text": state.value},
    )
    return remark


def _refuse_other_words(original: dict[str, str], shown: PublicText) -> None:
    spans = [redacted_spans(original[name], text) for name, text in zip(TEXTS, shown, strict=True)]
    if any(places is None for places in spans) or not any(spans):
        raise NotRedacted
