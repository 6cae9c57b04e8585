"""Forms for bringing in a draft: they check the shape; the verbs decide, the worker reads."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from consultations.desk_forms import DeskForm
from consultations.import_words import failure_in_words
from consultations.importing import UnreadableDocument
from consultations.importing.packages import MOST_BYTES, told_kind
from consultations.importing.reading import LONGEST_TITLE
from consultations.models import DraftImport
from lublin2030.lib.plaintext import PlainTextField

PASTED_LIMIT = 1_000_000  # characters; more is a file
ALT_LIMIT = 500


class BringInForm(forms.Form):
    """A file, or text that was pasted: one of the two."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("DOCX, ODT or Markdown (.md), at most 50 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.odt,.md,.markdown,.txt"}),
    )
    source = PlainTextField(
        limit=PASTED_LIMIT,
        rows=10,
        required=False,
        label=_("Or paste the text"),
        help_text=_(
            "An empty line parts paragraphs. A line that begins with # or with a number such as 2.1 is a heading."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            # Neither is optional by itself: one of the two is needed.
            self.fields[name].needed_sometimes = True  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile[Any] | None:
        """Told from its content, not from its name; the whole check comes when it is read."""
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file is None:
            return None
        if (file.size or 0) > MOST_BYTES:
            raise ValidationError(failure_in_words("too_large"), code="too_large")
        try:
            self.kind = told_kind(file.read())
        except UnreadableDocument as error:
            raise ValidationError(failure_in_words(error.code), code=error.code) from error
        file.seek(0)
        return file

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        if values.get("file") and values.get("source"):
            self.add_error("source", _("Choose a file or paste the text, not both. Empty one of the two."))
        elif not values.get("file") and not values.get("source"):
            self.add_error("file", _("Choose a file or paste the text."))
        return values

    @property
    def format(self) -> DraftImport.Format:
        """The format that was told."""
        return DraftImport.Format(self.kind) if self.cleaned_data["file"] else DraftImport.Format.TEXT


class RevisionForm(DeskForm):
    """Says which state of the import the person saw."""

    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class ChapterLevelForm(RevisionForm):
    action = "level"
    level = forms.TypedChoiceField(
        label=_("Chapters begin at"),
        coerce=int,
        choices=[
            (0, _("the level that the document suggests")),
            (1, _("headings of level 1")),
            (2, _("headings of levels 1 and 2")),
            (3, _("headings of levels 1 to 3")),
        ],
    )


class ChapterTitleForm(RevisionForm):
    action = "title"
    chapter = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    title = PlainTextField(limit=LONGEST_TITLE, label=_("Title of the chapter"))


class AltTextsForm(RevisionForm):
    """For every picture what it shows, or that it is mere decoration. Empty ones may be saved and filled in later."""

    action = "pictures"

    def __init__(self, *args: Any, pictures: dict[str, dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pictures = pictures
        for number, (sha256, picture) in enumerate(pictures.items(), 1):
            self.fields[f"alt-{sha256}"] = PlainTextField(
                limit=ALT_LIMIT,
                rows=2,
                required=False,
                label=_("What picture %(number)d shows") % {"number": number},
                initial=picture["alt"],
            )
            self.fields[f"alt-{sha256}"].needed_sometimes = True  # type: ignore[attr-defined]
            self.fields[f"decorative-{sha256}"] = forms.BooleanField(
                label=_("Mere decoration: it says nothing that the text does not say"),
                required=False,
                initial=picture["decorative"],
            )

    def rows(self) -> list[dict[str, Any]]:
        """Each picture with its two fields."""
        return [
            {
                "sha256": sha256,
                "picture": picture,
                "alt": self[f"alt-{sha256}"],
                "decorative": self[f"decorative-{sha256}"],
                "is_open": not picture["decorative"] and not picture["alt"],
            }
            for sha256, picture in self.pictures.items()
        ]

    @property
    def texts(self) -> dict[str, tuple[str, bool]]:
        """What was said of each picture, by its digest."""
        values = self.cleaned_data
        return {sha: (values[f"alt-{sha}"], values[f"decorative-{sha}"]) for sha in self.pictures}
