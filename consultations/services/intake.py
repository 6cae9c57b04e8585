"""What comes on paper, by e-mail, at the counter or at a meeting: staff type it in, also after the term."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from consultations.errors import (
    ConsultationClosed,
    KindDoesNotFit,
    LetterChanged,
    LodgedAfterReceipt,
    NotPermitted,
    NotReceivedThen,
)
from consultations.models import Consultation, HistoryEntry, ImproperReason, LetterDraft, Remark, Submission
from consultations.permissions import may_type_in
from consultations.services.attachments import add_scan, inspected_file
from consultations.services.duplicates import text_hash
from consultations.services.submissions import (
    Entry,
    NewRemark,
    Receipt,
    Sender,
    enter_all,
    find_submission,
    refuse_foreign_targets,
)
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.tokens import is_token

# The codes under which a consultation's list of reasons may know these two faults (see the demonstration's list).
LATE, UNSIGNED = "late", "unsigned"
# On which channels a signature can be missing (domain.md §3): what was said to a protocol our own staff wrote down.
SIGNED_CHANNELS = {Submission.Channel.PAPER, Submission.Channel.EMAIL, Submission.Channel.SERVICE_DESK}


def enter_letter(
    consultation: Consultation,
    *,
    by: User,
    channel: Submission.Channel,
    received_at: dt.datetime,
    lodged_on: dt.date | None = None,
    sender: Sender,
    remarks: Sequence[NewRemark],
    form_token: str,
    signed: bool = True,
    scan: Any | None = None,
    now: dt.datetime | None = None,
) -> Receipt:
    """Take a letter into the register, with its scan, and forget its draft: all or nothing.

    ``received_at`` (aware) is when the office had it; it may lie after the term, never before the opening or in the
    future. The same ``form_token`` again gives the submission that exists. Raises NotPermitted, NotReceivedThen,
    LodgedAfterReceipt, KindDoesNotFit, TargetNotInDraft, NothingToSend, TooManyRemarks, and what keeping the scan
    raises.
    """
    if not may_type_in(by):
        raise NotPermitted
    now = now or timezone.now()
    existing = find_submission(consultation, form_token=form_token)
    if existing is not None:
        return Receipt(submission=existing, is_new=False)
    refuse_wrong_times(consultation, received_at=received_at, lodged_on=lodged_on, now=now)
    refuse_foreign_targets(consultation, remarks)
    refuse_wrong_kinds(remarks)
    entry = Entry(
        sender=sender,
        remarks=remarks,
        form_token=form_token,
        channel=channel,
        received_at=received_at,
        lodged_on=lodged_on,
        facts=facts_of(channel, signed=signed),
    )
    # Before the number is taken: from then on every other sender waits for our commit.
    inspected = None if scan is None else inspected_file(scan)
    try:
        with transaction.atomic():
            (submission,) = enter_all(consultation, [entry], by=by, now=now, within_term=False)
            LetterDraft.objects.filter(form_token=form_token, by=by).delete()
            if inspected is not None:
                add_scan(submission, upload=scan, inspected=inspected, by=by, now=now)
    except IntegrityError:
        existing = find_submission(consultation, form_token=form_token)
        if existing is None:
            raise
        return Receipt(submission=existing, is_new=False)
    except ConsultationClosed as error:  # the opening was moved while the letter was typed in
        raise NotReceivedThen from error
    return Receipt(submission=submission)


def facts_of(channel: Submission.Channel, *, signed: bool) -> dict[str, Any]:
    """What the history of the receipt says besides: only that a signature is missing where one belongs."""
    return {} if signed or channel not in SIGNED_CHANNELS else {"signed": False}


def refuse_wrong_times(
    consultation: Consultation, *, received_at: dt.datetime, lodged_on: dt.date | None, now: dt.datetime
) -> None:
    """NotReceivedThen or LodgedAfterReceipt for times at which the letter cannot have come."""
    if received_at > now or received_at < consultation.opens_at:
        raise NotReceivedThen
    if lodged_on is not None and lodged_on > warsaw_day(received_at):
        raise LodgedAfterReceipt


def refuse_wrong_kinds(remarks: Sequence[NewRemark]) -> None:
    """KindDoesNotFit where the chosen kind needs what the remark does not have; the database would refuse it too."""
    for remark in remarks:
        if not kind_fits(remark.kind, on_passage=remark.passage is not None, has_wording=bool(remark.wording)):
            raise KindDoesNotFit


def kind_fits(kind: Remark.Kind, *, on_passage: bool, has_wording: bool) -> bool:
    """Whether a remark of the kind can stand at such a place: the constraint ``remark_kind_fits_its_place``."""
    if kind in {Remark.Kind.REWORD, Remark.Kind.ADD}:
        return on_passage and has_wording
    return on_passage or kind != Remark.Kind.REMOVE


def is_late(consultation: Consultation, *, received_at: dt.datetime, lodged_on: dt.date | None) -> bool:
    """Whether it came after the term, judged by the day it was handed in or posted where that is known.

    Which of the two days counts is each consultation's own rule; the portal only proposes, a coordinator decides.
    """
    if lodged_on is not None:
        return lodged_on > consultation.last_day
    return received_at >= consultation.closes_at


def proposed_reasons(submission: Submission) -> list[ImproperReason]:
    """Reasons of the consultation's own list for which this submission may be improper: late, unsigned.

    Nothing is decided by this; the page of verification shows it first. Two queries; none for one sent online.
    """
    if submission.channel == Submission.Channel.ONLINE:
        return []
    codes = []
    if is_late(submission.consultation, received_at=submission.received_at, lodged_on=submission.lodged_on):
        codes.append(LATE)
    facts = HistoryEntry.objects.filter(submission=submission, verb=HistoryEntry.Verb.RECEIVE).values_list(
        "after", flat=True
    )
    if any(after.get("signed") is False for after in facts):
        codes.append(UNSIGNED)
    reasons = {one.code: one for one in submission.consultation.improper_reasons.filter(code__in=codes)}
    return [reasons[code] for code in codes if code in reasons]


def letter_like(consultation: Consultation, *, sender: Sender, remarks: Sequence[NewRemark]) -> Submission | None:
    """A submission of the same sender's name that says the same first thing already, for a warning; or none."""
    if not sender.name or not remarks:
        return None
    first = remarks[0]
    # Found by the digest of the text, which has an index; the name is compared among those few only.
    return (
        Submission.objects.filter(
            remarks__consultation=consultation,
            remarks__text_hash=text_hash(first),
            remarks__passage=first.passage_id,
            name__iexact=sender.name,
        )
        .select_related("consultation")
        .order_by("number")
        .first()
    )


# -- The letter while it is typed ------------------------------------------------------------------------------------


def save_letter_draft(
    consultation: Consultation,
    *,
    by: User,
    form_token: str,
    revision: int,
    content: dict[str, Any],
    window: str = "",
    save: int = 0,
    now: dt.datetime | None = None,
) -> LetterDraft:
    """Keep a letter as it is typed; the draft with its new revision.

    ``revision`` is the one this window has read, 0 for a letter never saved. A window that is behind is refused with
    LetterChanged and nothing is overwritten. ``window`` and ``save`` (its counter) tell a window that did not hear our
    last answer from another window: the former may go on. Raises NotPermitted; LetterChanged also for a letter that is
    entered already, or is another clerk's.
    """
    if not may_type_in(by) or not is_token(form_token):
        raise NotPermitted
    now = now or timezone.now()
    content = content | {"window": window, "save": save}
    if find_submission(consultation, form_token=form_token) is not None:
        raise LetterChanged
    if revision == 0:
        LetterDraft.objects.bulk_create(
            [LetterDraft(consultation=consultation, by=by, form_token=form_token, revision=0, updated_at=now)],
            ignore_conflicts=True,
        )
    mine = LetterDraft.objects.filter(form_token=form_token, by=by, consultation=consultation)
    same_window = Q(content__window=window, content__save__lt=save) if window else Q(pk__in=[])
    changed = mine.filter(Q(revision=revision) | same_window).update(
        content=content, revision=F("revision") + 1, updated_at=now
    )
    if not changed:
        raise LetterChanged
    if find_submission(consultation, form_token=form_token) is not None:
        # Entered while this was being saved: the draft would stand among the unfinished letters for good.
        mine.delete()
        raise LetterChanged
    return mine.get()


def discard_letter_draft(draft: LetterDraft, *, by: User) -> bool:
    """Throw an unfinished letter away; whether there was one of this clerk's."""
    return bool(LetterDraft.objects.filter(pk=draft.pk, by=by).delete()[0])


def letter_drafts_of(user: User, consultation: Consultation | None = None) -> Any:
    """The clerk's own unfinished letters, the latest first."""
    drafts = LetterDraft.objects.filter(by=user).select_related("consultation")
    return drafts if consultation is None else drafts.filter(consultation=consultation)
