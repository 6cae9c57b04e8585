"""Keep the words by which the register finds a remark, in the transaction that changes what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import connection, transaction

from consultations.models import Remark, RemarkWords
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
        [RemarkWords(remark_id=one.pk, consultation_id=one.consultation_id, words=words_of(one)) for one in remarks],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["remark"],
        update_fields=["consultation", "words"],
    )


def reindex(*, only_missing: bool = False, progress: Callable[[int], None] = lambda done: None) -> int:
    """Index all remarks, or those that are not, by batches with a transaction each; how many.

    A remark is locked while its words are made, so that a verb at the same time is not undone by older words.
    """
    done, last = 0, 0
    wanted = Remark.objects.not_indexed() if only_missing else Remark.objects.all()
    while True:
        with transaction.atomic():
            keys = list(wanted.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH])
            if not keys:
                break
            locked = Remark.objects.select_for_update(of=("self",)).filter(pk__in=keys).select_related("consultation")
            reindex_remarks(locked.order_by("pk"))
        last = keys[-1]
        done += len(keys)
        progress(done)
    if done and connection.vendor == "postgresql":
        # Without fresh statistics the planner takes a frequent word for a rare one.
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {RemarkWords._meta.db_table}")
    return done
