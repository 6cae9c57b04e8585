"""The pages on which voices are noted down: where they come from, said once, and what each person said."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.languages import language_name
from lublin2030.lib.plaintext import PlainTextField, ShortTextField
from lublin2030.lib.typed_dates import read_day
from participation.models import AgeBand, Direction, District, Event, Theme, Voice
from participation.services.voices import LANGUAGES, QUESTION_LIMIT, TEXT_LIMIT, NewVoice, channel_of, may_be_of
from stages.models import Process

MOST_EVENTS = 300  # to choose from, the latest first
WHY_LIMIT = 300


@dataclass(frozen=True)
class Origin:
    """Where voices come from: what they have in common."""

    process: Process
    event: Event | None
    channel: Voice.Channel
    spoken_on: dt.date
    question: str
    language: str


class EventChoiceField(forms.ModelChoiceField[Event]):
    """An event by its day and its title."""

    def label_from_instance(self, event: Any) -> str:
        return f"{warsaw_day(event.starts_at):%d.%m.%Y} – {event.text('title')}"


class OriginForm(forms.Form):
    """The event, or another way on a day; the question that was asked; the language."""

    event = EventChoiceField(
        label=gettext_lazy("Event"),
        queryset=Event.objects.none(),
        required=False,
        empty_label=pgettext_lazy("event", "none of them"),
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("How it was heard"),
        help_text=gettext_lazy("Only without an event: an event says it by itself."),
        choices=[("", pgettext_lazy("channel", "as the event")), *Voice.Channel.choices],
        required=False,
    )
    day = forms.CharField(
        label=gettext_lazy("Day"),
        help_text=gettext_lazy("Like 01.12.2021. Left empty: the day of the event."),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    question = ShortTextField(label=gettext_lazy("Question that was asked"), limit=QUESTION_LIMIT, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), initial="pl")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        begun = Event.objects.filter(starts_at__lte=timezone.now()).exclude(state=Event.State.CANCELLED)
        latest = begun.order_by("-starts_at", "-pk").values("pk")[:MOST_EVENTS]
        event: Any = self.fields["event"]
        event.queryset = (
            begun.filter(pk__in=list(latest.values_list("pk", flat=True)))
            .select_related("process", "district")
            .order_by("-starts_at", "-pk")
        )
        self.fields["language"].choices = [(code, language_name(code)) for code in LANGUAGES]  # type: ignore[attr-defined]
        for name in ("event", "channel", "day"):
            self.fields[name].needed_sometimes = True  # type: ignore[attr-defined]

    def clean_day(self) -> dt.date | None:
        text = self.cleaned_data["day"].strip()
        if not text:
            return None
        today = warsaw_day(timezone.now())
        day = read_day(text, today=today)
        if day is None:
            raise forms.ValidationError(_("Write the day like this: 01.12.2021."))
        if day > today:
            raise forms.ValidationError(_("This day is still to come. Check the date."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        event = data.get("event")
        if event is not None and not may_be_of(event, timezone.now()):
            self.add_error("event", _("This event has not begun yet, or was cancelled."))
        if event is None and "event" not in self.errors:
            if not data.get("channel"):
                self.add_error("channel", _("Choose the event, or how the voice was heard."))
            if not data.get("day") and "day" not in self.errors:
                self.add_error("day", _("Without an event write the day."))
            if Process.objects.main() is None:
                self.add_error("event", _("Choose the event: the portal has no main process."))
        return data

    def origin(self) -> Origin:
        """Only for a valid form."""
        data, event = self.cleaned_data, self.cleaned_data["event"]
        process = event.process if event else Process.objects.main()
        assert process is not None  # noqa: S101  the form is valid
        return Origin(
            process=process,
            event=event,
            channel=channel_of(event) if event else Voice.Channel(data["channel"]),
            spoken_on=data["day"] or warsaw_day(event.starts_at),
            question=data["question"],
            language=data["language"],
        )


@dataclass(frozen=True)
class Choices:
    """Themes and districts, read once for all the rows of a page."""

    themes: Mapping[str, Theme]
    districts: Mapping[str, District]

    @classmethod
    def read(cls) -> Choices:
        """Two queries."""
        return cls(
            {str(one.pk): one for one in Theme.objects.select_related("process")},
            {str(one.pk): one for one in District.objects.all()},
        )


class VoiceForm(forms.Form):
    """What one person said. Left without a text it is no voice."""

    capture = forms.UUIDField(widget=forms.HiddenInput)
    text = PlainTextField(
        label=gettext_lazy("What the person said"),
        help_text=gettext_lazy("No names, addresses or phone numbers: everybody may read it once it is published."),
        limit=TEXT_LIMIT,
        rows=5,
        error_messages={"required": gettext_lazy("Write what the person said.")},
    )
    wording = forms.ChoiceField(
        label=gettext_lazy("Whose words"), choices=Voice.Wording.choices, initial=Voice.Wording.TRANSCRIPT
    )
    theme = forms.ChoiceField(label=gettext_lazy("Theme"), required=False)
    district = forms.ChoiceField(label=gettext_lazy("District"), required=False)
    age_band = forms.ChoiceField(label=gettext_lazy("Age"), required=False)

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        kwargs["initial"] = {"capture": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.choices = choices
        names = [(key, one.text("name").value) for key, one in choices.themes.items()]
        self.fields["theme"].choices = [("", pgettext_lazy("theme", "none chosen")), *names]  # type: ignore[attr-defined]
        districts = [(key, one.name) for key, one in choices.districts.items()]
        self.fields["district"].choices = [("", pgettext_lazy("district of a voice", "as the event")), *districts]  # type: ignore[attr-defined]
        self.fields["age_band"].choices = [("", pgettext_lazy("age", "not known")), *AgeBand.choices]  # type: ignore[attr-defined]
        for name in ("theme", "district", "age_band"):
            self.fields[name].needed_sometimes = True  # type: ignore[attr-defined]

    @property
    def is_blank(self) -> bool:
        """Whether no text was typed."""
        return not str(self["text"].value() or "").strip()

    def settle(self, origin: Origin) -> None:
        """Refuse a theme of another process than the voice's. Only after ``is_valid``."""
        theme = self.choices.themes.get(self.cleaned_data.get("theme", ""))
        if theme is not None and theme.process_id != origin.process.pk:
            self.add_error("theme", _("This theme belongs to another process. Choose another one."))

    def voice(self, origin: Origin) -> NewVoice:
        """The voice as typed. Only for a valid form."""
        data = self.cleaned_data
        return NewVoice(
            text=data["text"],
            process=origin.process,
            event=origin.event,
            channel=origin.channel,
            wording=Voice.Wording(data["wording"]),
            spoken_on=origin.spoken_on,
            question=origin.question,
            theme=self.choices.themes.get(data["theme"]),
            district=self.choices.districts.get(data["district"]),
            age_band=data["age_band"],
            language=origin.language,
            capture_id=data["capture"],
        )


class RowForm(VoiceForm):
    """One row of the grid: short fields, no hints."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A row without a text is left out.
        self.fields["text"] = ShortTextField(label=self.fields["text"].label, limit=TEXT_LIMIT, rows=1, required=False)


class PublishAsForm(forms.Form):
    """Another text for the public, and why."""

    action = "publish_as"
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    text = PlainTextField(label=gettext_lazy("How the public will read it"), limit=TEXT_LIMIT, rows=5)
    why = ShortTextField(
        label=gettext_lazy("Why the text is changed"),
        help_text=gettext_lazy("The public reads this too."),
        limit=WHY_LIMIT,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].needed_sometimes = True  # type: ignore[attr-defined]


class HideForm(forms.Form):
    """Why a voice is not published."""

    action = "hide"
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    hide_why = ShortTextField(
        label=gettext_lazy("Why it is not published"),
        help_text=gettext_lazy("Staff alone read this. Do not repeat personal data."),
        limit=WHY_LIMIT,
        error_messages={"required": gettext_lazy("Write the reason.")},
    )


class DirectionsForm(forms.Form):
    """Which directions of development the voice speaks for."""

    action = "directions"
    directions = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Directions of development"),
        queryset=Direction.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, voice: Voice, **kwargs: Any) -> None:
        chosen = voice.directions.values_list("pk", flat=True)
        kwargs["initial"] = {"directions": list(chosen)}
        super().__init__(*args, **kwargs)
        field: Any = self.fields["directions"]
        field.queryset = Direction.objects.filter(process=voice.process_id).order_by("position", "pk")
        field.label_from_instance = lambda direction: direction.text("title").value


class TableForm(forms.Form):
    """The table to bring in."""

    file = forms.FileField(
        label=gettext_lazy("Table"),
        help_text=gettext_lazy("XLSX or CSV, at most 20 MB and 10 000 rows. The check enters nothing."),
        error_messages={
            "required": gettext_lazy("Choose the file with the table."),
            "empty": gettext_lazy("This file is empty. Choose another one."),
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )
