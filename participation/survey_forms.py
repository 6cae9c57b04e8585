"""Forms of the desk for surveys: they check the input's shape only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lublin2030.lib.plaintext import PlainTextField
from lublin2030.lib.translations import ORIGINAL, other_languages
from participation.models import Question, Survey
from participation.models.surveys import MOST_OPTIONS, RESERVED_SLUGS, validate_code, validate_slug
from participation.services.surveys.building import BRANCHING, WITH_OPTIONS, QuestionContent
from participation.services.surveys.invitations import MOST_CODES
from participation.surveys.structure import Asked
from stages.models import Process, Stage

Kind = Question.Kind
LANGUAGES = [ORIGINAL, *other_languages()]
SURVEY_TEXTS = {
    "title": (gettext_lazy("Title"), 200, 0),
    "intro": (gettext_lazy("Introduction"), 5000, 5),
    "thanks": (gettext_lazy("Words after sending"), 2000, 3),
}


def _in_language(label: Any, language: str) -> Any:
    return format_lazy("{} – {}", label, settings.PORTAL_LANGUAGE_NAMES[language])


class _TextsForm(forms.Form):
    """A form with texts in every language of the portal, side by side: ``title_pl``, ``title_en``, …"""

    def add_texts(
        self, name: str, label: Any, limit: int, rows: int = 0, *, required: bool = False, help: Any = ""
    ) -> None:
        for language in LANGUAGES:
            field = PlainTextField(
                label=_in_language(label, language),
                limit=limit,
                rows=rows,
                required=required and language == ORIGINAL,
                help_text=help if language == ORIGINAL else "",
            )
            field.widget.attrs["lang"] = language
            self.fields[f"{name}_{language}"] = field
        self.texts.append(name)

    @property
    def texts(self) -> list[str]:
        """The names of the texts, in order."""
        texts: list[str] = self.__dict__.setdefault("_texts", [])
        return texts

    def in_languages(self) -> list[list[tuple[Any, bool]]]:
        """For each text its fields, and whether a translation is missing beside the Polish text."""
        found = []
        for name in self.texts:
            original = bool(self[f"{name}_{ORIGINAL}"].value())
            found.append(
                [
                    (
                        self[f"{name}_{language}"],
                        original and language != ORIGINAL and not self[f"{name}_{language}"].value(),
                    )
                    for language in LANGUAGES
                ]
            )
        return found

    def said(self, name: str) -> dict[str, str]:
        """A text by language, as it was typed. Only for a valid form, and for a text that the form has."""
        return {language: self.cleaned_data.get(f"{name}_{language}", "") for language in LANGUAGES}


def _moment_field(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label, widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    )


class SurveyForm(_TextsForm):
    """What is said of a survey, and whom it asks."""

    process = forms.ModelChoiceField(label=gettext_lazy("Process"), queryset=Process.objects.all())
    stage = forms.ModelChoiceField(
        label=gettext_lazy("Stage"), queryset=Stage.objects.select_related("process"), required=False,
        empty_label=pgettext_lazy("stage", "none"),
    )  # fmt: skip
    slug = forms.SlugField(
        label=gettext_lazy("Address"), max_length=80, validators=[validate_slug],
        help_text=gettext_lazy("Small letters without accents, digits and dashes: /ankiety/…/"),
    )  # fmt: skip
    opens_at = _moment_field(gettext_lazy("Opens"))
    closes_at = _moment_field(gettext_lazy("Closes"))
    by_invitation = forms.BooleanField(label=gettext_lazy("Only with an invitation code"), required=False)
    asks_district = forms.BooleanField(
        label=gettext_lazy("Ask for the district (nobody has to say it)"), required=False
    )
    asks_age = forms.BooleanField(
        label=gettext_lazy("Ask for the age in wide bands (nobody has to say it)"), required=False
    )

    def __init__(self, *args: Any, survey: Survey | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.survey = survey
        for name, (label, limit, rows) in SURVEY_TEXTS.items():
            self.add_texts(name, label, limit, rows, required=name == "title")
        if survey is not None and survey.is_public:
            self.fields["slug"].disabled = True
            self.initial["slug"] = survey.slug

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        others = Survey.objects.exclude(pk=self.survey.pk) if self.survey else Survey.objects.all()
        if slug in RESERVED_SLUGS or others.filter(slug=slug).exists():
            raise ValidationError(_("Another survey has this address. Choose another."))
        return slug

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        opens, closes = data.get("opens_at"), data.get("closes_at")
        if opens and closes and opens >= closes:
            self.add_error("closes_at", _("The survey has to close later than it opens."))
        stage, process = data.get("stage"), data.get("process")
        if stage is not None and process is not None and stage.process_id != process.pk:
            self.add_error("stage", _("This stage belongs to another process. Choose one of this process."))
        return data

    @staticmethod
    def initial_of(survey: Survey) -> dict[str, Any]:
        """The values with which a survey is edited."""
        names = ("process", "stage", "slug", "opens_at", "closes_at", "by_invitation", "asks_district", "asks_age")
        initial: dict[str, Any] = {name: getattr(survey, name) for name in names}
        for name in SURVEY_TEXTS:
            initial[f"{name}_{ORIGINAL}"] = getattr(survey, name)
            for language in other_languages():
                initial[f"{name}_{language}"] = survey.translations.get(language, {}).get(name, "")
        return initial

    def fields_of_survey(self) -> dict[str, Any]:
        """The arguments of the services. Only for a valid form."""
        names = ("process", "stage", "slug", "opens_at", "closes_at", "by_invitation", "asks_district", "asks_age")
        fields = {name: self.cleaned_data[name] for name in names}
        translations: dict[str, dict[str, str]] = {}
        for name in SURVEY_TEXTS:
            said = self.said(name)
            fields[name] = said.pop(ORIGINAL)
            for language, text in said.items():
                if text:
                    translations.setdefault(language, {})[name] = text
        return fields | {"translations": translations}


class QuestionForm(_TextsForm):
    """One question of a kind, with its answers as lines and its translations beside each other."""

    code = forms.CharField(
        label=gettext_lazy("Code"), max_length=31, validators=[validate_code],
        help_text=gettext_lazy("The name of the column in tables, for example q1. Small letters, digits, underscores."),
    )  # fmt: skip
    required = forms.BooleanField(label=gettext_lazy("Must be answered"), required=False)
    min_choices = forms.IntegerField(
        label=gettext_lazy("At least so many answers"), min_value=1, max_value=MOST_OPTIONS, required=False
    )
    max_choices = forms.IntegerField(
        label=gettext_lazy("At most so many answers"), min_value=1, max_value=MOST_OPTIONS, required=False
    )
    scale_from = forms.IntegerField(label=gettext_lazy("The scale begins at"), min_value=-10, max_value=10)
    scale_to = forms.IntegerField(label=gettext_lazy("The scale ends at"), min_value=-9, max_value=20)
    show_if = forms.MultipleChoiceField(
        label=gettext_lazy("Show it only to those who gave one of these answers"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("All of one earlier question. Nothing checked: everybody sees it."),
    )

    def __init__(self, *args: Any, kind: Kind, earlier: list[Asked], codes: set[str], **kwargs: Any) -> None:
        """``earlier``: the questions before this one; ``codes``: those of the other questions."""
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.codes = codes
        is_section = kind == Kind.SECTION
        self.add_texts("wording", _("Heading") if is_section else _("Question"), 500, 2, required=True)
        self.add_texts("help", _("Text under it") if is_section else _("Explanation"), 1000, 2)
        if kind in WITH_OPTIONS:
            label = _("Columns, one in a line") if kind == Kind.MATRIX else _("Answers, one in a line")
            self.add_texts(
                "options", label, 10_000, 6, required=True,
                help=_("The lines are numbered from 1; the numbers stand in tables and are typed in from paper."),
            )  # fmt: skip
        if kind == Kind.MATRIX:
            self.add_texts("rows", _("Rows, one in a line"), 10_000, 6, required=True)
        if kind == Kind.SCALE:
            self.add_texts("scale_from_label", _("What the lowest means"), 100)
            self.add_texts("scale_to_label", _("What the highest means"), 100)
        else:
            del self.fields["scale_from"], self.fields["scale_to"]
        if kind != Kind.MULTIPLE:
            del self.fields["min_choices"], self.fields["max_choices"]
        if is_section:
            del self.fields["required"]
        choices = [
            (
                f"{asked.code}:{number}",
                f"{asked.number}. {asked.question.text('wording')} – {self._answer(asked, number)}",
            )
            for asked in earlier
            if asked.kind in BRANCHING
            for number in asked.numbers
        ]
        if choices:
            self.fields["show_if"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["show_if"]
        self.order_fields(["code", *[f"{name}_{language}" for name in self.texts for language in LANGUAGES]])

    @staticmethod
    def _answer(asked: Asked, number: int) -> str:
        return next((option.text("label").value for option in asked.options if option.number == number), str(number))

    def others(self) -> list[Any]:
        """The fields that are not texts in languages, but the code."""
        texts = {f"{name}_{language}" for name in self.texts for language in LANGUAGES}
        return [field for field in self if field.name not in texts | {"code", "show_if"}]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code in self.codes:
            raise ValidationError(_("Another question has this code. Choose another."))
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in ("options", "rows"):
            if name in self.texts and f"{name}_{ORIGINAL}" in data:
                self._check_lines(name, data)
        least, most = data.get("min_choices"), data.get("max_choices")
        if least is not None and most is not None and least > most:
            self.add_error("max_choices", _("“At most” has to be no smaller than “at least”."))
        first, last = data.get("scale_from"), data.get("scale_to")
        if first is not None and last is not None and not first < last <= first + 20:
            self.add_error("scale_to", _("The scale has to end higher than it begins, by at most 20."))
        if len({value.partition(":")[0] for value in data.get("show_if") or []}) > 1:
            self.add_error("show_if", _("Choose answers of one question only."))
        return data

    def _check_lines(self, name: str, data: dict[str, Any]) -> None:
        lines = self._lines(data[f"{name}_{ORIGINAL}"])
        if len(lines) > MOST_OPTIONS:
            self.add_error(f"{name}_{ORIGINAL}", _("At most %(n)d lines, please.") % {"n": MOST_OPTIONS})
        elif len(set(lines)) < len(lines):
            self.add_error(f"{name}_{ORIGINAL}", _("Two lines are the same. Change one."))
        for language in LANGUAGES:
            own = (data.get(f"{name}_{language}") or "").split("\n")
            if any(len(line) > 200 for line in own):
                self.add_error(f"{name}_{language}", _("A line has at most 200 characters."))
            if language != ORIGINAL and len(own) > len(lines):
                self.add_error(
                    f"{name}_{language}", _("There are more lines here than in Polish. Each line translates one.")
                )

    @staticmethod
    def _lines(text: str) -> list[str]:
        return [line.strip() for line in text.split("\n") if line.strip()]

    def _labels(self, name: str) -> list[Mapping[str, str]]:
        if name not in self.texts:
            return []
        labels: list[Mapping[str, str]] = []
        said = self.said(name)
        translated = {language: said[language].split("\n") for language in LANGUAGES if language != ORIGINAL}
        for at, line in enumerate(self._lines(said[ORIGINAL])):
            others = {language: lines[at].strip() for language, lines in translated.items() if at < len(lines)}
            labels.append({ORIGINAL: line, **others})
        return labels

    def content(self) -> QuestionContent:
        """The question as typed. Only for a valid form."""
        data = self.cleaned_data
        chosen = data.get("show_if") or []
        return QuestionContent(
            code=data["code"],
            kind=self.kind,
            wording=self.said("wording"),
            help=self.said("help"),
            required=data.get("required", False),
            min_choices=data.get("min_choices"),
            max_choices=data.get("max_choices"),
            scale_from=data.get("scale_from"),
            scale_to=data.get("scale_to"),
            scale_from_label=self.said("scale_from_label"),
            scale_to_label=self.said("scale_to_label"),
            options=self._labels("options"),
            rows=self._labels("rows"),
            show_if=(chosen[0].partition(":")[0], [int(one.partition(":")[2]) for one in chosen]) if chosen else None,
        )

    @staticmethod
    def initial_of(content: QuestionContent) -> dict[str, Any]:
        """The values with which a question is edited."""
        names = ("code", "required", "min_choices", "max_choices", "scale_from", "scale_to")
        initial: dict[str, Any] = {name: getattr(content, name) for name in names}
        for name in ("wording", "help", "scale_from_label", "scale_to_label"):
            initial |= {f"{name}_{language}": text for language, text in getattr(content, name).items()}
        for name in ("options", "rows"):
            for language in LANGUAGES:
                initial[f"{name}_{language}"] = "\n".join(
                    label.get(language, "") for label in getattr(content, name)
                ).rstrip("\n")
        if content.show_if is not None:
            code, numbers = content.show_if
            initial["show_if"] = [f"{code}:{number}" for number in numbers]
        return initial


class InvitationsForm(forms.Form):
    """How many codes, for whom."""

    label = PlainTextField(
        label=gettext_lazy("Group"), limit=100, help_text=gettext_lazy("For example: random sample, wave 1. No names.")
    )
    count = forms.IntegerField(label=gettext_lazy("How many codes"), min_value=1, max_value=MOST_CODES)


class KioskForm(forms.Form):
    """Where the kiosk stands."""

    office = PlainTextField(label=gettext_lazy("Office or place"), limit=100)


class SheetForm(forms.Form):
    """What stands on a sheet of paper besides the answers."""

    sheet_on = forms.DateField(
        label=gettext_lazy("Day of the sheet"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": gettext_lazy("Write the day that stands on the sheet.")},
    )

    @staticmethod
    def today(day: dt.date) -> dict[str, Any]:
        return {"sheet_on": day}
