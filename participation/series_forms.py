"""Forms of a series: what its events have in common, and a row for each. They check the input's shape only."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.dates import WARSAW
from lublin2030.lib.moments import HourLeftOut, HourTwice, WarsawDateTimeField, warsaw_moment
from lublin2030.lib.plaintext import PlainTextField
from participation.models import District, Event
from participation.services.series import MOST_IN_SERIES, Common, Meeting
from stages.models import Process, Stage

USUAL_ROWS = 13
TITLE_LIMIT = 120  # of an event's 200; the place stands behind it
SUMMARY_LIMIT = 5000


class _Named(forms.ModelChoiceField[Any]):
    """A choice of records by a field in the reader's language."""

    def __init__(self, field: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.named_by = field

    def label_from_instance(self, obj: Any) -> str:
        name = str(obj.text(self.named_by))
        return f"{obj.roman}. {name}" if isinstance(obj, Stage) else name


class SeriesForm(forms.Form):
    """What all events of the series have in common."""

    form_token = forms.CharField(max_length=64, widget=forms.HiddenInput)
    title = PlainTextField(
        limit=TITLE_LIMIT,
        label=_("Title"),
        help_text=_("The place of each event is put behind it: “Mobile point – Plac Litewski”."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Event.Kind, initial=Event.Kind.MOBILE_POINT)
    process = _Named("name", label=_("Process"), queryset=Process.objects.all(), empty_label=None)
    stage = _Named("short_title", label=_("Stage"), queryset=Stage.objects.none(), required=False)
    summary = PlainTextField(limit=SUMMARY_LIMIT, rows=4, required=False, label=_("What it is about"))
    languages = forms.CharField(
        label=_("Languages"),
        max_length=40,
        initial="pl",
        help_text=_("Codes separated by commas, for example pl,uk."),
    )
    capacity = forms.IntegerField(
        label=_("Places at each event"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=_("Leave empty where anybody can come."),
    )
    takes_registration = forms.BooleanField(label=_("People register"), required=False)
    is_step_free = forms.BooleanField(label=_("Step-free entrance"), required=False)
    has_sign_language = forms.BooleanField(label=_("Interpreted into Polish Sign Language"), required=False)
    is_public = forms.BooleanField(
        label=_("Announce them at once"),
        required=False,
        help_text=_("Otherwise they are drafts that nobody else sees."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].queryset = Stage.objects.select_related("process").order_by("process", "number")  # type: ignore[attr-defined]
        self.fields["process"].initial = Process.objects.main()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        process, stage = values.get("process"), values.get("stage")
        if process and stage and stage.process_id != process.pk:
            self.add_error("stage", _("This stage belongs to another process. Choose one of this process."))
        if values.get("takes_registration") and values.get("kind") in Event.NAMELESS:
            self.add_error("takes_registration", _("Nobody registers for an interview or a focus group."))
        return values

    def common(self) -> Common:
        """What was filled in; of a valid form."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "form_token"}
        return Common(**{**values, "kind": Event.Kind(values["kind"])})


class MeetingForm(forms.Form):
    """One row: a day, the hours if they are known, and the place. A row without a word is no event."""

    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    starts = forms.TimeField(label=_("From"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=_("To"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    address = forms.CharField(label=_("Place and address"), required=False, max_length=200)
    district = forms.ModelChoiceField(label=_("District"), required=False, queryset=District.objects.all())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number = int(str(self.prefix).rpartition("-")[2]) + 1
        for field in self.fields.values():
            # The table's headings are far from the thirteenth row.
            field.widget.attrs["aria-label"] = f"{number}. {field.label}"

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors or not self.has_changed():
            return values
        day, starts, ends = values.get("day"), values.get("starts"), values.get("ends")
        if day is None:
            self.add_error("day", _("Write the day."))
        elif ends is not None and starts is None:
            self.add_error("starts", _("Write when it begins, or clear when it ends."))
        elif starts is not None and ends is not None and ends < starts:
            self.add_error("ends", _("The event ends before it starts. Change one of the two."))
        else:
            values["starts_at"] = self._moment(day, starts, "starts") if starts else self._midnight(day)
            values["ends_at"] = self._moment(day, ends, "ends") if ends else None
        return values

    def _moment(self, day: dt.date, hour: dt.time, field: str) -> dt.datetime | None:
        try:
            return warsaw_moment(day, hour)
        except HourLeftOut:
            self.add_error(field, WarsawDateTimeField.default_error_messages["left_out"])
        except HourTwice:
            self.add_error(field, WarsawDateTimeField.default_error_messages["twice"])
        return None

    @staticmethod
    def _midnight(day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), WARSAW)

    def meeting(self) -> Meeting | None:
        """The event of a valid row; None of an empty one."""
        if not self.has_changed():
            return None
        values = self.cleaned_data
        return Meeting(
            starts_at=values["starts_at"],
            ends_at=values["ends_at"],
            all_day=values["starts"] is None,
            address=values["address"],
            district=values["district"],
        )


Rows = forms.BaseFormSet[MeetingForm]
MeetingForms: type[Rows] = forms.formset_factory(
    MeetingForm, extra=0, max_num=MOST_IN_SERIES, absolute_max=MOST_IN_SERIES, validate_max=True
)
