"""How many follow what: numbers for staff. No address is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef

from lublin2030.lib.paging import KeyPage, page_by_key
from lublin2030.lib.translations import Text
from notifications.models import Frequency, Subscription
from notifications.targets import BY_FIELD, Target, name_of, url_of


@dataclass(kw_only=True)
class Counted:
    """Followers of one thing, or of all things of one kind, by how often they hear."""

    numbers: dict[str, int] = field(default_factory=dict)

    def add(self, frequency: str, count: int) -> None:
        self.numbers[frequency] = self.numbers.get(frequency, 0) + count

    @property
    def at_once(self) -> int:
        return self.numbers.get(Frequency.AT_ONCE, 0)

    @property
    def daily(self) -> int:
        return self.numbers.get(Frequency.DAILY, 0)

    @property
    def weekly(self) -> int:
        return self.numbers.get(Frequency.WEEKLY, 0)

    @property
    def total(self) -> int:
        return sum(self.numbers.values())


@dataclass(frozen=True, kw_only=True)
class CountedThing:
    """One followed thing and its followers."""

    name: Text
    url: str
    counted: Counted


def count_by_kind() -> list[tuple[Target, Counted]]:
    """Confirmed followers of each kind of thing. Six queries."""
    counted = []
    for target in BY_FIELD.values():
        followers = Subscription.objects.confirmed().filter(**{f"{target.field}__isnull": False})
        numbers = Counted()
        for frequency, count in followers.order_by().values_list("frequency").annotate(Count("pk")):
            numbers.add(frequency, count)
        counted.append((target, numbers))
    return counted


def count_things(
    target: Target, *, now: dt.datetime, size: int, after: int | None, before: int | None
) -> tuple[KeyPage[object], Sequence[CountedThing]]:
    """The things of one kind that anybody follows, a page of them, with their numbers. Two queries."""
    confirmed = Subscription.objects.confirmed()
    followed = target.public(now).filter(Exists(confirmed.filter(**{target.field: OuterRef("pk")})))
    if target.field == "theme":
        followed = followed.select_related("process")
    page = page_by_key(followed, key="pk", size=size, after=after, before=before)
    counted = {record.pk: Counted() for record in page.rows}
    rows = confirmed.filter(**{f"{target.field}__in": counted}).order_by()
    for key, frequency, count in rows.values_list(target.field, "frequency").annotate(Count("pk")):
        counted[key].add(frequency, count)
    things = [
        CountedThing(name=name_of(record), url=url_of(record), counted=counted[record.pk]) for record in page.rows
    ]
    return page, things
