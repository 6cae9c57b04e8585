"""Keep the words by which the register finds a remark, in the transaction that changes what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import connection, transaction

from consultations.models import Consultation, Remark, RemarkWords
from consultations.public_text import public_text
from lublin2030.lib.polish import index_words

BATCH = 1000


def words_of(remark: Remark) -> str:
    """The words under which a remark is found: its public numbers and its public text. Reads the consultation."""
    year = remark.consultation.year
    numbers = f"{remark.address} {remark.address}/{year} {remark.submission_number}/{year}"
    return index_words("\n".join([numbers, *public_text(remark)]))


def reindex_remarks(remarks: Iterable[Remark]) -> None:
    """Write the words of the remarks anew, in the caller's transaction. One query for up to ``BATCH`` of them.

    Call it from every verb that changes a remark's text, its state of being public, or withdraws it. The remarks'
    own columns and their consultation have to be as they are to be committed.
    """
    RemarkWords.objects.bulk_create(
        [
            RemarkWords(
                remark_id=one.pk, consultation_id=one.consultation_id, position=one.position, words=words_of(one)
            )
            for one in remarks
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["remark"],
        update_fields=["consultation", "position", "words"],
    )


def reindex(*, only_missing: bool = False, progress: Callable[[int], None] = lambda done: None) -> int:
    """Index all remarks, or those that are not, by batches with a transaction each; how many.

    Its consultations are held while a batch is read and written, before the remarks, as by every verb: no verb at the
    same time is undone by older words, and none waits for us while we wait for it.
    """
    done, last = 0, 0
    wanted = Remark.objects.not_indexed() if only_missing else Remark.objects.all()
    while True:
        with transaction.atomic():
            keys = list(wanted.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH])
            if not keys:
                break
            remarks = Remark.objects.filter(pk__in=keys)
            of_remarks = Consultation.objects.filter(pk__in=remarks.order_by().values("consultation"))
            list(of_remarks.select_for_update().order_by("pk").values_list("pk"))
            reindex_remarks(remarks.select_related("consultation").order_by("pk"))
        last = keys[-1]
        done += len(keys)
        progress(done)
    if done and connection.vendor == "postgresql":
        # Without fresh statistics the planner takes a frequent word for a rare one.
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {RemarkWords._meta.db_table}")
    return done
