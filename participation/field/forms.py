"""Forms of the desk's pages of what came from the field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.dates import WARSAW
from lublin2030.lib.plaintext import PlainTextField
from participation.field.reading import LONGEST_QUESTION, LONGEST_TEXT, channel_of, language_choices
from participation.models import AgeBand, District, Event, FieldItem, FieldPhoto, Theme, Voice
from participation.models.field import LONGEST_REASON


class EventField(forms.ModelChoiceField[Event]):
    """An event that residents see and that was not called off, the latest first."""

    def __init__(self, **kwargs: Any) -> None:
        open_events = Event.objects.public().exclude(state="cancelled").order_by("-starts_at", "-pk")
        super().__init__(queryset=open_events, label=_("Event"), empty_label=_("choose"), **kwargs)

    def label_from_instance(self, obj: models.Model) -> str:
        event: Any = obj
        day = date_format(event.starts_at.astimezone(WARSAW), "SHORT_DATE_FORMAT")
        return f"{day} – {event.text('title').value}"


class EventForm(forms.Form):
    event = EventField()


class ReasonForm(forms.Form):
    why = PlainTextField(limit=LONGEST_REASON, label=_("Why"))


class PhotoForm(forms.Form):
    event = EventField()
    alt = PlainTextField(limit=300, rows=2, label=_("Description for those who cannot see it"))

    @classmethod
    def of(cls, photo: FieldPhoto, data: Any = None) -> PhotoForm:
        """The form of one photograph; its fields are told apart from those of the others on the page."""
        initial = {"event": photo.event_id, "alt": photo.alt}
        return cls(data, initial=initial, auto_id=f"id_%s_{photo.pk}")


class CardForm(forms.Form):
    """A card as it arrived, to be put right."""

    event = EventField()
    question = PlainTextField(limit=LONGEST_QUESTION, required=False, label=_("Question"))
    text = PlainTextField(limit=LONGEST_TEXT, rows=8, label=_("What the person says"))
    wording = forms.ChoiceField(choices=Voice.Wording.choices, widget=forms.RadioSelect, label=_("Whose words"))
    theme = forms.ModelChoiceField(
        queryset=Theme.objects.select_related("process"),
        to_field_name="slug",
        required=False,
        label=_("Theme"),
        empty_label=_("not said"),
    )
    district = forms.ModelChoiceField(
        queryset=District.objects.all(),
        to_field_name="slug",
        required=False,
        label=_("District"),
        empty_label=_("as the event"),
    )
    age_band = forms.ChoiceField(choices=[("", _("not said")), *AgeBand.choices], required=False, label=_("Age"))
    language = forms.ChoiceField(choices=language_choices, label=_("Language of the opinion"))

    @classmethod
    def of(cls, item: FieldItem, data: Any = None) -> CardForm:
        """The form with what the card says, as far as it is something one can choose."""
        return cls(data, initial=item.payload)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        event, theme = values.get("event"), values.get("theme")
        if event and theme and theme.process_id != event.process_id:
            self.add_error("theme", _("This theme belongs to another process than the event. Choose another one."))
        return values

    def words(self) -> dict[str, Any]:
        """What the voice is made of, besides the event and the day."""
        fields = ("question", "text", "theme", "district", "age_band", "language")
        return {name: self.cleaned_data[name] for name in fields} | {
            "wording": Voice.Wording(self.cleaned_data["wording"]),
            "channel": channel_of(self.cleaned_data["event"]),
        }
