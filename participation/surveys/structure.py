"""A version's questions as they are asked: in pages, with branches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from participation.models import Question, QuestionOption, SurveyVersion

Answers = Mapping[str, Any]  # by question code; see SurveyResponse


@dataclass(frozen=True)
class Asked:
    """One question with its answers to choose and, of a table, its rows. ``number``: its place among the questions."""

    question: Question
    number: int
    options: tuple[QuestionOption, ...] = ()
    rows: tuple[QuestionOption, ...] = ()

    @property
    def code(self) -> str:
        return self.question.code

    @property
    def kind(self) -> str:
        return self.question.kind

    @property
    def numbers(self) -> list[int]:
        """The codes of what can be chosen: of the answers, or of the scale's points."""
        if self.question.scale_from is not None and self.question.scale_to is not None:
            return list(range(self.question.scale_from, self.question.scale_to + 1))
        return [option.number for option in self.options]

    @property
    def row_numbers(self) -> list[int]:
        return [row.number for row in self.rows]


@dataclass(frozen=True)
class SurveyPage:
    """What is asked at once: the questions after a heading, or those before the first one."""

    number: int
    section: Asked | None
    questions: tuple[Asked, ...]


class Questionnaire:
    """All of a version's questions in order. Two queries."""

    def __init__(self, version: SurveyVersion) -> None:
        self.version = version
        options: dict[int, dict[str, list[QuestionOption]]] = {}
        for option in QuestionOption.objects.filter(question__version=version).order_by("number"):
            options.setdefault(option.question_id, {}).setdefault(option.axis, []).append(option)
        self.items: list[Asked] = []
        number = 0
        for question in version.questions.order_by("position", "pk"):
            own = options.get(question.pk, {})
            number += question.asks
            self.items.append(
                Asked(
                    question=question,
                    number=number if question.asks else 0,
                    options=tuple(own.get(QuestionOption.Axis.OPTION, [])),
                    rows=tuple(own.get(QuestionOption.Axis.ROW, [])),
                )
            )

    @cached_property
    def by_code(self) -> dict[str, Asked]:
        return {item.code: item for item in self.items}

    @cached_property
    def by_key(self) -> dict[int, Asked]:
        return {item.question.pk: item for item in self.items}

    @property
    def questions(self) -> list[Asked]:
        """Everything that asks; headings are not among them."""
        return [item for item in self.items if item.question.asks]

    @cached_property
    def pages(self) -> list[SurveyPage]:
        """The pages in order, numbered from 1. A heading begins one."""
        pages: list[SurveyPage] = []
        section: Asked | None = None
        gathered: list[Asked] = []

        def turn() -> None:
            if section is not None or gathered:
                pages.append(SurveyPage(len(pages) + 1, section, tuple(gathered)))

        for item in self.items:
            if item.question.asks:
                gathered.append(item)
            else:
                turn()
                section, gathered = item, []
        turn()
        return pages

    def visible(self, answers: Answers) -> set[str]:
        """The codes of what is shown to somebody with these answers, headings among them.

        An answer to a question that is hidden itself shows nothing.
        """
        shown: set[str] = set()
        section_shown = True
        for item in self.items:
            holds = self._condition_holds(item, answers, shown)
            if not item.question.asks:
                section_shown = holds
            if holds and section_shown:
                shown.add(item.code)
        return shown

    def only_visible(self, answers: Answers) -> dict[str, Any]:
        """The answers without those to questions that are hidden by the others."""
        shown = self.visible(answers)
        return {code: answer for code, answer in answers.items() if code in shown}

    def _condition_holds(self, item: Asked, answers: Answers, shown: set[str]) -> bool:
        if item.question.show_if_question_id is None:
            return True
        before = self.by_key.get(item.question.show_if_question_id)
        if before is None or before.code not in shown or before.code not in answers:
            return False
        answer = answers[before.code]
        given: Iterable[Any] = answer if isinstance(answer, list) else [answer]
        return not {int(one) for one in given}.isdisjoint(item.question.show_if_values)
