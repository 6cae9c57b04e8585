"""When digests go out: at seven in the morning in Warsaw, daily or on Mondays, whatever the clock's changes."""

from __future__ import annotations

import datetime as dt

from lublin2030.lib.dates import WARSAW, warsaw_day
from notifications.models import Frequency

AT = dt.time(7)
MONDAY = 0


def next_digest(frequency: str, now: dt.datetime) -> dt.datetime | None:
    """The first moment of a digest after the (aware) moment; none for who hears at once."""
    if frequency == Frequency.AT_ONCE:
        return None
    day = warsaw_day(now)
    if dt.datetime.combine(day, AT, WARSAW) <= now:
        day += dt.timedelta(days=1)
    if frequency == Frequency.WEEKLY:
        day += dt.timedelta(days=(MONDAY - day.weekday()) % 7)
    return dt.datetime.combine(day, AT, WARSAW)
