"""What waits at the desk: news that are not public yet, events that lack something, voices and surveys."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import has_role
from accounts.roles import Role
from lublin2030.lib.desk import Queue, Waiting, register_queue
from participation.models import Event, Survey, Voice
from participation.permissions import (
    may_build_surveys,
    may_moderate_voices,
    may_note_voices,
    may_run_events,
    may_type_in_surveys,
)
from stages.models import News

VOICE_OPENING = 80  # characters of a voice that its line shows


def is_editor(user: Any) -> bool:
    """Whether the content waits for this person."""
    return has_role(user, Role.EDITOR)


def _waits(_user: Any) -> list[QuerySet[Any]]:
    return [News.objects.waiting(timezone.now())]


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


def _waiting_voices(user: Any, limit: int) -> list[Waiting]:
    """Voices nobody has read yet; who only notes voices down has none to read."""
    if not may_moderate_voices(user):
        return []
    return [
        Waiting(
            label=Truncator(voice.text).chars(VOICE_OPENING),
            detail=voice.get_channel_display(),
            url=reverse("desk:voice", args=[voice.pk]),
            since=voice.entered_at,
        )
        for voice in Voice.objects.waiting()[:limit]
    ]


def _oldest_surveys(_user: Any, limit: int) -> list[Waiting]:
    """Surveys that are closed, whose results nobody has published or put away."""
    return [
        Waiting(
            label=survey.text("title").value,
            detail=_("closed, results not published"),
            url=reverse("desk:survey", args=[survey.slug]),
            since=survey.closes_at,
        )
        for survey in Survey.objects.without_results(timezone.now())[:limit]
    ]


def _types_in_only(user: Any) -> bool:
    return may_type_in_surveys(user) and not may_build_surveys(user)


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
            empty=gettext_lazy("All news is public."),
        )
    )
    register_queue(
        Queue(
            name="events",
            label=gettext_lazy("Events"),
            url_name="desk:events",
            may_see=may_run_events,
            waits=lambda _user: [Event.objects.to_be_closed(timezone.now())],
            oldest=_oldest_events,
            order=55,
            empty=gettext_lazy("Every past event has its summary and the number of people."),
        )
    )
    register_queue(
        Queue(
            name="voices",
            label=gettext_lazy("Voices"),
            url_name="desk:voices",
            may_see=may_note_voices,
            waits=lambda user: [Voice.objects.waiting()] if may_moderate_voices(user) else [],
            oldest=_waiting_voices,
            order=58,
            empty=gettext_lazy("Every voice has been read."),
        )
    )
    register_queue(
        Queue(
            name="surveys",
            label=gettext_lazy("Surveys"),
            url_name="desk:surveys",
            may_see=may_build_surveys,
            waits=lambda _user: [Survey.objects.without_results(timezone.now())],
            oldest=_oldest_surveys,
            order=62,
            empty=gettext_lazy("The results of every closed survey are published or put away."),
        )
    )
    register_queue(
        Queue(
            name="survey_papers",
            label=gettext_lazy("Surveys on paper"),
            url_name="desk:survey_papers",
            may_see=_types_in_only,
            order=63,
            is_work=False,
        )
    )
