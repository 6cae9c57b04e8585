"""The results of a survey, read from its tallies: each question's counts, and cross-tables without small numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lublin2030.lib.translations import Text, current_language
from participation.models import AgeBand, District, Question, Survey, SurveyResponse, SurveyTally
from participation.surveys.structure import Asked, Questionnaire
from participation.surveys.suppression import hidden_cells, joined_groups

Kind = Question.Kind
Dimension = SurveyTally.Dimension
ANSWERED = SurveyTally.ANSWERED
TOGETHER = "together"  # the column of the groups that are too small by themselves
Counts = dict[tuple[int, int], int]  # by row and option


@dataclass
class Line:
    """One answer with how many chose it, and the share in per cent of those who answered."""

    label: Text
    count: int
    number: int
    share: int


@dataclass
class Block:
    """The answers to a question, or to one row of a table. ``title`` is the row's."""

    title: Text | None
    row: int
    answered: int
    lines: list[Line]

    @property
    def most(self) -> int:
        return max((line.count for line in self.lines), default=0)


@dataclass
class Group:
    """The same question in the versions in which its answers are the same: only those are added up."""

    asked: Asked
    versions: list[int]  # keys
    numbers: list[int]  # of the versions, for people
    is_apart: bool


@dataclass
class Result:
    """What came of one question."""

    group: Group
    answered: int = 0
    blocks: list[Block] = field(default_factory=list)
    mean: float | None = None
    cross: list[CrossTable] = field(default_factory=list)

    @property
    def asked(self) -> Asked:
        return self.group.asked

    @property
    def anchor(self) -> str:
        return f"{self.asked.code}-{self.group.numbers[-1]}"

    @property
    def is_open(self) -> bool:
        return self.asked.kind == Kind.OPEN


@dataclass
class CrossTable:
    """One question (or row) by groups of people. A None among ``cells`` is not shown; so are all of no ``groups``."""

    title: Text | None
    groups: list[str]
    answered: list[int]
    rows: list[tuple[Text, list[int | None]]]
    has_hidden: bool = False


def same_questions(questionnaires: Iterable[Questionnaire]) -> list[Group]:
    """The questions in the order of the latest version; answers are added up only where they are the same.

    The same is what has the same code, kind and answers (their numbers and Polish words, the rows, the scale). A
    question that was changed stands apart, with the version named.
    """
    groups: dict[str, list[tuple[tuple[Any, ...], Group]]] = {}
    order: list[str] = []
    for questionnaire in questionnaires:  # from the oldest
        version = questionnaire.version
        for asked in questionnaire.questions:
            of_code = groups.setdefault(asked.code, [])
            shape = _shape(asked)
            known = next((group for known_shape, group in of_code if known_shape == shape), None)
            if known is None:
                of_code.append((shape, Group(asked, [version.pk], [version.number], is_apart=False)))
            else:
                known.asked = asked
                known.versions.append(version.pk)
                known.numbers.append(version.number)
        latest = [asked.code for asked in questionnaire.questions]
        order = latest + [code for code in order if code not in latest]
    found: list[Group] = []
    for code in order:
        of_code = groups[code]
        for _shape_of, group in reversed(of_code):
            group.is_apart = len(of_code) > 1
            found.append(group)
    return found


def _shape(asked: Asked) -> tuple[Any, ...]:
    question = asked.question
    return (
        question.kind,
        question.scale_from,
        question.scale_to,
        question.min_choices,
        question.max_choices,
        tuple((option.number, option.label) for option in asked.options),
        tuple((row.number, row.label) for row in asked.rows),
    )


def results_of(survey: Survey, questionnaires: list[Questionnaire], *, by: Dimension | None = None) -> list[Result]:
    """The result of each question, with cross-tables by one dimension where one is given. One to three queries."""
    tallies = _tallies(questionnaires, Dimension.ALL)[""]
    results = []
    for group in same_questions(questionnaires):
        counts = _added(tallies, group)
        results.append(_result(group, counts))
    if by is not None and results:
        _cross(results, _tallies(questionnaires, by), by)
    return results


Tallies = dict[str, dict[tuple[int, str], Counts]]  # by value, then by version and code


def _tallies(questionnaires: list[Questionnaire], dimension: Dimension) -> Tallies:
    found: Tallies = defaultdict(lambda: defaultdict(dict))
    rows = SurveyTally.objects.filter(
        version__in=[one.version.pk for one in questionnaires], dimension=dimension
    ).values_list("value", "version_id", "code", "row", "option", "count")
    for value, version, code, row, option, count in rows:
        found[value][version, code][row, option] = count
    return found


def _added(tallies: Mapping[tuple[int, str], Counts], group: Group) -> Counts:
    added: Counts = defaultdict(int)
    for version in group.versions:
        for key, count in tallies.get((version, group.asked.code), {}).items():
            added[key] += count
    return added


def _share(count: int, of: int) -> int:
    return round(100 * count / of) if of else 0


def _result(group: Group, counts: Counts) -> Result:
    asked = group.asked
    result = Result(group, answered=counts.get((0, ANSWERED), 0))
    for row, title, answers in _parts(asked):
        answered = counts.get((row if asked.kind == Kind.MATRIX else 0, ANSWERED), 0)
        lines = [
            Line(label, counts.get((row, number), 0), number, _share(counts.get((row, number), 0), answered))
            for number, label in answers
        ]
        result.blocks.append(Block(title, row, answered, lines))
    if asked.kind == Kind.SCALE and result.answered:
        result.mean = sum(line.number * line.count for line in result.blocks[0].lines) / result.answered
    return result


def _parts(asked: Asked) -> list[tuple[int, Text | None, list[tuple[int, Text]]]]:
    """The tables that a question makes: (row, its title, its answers with their numbers)."""
    if asked.kind == Kind.OPEN:
        return []
    if asked.kind == Kind.SCALE:
        return [(0, None, [(number, scale_label(asked.question, number)) for number in asked.numbers])]
    options = [(option.number, option.text("label")) for option in asked.options]
    if asked.kind == Kind.MATRIX:
        return [(row.number, row.text("label"), options) for row in asked.rows]
    if asked.kind == Kind.RANKING:
        return [(place, _place(place), options) for place in range(1, len(options) + 1)]
    return [(0, None, options)]


def _place(place: int) -> Text:
    return Text(_("Place %(n)d") % {"n": place}, current_language())


def scale_label(question: Question, number: int) -> Text:
    """A point of the scale: its number, and at the ends what it means."""
    label = {question.scale_from: "scale_from_label", question.scale_to: "scale_to_label"}.get(number)
    text = question.text(label) if label else None
    if not text:
        return Text(str(number), current_language())
    return Text(f"{number} – {text.value}", text.language)


def group_names(by: Dimension, values: Iterable[str]) -> dict[str, str]:
    """What groups of people are called, in order."""
    said = pgettext("a question about the person", "not said")
    match by:
        case Dimension.DISTRICT:
            names = {str(one.pk): one.name for one in District.objects.all()}
        case Dimension.AGE:
            names = {band.value: str(band.label) for band in AgeBand}
        case _:
            names = {channel.value: str(channel.label) for channel in SurveyResponse.Channel}
    wanted = set(values)
    return {value: name for value, name in [*names.items(), ("", said)] if value in wanted}


def _cross(results: list[Result], tallies: Tallies, by: Dimension) -> None:
    """Put cross-tables under each result. Groups that are too small stand together, in every table the same."""
    sizes: dict[str, int] = defaultdict(int)
    for value, of_value in tallies.items():
        for (_version, code), counts in of_value.items():
            if not code:
                sizes[value] += counts.get((0, ANSWERED), 0)
    names = group_names(by, [value for value, size in sizes.items() if size])
    joined = joined_groups(sizes)
    for result in results:
        if result.is_open:
            continue
        added = {value: _added(tallies[value], result.group) for value in names}
        for row, title, answers in _parts(result.asked):
            result.cross.append(_cross_table(result.asked, row, title, answers, added, names, joined))
            if result.asked.kind == Kind.RANKING:  # who came first; all places would be a table of tables
                break


def _cross_table(
    asked: Asked,
    row: int,
    title: Text | None,
    answers: list[tuple[int, Text]],
    counts: Mapping[str, Counts],
    names: Mapping[str, str],
    joined: set[str],
) -> CrossTable:
    of_row = row if asked.kind == Kind.MATRIX else 0
    people = {value: counts[value].get((of_row, ANSWERED), 0) for value in names}
    together = joined_groups(people, already=joined)
    columns = [[value] for value in names if value not in together and people[value]]
    if together:
        columns.append([value for value in names if value in together])
    if len(columns) < 2:
        return CrossTable(title, [], [], [])
    table = [
        [sum(counts[value].get((row, number), 0) for value in column) for column in columns] for number, _l in answers
    ]
    answered = [sum(people[value] for value in column) for column in columns]
    hidden = hidden_cells(table, most=answered if asked.kind == Kind.MULTIPLE else None)
    if hidden is None:
        return CrossTable(title, [], [], [])
    labels = [_("smaller groups together") if set(column) == together else names[column[0]] for column in columns]
    return CrossTable(
        title,
        labels,
        answered,
        [
            (label, [None if (at, column) in hidden else table[at][column] for column in range(len(columns))])
            for at, (_number, label) in enumerate(answers)
        ],
        has_hidden=bool(hidden),
    )
