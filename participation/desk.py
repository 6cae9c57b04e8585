"""What waits for editors: past events without a summary, and news that are not public yet."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import has_role
from accounts.roles import Role
from lublin2030.lib.desk import Queue, Waiting, register_queue
from participation.models import Event
from stages.models import News


def is_editor(user: Any) -> bool:
    """Whether the content waits for this person."""
    return has_role(user, Role.EDITOR)


def _waits(_user: Any) -> list[QuerySet[Any]]:
    now = timezone.now()
    return [Event.objects.without_after_summary(now), News.objects.waiting(now)]


def _oldest(_user: Any, limit: int) -> list[Waiting]:
    """Events since they were held and news since they wait, mixed, the oldest first."""
    now = timezone.now()
    events = [
        Waiting(
            label=event.text("title").value,
            detail=_("summary afterwards is missing"),
            url=reverse("admin:participation_event_change", args=[event.pk]),
            since=event.starts_at,
        )
        for event in Event.objects.without_after_summary(now)[:limit]
    ]
    # A draft of news has no date: it comes last, and among its like in the order it was begun.
    latest = dt.datetime.max.replace(tzinfo=dt.UTC)
    news = [
        (
            one.published_at or latest,
            Waiting(
                label=one.text("title").value,
                detail=_("will be public on its day") if one.published_at else _("has no day of publication"),
                url=reverse("admin:stages_news_change", args=[one.pk]),
                since=one.published_at or now,
            ),
        )
        for one in News.objects.waiting(now)[:limit]
    ]
    ordered = sorted([*((waiting.since, waiting) for waiting in events), *news], key=lambda pair: pair[0])
    return [waiting for _moment, waiting in ordered[:limit]]


def register_queues() -> None:
    """Called once when the app starts."""
    register_queue(
        Queue(
            name="content",
            label=gettext_lazy("Content"),
            url_name="desk:content",
            may_see=is_editor,
            waits=_waits,
            oldest=_oldest,
            order=60,
            empty=gettext_lazy("Every past event has its summary, and all news is public."),
        )
    )
