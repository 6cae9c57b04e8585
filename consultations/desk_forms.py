"""Forms of the desk: they check the input's shape only; what is allowed the verbs decide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.models import Consultation, Department, ImproperReason, Remark
from consultations.outcomes import Offer
from lublin2030.lib.plaintext import PlainTextField
from lublin2030.lib.redacting import Span

JUSTIFICATION_LIMIT = 10_000
NOTE_LIMIT = 2_000
MOST_CHECKED = 50  # a page of a list
MOST_PLACES = 500  # of one remark's texts
PLACE = re.compile(r"(change|wording|reason):([0-9]{1,6})-([0-9]{1,6})")


class NamedChoiceField(forms.ModelChoiceField[Any]):
    """A choice of records by their name in the reader's language."""

    def __init__(self, *, named_by: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.named_by = named_by

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.text(self.named_by).value)


class DeskForm(forms.Form):
    """A form that says by ``action`` which verb it asks for; its fields' ids begin with that word."""

    action = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{self.action}_%s")
        super().__init__(*args, **kwargs)


class ImproperForm(DeskForm):
    """The reason from the consultation's own list, and words of one's own to the sender."""

    action = "improper"
    reason = NamedChoiceField(
        named_by="label", label=_("Reason"), queryset=ImproperReason.objects.none(), empty_label=_("Choose a reason")
    )
    note = PlainTextField(
        limit=NOTE_LIMIT,
        rows=4,
        required=False,
        label=_("Explanation to the sender"),
        help_text=_("The sender reads it in the notice. It is not public."),
    )

    def __init__(self, *args: Any, consultation: Consultation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].queryset = consultation.improper_reasons.all()  # type: ignore[attr-defined]


class ReopenForm(DeskForm):
    action = "reopen"
    reason = PlainTextField(
        limit=NOTE_LIMIT, rows=3, label=_("Why reopen"), help_text=_("Stays in the history, for staff only.")
    )


class RenewForm(DeskForm):
    action = "renew"


class ProperForm(DeskForm):
    action = "proper"


class AssignForm(DeskForm):
    action = "assign"
    department = NamedChoiceField(
        named_by="name",
        label=_("Department"),
        queryset=Department.objects.all(),
        empty_label=_("Choose a department"),
    )


class DecideForm(DeskForm):
    """The decision. ``seen_department`` is the one the page was shown for: after a move the decision is not ours.

    ``seen_revision`` is the text that was read: the sender may have corrected it meanwhile. ``draft_revision`` and
    ``window`` say which words, saved while typing, this window knows.
    """

    action = "decide"
    seen_department = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    draft_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    window = forms.CharField(widget=forms.HiddenInput, required=False)
    outcome = forms.ChoiceField(label=_("Decision"), choices=Remark.Outcome.choices, widget=forms.RadioSelect)
    justification = PlainTextField(
        limit=JUSTIFICATION_LIMIT,
        rows=9,
        label=_("Justification"),
        help_text=_("The sender and every reader of the report will see it."),
    )
    whole_group = forms.BooleanField(required=False)
    seen_others = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, offers: Sequence[Offer] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if offers:
            choices = [(offer.outcome.value, offer.outcome.label) for offer in offers]
            self.fields["outcome"].choices = choices  # type: ignore[attr-defined]


class CorrectForm(DecideForm):
    """Another answer in place of the one that is public; ``seen_answer`` is the revision that it corrects."""

    action = "correct"
    seen_answer = forms.IntegerField(widget=forms.HiddenInput, required=False)
    why = PlainTextField(
        limit=500, rows=2, label=_("Why it is corrected"), help_text=_("The sender and the public read it.")
    )


class NoteForm(DeskForm):
    """A private note; its files come beside it."""

    action = "note"
    text = PlainTextField(
        limit=NOTE_LIMIT,
        rows=3,
        label=_("New note"),
        help_text=_("For colleagues only. Call one by @ and the name: @Anna Nowak. A mail tells them."),
    )


class SeenForm(DeskForm):
    """``revision`` is the answer that was read: another one does not go on by mistake."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class ReviewForm(SeenForm):
    action = "review"


class ApproveForm(SeenForm):
    action = "approve"


class PublishForm(SeenForm):
    action = "publish"


class PublishBatchForm(DeskForm):
    """``digest`` names the answers that were looked at."""

    action = "publish_batch"
    digest = forms.CharField(widget=forms.HiddenInput, max_length=32)
    note = PlainTextField(
        limit=500,
        rows=2,
        required=False,
        label=_("Note"),
        help_text=_("For the list of publications at the desk. It is not public."),
    )


class ReturnForm(DeskForm):
    """``revision`` is the answer that was read: a later one is not thrown away unread."""

    action = "return"
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = PlainTextField(
        limit=NOTE_LIMIT, rows=3, label=_("What to change"), help_text=_("The department reads it. It is not public.")
    )


class ApproveTextForm(DeskForm):
    """``revision`` and ``seen`` are the text and the state that were read."""

    action = "approve_text"
    revision = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.ChoiceField(choices=Remark.TextState.choices, widget=forms.HiddenInput)


class RedactForm(DeskForm):
    """What to take out of a text: places that were proposed, and words in any place; and why.

    ``lengths``: of each text how long it is. A place is ``name:start-end``; cleaned, it is the name and a ``Span``.
    """

    action = "redact"
    revision = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.ChoiceField(choices=Remark.TextState.choices, widget=forms.HiddenInput)
    phrases = PlainTextField(
        limit=NOTE_LIMIT,
        rows=3,
        required=False,
        label=_("Other words to take out"),
        help_text=_("One place a line, as it is written. Every place where the words stand is taken out."),
    )
    grounds = PlainTextField(limit=500, label=_("Reason of the redaction"), help_text=_("The public reads it."))

    def __init__(self, *args: Any, lengths: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lengths = lengths

    def clean_phrases(self) -> list[str]:
        lines = (" ".join(line.split()) for line in self.cleaned_data["phrases"].splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        values = self.data.getlist("places") if hasattr(self.data, "getlist") else []
        data["places"] = [place for place in map(self._place, values[:MOST_PLACES]) if place]
        return data

    def _place(self, value: str) -> tuple[str, Span] | None:
        match = PLACE.fullmatch(value)
        if match is None or match[1] not in self.lengths:
            return None
        span = Span(int(match[2]), int(match[3]))
        return (match[1], span) if span.start < span.end <= self.lengths[match[1]] else None


class CheckedForm(forms.Form):
    """Rows checked on a list: keys of remarks, or ``key-revision`` where a certain decision is meant."""

    checked = forms.TypedMultipleChoiceField(
        coerce=str,
        error_messages={
            "required": _("Check at least one remark on the list."),
            "invalid_choice": _("The list has changed. Check the remarks again."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Any whole numbers: a remark that has left the list meanwhile must reach its verb, to be reported.
        values = self.data.getlist("checked")[:MOST_CHECKED] if hasattr(self.data, "getlist") else []
        good = [
            value for value in values if all(p.isascii() and p.isdigit() and len(p) < 19 for p in value.split("-", 1))
        ]
        self.fields["checked"].choices = [(value, value) for value in good]  # type: ignore[attr-defined]


class AssignCheckedForm(CheckedForm):
    department = NamedChoiceField(
        named_by="name",
        label=_("Department"),
        queryset=Department.objects.all(),
        empty_label=_("Choose a department"),
    )
