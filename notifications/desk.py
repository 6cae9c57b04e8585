"""What the desk shows of the outbox and of followers on its first page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.desk import Queue, Waiting
from notifications.models import Message
from notifications.permissions import may_count_followers, may_resend


def _subject(message: Message) -> str:
    if message.submission is not None:
        return message.submission.public_number
    return message.registration.event.text("title").value if message.registration is not None else f"#{message.pk}"


def _oldest(user: Any, limit: int) -> Sequence[Waiting]:
    url = reverse("desk:messages")
    return [
        Waiting(
            label=_subject(message),
            detail=message.get_kind_display(),
            url=url,
            since=message.created_at,
        )
        for message in Message.objects.given_up().for_desk()[:limit]
    ]


MESSAGES = Queue(
    name="messages",
    label=_("Unsent mail"),
    url_name="desk:messages",
    may_see=may_resend,
    waits=lambda user: [Message.objects.given_up()],
    oldest=_oldest,
    order=90,
    empty=_("All mail was sent, or will be tried again by itself."),
)


FOLLOWERS = Queue(
    name="followers",
    label=_("Followers"),
    url_name="desk:followers",
    may_see=may_count_followers,
    order=95,
    is_work=False,
)
