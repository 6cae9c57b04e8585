"""Against machines: how often one internet address may do something. No third party, and no address is kept.

Counted in fixed windows, each hit by one statement of its own: no lock of a consultation or of another sender is taken,
so a burst from one address holds up nobody else.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from consultations.errors import SentTooFast, TooOften
from consultations.models import Basket, Consultation, RateCount

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
KEPT = dt.timedelta(hours=2)  # the longest window and an hour


def count_sending(consultation: Consultation, *, address: str | None, now: dt.datetime | None = None) -> None:
    """Count a submission from an address to a consultation. Raises TooOften beyond its ``sends_per_hour``."""
    count("send", consultation.pk, address=address, most=consultation.sends_per_hour, window=HOUR, now=now)


def count_remark(*, address: str | None, now: dt.datetime | None = None) -> None:
    """Count a remark put into a basket. Raises TooOften beyond ``RATE_REMARKS_PER_MINUTE``."""
    count("remark", address=address, most=settings.RATE_REMARKS_PER_MINUTE, window=MINUTE, now=now)


def count_upload(*, address: str | None, files: int = 1, now: dt.datetime | None = None) -> None:
    """Count uploaded files. Raises TooOften beyond ``RATE_UPLOADS_PER_HOUR``."""
    count("upload", address=address, most=settings.RATE_UPLOADS_PER_HOUR, window=HOUR, by=files, now=now)


def count_link_mail(*, address: str | None, now: dt.datetime | None = None) -> None:
    """Count a mail that somebody asks for to an address of mail typed in. Raises TooOften."""
    count("link-mail", address=address, most=settings.RATE_LINK_MAILS_PER_HOUR, window=HOUR, now=now)


def count_following(*, address: str | None, now: dt.datetime | None = None) -> None:
    """Count a request to follow a consultation, which sends a mail too. Raises TooOften."""
    count("follow", address=address, most=settings.RATE_FOLLOWS_PER_HOUR, window=HOUR, now=now)


def count(
    *what: object,
    address: str | None,
    most: int,
    window: dt.timedelta,
    by: int = 1,
    now: dt.datetime | None = None,
) -> None:
    """Count something done from an internet address; TooOften when it was done ``most`` times in this window already.

    ``most`` 0 means no limit, and so does an address that is not known. The windows stand still (the whole hours, say):
    at worst twice ``most`` fits into one window's length. Must run outside of a transaction, or it locks its row.
    """
    if not most or address is None:
        return
    now = now or timezone.now()
    begin = dt.datetime.fromtimestamp(now.timestamp() // window.total_seconds() * window.total_seconds(), tz=dt.UTC)
    key = salted_hmac("consultations.limits", "|".join(map(str, [*what, address])), algorithm="sha256").hexdigest()
    # Whoever is over the limit only reads: a burst costs the database no writes beyond the limit.
    done = RateCount.objects.filter(key=key, window=begin).values_list("count", flat=True).first() or 0
    if done < most:
        done = _add(key, begin, by) - by
    if done >= most:
        raise TooOften(until=begin + window)


def _add(key: str, begin: dt.datetime, by: int) -> int:
    """Add to a counter, making it if need be, and read it: one statement, the same on both databases."""
    table = RateCount._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} (key, "window", count) VALUES (%s, %s, %s)'  # noqa: S608  the table's name is our own
            f' ON CONFLICT (key, "window") DO UPDATE SET count = {table}.count + excluded.count RETURNING count',
            [key, connection.ops.adapt_datetimefield_value(begin), by],
        )
        total: int = cursor.fetchone()[0]
    return total


def refuse_haste(basket: Basket, *, now: dt.datetime | None = None) -> None:
    """SentTooFast within ``TIME_TRAP_SECONDS`` of the basket's first remark; the same a moment later passes."""
    if not settings.TIME_TRAP_SECONDS or basket.created_at is None:
        return
    left = settings.TIME_TRAP_SECONDS - ((now or timezone.now()) - basket.created_at).total_seconds()
    if left > 0:
        raise SentTooFast(seconds=int(left) + 1)


def forget_old_counts(*, now: dt.datetime | None = None) -> int:
    """Delete the counters of windows that are over; how many there were."""
    return RateCount.objects.filter(window__lt=(now or timezone.now()) - KEPT).delete()[0]
