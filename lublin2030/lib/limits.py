"""Against machines: how often something may be done from one internet address. No third party, and no address is kept.

Counted in fixed windows, each hit by one statement of its own: no lock of what is done and of another person is taken,
so a burst from one address holds up nobody else. Each app that counts has a table of its own (``RateCountModel``).
"""

from __future__ import annotations

import datetime as dt

from django.db import connection, models
from django.utils import timezone
from django.utils.crypto import salted_hmac

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
KEPT = dt.timedelta(hours=2)  # the longest window and an hour
TRAP = "zostaw_puste"  # the field of a form that people do not see: templates/parts/trap.html


class RateCountModel(models.Model):
    """How often something was done from one source within one window of time; old windows are deleted.

    ``key`` is a digest made with the portal's secret: no internet address lies here. A table needs a unique constraint
    on ``key`` and ``window``.
    """

    key = models.CharField(max_length=64)
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.window:%Y-%m-%d %H:%M}: {self.count}"


class WaitUntil(Exception):
    """From one internet address something was done more often than is allowed; ``until`` says when it works again."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__()
        self.until = until

    def seconds_from(self, now: dt.datetime) -> int:
        """How long to wait, in whole seconds, at least one."""
        return max(int((self.until - now).total_seconds()) + 1, 1)


def count_in(
    counts: type[RateCountModel],
    *what: object,
    address: str | None,
    most: int,
    window: dt.timedelta,
    refusal: type[WaitUntil],
    by: int = 1,
    now: dt.datetime | None = None,
) -> None:
    """Count something done from an internet address; the refusal when it was done ``most`` times in this window.

    ``most`` 0 means no limit, and so does an address that is not known. The windows stand still (the whole hours, say):
    at worst twice ``most`` fits into one window's length. Must run outside of a transaction, or it locks its row.
    """
    if not most or address is None:
        return
    now = now or timezone.now()
    begin = dt.datetime.fromtimestamp(now.timestamp() // window.total_seconds() * window.total_seconds(), tz=dt.UTC)
    key = salted_hmac("portal.limits", "|".join(map(str, [*what, address])), algorithm="sha256").hexdigest()
    # Whoever is over the limit only reads: a burst costs the database no writes beyond the limit.
    rows = counts._default_manager.filter(key=key, window=begin)
    done = rows.values_list("count", flat=True).first() or 0
    if done < most:
        done = _add(counts, key, begin, by) - by
    if done >= most:
        raise refusal(until=begin + window)


def _add(counts: type[RateCountModel], key: str, begin: dt.datetime, by: int) -> int:
    """Add to a counter, making it if need be, and read it: one statement, the same on both databases."""
    table = counts._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} (key, "window", count) VALUES (%s, %s, %s)'  # noqa: S608  the table's name is our own
            f' ON CONFLICT (key, "window") DO UPDATE SET count = {table}.count + excluded.count RETURNING count',
            [key, connection.ops.adapt_datetimefield_value(begin), by],
        )
        total: int = cursor.fetchone()[0]
    return total


def forget_windows(counts: type[RateCountModel], *, now: dt.datetime) -> int:
    """Delete the counters of windows that are over; how many there were."""
    return counts._default_manager.filter(window__lt=now - KEPT).delete()[0]
