"""What a sender may still do while the consultation is open: correct a remark, correct the own data, withdraw.

Every verb locks the consultation first and asks in the same statement whether it is open; the server's clock decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from consultations.errors import (
    ConsultationClosed,
    ConsultationError,
    CorrectedMeanwhile,
    ImproperCannotChange,
    NothingCorrected,
    RemarkAnswered,
    RemarkWithdrawn,
    SenderCorrectedMeanwhile,
    SenderIncomplete,
    TargetNotInDraft,
)
from consultations.models import Consultation, HistoryEntry, Remark, RemarkRevision, Submission
from consultations.models.remarks import ANSWERED_STATES
from consultations.services import tallies
from consultations.services.duplicates import text_hash
from consultations.services.history import record
from consultations.services.receipts import canonical_row, content_hash
from consultations.services.search import reindex_remarks
from consultations.services.senders import SENDER_FIELDS, sender_fingerprint
from consultations.services.submissions import NewRemark, Sender, confirmation_term, missing_fields
from consultations.signals import remark_corrected, remarks_withdrawn, sender_corrected
from lublin2030.lib.tokens import new_token

State = Remark.State
CHANGEABLE = frozenset({State.RECEIVED, State.PROPER, State.ASSIGNED})
COUNTS_AS_PROPER = frozenset({State.PROPER, State.ASSIGNED})
_REFUSALS: dict[str, type[ConsultationError]] = {
    State.IMPROPER: ImproperCannotChange,
    State.DRAFTED: RemarkAnswered,
    State.REVIEWED: RemarkAnswered,
    State.APPROVED: RemarkAnswered,
    State.PUBLISHED: RemarkAnswered,
    State.WITHDRAWN: RemarkWithdrawn,
}


def refuse_unchangeable(remark: Remark) -> None:
    """RemarkAnswered, ImproperCannotChange or RemarkWithdrawn unless its sender may still change the remark."""
    if remark.state not in CHANGEABLE:
        raise _REFUSALS[remark.state]


@transaction.atomic
def correct_remark(remark: Remark, *, content: NewRemark, revision: int, now: dt.datetime | None = None) -> Remark:
    """Put other words, kind, topic and district into a remark; its number, place and state stay.

    ``revision`` is the one the sender has read: CorrectedMeanwhile when there is a later one, unless that says exactly
    the same (the second click of a double click). What it said before stays as a ``RemarkRevision``, with the digest
    that the receipt showed until then. A text that a person at the desk had approved or redacted has to be looked at
    again. Raises ConsultationClosed, TargetNotInDraft (another place, or a topic of another consultation),
    RemarkAnswered, ImproperCannotChange, RemarkWithdrawn, NothingCorrected.
    """
    now = now or timezone.now()
    consultation = _hold_open_consultation(remark.consultation_id, now)
    _refuse_other_place(remark, content)
    sent = list(Remark.objects.filter(submission=remark.submission_id).select_related("version", "chapter", "passage"))
    before = next(one for one in sent if one.pk == remark.pk)
    refuse_unchangeable(before)
    wanted: dict[str, Any] = {
        "kind": content.kind,
        "change": content.change,
        "wording": content.wording,
        "reason": content.reason,
        "topic_id": content.topic_id,
        "district_id": content.district_id,
    }
    is_same = all(getattr(before, name) == value for name, value in wanted.items())
    if is_same and before.revision == revision + 1:
        return before
    if before.revision != revision:
        raise CorrectedMeanwhile
    if is_same:
        raise NothingCorrected
    RemarkRevision.objects.create(
        remark=before,
        revision=revision,
        content=canonical_row(before) | {"kind": before.kind, "content_hash": content_hash(sent)},
        replaced_at=now,
    )
    shown: dict[str, Any] = {}
    if consultation.texts_need_approval or before.text_state != Remark.TextState.OPEN:
        shown = {"text_state": Remark.TextState.WAITING, "shown_change": "", "shown_wording": "", "shown_reason": ""}
    changed = Remark.objects.filter(pk=before.pk, revision=revision, state__in=CHANGEABLE).update(
        **wanted, **shown, text_hash=text_hash(content), revision=revision + 1, changed_at=now
    )
    if not changed:
        raise CorrectedMeanwhile
    remark.refresh_from_db()
    remark.consultation = consultation
    reindex_remarks([remark])
    tallies.replace_remark(consultation, before, remark)
    record(
        HistoryEntry.Verb.CORRECT,
        consultation=consultation,
        remarks=[remark],
        by=None,
        at=now,
        before={"revision": revision},
        after={"revision": remark.revision},
    )
    remark_corrected.send(Remark, remark=remark)
    return remark


def withdraw_remark(remark: Remark, *, now: dt.datetime | None = None) -> Remark:
    """Take one remark back, for good: its number stays in the register as withdrawn, its text is public no more.

    Raises ConsultationClosed, RemarkAnswered, ImproperCannotChange, RemarkWithdrawn.
    """
    with transaction.atomic():
        moment = now or timezone.now()
        consultation = _hold_open_consultation(remark.consultation_id, moment)
        remark.refresh_from_db()
        refuse_unchangeable(remark)
        _withdraw(consultation, remark.submission, [remark], moment)
    remark.refresh_from_db()
    return remark


def withdraw_submission(submission: Submission, *, now: dt.datetime | None = None) -> list[Remark]:
    """Take back every remark that still can be; which. Those with an answer of the city stay.

    Raises ConsultationClosed, ImproperCannotChange, RemarkWithdrawn, RemarkAnswered when there is none to take back.
    """
    with transaction.atomic():
        moment = now or timezone.now()
        consultation = _hold_open_consultation(submission.consultation_id, moment)
        remarks = list(Remark.objects.filter(submission=submission).order_by("ordinal"))
        changeable = [remark for remark in remarks if remark.state in CHANGEABLE]
        if not changeable:
            answered = next((one for one in remarks if one.state in ANSWERED_STATES), remarks[0])
            refuse_unchangeable(answered)
        _withdraw(consultation, submission, changeable, moment)
    return changeable


def _withdraw(consultation: Consultation, submission: Submission, remarks: list[Remark], now: dt.datetime) -> None:
    """Withdraw remarks that were read while the consultation is held, so that nobody changes them meanwhile."""
    for state in CHANGEABLE:
        of_state = [remark for remark in remarks if remark.state == state]
        if not of_state:
            continue
        changed = Remark.objects.filter(pk__in=[remark.pk for remark in of_state], state=state).update(
            state=State.WITHDRAWN, changed_at=now
        )
        if changed != len(of_state):
            raise RemarkAnswered
        tallies.move_remarks(consultation, of_state, before=of_state[0].standing, after=Remark.Standing.WITHDRAWN)
        if state in COUNTS_AS_PROPER:
            Consultation.objects.filter(pk=consultation.pk).update(proper_count=F("proper_count") - changed)
        record(
            HistoryEntry.Verb.WITHDRAW,
            consultation=consultation,
            remarks=of_state,
            by=None,
            at=now,
            before={"state": state.value},
            after={"state": State.WITHDRAWN.value},
        )
        for remark in of_state:
            remark.state = State.WITHDRAWN
            remark.consultation = consultation
        # From now on nobody finds them by their words.
        reindex_remarks(of_state)
    remarks_withdrawn.send(Submission, submission=submission, remarks=remarks)


def sender_of(submission: Submission) -> dict[str, Any]:
    """The sender's data as the values of ``SenderForm``."""
    return {name.removesuffix("_id"): getattr(submission, name) for name in SENDER_FIELDS}


@transaction.atomic
def correct_sender(
    submission: Submission, *, sender: Sender, seen: str | None = None, now: dt.datetime | None = None
) -> Submission:
    """Correct who sent a submission and how to reach them.

    ``seen`` is the fingerprint of what the form was filled with.

    Another e-mail address makes the secret link new, for the old one may have gone to a stranger, and has to be
    confirmed anew where the consultation asks for it. The history tells which fields changed, never what they hold.
    Raises ConsultationClosed, ImproperCannotChange, SenderIncomplete, SenderCorrectedMeanwhile, NothingCorrected.
    """
    now = now or timezone.now()
    consultation = _hold_open_consultation(submission.consultation_id, now)
    stored = Submission.objects.get(pk=submission.pk)
    if stored.verification == Submission.Verification.IMPROPER:
        raise ImproperCannotChange
    is_online = stored.channel == Submission.Channel.ONLINE
    if missing_fields(consultation, sender, online=is_online):
        raise SenderIncomplete
    if seen is not None and seen != sender_fingerprint(stored):
        raise SenderCorrectedMeanwhile
    wanted: dict[str, Any] = {
        "sender_kind": sender.kind.value,
        "name": sender.name,
        "representative": sender.representative,
        "email": sender.email,
        "phone": sender.phone,
        "address": sender.address,
        "district_id": None if sender.district is None else sender.district.pk,
    }
    fields = [name for name in SENDER_FIELDS if getattr(stored, name) != wanted[name]]
    if not fields:
        raise NothingCorrected
    has_moved = "email" in fields
    if has_moved:
        wanted["tracking_token"] = new_token()
        is_pending = stored.verification == Submission.Verification.PENDING
        # A person who has verified it, or opened it again, decides: then no term runs any more.
        term_runs = stored.confirm_until is not None or not stored.is_unconfirmed
        if consultation.asks_confirmation and is_online and is_pending and term_runs and sender.email:
            wanted |= confirmation_term(consultation, now)
        else:
            wanted |= {"confirmation_token": None, "confirm_until": None, "confirmed_at": None}
    changed = (
        Submission.objects.filter(pk=stored.pk).exclude(verification=Submission.Verification.IMPROPER).update(**wanted)
    )
    if not changed:
        raise ImproperCannotChange
    submission.refresh_from_db()
    submission.consultation = consultation
    named = [name.removesuffix("_id") for name in fields]
    record(
        HistoryEntry.Verb.CORRECT,
        consultation=consultation,
        submission=submission,
        by=None,
        at=now,
        after={"fields": named},
    )
    if has_moved:
        record(HistoryEntry.Verb.RENEW_LINK, consultation=consultation, submission=submission, by=None, at=now)
        sender_corrected.send(Submission, submission=submission, old_email=stored.email)
    return submission


def _hold_open_consultation(pk: int, now: dt.datetime) -> Consultation:
    """Lock an open consultation until the commit; ConsultationClosed outside its term."""
    held = Consultation.objects.select_for_update().filter(pk=pk, opens_at__lte=now, closes_at__gt=now).first()
    if held is None:
        raise ConsultationClosed
    return held


def _refuse_other_place(remark: Remark, content: NewRemark) -> None:
    place = (remark.version_id, remark.chapter_id, remark.passage_id)
    if place != (content.version_id, content.chapter_id, content.passage_id):
        raise TargetNotInDraft
    if content.topic is not None and content.topic.consultation_id != remark.consultation_id:
        raise TargetNotInDraft


def earlier_hashes(revisions: Iterable[RemarkRevision]) -> list[dict[str, Any]]:
    """The digests that the receipt showed before each correction, the latest first: until when, which, why no more."""
    return [
        {"until": one.replaced_at, "content_hash": one.content.get("content_hash", ""), "number": one.content["number"]}
        for one in sorted(revisions, key=lambda one: (one.replaced_at, one.pk), reverse=True)
    ]
