"""Forms of the desk's pages of reports: they check the shape; the verbs decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.desk_forms import DeskForm
from lublin2030.lib.plaintext import PlainTextField
from summaries.models import ReportText, SigningOffice

TEXT_LIMIT = 50_000
WHY_LIMIT = 2_000


class TextsForm(DeskForm):
    """What staff write in the report. ``revision`` is that of the texts that were read."""

    action = "texts"
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    information = PlainTextField(
        limit=TEXT_LIMIT,
        rows=8,
        required=False,
        label=_("Information actions"),
        help_text=_("How residents were told: announcements, invitations, media. Markdown. Becomes public."),
    )
    summary = PlainTextField(
        limit=TEXT_LIMIT,
        rows=12,
        required=False,
        label=_("Conclusions"),
        help_text=_("What follows from the consultation. Markdown. Becomes public."),
    )
    annexes = PlainTextField(
        limit=TEXT_LIMIT,
        rows=5,
        required=False,
        label=_("Annexes"),
        help_text=_("A list of what belongs to the report. Markdown. Becomes public."),
    )

    @classmethod
    def of(cls, texts: ReportText) -> TextsForm:
        names = ("revision", "information", "summary", "annexes")
        return cls(initial={name: getattr(texts, name) for name in names})


class FreezeForm(DeskForm):
    """Who signs; of a correction also what it changes."""

    action = "freeze"
    office = forms.ModelChoiceField(
        queryset=SigningOffice.objects.all(), label=_("Signing office"), empty_label=_("Choose an office")
    )
    what_changed = PlainTextField(
        limit=TEXT_LIMIT,
        rows=6,
        label=_("What this report changes"),
        help_text=_("Stands first in the new report. Markdown. Becomes public."),
    )

    def __init__(self, *args: Any, is_correction: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_correction:
            del self.fields["what_changed"]
        offices = list(SigningOffice.objects.all()[:2])
        if len(offices) == 1:
            self.fields["office"].initial = offices[0]


class WithholdForm(DeskForm):
    """Why a report is taken off the web."""

    action = "withhold"
    why = PlainTextField(
        limit=WHY_LIMIT,
        rows=4,
        label=_("Why the report is withheld"),
        help_text=_(
            "Everybody reads this at the report's address. Write no personal data and do not repeat what was taken out."
        ),
    )
