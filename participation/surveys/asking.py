"""A questionnaire as a page shows it: what was typed, what is wrong with it, where one is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lublin2030.lib.translations import Text
from participation.models import Question, Survey
from participation.surveys.judging import Typed, field_name, judge_all, readable
from participation.surveys.results import scale_label
from participation.surveys.structure import Asked, Questionnaire, SurveyPage


@dataclass(frozen=True)
class Choice:
    """One answer that can be chosen, in the form's words."""

    value: str
    label: Text
    name: str
    id: str
    chosen: bool


@dataclass(frozen=True)
class Part:
    """A row of a table, or an item of a ranking."""

    label: Text
    name: str
    id: str
    value: str
    choices: list[Choice] = field(default_factory=list)


@dataclass
class AskedField:
    """One question as it stands on the page."""

    asked: Asked
    typed: Typed | None
    error: str = ""

    @property
    def question(self) -> Question:
        return self.asked.question

    @property
    def id(self) -> str:
        return f"p-{self.asked.code}"

    @property
    def name(self) -> str:
        return field_name(self.asked)

    @property
    def described_by(self) -> str:
        """The ids of what explains the field: its help, and its error."""
        parts = [f"{self.id}-hint"] if self.question.help else []
        return " ".join([*parts, f"{self.id}-error"] if self.error else parts)

    @property
    def text(self) -> str:
        return self.typed if isinstance(self.typed, str) else ""

    @property
    def digits(self) -> str:
        """What was typed from paper in the one field of the question."""
        return " ".join(self.typed) if isinstance(self.typed, list) else self.text

    def choices(self) -> list[Choice]:
        """The answers of one choice, of several, and the points of a scale."""
        chosen = set(self.typed if isinstance(self.typed, list) else [self.text])
        return [
            Choice(str(number), label, self.name, f"{self.id}-{number}", str(number) in chosen)
            for number, label in self._labels()
        ]

    def parts(self) -> list[Part]:
        """The rows of a table with their choices, or the items of a ranking with the place given to each."""
        typed = self.typed if isinstance(self.typed, dict) else {}
        of_matrix = self.asked.kind == Question.Kind.MATRIX
        found = []
        for part in self.asked.rows if of_matrix else self.asked.options:
            name, value = field_name(self.asked, part.number), typed.get(str(part.number), "")
            part_id = f"{self.id}-{part.number}"
            choices = [
                Choice(str(number), label, name, f"{part_id}-{number}", str(number) == value)
                for number, label in (self._labels() if of_matrix else [])
            ]
            found.append(Part(part.text("label"), name, part_id, value, choices))
        return found

    @property
    def places(self) -> list[str]:
        """The places of a ranking."""
        return [str(place) for place in range(1, len(self.asked.options) + 1)]

    def _labels(self) -> list[tuple[int, Text]]:
        if self.asked.kind == Question.Kind.SCALE:
            return [(number, scale_label(self.question, number)) for number in self.asked.numbers]
        return [(option.number, option.text("label")) for option in self.asked.options]


class Walk:
    """The way of one answer through the pages: which are shown by what was typed, and what is still wrong."""

    def __init__(self, survey: Survey, questionnaire: Questionnaire, typed: Mapping[str, Any]) -> None:
        self.survey = survey
        self.questionnaire = questionnaire
        self.typed = typed
        self.shown = questionnaire.visible(readable(questionnaire, typed))
        self.asks_person = survey.asks_district or survey.asks_age
        self.person_number = len(questionnaire.pages) + 1

    @property
    def numbers(self) -> list[int]:
        """The numbers of the pages that are shown, the one about the person last."""
        shown = [page.number for page in self.questionnaire.pages if self._is_shown(page)]
        return [*shown, self.person_number] if self.asks_person else shown

    def _is_shown(self, page: SurveyPage) -> bool:
        if page.section is not None and page.section.code not in self.shown:
            return False
        return not page.questions or any(asked.code in self.shown for asked in page.questions)

    def page(self, number: int) -> SurveyPage | None:
        """The page of questions of that number; None for the one about the person."""
        return self.questionnaire.pages[number - 1] if number <= len(self.questionnaire.pages) else None

    def nearest(self, number: int) -> int:
        """The page itself if it is shown, else the last shown before it, else the first."""
        numbers = self.numbers or [1]
        return max((one for one in numbers if one <= number), default=numbers[0])

    def after(self, number: int) -> int | None:
        return next((one for one in self.numbers if one > number), None)

    def before(self, number: int) -> int | None:
        return next((one for one in reversed(self.numbers) if one < number), None)

    def place(self, number: int) -> int:
        """The page's place among those that are shown, from 1."""
        return self.numbers.index(number) + 1

    def asked_on(self, number: int) -> list[Asked]:
        """The questions that are shown on a page."""
        page = self.page(number)
        return [] if page is None else [asked for asked in page.questions if asked.code in self.shown]

    def fields(self, number: int, *, faults: Mapping[str, str] | None = None) -> list[AskedField]:
        faults = faults or {}
        return [
            AskedField(asked, self.typed.get(asked.code), faults.get(asked.code, "")) for asked in self.asked_on(number)
        ]

    def faults(self) -> dict[str, str]:
        """What is wrong with the whole answer, by question code."""
        return judge_all(self.questionnaire, self.typed)[1]

    def page_of(self, code: str) -> int:
        """The number of the page on which a question stands."""
        return next(
            page.number for page in self.questionnaire.pages if any(asked.code == code for asked in page.questions)
        )

    def readable_answers(self) -> list[tuple[Text, str]]:
        """What was typed, as a person reads it: to be copied where it cannot be sent any more."""
        told = []
        for asked in self.questionnaire.questions:
            typed = self.typed.get(asked.code)
            if typed and asked.code in self.shown:
                told.append((asked.question.text("wording"), _in_words(AskedField(asked, typed))))
        return told


def _in_words(field: AskedField) -> str:
    match field.asked.kind:
        case Question.Kind.OPEN:
            return field.text
        case Question.Kind.MATRIX:
            chosen = [
                f"{part.label}: {choice.label}" for part in field.parts() for choice in part.choices if choice.chosen
            ]
            return "; ".join(chosen)
        case Question.Kind.RANKING:
            return "; ".join(f"{part.value}. {part.label}" for part in field.parts() if part.value)
        case _:
            return "; ".join(str(choice.label) for choice in field.choices() if choice.chosen)
