"""What waits at the desk: news that are not public yet, and events that are over and lack something."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import has_role
from accounts.roles import Role
from lublin2030.lib.desk import Queue, Waiting, register_queue
from participation.models import Event
from participation.permissions import may_run_events
from stages.models import News


def is_editor(user: Any) -> bool:
    """Whether the content waits for this person."""
    return has_role(user, Role.EDITOR)


def _count(_user: Any) -> int:
    return News.objects.waiting(timezone.now()).count()


def _oldest(_user: Any, limit: int) -> list[Waiting]:
    """News that are not public: those with a day to come first, then drafts in the order they were begun."""
    now = timezone.now()
    return [
        Waiting(
            label=one.text("title").value,
            detail=_("will be public on its day") if one.published_at else _("has no day of publication"),
            url=reverse("admin:stages_news_change", args=[one.pk]),
            since=one.published_at or now,
        )
        for one in News.objects.waiting(now)[:limit]
    ]


def _count_events(_user: Any) -> int:
    return Event.objects.to_be_closed(timezone.now()).count()


def _oldest_events(_user: Any, limit: int) -> list[Waiting]:
    """Events since they were held, the oldest first, with what they lack."""
    return [
        Waiting(
            label=event.text("title").value,
            detail=_lacks(event),
            url=reverse("desk:event", args=[event.pk]),
            since=event.starts_at,
        )
        for event in Event.objects.to_be_closed(timezone.now()).with_attendance()[:limit]
    ]


def _lacks(event: Any) -> str:
    missing = []
    if event.came is None and event.seed_key is None:
        missing.append(_("how many came is not recorded"))
    if not event.after_summary:
        missing.append(_("summary afterwards is missing"))
    return ", ".join(missing)


def register_queues() -> None:
    """Called once when the app starts."""
    register_queue(
        Queue(
            name="content",
            label=gettext_lazy("Content"),
            url_name="desk:content",
            may_see=is_editor,
            count=_count,
            oldest=_oldest,
            order=60,
            empty=gettext_lazy("All news is public."),
        )
    )
    register_queue(
        Queue(
            name="events",
            label=gettext_lazy("Events"),
            url_name="desk:events",
            may_see=may_run_events,
            count=_count_events,
            oldest=_oldest_events,
            order=55,
            empty=gettext_lazy("Every past event has its summary and the number of people."),
        )
    )
