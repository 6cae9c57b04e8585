"""Days and hours as clerks type them and as tables hold them, by Warsaw's clock."""

from __future__ import annotations

import datetime as dt
import re

from lublin2030.lib.dates import WARSAW

_DAY_FIRST = re.compile(r"(\d{1,2})[.\-/](\d{1,2})(?:[.\-/](\d{4}))?\.?")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_HOUR = re.compile(r"(\d{1,2})[:.](\d{2})(?::\d{2}(?:\.\d+)?)?")


def read_day(text: str, *, today: dt.date | None = None) -> dt.date | None:
    """The day of ``24.11.2026``, ``24-11-2026``, ``24/11/2026`` or ``2026-11-24``; none if it is no day.

    With ``today`` the year may be left out: then it is the latest such day that is not later than today.
    """
    text = text.strip()
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    match = _DAY_FIRST.fullmatch(text)
    if match is None:
        return None
    day, month = int(match[1]), int(match[2])
    if match[3]:
        return _day(int(match[3]), month, day)
    if today is None:
        return None
    this_year = _day(today.year, month, day)
    return this_year if this_year is not None and this_year <= today else _day(today.year - 1, month, day)


def read_moment(text: str, *, today: dt.date | None = None) -> tuple[dt.date, dt.time | None] | None:
    """A day, and the hour if one is given after a blank, a comma or ``T``; none if it is neither."""
    written, _blank, hour = re.sub(r"[T,\s]+", " ", text.strip()).partition(" ")
    day = read_day(written, today=today)
    if day is None or not hour:
        return None if day is None else (day, None)
    match = _HOUR.fullmatch(hour)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        return None
    return day, dt.time(int(match[1]), int(match[2]))


def write_moment(day: dt.date, hour: dt.time | None = None) -> str:
    """The day (and hour) in the form that ``read_moment`` reads and Polish offices write."""
    return f"{day:%d.%m.%Y}" if hour is None else f"{day:%d.%m.%Y} {hour:%H:%M}"


def at_the_earliest(day: dt.date, hour: dt.time | None, not_before: dt.datetime) -> dt.datetime:
    """The moment in Warsaw. A day without an hour counts from its beginning, or from ``not_before`` on that very day:
    what the office did not note must not harm the sender."""
    moment = dt.datetime.combine(day, hour or dt.time(), WARSAW)
    if hour is None and moment < not_before and not_before.astimezone(WARSAW).date() == day:
        return not_before
    return moment


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
