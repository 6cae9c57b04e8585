"""Who has a remark open at the desk, so that two do not answer it at once without knowing."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from accounts.models import User
from consultations.errors import NotPermitted
from consultations.models import Presence, Remark
from consultations.permissions import may_read_remarks
from consultations.querysets import FRESH_FOR

KEPT_FOR = dt.timedelta(minutes=10)


def be_present(remark: Remark, *, by: User, now: dt.datetime | None = None) -> list[Presence]:
    """Report that this person has the remark open; the others who have, the first of them first. Two queries.

    Who comes back after the last report is out of date is there since now. Raises NotPermitted.
    """
    if not may_read_remarks(by):
        raise NotPermitted
    now = now or timezone.now()
    stays = When(seen_at__gt=now - FRESH_FOR, then=F("since"))
    changed = Presence.objects.filter(remark=remark, user=by).update(since=Case(stays, default=Value(now)), seen_at=now)
    if not changed:
        try:
            with transaction.atomic():
                Presence.objects.create(remark=remark, user=by, since=now, seen_at=now)
        except IntegrityError:  # the same person's other window was faster
            pass
    return others_at(remark, than=by, now=now)


def leave(remark: Remark, *, by: User) -> None:
    """Report that this person has closed the remark. Another window of theirs reports itself again."""
    Presence.objects.filter(remark=remark, user=by).delete()


def others_at(remark: Remark, *, than: User, now: dt.datetime) -> list[Presence]:
    """The other people who have the remark open at the (aware) moment, the first of them first. One query."""
    fresh = Presence.objects.fresh(now).filter(remark=remark).exclude(user=than)
    return list(fresh.select_related("user").order_by("since", "pk"))


def forget_old_presences(*, now: dt.datetime | None = None) -> int:
    """Delete reports of people who have left without saying so; how many."""
    return Presence.objects.filter(seen_at__lt=(now or timezone.now()) - KEPT_FOR).delete()[0]
