"""A happening in words: read from the records when it is told, so nothing outdated is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.models import DraftVersion, PublicationBatch
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.numbers import grouped
from lublin2030.lib.portal_links import absolute
from lublin2030.lib.translations import Text
from notifications.models import Happening
from notifications.targets import name_of, url_of
from participation.models import Event
from stages.models import News, Result, Stage

Kind = Happening.Kind


@dataclass(frozen=True, kw_only=True)
class Told:
    """One happening as a mail says it: what kind of news, of what, some more of it, and where to read it."""

    label: str
    title: Text
    detail: str
    url: str
    is_demonstration: bool


class Words:
    """Says happenings in the active language. Reads what they name together: five queries, however many they are."""

    def __init__(self, happenings: Iterable[Happening], now: dt.datetime) -> None:
        self.now = now
        self.happenings = list(happenings)
        self._news = News.objects.published(now).in_bulk(self._named("news"))
        self._results = Result.objects.in_bulk(self._named("result"))
        versions = DraftVersion.objects.published(now).select_related("draft")
        self._versions = versions.in_bulk(self._named("version"))
        self._batches = PublicationBatch.objects.in_bulk(self._named("batch"))

    def _named(self, what: str) -> list[int]:
        return [one.context[what] for one in self.happenings if what in one.context]

    def told(self, happening: Happening) -> Told | None:
        """The happening in words; None when it is no longer so, or no news any more."""
        kind = Kind(happening.kind)
        if kind == Kind.NEWS:
            return self._of_news(happening)
        if kind == Kind.VOICES:
            return self._of_voices(happening)
        if happening.consultation_id is not None:
            return self._of_consultation(happening, kind)
        if happening.event_id is not None:
            return self._of_event(happening, kind)
        return self._of_stage(happening, kind)

    @staticmethod
    def _say(happening: Happening, label: str, title: Text, detail: str, path: str) -> Told:
        return Told(
            label=label,
            title=title,
            detail=detail,
            url=absolute(path),
            is_demonstration=happening.is_demonstration,
        )

    def _of_news(self, happening: Happening) -> Told | None:
        item = self._news.get(happening.context["news"])
        if item is None:
            return None
        return self._say(happening, _("News"), item.text("title"), "", item.get_absolute_url())

    def _of_voices(self, happening: Happening) -> Told | None:
        theme = happening.theme
        if theme is None:
            return None
        count = happening.context["count"]
        detail = ngettext("%(count)s new voice of a resident.", "%(count)s new voices of residents.", count)
        words = detail % {"count": grouped(count)}
        return self._say(happening, _("Voices"), name_of(theme), words, url_of(theme))

    def _of_event(self, happening: Happening, kind: Happening.Kind) -> Told | None:
        event = happening.event
        assert event is not None  # noqa: S101  whoever calls has asked
        label = _event_label(kind)
        if not event.is_public:
            return None
        if kind == Kind.EVENT_SUMMARISED:
            detail = "" if event.after_summary else None
        elif event.is_past(self.now):
            detail = None
        elif kind == Kind.EVENT_CANCELLED:
            is_so = event.state == Event.State.CANCELLED
            detail = _("It was to take place: %(when)s.") % {"when": _when(event)} if is_so else None
        else:
            # Moved again: the later happening tells the day that holds.
            is_so = event.starts_at == dt.datetime.fromisoformat(happening.context["starts_at"])
            is_so = is_so or kind != Kind.EVENT_MOVED
            is_planned = event.state == Event.State.PLANNED
            detail = _("When: %(when)s.") % {"when": _when(event)} if is_so and is_planned else None
        if detail is None:
            return None
        return self._say(happening, label, event.text("title"), detail, event.get_absolute_url())

    def _of_stage(self, happening: Happening, kind: Happening.Kind) -> Told | None:
        stage = happening.stage
        if stage is None:
            return None
        path = stage.get_absolute_url()
        if kind == Kind.STAGE_RESULT:
            result = self._results.get(happening.context["result"])
            if result is None:
                return None
            detail = _("Stage %(numeral)s.") % {"numeral": stage.roman}
            return self._say(happening, _("Result of a stage"), result.text("title"), detail, path)
        state = stage.state_on(warsaw_day(self.now))
        if kind == Kind.STAGE_BEGUN and state == Stage.State.CURRENT:
            return self._say(happening, _("A stage begins"), name_of(stage), "", path)
        if kind == Kind.STAGE_ENDED and state == Stage.State.DONE:
            return self._say(happening, _("A stage has ended"), name_of(stage), "", path)
        return None

    def _of_consultation(self, happening: Happening, kind: Happening.Kind) -> Told | None:
        consultation = happening.consultation
        assert consultation is not None  # noqa: S101  whoever calls has asked
        if consultation.published_at is None or consultation.published_at > self.now:
            return None
        path = consultation.get_absolute_url()
        title = consultation.text("title")
        day = {"day": date_format(consultation.last_day, "DATE_FORMAT")}
        is_open = consultation.is_open(self.now)
        told: tuple[str, str, str] | None = None
        if kind == Kind.CONSULTATION_OPENS:
            told = (_("A consultation is open"), _("Remarks until %(day)s.") % day, path) if is_open else None
        elif kind == Kind.CONSULTATION_CLOSES:
            told = (_("A consultation closes soon"), _("Remarks until %(day)s.") % day, path) if is_open else None
        elif kind == Kind.CONSULTATION_CLOSED:
            report = {"day": date_format(consultation.report_due_on, "DATE_FORMAT")}
            detail = _("We publish the report by %(day)s.") % report
            told = (_("A consultation has closed"), detail, path) if consultation.closes_at <= self.now else None
        elif kind == Kind.DRAFT_VERSION:
            version = self._versions.get(happening.context["version"])
            if version is not None:
                label = version.text("label").value or _("Version %(number)s") % {"number": version.number}
                draft = reverse("consultations:draft", args=[consultation.slug])
                told = (_("A new version of the draft"), label, draft)
        elif kind == Kind.ANSWERS:
            batch = self._batches.get(happening.context["batch"])
            if batch is not None and consultation.shows_remarks(self.now):
                count = ngettext("%(count)s answer.", "%(count)s answers.", batch.answers)
                detail = count % {"count": grouped(batch.answers)}
                told = (_("Answers to remarks"), detail, reverse("consultations:register", args=[consultation.slug]))
        else:
            is_first = kind == Kind.REPORT
            label = _("The report on a consultation") if is_first else _("A corrected report on a consultation")
            detail = _("Report no. %(number)s.") % {"number": happening.context["number"]}
            told = (label, detail, reverse("latest_report", args=[consultation.slug]))
        return None if told is None else self._say(happening, told[0], title, told[1], told[2])


def _event_label(kind: Happening.Kind) -> str:
    return {
        Kind.EVENT_ANNOUNCED: _("A new event"),
        Kind.EVENT_MOVED: _("An event has another time"),
        Kind.EVENT_CANCELLED: _("An event is cancelled"),
        Kind.EVENT_RESTORED: _("An event takes place after all"),
        Kind.EVENT_SUMMARISED: _("How an event went"),
    }[kind]


def _when(event: Event) -> str:
    wanted = "DATE_FORMAT" if event.all_day else "DATETIME_FORMAT"
    when: Any = timezone.localtime(event.starts_at)
    return date_format(when, wanted)
