"""Time as the law and the reader count it: in Warsaw, by calendar days."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

WARSAW = ZoneInfo("Europe/Warsaw")


def warsaw_day(moment: dt.datetime) -> dt.date:
    """The calendar day in Warsaw of an aware moment."""
    return moment.astimezone(WARSAW).date()


def days_between(moment: dt.datetime, day: dt.date) -> int:
    """Calendar days in Warsaw from the moment's day to the day; 0 on the day itself, negative after it."""
    return (day - warsaw_day(moment)).days


def warsaw(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> dt.datetime:
    """An aware moment by Warsaw's clock."""
    return dt.datetime(year, month, day, hour, minute, second, tzinfo=WARSAW)


def start_of_day(moment: dt.datetime) -> dt.datetime:
    """Midnight in Warsaw at the beginning of the (aware) moment's day."""
    return dt.datetime.combine(warsaw_day(moment), dt.time(), WARSAW)
