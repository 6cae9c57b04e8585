"""Receive a submission: number it, keep its remarks, count them, tell of it. All or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from consultations.errors import ConsultationClosed, NothingToSend, NotPermitted, TargetNotInDraft, TooManyRemarks
from consultations.models import (
    Basket,
    Chapter,
    Consultation,
    DraftVersion,
    HistoryEntry,
    Passage,
    Remark,
    Submission,
    Topic,
)
from consultations.models.consultations import IdentityField
from consultations.models.remarks import POSITION_STEP, is_token, new_token
from consultations.permissions import may_read_contact
from consultations.public_text import state_of_new_text
from consultations.services import tallies
from consultations.services.duplicates import text_hash
from consultations.services.history import record
from consultations.services.search import reindex_remarks
from consultations.signals import submission_received
from participation.models import District

MOST_REMARKS = 200  # in one submission; a form with more is split by the sender


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who sends: the fields of the form, as typed. Which of them must be given the consultation says."""

    kind: Submission.SenderKind = Submission.SenderKind.PERSON
    name: str = ""
    representative: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    district: District | None = None
    language: str = "pl"


@dataclass(frozen=True, kw_only=True)
class NewRemark:
    """One remark before it has a number. Without passage and chapter it concerns the whole document."""

    change: str = ""
    wording: str = ""
    reason: str = ""
    chosen_kind: Remark.Kind | None = None
    passage: Passage | None = None
    chapter: Chapter | None = None
    version: DraftVersion | None = None
    topic: Topic | None = None
    district: District | None = None

    @property
    def target(self) -> Remark.Target:
        if self.passage is not None:
            return Remark.Target.PASSAGE
        return Remark.Target.DOCUMENT if self.chapter is None else Remark.Target.CHAPTER

    @property
    def kind(self) -> Remark.Kind:
        """The kind that was chosen; where none was, a new wording of a passage asks to change it."""
        if self.chosen_kind is not None:
            return self.chosen_kind
        return kind_from_texts(self)

    @property
    def passage_id(self) -> int | None:
        return None if self.passage is None else self.passage.pk

    @property
    def chapter_id(self) -> int | None:
        return None if self.chapter is None else self.chapter.pk

    @property
    def version_id(self) -> int | None:
        return None if self.version is None else self.version.pk

    @property
    def topic_id(self) -> int | None:
        return None if self.topic is None else self.topic.pk

    @property
    def district_id(self) -> int | None:
        return None if self.district is None else self.district.pk


class RemarkContent(Protocol):
    """What a remark says and where: a ``NewRemark``, or one that waits in a basket."""

    @property
    def kind(self) -> str: ...
    @property
    def change(self) -> str: ...
    @property
    def wording(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def passage_id(self) -> int | None: ...
    @property
    def chapter_id(self) -> int | None: ...
    @property
    def version_id(self) -> int | None: ...
    @property
    def topic_id(self) -> int | None: ...
    @property
    def district_id(self) -> int | None: ...


class PlacedWording(Protocol):
    """What tells the kind of a remark whose sender did not choose one."""

    @property
    def wording(self) -> str: ...
    @property
    def passage_id(self) -> int | None: ...


def kind_from_texts(remark: PlacedWording) -> Remark.Kind:
    """The kind of a remark whose sender was not asked for one: a new wording of a passage asks to change it."""
    return Remark.Kind.REWORD if remark.passage_id is not None and remark.wording else Remark.Kind.GENERAL


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What became of a sending: the submission, and whether this very call made it."""

    submission: Submission
    is_new: bool = field(default=True)


def receive_submission(
    consultation: Consultation,
    *,
    sender: Sender,
    remarks: Sequence[NewRemark],
    form_token: str | None = None,
    channel: Submission.Channel = Submission.Channel.ONLINE,
    by: User | None = None,
    is_demonstration: bool = False,
    now: dt.datetime | None = None,
) -> Receipt:
    """Take a submission into the register and number it without a gap; ``now`` (aware) is the time of receipt.

    The same ``form_token`` again, at the same time or later, even after closing, gives the submission that exists.
    Raises ConsultationClosed outside the term (the server's clock decides, in the same statement that takes the
    number), NothingToSend, TooManyRemarks, TargetNotInDraft.
    """
    now = now or timezone.now()
    token = form_token or new_token()
    existing = find_submission(consultation, form_token=token)
    if existing is not None:
        return Receipt(submission=existing, is_new=False)
    refuse_foreign_targets(consultation, remarks)
    try:
        with transaction.atomic():
            submission = enter_submission(
                consultation,
                sender=sender,
                remarks=remarks,
                form_token=token,
                channel=channel,
                by=by,
                is_demonstration=is_demonstration,
                now=now,
            )
    except IntegrityError:
        # The other click of a double click was faster: its submission is ours too.
        existing = find_submission(consultation, form_token=token)
        if existing is None:
            raise
        return Receipt(submission=existing, is_new=False)
    return Receipt(submission=submission)


def enter_submission(
    consultation: Consultation,
    *,
    sender: Sender,
    remarks: Sequence[RemarkContent],
    form_token: str,
    channel: Submission.Channel = Submission.Channel.ONLINE,
    by: User | None = None,
    is_demonstration: bool = False,
    now: dt.datetime,
) -> Submission:
    """Write a submission into the register, in the caller's transaction.

    The caller knows that the token is unused and the remarks are on this consultation's own draft. Raises
    ConsultationClosed, NothingToSend, TooManyRemarks, and IntegrityError for a used token.
    """
    if not remarks:
        raise NothingToSend
    if len(remarks) > MOST_REMARKS:
        raise TooManyRemarks
    number = _take_number(consultation, len(remarks), now)
    # Nobody can confirm for an invented sender: no mail goes there.
    asks_confirmation = consultation.asks_confirmation and channel == Submission.Channel.ONLINE and sender.email != ""
    submission = Submission.objects.create(
        consultation=consultation,
        number=number,
        channel=channel,
        sender_kind=sender.kind,
        name=sender.name,
        representative=sender.representative,
        email=sender.email,
        phone=sender.phone,
        address=sender.address,
        district=sender.district,
        language=sender.language,
        received_at=now,
        form_token=form_token,
        is_demonstration=is_demonstration,
        **(confirmation_term(consultation, now) if asks_confirmation and not is_demonstration else {}),
    )
    senders_district = None if sender.district is None else sender.district.pk
    text_state = state_of_new_text(consultation)
    stored = Remark.objects.bulk_create(
        Remark(
            consultation=consultation,
            submission=submission,
            ordinal=ordinal,
            position=number * POSITION_STEP + ordinal,
            version_id=remark.version_id,
            target=remark.target,
            chapter_id=remark.chapter_id,
            passage_id=remark.passage_id,
            kind=remark.kind,
            change=remark.change,
            wording=remark.wording,
            reason=remark.reason,
            text_hash=text_hash(remark),
            topic_id=remark.topic_id,
            district_id=remark.district_id or senders_district,
            channel=channel,
            received_at=now,
            changed_at=now,
            is_demonstration=is_demonstration,
            text_state=text_state,
        )
        for ordinal, remark in enumerate(remarks, start=1)
    )
    reindex_remarks(stored)
    tallies.add_remarks(consultation, stored, standing=Remark.Standing.RECEIVED)
    record(
        HistoryEntry.Verb.RECEIVE,
        consultation=consultation,
        submission=submission,
        by=by,
        at=now,
        after={"number": number, "remarks": len(stored), "channel": channel.value},
    )
    submission_received.send(Submission, submission=submission)
    return submission


def confirmation_term(consultation: Consultation, now: dt.datetime) -> dict[str, Any]:
    """The columns of a submission whose e-mail address is to be confirmed, beginning at the (aware) moment."""
    until = now + dt.timedelta(hours=consultation.confirmation_hours)
    return {"confirmation_token": new_token(), "confirm_until": until, "confirmed_at": None}


def _take_number(consultation: Consultation, remarks: int, now: dt.datetime) -> int:
    """The next number of an open consultation; ConsultationClosed outside the term.

    Check, change and read in one statement: the ORM would need two. The row stays locked until the commit, so the next
    number waits for ours to be sure; if we fail, the number was never taken.
    """
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Consultation._meta.db_table}"  # noqa: S608  the table's name is our own
            " SET last_number = last_number + 1, remark_count = remark_count + %s"
            " WHERE id = %s AND opens_at <= %s AND closes_at > %s RETURNING last_number",
            [remarks, consultation.pk, moment, moment],
        )
        row = cursor.fetchone()
    if row is None:
        raise ConsultationClosed
    number: int = row[0]
    return number


def missing_fields(consultation: Consultation, sender: Sender | Basket, *, online: bool = True) -> list[IdentityField]:
    """The fields that a sender (by the form, or else) must give and that are empty. Persons act for themselves."""
    requires = consultation.requires_online if online else consultation.requires
    kind = sender.kind if isinstance(sender, Sender) else sender.sender_kind
    return [
        name
        for name in IdentityField
        if requires(name)
        and not getattr(sender, name.value)
        and (name != IdentityField.REPRESENTATIVE or kind == Submission.SenderKind.ORGANISATION)
    ]


def find_submission(consultation: Consultation, *, form_token: str) -> Submission | None:
    """What became of a form that was sent, or none: so whoever sends it again finds the same receipt."""
    if not is_token(form_token):
        return None
    return Submission.objects.filter(consultation=consultation, form_token=form_token).first()


def refuse_foreign_targets(consultation: Consultation, remarks: Sequence[NewRemark]) -> None:
    """TargetNotInDraft unless every passage, chapter, version and topic is this consultation's own."""
    draft = getattr(consultation, "draft", None)
    draft_id = None if draft is None else draft.pk
    for remark in remarks:
        for part in (remark.passage, remark.chapter, remark.version):
            if part is not None and part.draft_id != draft_id:
                raise TargetNotInDraft
        if remark.passage is not None and remark.chapter is None:
            raise TargetNotInDraft
        if remark.topic is not None and remark.topic.consultation_id != consultation.pk:
            raise TargetNotInDraft


@transaction.atomic
def renew_tracking_link(submission: Submission, *, by: User, now: dt.datetime | None = None) -> Submission:
    """Give the submission a new secret address; the old one stops working at once. Raises NotPermitted."""
    if not may_read_contact(by):
        raise NotPermitted
    # Before the submission, like every verb on it: its history row locks the consultation too.
    consultation = Consultation.objects.select_for_update().get(pk=submission.consultation_id)
    submission.tracking_token = new_token()
    submission.save(update_fields=["tracking_token"])
    record(
        HistoryEntry.Verb.RENEW_LINK,
        consultation=consultation,
        submission=submission,
        by=by,
        at=now or timezone.now(),
    )
    return submission
