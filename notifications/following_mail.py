"""Mails to followers: of one happening, of many in a digest, and those with links to a following.

Whom they still concern is asked when they are sent: who has left hears nothing, and a digest without news is none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.models import Consultation
from lublin2030.lib.portal_links import absolute
from lublin2030.lib.translations import Text
from notifications.errors import OutOfDate
from notifications.happening_words import Told, Words
from notifications.links import WORD_OF, link_to_everything
from notifications.mail_parts import Made, short
from notifications.models import Frequency, Happening, Message, Subscription
from notifications.querysets import TARGETS
from notifications.targets import BY_FIELD, is_over, name_of, url_of


def _wide(followings: Iterable[Subscription]) -> list[Subscription]:
    """The followings, the narrowest target first."""
    return sorted(followings, key=lambda one: (TARGETS.index(one.field), one.pk))


def unsubscribe_headers(path: str, secret: str) -> dict[str, str]:
    """RFC 8058: mail programs show “unsubscribe” and send one POST, without a page; others write to the mailbox."""
    ways = [f"<{absolute(path)}>"]
    if settings.UNSUBSCRIBE_MAILBOX:
        ways.append(f"<mailto:{settings.UNSUBSCRIBE_MAILBOX}?subject={quote(f'unsubscribe {secret}')}>")
    return {"List-Unsubscribe": ", ".join(ways), "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _to_follower(subscription: Subscription, subject: str, context: dict[str, Any]) -> Made:
    path = reverse("notifications:unsubscribe", args=[subscription.token])
    context |= {
        "followed": subscription.target,
        "followed_name": name_of(subscription.target),
        "followed_kind": BY_FIELD[subscription.field].kind,
        "unsubscribe_url": absolute(path),
        "following_url": absolute(reverse("notifications:following", args=[subscription.token])),
    }
    return subject, context, unsubscribe_headers(path, subscription.token)


def _reason(message: Message) -> tuple[Subscription, Happening | None]:
    """The following for whose sake the mail is sent: of those that the happening still concerns the narrowest."""
    if "happening" not in message.context:
        # Written before there were happenings.
        return _subscription(message), None
    happening = Happening.objects.for_words().filter(pk=message.context["happening"]).first()
    if happening is None:
        raise OutOfDate
    followings = Subscription.objects.of_reader(message.recipient).with_targets()
    concerned = _wide(one for one in followings if one.is_concerned_by(happening))
    if not concerned:
        raise OutOfDate
    at_once = [one for one in concerned if one.frequency == Frequency.AT_ONCE]
    return (at_once or concerned)[0], happening


def _subscription(message: Message) -> Subscription:
    """The follower to whom the message goes. Who has unsubscribed gets nothing any more."""
    subscription = (
        Subscription.objects.with_targets()
        .filter(pk=message.context["subscription"], email=message.recipient)
        .first()
    )  # fmt: skip
    if subscription is None:
        raise OutOfDate
    return subscription


def opens(message: Message, now: dt.datetime) -> Made:
    consultation = running(message, now)
    title = consultation.text("title").value
    subject = _("Open: %(title)s. Remarks until %(day)s") % {"title": short(title), "day": _day(consultation)}
    return _of_terms(message, consultation, subject)


def closes(message: Message, now: dt.datetime) -> Made:
    consultation = running(message, now)
    title = consultation.text("title").value
    subject = _("Closing soon: %(title)s. Remarks until %(day)s") % {"title": short(title), "day": _day(consultation)}
    return _of_terms(message, consultation, subject)


def _of_terms(message: Message, consultation: Consultation, subject: str) -> Made:
    subscription, _happening = _reason(message)
    context = {"consultation": consultation, "consultation_url": absolute(consultation.get_absolute_url())}
    return _to_follower(subscription, subject, context)


def running(message: Message, now: dt.datetime) -> Consultation:
    """The message's consultation while it is public and open: afterwards its terms are no news."""
    consultation = message.consultation
    if consultation is None or not consultation.is_open(now):
        raise OutOfDate
    if consultation.published_at is None or consultation.published_at > now:
        raise OutOfDate
    return consultation


def _day(consultation: Consultation) -> str:
    return date_format(consultation.last_day, "DATE_FORMAT")


def happening(message: Message, now: dt.datetime) -> Made:
    subscription, found = _reason(message)
    told = None if found is None else Words([found], now).told(found)
    if told is None:
        raise OutOfDate
    subject = f"{told.label}: {short(told.title.value)}"
    return _to_follower(subscription, subject, {"told": told, "is_demonstration_news": told.is_demonstration})


@dataclass(frozen=True, kw_only=True)
class Section:
    """What is new of one thing that is followed."""

    name: Text
    kind: str
    url: str
    following_url: str
    told: list[Told]


def digest(message: Message, now: dt.datetime) -> Made:
    followings = _wide(Subscription.objects.of_reader(message.recipient).with_targets())
    happenings = list(Happening.objects.for_words().filter(pk__in=message.context["happenings"]).order_by("pk"))
    words = Words(happenings, now)
    by_following: dict[int, list[Told]] = {}
    for one in happenings:
        reason = next((each for each in followings if each.is_concerned_by(one)), None)
        told = words.told(one) if reason is not None else None
        if reason is not None and told is not None:
            by_following.setdefault(reason.pk, []).append(told)
    if not by_following:
        raise OutOfDate
    sections = [
        Section(
            name=name_of(each.target),
            kind=str(BY_FIELD[each.field].kind),
            url=absolute(url_of(each.target)),
            following_url=absolute(reverse("notifications:following", args=[each.token])),
            told=by_following[each.pk],
        )
        for each in followings
        if each.pk in by_following
    ]
    count = sum(len(section.told) for section in sections)
    subject = ngettext("What you follow: %(count)s piece of news", "What you follow: %(count)s pieces of news", count)
    frequency = Frequency(message.context["frequency"])
    path = reverse("notifications:end_digests", args=[followings[0].reader_token, WORD_OF[frequency]])
    context = {
        "sections": sections,
        "is_weekly": frequency == Frequency.WEEKLY,
        "unsubscribe_url": absolute(path),
    }
    return subject % {"count": count}, context, unsubscribe_headers(path, f"{frequency} {followings[0].reader_token}")


def confirm_following(message: Message, now: dt.datetime) -> Made:
    subscription = _subscription(message)
    if subscription.confirmed_at is not None or is_over(subscription.target, now):
        raise OutOfDate
    name = name_of(subscription.target)
    subject = _("Confirm that you follow: %(title)s") % {"title": short(name.value)}
    context = {
        "consultation": subscription.consultation,
        "followed_name": name,
        "followed_kind": BY_FIELD[subscription.field].kind,
        "followed_url": absolute(url_of(subscription.target)),
        "is_demonstration_news": getattr(subscription.target, "is_demonstration", False),
        "confirm_url": absolute(reverse("notifications:confirm", args=[subscription.token])),
    }
    return subject, context, {}


def following_link(message: Message, now: dt.datetime) -> Made:
    subscription = _subscription(message)
    link = link_to_everything(subscription.reader_token)
    url = absolute(reverse("notifications:followings", args=[link]))
    return _("Everything that you follow"), {"link_url": url}, {}
