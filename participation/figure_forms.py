"""The desk's forms of figures and of the map: they check the shape; the verbs decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.plaintext import PlainTextField
from lublin2030.lib.translations import other_languages
from participation.models import Event, Figure
from participation.services.figures import Counted

WHY_LIMIT = 500
SOURCE_LIMIT = 200


class _NamedChoice(forms.ModelChoiceField[Any]):
    """Records by their name in the reader's language."""

    def __init__(self, *, named_by: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.named_by = named_by

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.text(self.named_by).value)


class CorrectFigureForm(forms.ModelForm[Figure]):
    """What a figure should say, and why. ``revision`` is that of the figure with which the form was opened."""

    part_of = _NamedChoice(
        named_by="activity", queryset=Figure.objects.none(), required=False, label=_("part of the figure")
    )
    event = _NamedChoice(named_by="title", queryset=Event.objects.none(), required=False, label=_("event"))
    why = PlainTextField(
        limit=WHY_LIMIT,
        rows=3,
        label=_("Why it is corrected"),
        help_text=_("For colleagues. It is not public, what stood there is."),
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    class Meta:
        model = Figure
        fields = [
            "events_count", "events_qualifier", "value", "unit", "qualifier", "source", "part_of", "event",
            "event_kind",
        ]  # fmt: skip

        widgets = {name: forms.TextInput(attrs={"inputmode": "numeric"}) for name in ("events_count", "value")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "correct_%s")
        super().__init__(*args, **kwargs)
        figure = self.instance
        for name in ("part_of", "event"):
            self.fields[name].label = capfirst(str(self.fields[name].label))
        self.fields["part_of"].queryset = (  # type: ignore[attr-defined]
            Figure.objects.of_process(figure.process).filter(is_city_estimate=False).exclude(pk=figure.pk)
        )
        self.fields["event"].queryset = Event.objects.filter(process=figure.process)  # type: ignore[attr-defined]
        self.initial["revision"] = figure.revision
        for code in other_languages():
            self.fields[f"source_{code}"] = forms.CharField(
                label=format_lazy("{} – {}", _("Source"), settings.PORTAL_LANGUAGE_NAMES[code]),
                required=False,
                max_length=SOURCE_LIMIT,
                widget=forms.TextInput(attrs={"lang": code}),
            )
            self.initial[f"source_{code}"] = figure.translations.get(code, {}).get("source", "")
        self.order_fields([*self.Meta.fields[:6], *[f"source_{code}" for code in other_languages()]])

    def counted(self) -> Counted:
        """What was typed, for the verb."""
        data = self.cleaned_data
        sources = {code: data[f"source_{code}"] for code in other_languages() if data[f"source_{code}"]}
        return Counted(**{name: data[name] for name in self.Meta.fields}, sources=sources)


class BordersForm(forms.Form):
    """A file of borders and where it comes from."""

    file = forms.FileField(
        label=_("GeoJSON file"),
        help_text=_("Polygons of all districts in degrees (WGS 84). At most 20 MB. The file itself is not kept."),
        widget=forms.FileInput(attrs={"accept": ".geojson,.json,application/geo+json"}),
    )
    source = PlainTextField(
        limit=SOURCE_LIMIT, label=_("Source"), help_text=_("Whose borders these are and of when. Becomes public.")
    )
    named_by = forms.CharField(
        label=_("Property with the districts' names"),
        required=False,
        max_length=80,
        help_text=_("Leave it empty and we look for it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "borders_%s")
        super().__init__(*args, **kwargs)
