"""What people typed, and whether it can be an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lublin2030.lib.plaintext import FORBIDDEN, normalise, refuse_control_characters, refuse_longer
from participation.models import Question
from participation.surveys.structure import Asked, Questionnaire

Typed = str | list[str] | dict[str, str]
OPEN_LIMIT = 5000  # characters of an answer in own words
PREFIX = "o."  # of the names of fields, so that no code can be another field's name
LONGEST_NUMBER = 6
LONGEST_LINE = 400  # of digits typed from paper
Kind = Question.Kind


class Fault(ValueError):
    """Why something typed is no answer, in words."""


def field_name(asked: Asked, part: int | None = None) -> str:
    """The name of a question's field, or of the field of one of its rows or (in a ranking) options."""
    return f"{PREFIX}{asked.code}" if part is None else f"{PREFIX}{asked.code}.{part}"


def read_typed(asked: Asked, data: QueryDict) -> Typed:
    """What a form says of a question, as it was typed."""
    match asked.kind:
        case Kind.MULTIPLE:
            return [value[:LONGEST_NUMBER] for value in data.getlist(field_name(asked))[: 2 * len(asked.options)]]
        case Kind.MATRIX | Kind.RANKING:
            parts = asked.row_numbers if asked.kind == Kind.MATRIX else asked.numbers
            values = {str(part): data.get(field_name(asked, part), "")[:LONGEST_NUMBER].strip() for part in parts}
            return {part: value for part, value in values.items() if value}
        case Kind.OPEN:
            return normalise(data.get(field_name(asked), ""))
        case _:
            return data.get(field_name(asked), "")[:LONGEST_NUMBER].strip()


def read_typed_digits(asked: Asked, data: QueryDict) -> Typed:
    """What a clerk typed from paper: digits in one field, parted by blanks or commas where there are several."""
    if asked.kind in {Kind.OPEN, Kind.MATRIX}:
        return read_typed(asked, data)
    numbers = re.split(r"[\s,;.]+", data.get(field_name(asked), "")[:LONGEST_LINE].strip())
    given = [number[:LONGEST_NUMBER] for number in numbers if number]
    match asked.kind:
        case Kind.MULTIPLE | Kind.RANKING:
            return given
        case _:
            return " ".join(given)


def can_be_kept(typed: Typed) -> bool:
    """Whether a database can hold it and it is not larger than an answer may be."""
    if isinstance(typed, str):
        return len(typed) <= OPEN_LIMIT and not FORBIDDEN.search(typed)
    return not any(FORBIDDEN.search(value) for value in (typed if isinstance(typed, list) else typed.values()))


def judge(asked: Asked, typed: Typed | None, *, required: bool = True) -> Any:
    """The answer that was typed, None for none. Raises Fault, in words.

    ``required`` False takes a missing answer also where one is needed: a sheet of paper cannot be asked again.
    """
    answer = None if not typed else JUDGES[Kind(asked.kind)](asked, typed)
    if answer is None and required and asked.question.required:
        raise Fault(_("Please answer this question."))
    return answer


def judge_all(
    questionnaire: Questionnaire, typed: Mapping[str, Typed], *, required: bool = True
) -> tuple[dict[str, Any], dict[str, str]]:
    """The answers to all questions that are shown, and the faults by code. What is hidden is dropped unread."""
    answers: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for asked in questionnaire.items:
        if asked.code not in questionnaire.visible(answers) or not asked.question.asks:
            continue
        try:
            answer = judge(asked, typed.get(asked.code), required=required)
        except Fault as fault:
            faults[asked.code] = str(fault)
        else:
            if answer is not None:
                answers[asked.code] = answer
    return answers, faults


def readable(questionnaire: Questionnaire, typed: Mapping[str, Typed]) -> dict[str, Any]:
    """The answers as far as they can be read now, by which branches are decided while one writes."""
    return judge_all(questionnaire, typed, required=False)[0]


def _chosen(asked: Asked, text: Any) -> int:
    numbers = asked.numbers
    try:
        number = int(str(text))
    except ValueError:
        number = None
    if number is None or number not in numbers:
        if asked.kind == Kind.SCALE:
            raise Fault(_("Choose a number from %(first)d to %(last)d.") % {"first": numbers[0], "last": numbers[-1]})
        raise Fault(_("This answer does not belong to this question. Choose one of the answers given here."))
    return number


def _single(asked: Asked, typed: Typed) -> int:
    return _chosen(asked, typed)


def _multiple(asked: Asked, typed: Typed) -> list[int] | None:
    chosen = sorted({_chosen(asked, value) for value in typed})
    least, most = asked.question.min_choices, asked.question.max_choices
    if least is not None and len(chosen) < least:
        raise Fault(ngettext("Choose at least %(n)d answer.", "Choose at least %(n)d answers.", least) % {"n": least})
    if most is not None and len(chosen) > most:
        raise Fault(ngettext("Choose at most %(n)d answer.", "Choose at most %(n)d answers.", most) % {"n": most})
    return chosen


def _matrix(asked: Asked, typed: Typed) -> dict[str, int] | None:
    given = typed if isinstance(typed, dict) else {}
    known = {str(row.number): row for row in asked.rows}
    if not set(given) <= set(known):
        raise Fault(_("This answer does not belong to this question. Choose one of the answers given here."))
    answer = {row: _chosen(asked, given[row]) for row in known if given.get(row)}
    missing = [row.text("label").value for key, row in known.items() if key not in answer]
    if answer and missing and asked.question.required:
        raise Fault(_("Please answer in every row. Missing: %(rows)s.") % {"rows": "; ".join(missing)})
    return answer or None


def _ranking(asked: Asked, typed: Typed) -> list[int] | None:
    if isinstance(typed, list):
        # From paper comes the order itself.
        order = [_chosen(asked, value) for value in typed]
        if len(set(order)) < len(order):
            raise Fault(_("An item stands twice in the order. Write each once."))
        typed = {str(option): str(place) for place, option in enumerate(order, start=1)}
    given = typed if isinstance(typed, dict) else {}
    options, places = {str(number) for number in asked.numbers}, range(1, len(asked.options) + 1)
    if not set(given) <= options:
        raise Fault(_("This answer does not belong to this question. Choose one of the answers given here."))
    by_place: dict[int, int] = {}
    for option, text in given.items():
        if not text.isascii() or not text.isdigit() or int(text) not in places:
            raise Fault(_("Give each item a place from 1 to %(last)d.") % {"last": len(places)})
        if int(text) in by_place:
            raise Fault(_("Two items have the same place. Give each place once."))
        by_place[int(text)] = int(option)
    if len(by_place) < len(places):
        raise Fault(_("Give each item a place from 1 to %(last)d.") % {"last": len(places)})
    return [by_place[place] for place in places]


def _open(asked: Asked, typed: Typed) -> str:
    text = str(typed)
    try:
        refuse_control_characters(text)
        refuse_longer(text, OPEN_LIMIT)
    except ValidationError as error:
        raise Fault(" ".join(error.messages)) from error
    return text


JUDGES: dict[Kind, Callable[[Asked, Typed], Any]] = {
    Kind.SINGLE: _single,
    Kind.SCALE: _single,
    Kind.MULTIPLE: _multiple,
    Kind.MATRIX: _matrix,
    Kind.RANKING: _ranking,
    Kind.OPEN: _open,
}
