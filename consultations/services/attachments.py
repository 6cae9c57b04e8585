"""Files that senders add to their submission, and scans of letters: kept privately, opened to the public by staff only.

Bytes lie in a storage, rows in the database, and the two have no common commit. So a file is written before its row is
committed and taken away again if it is not; it is deleted after the commit that deletes its row; and what a crash in
between leaves behind, ``delete_orphan_files`` finds.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from consultations.errors import (
    AttachmentNotPublishable,
    AttachmentRefused,
    AttachmentsNotTaken,
    ConsultationClosed,
    NothingToSend,
    NotPermitted,
    TooManyAttachments,
)
from consultations.models import (
    AnswerSheet,
    Attachment,
    Basket,
    Consultation,
    DraftImport,
    HistoryEntry,
    NoteFile,
    RemarkImport,
    Submission,
)
from consultations.permissions import may_publish_attachments, may_read_contact
from consultations.services.history import record
from lublin2030.lib import scanner
from lublin2030.lib.files import FileRefused, Inspected, inspect, shown_name
from lublin2030.lib.storage import private_storage
from lublin2030.lib.tokens import new_token

log = logging.getLogger(__name__)

MOST_ATTACHMENTS = 5  # in one submission
MOST_SCANS = 20  # of one letter
FOLDER, NOTE_FOLDER = "zalaczniki", "notatki"
TABLES, DOCUMENTS, SHEETS = "importy-uwag", "importy", "arkusze"  # tables of submissions, documents, sheets of answers
ORPHANED_AFTER = dt.timedelta(days=1)  # a file whose row is about to be committed is younger
LOOKED_UP_AT_ONCE = 500


def add_attachment(basket: Basket, *, upload: Any, now: dt.datetime | None = None) -> Attachment:
    """Put an uploaded file into the basket. The same file again gives the attachment that is there.

    Raises AttachmentRefused (with the fault), TooManyAttachments, AttachmentsNotTaken, ConsultationClosed, and
    NothingToSend when the basket was sent in another window.
    """
    now = now or timezone.now()
    if not basket.consultation.is_open(now):
        raise ConsultationClosed
    if not basket.consultation.takes_attachments:
        raise AttachmentsNotTaken
    inspected = inspected_file(upload)
    with written_files() as written, transaction.atomic():
        # Holds the basket's row: two windows that add at once are counted one after the other.
        if not Basket.objects.filter(pk=basket.pk).update(updated_at=now):
            raise NothingToSend
        kept = basket.attachments.filter(sha256=inspected.sha256).first()
        if kept is not None:
            return kept
        if basket.attachments.count() >= MOST_ATTACHMENTS:
            raise TooManyAttachments
        attachment = Attachment(basket=basket, **columns_of(inspected, upload, now))
        write_file(attachment, inspected, written)
        return attachment


def remove_attachment(attachment: Attachment, *, now: dt.datetime | None = None) -> None:
    """Take a file out of its basket. Removing it twice changes nothing; a file that was sent stays."""
    with transaction.atomic():
        Basket.objects.filter(attachments=attachment).update(updated_at=now or timezone.now())
        unsent = Attachment.objects.filter(pk=attachment.pk, basket__isnull=False)
        delete_files_on_commit(unsent)
        unsent.delete()


def join_files(source: Basket, target: Basket) -> None:
    """Move one basket's files to another, in the caller's transaction that holds both; what both have is kept once.

    Together they may be more than a submission can carry: nothing is thrown away, the sender chooses before sending.
    """
    known = target.attachments.values("sha256")
    again = source.attachments.filter(sha256__in=known)
    delete_files_on_commit(again)
    again.delete()
    source.attachments.update(basket=target)


def hand_over(basket: Basket, submission: Submission) -> int:
    """Move the basket's files to the submission that comes of it, in the caller's transaction; how many.

    Raises TooManyAttachments when two joined baskets hold more than one submission can carry.
    """
    if basket.attachments.count() > MOST_ATTACHMENTS:
        raise TooManyAttachments
    return basket.attachments.update(basket=None, submission=submission)


def add_scan(
    submission: Submission,
    *,
    upload: Any,
    by: User,
    inspected: Inspected | None = None,
    now: dt.datetime | None = None,
) -> Attachment:
    """Add the scan of a letter to its submission. The same scan again gives the one that is there.

    A scan shows name, address and signature: coordinators read it, nobody else, and it is never public. A caller in a
    transaction looks into the file before that and gives what was ``inspected``: it takes long, and every sender would
    wait. Raises AttachmentRefused, TooManyAttachments, NotPermitted.
    """
    if not may_read_contact(by):
        raise NotPermitted
    now = now or timezone.now()
    inspected = inspected or inspected_file(upload)
    with written_files() as written, transaction.atomic():
        # Before the submission, like every verb on it.
        consultation = Consultation.objects.hold(submission.consultation_id)
        scans = Attachment.objects.filter(submission=submission, kind=Attachment.Kind.SCAN)
        kept = scans.filter(sha256=inspected.sha256).first()
        if kept is not None:
            return kept
        if scans.count() >= MOST_SCANS:
            raise TooManyAttachments
        attachment = Attachment(
            submission=submission, kind=Attachment.Kind.SCAN, added_by=by, **columns_of(inspected, upload, now)
        )
        write_file(attachment, inspected, written)
        record(
            HistoryEntry.Verb.ADD_SCAN,
            consultation=consultation,
            submission=submission,
            by=by,
            at=now,
            after={"scan": scans.count()},
        )
        return attachment


def publish_attachment(attachment: Attachment, *, by: User, now: dt.datetime | None = None) -> Attachment:
    """Let the public open a sender's file. Raises AttachmentNotPublishable (a scan, unsent, or done), NotPermitted."""
    now = now or timezone.now()
    return _decide(attachment, HistoryEntry.Verb.PUBLISH_ATTACHMENT, public_from=now, by=by, now=now)


def hide_attachment(attachment: Attachment, *, by: User, now: dt.datetime | None = None) -> Attachment:
    """Take a file back from the public; its address stops working at once. Raises as ``publish_attachment`` does."""
    return _decide(attachment, HistoryEntry.Verb.HIDE_ATTACHMENT, public_from=None, by=by, now=now or timezone.now())


@transaction.atomic
def _decide(
    attachment: Attachment, verb: HistoryEntry.Verb, *, public_from: dt.datetime | None, by: User, now: dt.datetime
) -> Attachment:
    if not may_publish_attachments(by):
        raise NotPermitted
    submission = attachment.submission
    if submission is None:
        raise AttachmentNotPublishable
    consultation = Consultation.objects.hold(submission.consultation_id)
    changed = Attachment.objects.filter(
        pk=attachment.pk, kind=Attachment.Kind.SENDER, published_at__isnull=public_from is not None
    ).update(published_at=public_from, published_by=by if public_from else None)
    if not changed:
        raise AttachmentNotPublishable
    attachment.refresh_from_db()
    record(
        verb,
        consultation=consultation,
        submission=submission,
        by=by,
        at=now,
        after={"attachment": ordinal_of(attachment)},
    )
    return attachment


def ordinal_of(attachment: Attachment) -> int:
    """The number by which a sent file is called: its place among those of its kind in its submission, from 1."""
    return Attachment.objects.filter(
        submission=attachment.submission_id, kind=attachment.kind, pk__lte=attachment.pk
    ).count()


def delete_files_on_commit(attachments: QuerySet[Attachment]) -> None:
    """Delete the files of these rows once the caller's transaction, which deletes the rows, is committed."""
    names = list(attachments.values_list("file", flat=True))
    if names:
        transaction.on_commit(lambda: _delete(names), robust=True)


def delete_orphan_files(*, now: dt.datetime | None = None) -> int:
    """Delete private files that are a day old and that nothing needs; how many.

    Attachments and files of notes without a row are left by a crash between writing and commit. A table of submissions
    and a sheet of answers are needed until they are entered or given up, a document of a draft until its import is
    discarded; a deletion of theirs that failed is made good here.
    """
    limit = (now or timezone.now()) - ORPHANED_AFTER
    needed_tables = RemarkImport.objects.needing_file()
    needed_documents = DraftImport.objects.exclude(file="")
    return (
        _delete_unneeded(_files(), Attachment.objects.all(), limit)
        + _delete_unneeded(_files(NOTE_FOLDER), NoteFile.objects.all(), limit)
        + _delete_unneeded(_files_in(TABLES), needed_tables, limit)
        + _delete_unneeded(_files_in(SHEETS), AnswerSheet.objects.needing_file(), limit)
        + _delete_unneeded(_files_in(DOCUMENTS), needed_documents, limit)
    )


def _files(top: str = FOLDER) -> Iterator[str]:
    """Every stored file of that kind. They lie in folders by the first two characters of their names."""
    storage = private_storage()
    with contextlib.suppress(FileNotFoundError):  # the first file makes the folder
        for folder in storage.listdir(top)[0]:
            yield from _files_in(f"{top}/{folder}")


def _files_in(folder: str) -> Iterator[str]:
    with contextlib.suppress(FileNotFoundError):
        for name in private_storage().listdir(folder)[1]:
            yield f"{folder}/{name}"


def _delete_unneeded(names: Iterable[str], needed: QuerySet[Any], limit: dt.datetime) -> int:
    """Delete those of the files that are older than the limit and stand in no row; how many."""
    storage = private_storage()
    deleted, batch = 0, list[str]()
    for name in names:
        if storage.get_modified_time(name) < limit:
            batch.append(name)
        if len(batch) == LOOKED_UP_AT_ONCE:
            deleted += _delete_unknown(batch, needed)
            batch = []
    return deleted + _delete_unknown(batch, needed)


def _delete_unknown(names: list[str], needed: QuerySet[Any]) -> int:
    known = set(needed.filter(file__in=names).values_list("file", flat=True))
    return _delete([name for name in names if name not in known])


def _delete(names: Iterable[str]) -> int:
    """Delete files; one that cannot be deleted now is an orphan, and found by the next search."""
    storage, deleted = private_storage(), 0
    for name in names:
        try:
            storage.delete(name)
            deleted += 1
        except OSError as error:
            log.warning("A private file could not be deleted (%s).", type(error).__name__)
    return deleted


def inspected_file(upload: Any) -> Inspected:
    """The file if it may be kept: of a known format, harmless as far as we see, and as the scanner says.

    Call it outside of any transaction: the scanner can keep us waiting. Raises AttachmentRefused.
    """
    try:
        inspected = inspect(upload)
    except FileRefused as refusal:
        raise AttachmentRefused(refusal.fault) from refusal
    if settings.CLAMD_URL:
        try:
            scanner.scan(inspected.content, url=settings.CLAMD_URL)
        except scanner.ScannerFoundSomething as found:
            raise AttachmentRefused(AttachmentRefused.HARMFUL) from found
        except scanner.ScannerUnavailable as down:
            log.warning("The virus scanner did not answer.")
            if settings.CLAMD_REQUIRED:
                raise AttachmentRefused(AttachmentRefused.UNCHECKED) from down
    return inspected


def columns_of(inspected: Inspected, upload: Any, now: dt.datetime) -> dict[str, Any]:
    """What a row says of its file, whichever table it stands in."""
    return {
        "token": new_token(),
        "name": shown_name(str(upload.name or ""), inspected.extension),
        "content_type": inspected.content_type,
        "size": inspected.size,
        "sha256": inspected.sha256,
        "added_at": now,
    }


def write_file(row: Attachment | NoteFile, inspected: Inspected, written: list[str]) -> None:
    """Write the file, then the row."""
    row.file.save("", inspected.content, save=False)
    written.append(str(row.file.name))
    row.save()


@contextlib.contextmanager
def written_files() -> Iterator[list[str]]:
    """Files written in this block, deleted again if it, or its commit, fails."""
    names: list[str] = []
    try:
        yield names
    except BaseException:
        _delete(names)
        raise
