"""On which day something was said, whatever the tablet's clock believes."""

from __future__ import annotations

import datetime as dt

from lublin2030.lib.dates import start_of_day, warsaw_day
from participation.models.events import Event
from participation.models.field import CLOCK_TOLERANCE


def moment_of(milliseconds: object) -> dt.datetime | None:
    """The aware moment of JavaScript's milliseconds since 1970; None for what is none of the years 1 to 9999."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    try:
        return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return None


def is_storable(moment: dt.datetime | None) -> bool:
    """Whether both databases take the moment, in whichever time zone they show it."""
    return moment is not None and 1900 <= moment.year <= 2999


def span_of(milliseconds: object) -> dt.timedelta | None:
    """A difference of clocks in milliseconds; None for what is none."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    try:
        return dt.timedelta(milliseconds=milliseconds)
    except (OverflowError, ValueError):
        return None


def day_spoken(
    event: Event, *, device_at: dt.datetime | None, offsets: list[dt.timedelta | None], now: dt.datetime
) -> tuple[dt.date, bool]:
    """The day to store, always one of the event's days, and whether the device's clock was wrong.

    ``offsets`` are what the server's clock was ahead of the device's: as known when the card was noted, and as
    measured now. They differ when somebody set the clock in between; then the one counts that leads to the event.
    """
    first, last = warsaw_day(event.starts_at), event.last_day
    known = [offset for offset in offsets if offset is not None]
    wrong = device_at is None or not known or any(abs(offset) > CLOCK_TOLERANCE for offset in known)
    opens, closes = start_of_day(event.starts_at) - CLOCK_TOLERANCE, now + CLOCK_TOLERANCE
    moments = [moment for offset in known if (moment := _shifted(device_at, offset)) is not None]
    possible = [moment for moment in moments if opens <= moment <= closes]
    if not possible:
        return first, wrong or (bool(moments) and moments[0] > closes)
    # The nearest to the event: what was set in between is some days off at least, or makes no difference.
    day = warsaw_day(min(possible))
    return min(max(day, first), last), wrong


def _shifted(moment: dt.datetime | None, offset: dt.timedelta) -> dt.datetime | None:
    try:
        return None if moment is None else moment + offset
    except OverflowError:
        return None
