"""The counters that pages show, kept in the transaction that changes what they count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db import connection, transaction
from django.db.models import Count

from consultations.models import Consultation, Remark, Submission, Tally

Cell = tuple[str, str, str]  # dimension, key, standing


def _cells(remark: Remark, standing: str) -> Iterator[Cell]:
    """The cells in which one remark of that standing counts: one per dimension."""
    for dimension, key in (
        (Tally.Dimension.TOTAL, ""),
        (Tally.Dimension.CHAPTER, remark.chapter_id or ""),
        (Tally.Dimension.PASSAGE, remark.passage_id or ""),
        (Tally.Dimension.TOPIC, remark.topic_id or ""),
        (Tally.Dimension.DISTRICT, remark.district_id or ""),
        (Tally.Dimension.CHANNEL, remark.channel),
    ):
        yield dimension.value, str(key), standing


def add_remarks(consultation: Consultation, remarks: Iterable[Remark], *, standing: str) -> None:
    """Count new remarks. One query."""
    changes: Counter[Cell] = Counter()
    for remark in remarks:
        changes.update(_cells(remark, standing))
    _apply(consultation, changes)


def move_remarks(consultation: Consultation, remarks: Iterable[Remark], *, before: str, after: str) -> None:
    """Count remarks under their new standing instead of the old one. One query, or none if both are the same."""
    move_each(consultation, ((remark, before, after) for remark in remarks))


def move_each(consultation: Consultation, moves: Iterable[tuple[Remark, str, str]]) -> None:
    """Count each remark under its new standing (the last) instead of its old one. A query for each changed cell."""
    changes: Counter[Cell] = Counter()
    for remark, before, after in moves:
        changes.update(_cells(remark, after))
        changes.subtract(_cells(remark, before))
    _apply(consultation, changes)


def replace_remark(consultation: Consultation, before: Remark, after: Remark) -> None:
    """Count one remark under its new topic and district instead of the old ones. At most a few queries."""
    replace_remarks(consultation, [(before, after)])


def replace_remarks(consultation: Consultation, pairs: Iterable[tuple[Remark, Remark]]) -> None:
    """Count remarks, each as it was and as it is, under their new places.

    A query for each cell that shrinks, and one.
    """
    changes: Counter[Cell] = Counter()
    for before, after in pairs:
        changes.update(_cells(after, after.standing))
        changes.subtract(_cells(before, before.standing))
    _apply(consultation, changes)


def _apply(consultation: Consultation, changes: Counter[Cell]) -> None:
    """Add each change to its cell in one statement. Must run in the transaction that holds the consultation's row.

    The ORM's upsert can set a value but not add to it; this statement is the same on both databases.
    """
    rows = [(consultation.pk, *cell, change) for cell, change in sorted(changes.items()) if change]
    if not rows:
        return
    table = Tally._meta.db_table
    with connection.cursor() as cursor:
        # A check constraint refuses a row below zero even when the conflict would be resolved: cells that shrink
        # exist already, so they are updated; cells that grow may be new.
        grow = [row for row in rows if row[-1] > 0]
        for row in (row for row in rows if row[-1] < 0):
            cursor.execute(
                f"UPDATE {table} SET remarks = remarks + %s"  # noqa: S608  the table's name is our own
                " WHERE consultation_id = %s AND dimension = %s AND key = %s AND standing = %s",
                [row[-1], *row[:-1]],
            )
        if grow:
            places = ", ".join(["(%s, %s, %s, %s, %s)"] * len(grow))
            cursor.execute(
                f"INSERT INTO {table} (consultation_id, dimension, key, standing, remarks) VALUES {places}"  # noqa: S608
                " ON CONFLICT (consultation_id, dimension, key, standing)"
                f" DO UPDATE SET remarks = {table}.remarks + excluded.remarks",
                [value for row in grow for value in row],
            )


def counted(consultation: Consultation) -> tuple[dict[Cell, int], dict[str, int]]:
    """What the tallies and the counters ought to be, counted from the remarks themselves."""
    cells: dict[Cell, int] = {}
    fields = {
        Tally.Dimension.CHAPTER: "chapter_id",
        Tally.Dimension.PASSAGE: "passage_id",
        Tally.Dimension.TOPIC: "topic_id",
        Tally.Dimension.DISTRICT: "district_id",
        Tally.Dimension.CHANNEL: "channel",
    }
    remarks = Remark.objects.filter(consultation=consultation).order_by()
    for row in remarks.values("standing").annotate(n=Count("pk")):
        cells[Tally.Dimension.TOTAL.value, "", row["standing"]] = row["n"]
    for dimension, field in fields.items():
        for row in remarks.values(field, "standing").annotate(n=Count("pk")):
            cells[dimension.value, str(row[field] or ""), row["standing"]] = row["n"]
    counters = {
        "last_number": Submission.objects.filter(consultation=consultation).count(),
        "remark_count": remarks.count(),
        "proper_count": remarks.exclude(
            state__in=[Remark.State.RECEIVED, Remark.State.IMPROPER, Remark.State.WITHDRAWN]
        ).count(),
    }
    return cells, counters


@transaction.atomic
def recount(consultation: Consultation) -> list[str]:
    """Prove the counters against the remarks and mend what differs; the differences in words, [] if all is right."""
    consultation = Consultation.objects.hold(consultation.pk)
    cells, counters = counted(consultation)
    stored = {
        (tally.dimension, tally.key, tally.standing): tally.remarks
        for tally in Tally.objects.filter(consultation=consultation)
        if tally.remarks
    }
    differences = [
        f"{cell}: {stored.get(cell, 0)} stored, {cells.get(cell, 0)} counted"
        for cell in sorted(stored.keys() | cells.keys())
        if stored.get(cell, 0) != cells.get(cell, 0)
    ]
    differences += [
        f"{name}: {getattr(consultation, name)} stored, {value} counted"
        for name, value in counters.items()
        if getattr(consultation, name) != value
    ]
    if differences:
        Tally.objects.filter(consultation=consultation).delete()
        Tally.objects.bulk_create(
            Tally(consultation=consultation, dimension=dimension, key=key, standing=standing, remarks=number)
            for (dimension, key, standing), number in cells.items()
        )
        Consultation.objects.filter(pk=consultation.pk).update(**counters)
    return differences
