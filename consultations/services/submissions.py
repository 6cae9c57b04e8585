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
from consultations.models.remarks import POSITION_STEP
from consultations.permissions import may_read_contact
from consultations.public_text import state_of_new_text
from consultations.services import tallies
from consultations.services.duplicates import text_hash
from consultations.services.history import record, record_each
from consultations.services.search import reindex_remarks
from consultations.signals import submission_received
from lublin2030.lib.tokens import is_token, new_token
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
    entry = Entry(sender=sender, remarks=remarks, form_token=form_token, channel=channel, received_at=now)
    (submission,) = enter_all(
        consultation, [entry], by=by, is_demonstration=is_demonstration, now=now, within_term=True
    )
    return submission


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One submission as it goes into the register. ``facts`` join its history: what was known when it came in."""

    sender: Sender
    remarks: Sequence[RemarkContent]
    form_token: str
    channel: Submission.Channel
    received_at: dt.datetime
    lodged_on: dt.date | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def enter_all(
    consultation: Consultation,
    entries: Sequence[Entry],
    *,
    by: User | None,
    is_demonstration: bool = False,
    now: dt.datetime,
    within_term: bool,
) -> list[Submission]:
    """Write submissions into the register in the caller's transaction, numbered in this order: all or none.

    The number of statements does not depend on how many they are (receivers of the signal may add theirs).
    ``within_term``: refuse what is received after closing; before the opening nothing is ever received. The caller
    knows what ``enter_submission`` says; raises the same.
    """
    for entry in entries:
        if not entry.remarks:
            raise NothingToSend
        if len(entry.remarks) > MOST_REMARKS:
            raise TooManyRemarks
    if not entries:
        return []
    received = [entry.received_at for entry in entries]
    first_number = _take_numbers(
        consultation,
        len(entries),
        remarks=sum(len(entry.remarks) for entry in entries),
        earliest=min(received),
        latest=max(received) if within_term else None,
    )
    submissions = Submission.objects.bulk_create(
        Submission(
            consultation=consultation,
            number=number,
            channel=entry.channel,
            sender_kind=entry.sender.kind,
            name=entry.sender.name,
            representative=entry.sender.representative,
            email=entry.sender.email,
            phone=entry.sender.phone,
            address=entry.sender.address,
            district=entry.sender.district,
            language=entry.sender.language,
            received_at=entry.received_at,
            lodged_on=entry.lodged_on,
            form_token=entry.form_token,
            is_demonstration=is_demonstration,
            # Nobody can confirm for an invented sender: no mail goes there.
            **(
                confirmation_term(consultation, now)
                if _asks_confirmation(consultation, entry, is_demonstration)
                else {}
            ),
        )
        for number, entry in enumerate(entries, start=first_number)
    )
    text_state = state_of_new_text(consultation)
    stored = Remark.objects.bulk_create(
        Remark(
            consultation=consultation,
            submission=submission,
            ordinal=ordinal,
            position=submission.number * POSITION_STEP + ordinal,
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
            district_id=remark.district_id or submission.district_id,
            channel=entry.channel,
            received_at=entry.received_at,
            changed_at=now,
            is_demonstration=is_demonstration,
            text_state=text_state,
        )
        for submission, entry in zip(submissions, entries, strict=True)
        for ordinal, remark in enumerate(entry.remarks, start=1)
    )
    reindex_remarks(stored)
    tallies.add_remarks(consultation, stored, standing=Remark.Standing.RECEIVED)
    record_each(
        HistoryEntry.Verb.RECEIVE,
        consultation=consultation,
        by=by,
        at=now,
        after={
            submission: {
                "number": submission.number,
                "remarks": len(entry.remarks),
                "channel": entry.channel.value,
                **entry.facts,
            }
            for submission, entry in zip(submissions, entries, strict=True)
        },
    )
    for submission in submissions:
        submission_received.send(Submission, submission=submission)
    return submissions


def confirmation_term(consultation: Consultation, now: dt.datetime) -> dict[str, Any]:
    """The columns of a submission whose e-mail address is to be confirmed, beginning at the (aware) moment."""
    until = now + dt.timedelta(hours=consultation.confirmation_hours)
    return {"confirmation_token": new_token(), "confirm_until": until, "confirmed_at": None}


def _asks_confirmation(consultation: Consultation, entry: Entry, is_demonstration: bool) -> bool:
    """Whether the sender, being online, has to confirm the address."""
    is_online = entry.channel == Submission.Channel.ONLINE
    return consultation.asks_confirmation and is_online and entry.sender.email != "" and not is_demonstration


def _take_numbers(
    consultation: Consultation, numbers: int, *, remarks: int, earliest: dt.datetime, latest: dt.datetime | None
) -> int:
    """The first of so many next numbers; ConsultationClosed before the opening, or with ``latest`` after the term.

    Check, change and read in one statement: the ORM would need two. The row stays locked until the commit, so the next
    number waits for ours to be sure; if we fail, the numbers were never taken.
    """
    not_later = "" if latest is None else " AND closes_at > %s"
    moments = [earliest] if latest is None else [earliest, latest]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Consultation._meta.db_table}"  # noqa: S608  the table's name is our own
            " SET last_number = last_number + %s, remark_count = remark_count + %s"
            f" WHERE id = %s AND opens_at <= %s{not_later} RETURNING last_number",
            [
                numbers,
                remarks,
                consultation.pk,
                *(connection.ops.adapt_datetimefield_value(moment) for moment in moments),
            ],
        )
        row = cursor.fetchone()
    if row is None:
        raise ConsultationClosed
    last: int = row[0]
    return last - numbers + 1


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
    consultation = Consultation.objects.hold(submission.consultation_id)
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
