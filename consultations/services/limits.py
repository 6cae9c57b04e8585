"""Against machines: how often one internet address may do something, and a moment of patience."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone

from consultations.errors import SentTooFast, TooOften
from consultations.models import Basket, Consultation, RateCount
from lublin2030.lib.limits import HOUR, MINUTE, count_in, forget_windows


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
    """Count something done from an internet address. TooOften when it was done ``most`` times in this window already.

    Must run outside of a transaction, or it locks its row.
    """
    count_in(RateCount, *what, address=address, most=most, window=window, refusal=TooOften, by=by, now=now)


def refuse_haste(basket: Basket, *, now: dt.datetime | None = None) -> None:
    """SentTooFast within ``TIME_TRAP_SECONDS`` of the basket's first remark; the same a moment later passes."""
    if not settings.TIME_TRAP_SECONDS or basket.created_at is None:
        return
    left = settings.TIME_TRAP_SECONDS - ((now or timezone.now()) - basket.created_at).total_seconds()
    if left > 0:
        raise SentTooFast(seconds=int(left) + 1)


def forget_old_counts(*, now: dt.datetime | None = None) -> int:
    """Delete the counters of windows that are over; how many there were."""
    return forget_windows(RateCount, now=now or timezone.now())
