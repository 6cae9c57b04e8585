"""Why a report cannot be frozen yet. Each reason says how many remarks, shows some, and leads to where they wait."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.models import Consultation, Remark
from consultations.services.change_links import unexplained_unchanged
from lublin2030.lib.numbers import grouped

SHOWN = 5  # remarks that a reason names
State = Remark.State


@dataclass(frozen=True)
class Blocker:
    """One reason in words; ``remarks`` are some of those that cause it, as number and address at the desk."""

    code: str
    words: str
    count: int = 0
    remarks: Sequence[tuple[str, str]] = ()


class Check(Protocol):
    """Something that can keep a report from being frozen."""

    def __call__(self, consultation: Consultation, now: dt.datetime) -> Blocker | None: ...


def blockers(consultation: Consultation, now: dt.datetime) -> list[Blocker]:
    """Everything that keeps the consultation's report from being frozen at the (aware) moment; empty: nothing does."""
    return [found for check in CHECKS if (found := check(consultation, now)) is not None]


def remarks_check(
    code: str, find: Callable[[Consultation], Any], in_words: Callable[[int], str], *, page: str = "desk:remark"
) -> Check:
    """A check that blocks while ``find`` gives a remark of the consultation. Two queries, one where there is none."""

    def check(consultation: Consultation, now: dt.datetime) -> Blocker | None:
        found = find(consultation)
        some: list[Remark] = list(found.select_related("consultation").order_by("position")[: SHOWN + 1])
        if not some:
            return None
        count = len(some) if len(some) <= SHOWN else found.order_by().count()
        shown = [(one.public_number, reverse(page, args=[one.pk])) for one in some[:SHOWN]]
        return Blocker(code, in_words(count), count, shown)

    return check


def is_open(consultation: Consultation, now: dt.datetime) -> Blocker | None:
    """Remarks can still come."""
    if consultation.phase(now) == Consultation.Phase.CLOSED:
        return None
    closing = date_format(consultation.last_day, "DATE_FORMAT")
    return Blocker("open", _("The consultation is not over: remarks are taken until %(day)s.") % {"day": closing})


def _of(consultation: Consultation) -> Any:
    return Remark.objects.filter(consultation=consultation)


def unverified_in_words(count: int) -> str:
    return ngettext(
        "%(shown)s remark waits for verification.", "%(shown)s remarks wait for verification.", count
    ) % {"shown": grouped(count)}  # fmt: skip


def undecided_in_words(count: int) -> str:
    return ngettext(
        "%(shown)s proper remark has no finished answer.", "%(shown)s proper remarks have no finished answer.", count
    ) % {"shown": grouped(count)}


def unpublished_in_words(count: int) -> str:
    return ngettext(
        "%(shown)s remark has an approved answer that is not published.",
        "%(shown)s remarks have an approved answer that is not published.",
        count,
    ) % {"shown": grouped(count)}


def unread_in_words(count: int) -> str:
    return ngettext(
        "The text of %(shown)s remark has not been looked at for personal data.",
        "The texts of %(shown)s remarks have not been looked at for personal data.",
        count,
    ) % {"shown": grouped(count)}


def unexplained_in_words(count: int) -> str:
    return ngettext(
        "%(shown)s remark was accepted, but the text is unchanged and nobody has explained why.",
        "%(shown)s remarks were accepted, but the text is unchanged and nobody has explained why.",
        count,
    ) % {"shown": grouped(count)}


CHECKS: tuple[Check, ...] = (
    is_open,
    remarks_check("unverified", lambda c: _of(c).filter(state=State.RECEIVED), unverified_in_words),
    remarks_check(
        "undecided",
        lambda c: _of(c).filter(state__in=[State.PROPER, State.ASSIGNED, State.DRAFTED, State.REVIEWED]),
        undecided_in_words,
    ),
    remarks_check(
        "unpublished", lambda c: _of(c).filter(Q(state=State.APPROVED) | Q(correction="approved")), unpublished_in_words
    ),
    remarks_check(
        "unread",
        lambda c: _of(c).filter(text_state="waiting").exclude(state=State.WITHDRAWN),
        unread_in_words,
        page="desk:text",
    ),
    remarks_check("unexplained", unexplained_unchanged, unexplained_in_words),
)
