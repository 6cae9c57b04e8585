"""The back office's list of queues. Each app adds its own when it starts, so that no app has to know another's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import Promise


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a person: what, since when (aware), until when (a day), and where to do it."""

    label: str
    detail: str
    url: str
    since: dt.datetime
    due: dt.date | None = None


@dataclass(frozen=True)
class Queue:
    """What waits for people of certain roles: ``waits``, which are counted, and ``oldest`` (at most ``limit``).

    What waits may be of several kinds, each a queryset. A page to look things up has none: nothing waits there.
    """

    name: str
    label: str | Promise
    url_name: str
    may_see: Callable[[Any], bool]
    waits: Callable[[Any], Sequence[QuerySet[Any]]] = lambda user: ()
    oldest: Callable[[Any, int], Sequence[Waiting]] = lambda user, limit: ()
    order: int = 100
    empty: str | Promise = field(default="")
    is_work: bool = True  # False for a page to look things up: nothing waits there, so nothing is counted


_queues: dict[str, Queue] = {}


def register_queue(queue: Queue) -> None:
    """Add a queue to the desk; a second one of the same name is a mistake."""
    if queue.name in _queues:
        raise ValueError(f"There is a queue {queue.name!r} already.")
    _queues[queue.name] = queue


def queues_for(user: Any) -> list[Queue]:
    """The queues the person may see, in the desk's order."""
    return sorted((q for q in _queues.values() if q.may_see(user)), key=lambda q: q.order)


def count_waiting(queues: Sequence[Queue], user: Any) -> dict[str, int]:
    """How much waits for the person in each of the queues, by their names. One query for all of them.

    So the menu of every page costs one question, and needs no memory that would show yesterday's number after a verb.
    """
    counts = {queue.name: 0 for queue in queues}
    parts: list[str] = []
    params: list[Any] = []
    for at, queue in enumerate(queues):
        for rows in queue.waits(user):
            keys = (rows if rows.query.is_sliced else rows.order_by()).values("pk")
            try:
                sql, values = keys.query.get_compiler(connection=connection).as_sql()
            except EmptyResultSet:
                continue
            # Django's own SQL with its parameters apart; the number is ours.
            parts.append(f"SELECT {at} AS queue, COUNT(*) AS waiting FROM ({sql}) AS rows_{len(parts)}")  # noqa: S608
            params += values
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            for at, waiting in cursor.fetchall():
                counts[queues[at].name] += waiting
    return counts
