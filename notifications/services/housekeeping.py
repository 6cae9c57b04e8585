"""Forget what is not needed any more: addresses that were given for a purpose that is over."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from consultations.services.baskets import KEEP_DAYS
from notifications.models import Message, Subscription

CONFIRM_WITHIN = dt.timedelta(days=14)
FOLLOWERS_KEPT_AFTER_CLOSING = dt.timedelta(days=60)  # the report is due within 30 days (domain.md §2)
SENT_TO_FOLLOWERS_KEPT = dt.timedelta(days=90)


def forget_old_addresses(*, now: dt.datetime | None = None) -> int:
    """Delete followings never confirmed, those of consultations long closed, and mails sent to followers long ago;
    and mails with links to baskets that are too old to work.

    How many followers and mails were deleted. What was sent about a submission stays with it, as proof of notice.
    """
    now = now or timezone.now()
    unconfirmed = Subscription.objects.unconfirmed().filter(created_at__lt=now - CONFIRM_WITHIN)
    closed = Subscription.objects.filter(consultation__closes_at__lt=now - FOLLOWERS_KEPT_AFTER_CLOSING)
    sent = Message.objects.to_followers().sent_before(now - SENT_TO_FOLLOWERS_KEPT)
    links = Message.objects.with_basket_links().filter(created_at__lt=now - dt.timedelta(days=KEEP_DAYS))
    return sum(rows.delete()[0] for rows in (unconfirmed, closed, sent, links))
