"""Pages of a long list by key, not by offset: the thousandth page costs what the first costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)
AnyRow = TypeVar("AnyRow")


@dataclass(frozen=True)
class KeyPage(Generic[AnyRow]):
    """One page of rows in ascending order of a unique whole-number key, and the keys of its neighbours."""

    rows: Sequence[AnyRow]
    after: int | None
    before: int | None

    @property
    def has_next(self) -> bool:
        return self.after is not None

    @property
    def has_previous(self) -> bool:
        return self.before is not None


def page_by_key(
    queryset: models.QuerySet[Row], *, key: str, size: int, after: int | None = None, before: int | None = None
) -> KeyPage[Row]:
    """The ``size`` rows that follow ``after``, or that come before ``before``, or the first. One query."""
    if before is not None:
        rows = list(queryset.filter(**{f"{key}__lt": before}).order_by(f"-{key}")[: size + 1])
        more_before, more_after = len(rows) > size, True
        rows = rows[:size][::-1]
    else:
        if after is not None:
            queryset = queryset.filter(**{f"{key}__gt": after})
        rows = list(queryset.order_by(key)[: size + 1])
        more_before, more_after = after is not None, len(rows) > size
        rows = rows[:size]
    return KeyPage(
        rows=rows,
        after=getattr(rows[-1], key) if rows and more_after else None,
        before=getattr(rows[0], key) if rows and more_before else None,
    )


def read_key(text: str | None) -> int | None:
    """A key from an address; anything that is no whole number of at most 18 digits counts as none."""
    if text and text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    return None


def page_by_moment(
    queryset: models.QuerySet[Row],
    *,
    field: str,
    newest_first: bool,
    size: int,
    after: int | None = None,
    before: int | None = None,
) -> KeyPage[Row]:
    """The ``size`` rows that follow or precede the row with the primary key ``after`` or ``before``, or the first.

    Rows stand in the order of a moment that several of them may share, and then of their primary keys. A key that
    is no row's (any more) counts as none. At most two queries.
    """
    forward = before is None
    anchor = after if forward else before
    ascending = newest_first is not forward
    if anchor is not None:
        moment = queryset.model._default_manager.filter(pk=anchor).values_list(field, flat=True).first()
        if moment is None:
            anchor, forward, ascending = None, True, not newest_first
        else:
            beyond = "gt" if ascending else "lt"
            # Said twice: only by a plain comparison does a database begin in the middle of an index.
            queryset = queryset.filter(**{f"{field}__{beyond}e": moment}).filter(
                models.Q(**{f"{field}__{beyond}": moment}) | models.Q(**{field: moment, f"pk__{beyond}": anchor})
            )
    sign = "" if ascending else "-"
    rows = list(queryset.order_by(f"{sign}{field}", f"{sign}pk")[: size + 1])
    more = len(rows) > size
    rows = rows[:size] if forward else rows[:size][::-1]
    return KeyPage(
        rows=rows,
        after=rows[-1].pk if rows and (more if forward else True) else None,
        before=rows[0].pk if rows and (anchor is not None if forward else more) else None,
    )
