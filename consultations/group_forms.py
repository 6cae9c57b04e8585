"""Forms of the desk's pages of groups, contradictions and topics: they check the input's shape only."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consultations.desk_forms import MOST_CHECKED, CheckedForm, DeskForm
from consultations.models import Consultation, Remark, Topic
from consultations.models.remarks import POSITION_STEP
from lublin2030.lib.plaintext import PlainTextField

WHY_LIMIT = 500
NUMBER = re.compile(r"\s*([0-9]{1,9})\.([0-9]{1,3})(?:/[0-9]{4})?\s*")


def read_position(number: str) -> int | None:
    """The position in the register that a number like ``12.3`` or ``12.3/2026`` names; None if it is no number."""
    match = NUMBER.fullmatch(number)
    return int(match[1]) * POSITION_STEP + int(match[2]) if match else None


class RemarkNumberField(forms.CharField):
    """The number of a remark of one consultation; cleaned, it is the remark."""

    consultation: Consultation

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        position = read_position(text)
        found = Remark.objects.filter(consultation=self.consultation, position=position).first() if position else None
        if found is None:
            raise ValidationError(_("There is no remark with this number in this consultation."))
        found.consultation = self.consultation
        return found


class ConfirmForm(DeskForm):
    """Who of the shown remarks belongs. ``last`` is the newest proposal the page knew of: later ones wait.

    Remarks on other pages of a long list join too; those unchecked here do not.
    """

    action = "confirm"
    last = forms.IntegerField(widget=forms.HiddenInput)
    label = PlainTextField(
        limit=200, required=False, label=_("Name of the group"), help_text=_("For staff only, to find it again.")
    )

    def keys(self, name: str) -> set[int]:
        """The keys of remarks under that name: those ``shown`` on the page, those ``checked``."""
        values = self.data.getlist(name)[:MOST_CHECKED] if hasattr(self.data, "getlist") else []
        return {int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19}


class DismissGroupForm(DeskForm):
    action = "dismiss"
    why = PlainTextField(
        limit=WHY_LIMIT, rows=2, required=False, label=_("Why"), help_text=_("Stays in the history, for staff only.")
    )


class MemberForm(DeskForm):
    """One remark of the group, by its key."""

    remark = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**18)


class LeaveForm(MemberForm):
    action = "leave"
    why = PlainTextField(
        limit=WHY_LIMIT, label=_("Why it leaves"), help_text=_("Stays in the history, for staff only.")
    )


class KeepForm(MemberForm):
    action = "keep"
    revision = forms.IntegerField(widget=forms.HiddenInput)


class AddForm(DeskForm):
    action = "add"
    number = RemarkNumberField(label=_("Number of the remark"), help_text=_("Like 12.3."))

    def __init__(self, *args: Any, consultation: Consultation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].consultation = consultation  # type: ignore[attr-defined]


class FlagForm(DeskForm):
    action = "flag"
    number = RemarkNumberField(label=_("Number of the other remark"), help_text=_("On the same passage. Like 12.3."))
    note = PlainTextField(
        limit=WHY_LIMIT,
        rows=2,
        required=False,
        label=_("What contradicts"),
        help_text=_("Stays in the history, for staff only."),
    )

    def __init__(self, *args: Any, consultation: Consultation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].consultation = consultation  # type: ignore[attr-defined]


class DismissContradictionForm(DeskForm):
    action = "dismiss"
    contradiction = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**18)
    why = PlainTextField(limit=WHY_LIMIT, label=_("Why"), help_text=_("Stays in the history, for staff only."))


class SetTopicForm(DeskForm):
    """``seen`` is the topic the remark had when the page was shown."""

    action = "set_topic"
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    topic = forms.ModelChoiceField(queryset=Topic.objects.none(), required=False)

    def __init__(self, *args: Any, consultation: Consultation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].queryset = consultation.topics.all()  # type: ignore[attr-defined]


class SuggestionsForm(CheckedForm):
    """The checked suggestions (``remark-topic``) are accepted or refused."""

    action = forms.ChoiceField(choices=[("accept", ""), ("refuse", "")])
