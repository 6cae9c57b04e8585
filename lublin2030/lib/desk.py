"""The back office's list of queues. Each app adds its own when it starts, so that no app has to know another's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

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
    """What waits for people of certain roles: ``count`` and ``oldest`` (first the oldest, at most ``limit``)."""

    name: str
    label: str | Promise
    url_name: str
    may_see: Callable[[Any], bool]
    count: Callable[[Any], int]
    oldest: Callable[[Any, int], Sequence[Waiting]]
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
