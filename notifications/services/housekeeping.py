"""Forget what is not needed any more: addresses that were given for a purpose that is over, and old happenings."""

from __future__ import annotations

import datetime as dt

from django.db.models.functions import Coalesce
from django.utils import timezone

from consultations.services.baskets import KEEP_DAYS
from lublin2030.lib.dates import start_of_day
from notifications.models import Happening, Message, Subscription
from notifications.targets import KEPT_AFTER_END

CONFIRM_WITHIN = dt.timedelta(days=14)
SENT_TO_FOLLOWERS_KEPT = dt.timedelta(days=90)
# Longer than a week, ten tries and the time in which staff mend what is wrong; and longer than ``sources.LOOK_BACK``,
# or what is forgotten would be noticed anew.
HAPPENINGS_KEPT = dt.timedelta(days=60)


def forget_old_addresses(*, now: dt.datetime | None = None) -> int:
    """Delete followings never confirmed, those of consultations and events long over, and mails sent to followers long
    ago; mails with links to baskets that are too old to work; and happenings that nobody waits for.

    How many followers, mails and happenings were deleted. What was sent about a submission stays, as proof of notice.
    """
    now = now or timezone.now()
    unconfirmed = Subscription.objects.unconfirmed().filter(created_at__lt=now - CONFIRM_WITHIN)
    closed = Subscription.objects.filter(consultation__closes_at__lt=now - KEPT_AFTER_END)
    held = Subscription.objects.alias(end=Coalesce("event__ends_at", "event__starts_at")).filter(
        event__isnull=False, end__lt=start_of_day(now - KEPT_AFTER_END)
    )
    sent = Message.objects.to_followers().sent_before(now - SENT_TO_FOLLOWERS_KEPT)
    links = Message.objects.with_basket_links().filter(created_at__lt=now - dt.timedelta(days=KEEP_DAYS))
    old = Happening.objects.filter(recorded_at__lt=now - HAPPENINGS_KEPT, told_at__isnull=False)
    return sum(rows.delete()[0] for rows in (unconfirmed, closed, held, sent, links, old))
