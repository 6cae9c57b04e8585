"""The form of following. It checks the address's shape only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import Frequency


class FrequencyForm(forms.Form):
    """How often a follower hears."""

    frequency = forms.ChoiceField(
        label=_("How often do we write?"),
        choices=Frequency.choices,
        widget=forms.RadioSelect,
        help_text=_("Choose “at once” if you must not miss a term: a digest can come after it."),
        error_messages={
            "required": _("Choose how often we write."),
            "invalid_choice": _("Choose how often we write."),
        },
    )


class FollowForm(FrequencyForm):
    """An e-mail address, how often to write, and a field that only machines see and fill."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("This is not an e-mail address. Write it like name@example.org."),
            "max_length": _("This address is too long. An e-mail address has at most %(limit_value)d characters."),
        },
    )
    website = forms.CharField(
        required=False,
        label=_("Leave this field empty"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who does not choose hears as often as is usual for what is followed.
        self.fields["frequency"].required = False
        self.order_fields(["email", "frequency", "website"])
        # The browser would cut a pasted address without a word.
        self.fields["email"].widget.attrs.pop("maxlength", None)

    @property
    def is_from_a_machine(self) -> bool:
        """Whether the field that people do not see was filled."""
        return bool(self.cleaned_data.get("website"))
