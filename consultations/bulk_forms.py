"""What each bulk verb needs to be told, and how a list of remarks is confirmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.desk_forms import JUSTIFICATION_LIMIT, NOTE_LIMIT, DeskForm, NamedChoiceField
from consultations.models import BulkAction, Consultation, Department, Remark, Topic
from consultations.outcomes import offered_outcomes
from consultations.services.bulk import Prepared, may_do
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.plaintext import PlainTextField
from lublin2030.lib.tokens import new_token

Verb = BulkAction.Verb


class VerbForm(DeskForm):
    """The parameters of one verb. ``parameters`` is how they are kept."""

    verb: BulkAction.Verb

    @property
    def label(self) -> str:
        return str(self.verb.label)

    def parameters(self) -> dict[str, Any]:
        return {}

    def in_words(self) -> list[str]:
        """What was chosen, for the confirmation."""
        return []


LATEST_TERM_DAYS = 730  # a term further off is a slip of the pen


class BulkAssignForm(VerbForm):
    verb = Verb.ASSIGN
    action = "assign"
    department = NamedChoiceField(
        named_by="name", label=_("Department"), queryset=Department.objects.all(), empty_label=_("Choose a department")
    )
    due_on = forms.DateField(
        label=_("Answer until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        help_text=_("Empty: the consultation's own term."),
    )

    def clean_due_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["due_on"]
        if day is not None and not 0 <= (day - warsaw_day(timezone.now())).days <= LATEST_TERM_DAYS:
            raise forms.ValidationError(_("Choose a day from today on, within two years."))
        return day

    def parameters(self) -> dict[str, Any]:
        due_on = self.cleaned_data["due_on"]
        return {"department": self.cleaned_data["department"].pk, "due_on": due_on.isoformat() if due_on else ""}

    def in_words(self) -> list[str]:
        return [self.cleaned_data["department"].text("name").value]


class BulkTagForm(VerbForm):
    verb = Verb.TAG
    action = "tag"
    topic = NamedChoiceField(
        named_by="name",
        label=_("Topic"),
        queryset=Topic.objects.none(),
        required=False,
        empty_label=_("without a topic"),
    )

    def parameters(self) -> dict[str, Any]:
        topic = self.cleaned_data["topic"]
        return {"topic": topic.pk if topic else None}

    def in_words(self) -> list[str]:
        topic = self.cleaned_data["topic"]
        return [topic.text("name").value if topic else str(_("without a topic"))]


class BulkDecideForm(VerbForm):
    verb = Verb.DECIDE
    action = "decide"
    outcome = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    justification = PlainTextField(
        limit=JUSTIFICATION_LIMIT,
        rows=6,
        label=_("Justification"),
        help_text=_("Every one of these remarks gets this text. The senders and the public will read it."),
    )

    def parameters(self) -> dict[str, Any]:
        return {"outcome": self.cleaned_data["outcome"], "justification": self.cleaned_data["justification"]}

    def in_words(self) -> list[str]:
        return [str(Remark.Outcome(self.cleaned_data["outcome"]).label), self.cleaned_data["justification"]]


class BulkReviewForm(VerbForm):
    verb = Verb.REVIEW
    action = "review"


class BulkApproveForm(VerbForm):
    verb = Verb.APPROVE
    action = "approve"


class BulkReturnForm(VerbForm):
    verb = Verb.RETURN
    action = "return"
    reason = PlainTextField(
        limit=NOTE_LIMIT, rows=3, label=_("What to change"), help_text=_("The department reads it. It is not public.")
    )

    def parameters(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}

    def in_words(self) -> list[str]:
        return [self.cleaned_data["reason"]]


class BulkPublishForm(VerbForm):
    verb = Verb.PUBLISH
    action = "publish"


_FORMS: tuple[type[VerbForm], ...] = (
    BulkAssignForm, BulkTagForm, BulkDecideForm, BulkReviewForm, BulkApproveForm, BulkReturnForm, BulkPublishForm,
)  # fmt: skip


def verb_forms(user: Any, consultation: Consultation, initial: Mapping[str, Any] | None = None) -> list[VerbForm]:
    """A form for each verb that the person may do, in the order of the work."""
    return [verb_form(kind.verb, consultation, initial=initial) for kind in _FORMS if may_do(user, kind.verb)]


def verb_form(
    verb: str, consultation: Consultation, data: Any = None, initial: Mapping[str, Any] | None = None
) -> VerbForm:
    """The form of one verb with this consultation's choices. KeyError for a word that is no verb."""
    form = {kind.verb.value: kind for kind in _FORMS}[verb](data, initial=initial)
    choose: dict[str, Callable[[Any], None]] = {
        "topic": lambda field: setattr(field, "queryset", consultation.topics.all()),
        "outcome": lambda field: setattr(
            field, "choices", [(offer.outcome.value, offer.outcome.label) for offer in offered_outcomes(consultation)]
        ),
    }
    for name, fill in choose.items():
        if name in form.fields:
            fill(form.fields[name])
    return form


class ConfirmForm(forms.Form):
    """The list that was counted and shown, once. To publish, its number is typed by hand: that cannot be taken back."""

    fingerprint = forms.CharField(max_length=64, widget=forms.HiddenInput)
    form_token = forms.CharField(max_length=64, widget=forms.HiddenInput)
    typed = forms.IntegerField(
        label=_("Type the number of remarks"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Type the number of remarks."), "invalid": _("Type the number of remarks.")},
    )

    def __init__(self, data: Any = None, *, prepared: Prepared, is_typed: bool) -> None:
        super().__init__(
            data, auto_id="confirm_%s", initial={"fingerprint": prepared.fingerprint, "form_token": new_token()}
        )
        self.number = prepared.number
        if not is_typed:
            del self.fields["typed"]

    def clean_typed(self) -> int:
        typed = int(self.cleaned_data["typed"])
        if typed != self.number:
            raise forms.ValidationError(_("This is not the number of remarks. Read it once more above."))
        return typed
