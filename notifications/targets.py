"""What can be followed, and what pages and mails say of each kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models import Consultation
from lublin2030.lib.dates import start_of_day
from lublin2030.lib.translations import ORIGINAL, Text
from notifications.models import Frequency
from participation.models import District, Event, Theme
from stages.models import Process, Stage

KEPT_AFTER_END = dt.timedelta(days=60)  # the report is due within 30 days (domain.md §2)


@dataclass(frozen=True, kw_only=True)
class Target:
    """One kind of thing to follow: its name in ``TARGETS`` and in addresses, who may see it, and its words."""

    field: str
    word: str
    public: Callable[[dt.datetime], models.QuerySet[Any]]
    frequency: Frequency
    kind: str | Promise
    invitation: str | Promise
    told: str | Promise


_ALL = (
    Target(
        field="event",
        word="wydarzenie",
        public=lambda now: Event.objects.public(),
        frequency=Frequency.AT_ONCE,
        kind=pgettext_lazy("what is followed", "event"),
        invitation=_("Follow this event"),
        told=_("We write when its day or hour changes, when it is cancelled, and when you can read how it went."),
    ),
    Target(
        field="consultation",
        word="konsultacje",
        public=lambda now: Consultation.objects.public(now),
        frequency=Frequency.AT_ONCE,
        kind=pgettext_lazy("what is followed", "consultation"),
        invitation=_("Follow this consultation"),
        told=_(
            "We write when the consultation opens, three days before it closes and when it has closed; when there is "
            "a new version of the draft, when answers to remarks are published, and when the report is there."
        ),
    ),
    Target(
        field="theme",
        word="temat",
        public=lambda now: Theme.objects.all(),
        frequency=Frequency.WEEKLY,
        kind=pgettext_lazy("what is followed", "theme"),
        invitation=_("Follow this theme"),
        told=_("We write when new voices of residents on this theme are published."),
    ),
    Target(
        field="district",
        word="dzielnica",
        public=lambda now: District.objects.all(),
        frequency=Frequency.WEEKLY,
        kind=pgettext_lazy("what is followed", "district"),
        invitation=_("Follow this district"),
        told=_("We write about events in this district: new ones, changed days, cancellations, and how they went."),
    ),
    Target(
        field="stage",
        word="etap",
        public=lambda now: Stage.objects.select_related("process"),
        frequency=Frequency.WEEKLY,
        kind=pgettext_lazy("what is followed", "stage"),
        invitation=_("Follow this stage"),
        told=_("We write about the news, events, consultations and results of this stage."),
    ),
    Target(
        field="process",
        word="proces",
        public=lambda now: Process.objects.all(),
        frequency=Frequency.WEEKLY,
        kind=pgettext_lazy("what is followed", "process"),
        invitation=_("Follow the whole process"),
        told=_("We write about everything new: news, events, consultations, stages and their results."),
    ),
)  # fmt: skip

BY_FIELD = {target.field: target for target in _ALL}
BY_WORD = {target.word: target for target in _ALL}
_FIELD_OF: dict[type[models.Model], str] = {
    Event: "event",
    Consultation: "consultation",
    Theme: "theme",
    District: "district",
    Stage: "stage",
    Process: "process",
}


def target_of(record: models.Model) -> Target:
    """The kind of a thing that can be followed."""
    return BY_FIELD[_FIELD_OF[type(record)]]


def follow_url(record: Any) -> str:
    """The address of the form of following."""
    if isinstance(record, Consultation):
        return reverse("notifications:follow", args=[record.slug])
    return reverse("notifications:follow_target", args=[target_of(record).word, record.pk])


def name_of(record: Any) -> Text:
    """The thing's name in the reader's language, or in the one it has."""
    if isinstance(record, District):
        return Text(record.name, ORIGINAL)
    if isinstance(record, Stage):
        title = record.text("title")
        return Text(f"{record.roman}. {title}", title.language)
    text: Text = record.text("title" if isinstance(record, (Event, Consultation)) else "name")
    return text


def url_of(record: Any) -> str:
    """The page of the thing; of one without a page, the page that shows it best."""
    if hasattr(record, "get_absolute_url"):
        return str(record.get_absolute_url())
    if isinstance(record, District):
        return f"{reverse('participation:events')}?dzielnica={record.slug}"
    return str(record.process.get_absolute_url())


def is_over(record: Any, now: dt.datetime) -> bool:
    """Whether nothing is told of a thing any more: it ended long ago, or of an event everything is said."""
    if isinstance(record, Consultation):
        return record.closes_at < now - KEPT_AFTER_END
    if isinstance(record, Event):
        return record.is_past(now) if record.after_summary else record.is_past(start_of_day(now - KEPT_AFTER_END))
    return False
