"""Forms of registration and of the desk's verbs on events: they check the input's shape only."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.dates import WARSAW
from lublin2030.lib.moments import WarsawDateTimeField
from lublin2030.lib.phones import NotAPhoneNumber, normalise_phone
from lublin2030.lib.plaintext import EmailTextField, PlainTextField
from lublin2030.lib.translations import current_language
from participation.models import Attendance, District, Event
from participation.occasions import Occasion
from participation.services.events import NewOccasion
from participation.services.registrations import Registrant

NEEDS_LIMIT = 500
WHY_LIMIT = 300


class PhoneField(PlainTextField):
    """A telephone number of any country, kept as machines dial it."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        try:
            return normalise_phone(typed)
        except NotAPhoneNumber as error:
            raise ValidationError(
                _("We cannot read this number. Write all its digits, of a foreign number with its country: +380 …"),
                code="phone",
            ) from error


def _name_field() -> PlainTextField:
    return PlainTextField(
        limit=150,
        label=_("Name and surname"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your name and surname.")},
    )


def _needs_field() -> PlainTextField:
    return PlainTextField(
        limit=NEEDS_LIMIT,
        rows=3,
        required=False,
        label=_("What do you need to take part?"),
        help_text=_(
            "For example sign language, room for a wheelchair, an induction loop. Write only what the organisers have "
            "to know."
        ),
    )


class _RegistrationForm(forms.Form):
    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not event.asks_needs:
            del self.fields["needs"]

    def registrant(self) -> Registrant:
        """Who registers; of a valid form."""
        return Registrant(**self.cleaned_data)


class RegistrationForm(_RegistrationForm):
    """A resident registers. Nothing but the name and an address for the link has to be told."""

    name = _name_field()
    email = EmailTextField(
        limit=254,
        label=_("E-mail address"),
        help_text=_("We send a link to it by which you confirm, and cancel if you cannot come."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={"required": _("Write your e-mail address.")},
    )
    phone = PhoneField(
        limit=40,
        required=False,
        label=_("Telephone"),
        help_text=_("For the case that something changes at the last moment."),
    )
    needs = _needs_field()
    language = forms.ChoiceField(label=_("Language of our mails"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"language": current_language()})
        super().__init__(*args, event=event, **kwargs)


class AddForm(_RegistrationForm):
    """Staff register somebody who rings up or comes by."""

    name = _name_field()
    email = EmailTextField(limit=254, required=False, label=_("E-mail address"))
    phone = PhoneField(limit=40, required=False, label=_("Telephone"))
    needs = _needs_field()

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="add_%s", **kwargs)


class CapacityForm(forms.Form):
    """The number of places; empty for no limit."""

    capacity = forms.IntegerField(
        label=_("Places"), required=False, min_value=0, max_value=100_000, help_text=_("Leave empty for no limit.")
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="places_%s", **kwargs)


class AttendanceForm(forms.Form):
    """How many people came, and how that is known."""

    count = forms.IntegerField(label=_("People"), min_value=0, max_value=1_000_000)
    method = forms.ChoiceField(label=_("How it is known"), choices=Attendance.Method.choices)
    note = PlainTextField(limit=300, required=False, label=_("Note"))
    corrects = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="came_%s", **kwargs)


class CancelEventForm(forms.Form):
    """Why the event is cancelled."""

    why = PlainTextField(
        limit=WHY_LIMIT, rows=3, label=_("Why"), help_text=_("It stands on the event's page and in the mails.")
    )


class RescheduleForm(forms.Form):
    """The event's new time and place, and why. ``read`` is the occasion that the form was opened with."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    starts = forms.TimeField(label=_("Starts"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Only of an event over several days."),
    )
    ends = forms.TimeField(
        label=_("Ends"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    address = PlainTextField(limit=200, required=False, label=_("Place and address"))
    district = forms.ModelChoiceField(
        label=_("District"), queryset=District.objects.all(), required=False, empty_label=_("none")
    )
    is_online = forms.BooleanField(label=_("Online"), required=False)
    online_url = forms.URLField(label=_("Link to the online meeting"), required=False, assume_scheme="https")
    why = PlainTextField(
        limit=WHY_LIMIT, rows=3, label=_("Why"), help_text=_("It stands on the event's page and in the mails.")
    )
    read = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, event: Event) -> None:
        starts, ends = localtime(event.starts_at, WARSAW), event.ends_at and localtime(event.ends_at, WARSAW)
        initial = {
            "day": starts.date(),
            "starts": None if event.all_day else starts.time(),
            "last_day": ends.date() if ends and event.is_over_days else None,
            "ends": ends.time() if ends and not event.all_day else None,
            "address": event.address,
            "district": event.district,
            "is_online": event.is_online,
            "online_url": event.online_url,
            "read": Occasion.of(event).fingerprint,
        }
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["starts_at"] = self._moment("starts", data.get("day"), data.get("starts"))
        data["ends_at"] = self._moment("ends", data.get("last_day") or data.get("day"), data.get("ends"))
        if data.get("last_day") and not data.get("ends") and "ends" not in self.errors:
            self.add_error("ends", _("Write the hour at which the event ends on its last day."))
        if data.get("online_url") and not data.get("is_online"):
            self.add_error("online_url", _("Only an online event has a link. Mark it as online or clear this."))
        return data

    def _moment(self, name: str, day: dt.date | None, hour: dt.time | None) -> dt.datetime | None:
        """The moment; of an hour that does not exist or comes twice, the sentence beside its field."""
        if day is None or hour is None:
            return None
        try:
            return WarsawDateTimeField().compress([day, hour])
        except ValidationError as error:
            self.add_error(name, error)
            return None

    def occasion(self) -> NewOccasion:
        """What ``reschedule_event`` is called with; of a valid form."""
        data = self.cleaned_data
        return NewOccasion(
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            address=data["address"],
            district=data["district"],
            is_online=data["is_online"],
            online_url=data["online_url"],
        )
