"""One row per answer: the columns of the tables that staff take away, and how SPSS reads them (docs/adr/0030)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from lublin2030.lib.dates import warsaw_day
from participation.models import AgeBand, District, Question, SurveyResponse
from participation.surveys.results import Group, same_questions, scale_label
from participation.surveys.structure import Asked, Questionnaire

Kind = Question.Kind
Value = int | str | None


@dataclass(frozen=True)
class Row:
    """One answer, with what was said in own words by question code."""

    response: SurveyResponse
    words: Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """A column: its name (valid in SPSS), what it means, and what its numbers mean where they stand for words."""

    name: str
    label: str
    read: Callable[[Row], Value]
    labels: Mapping[int, str] = field(default_factory=dict)
    is_text: bool = False

    def said(self, row: Row) -> Value:
        """The value as people read it: words in place of numbers that stand for words."""
        value = self.read(row)
        return self.labels.get(value, value) if isinstance(value, int) else value


def variable_names(asked: Asked) -> list[tuple[str, int]]:
    """The names of a question's columns, and the option or row that each is of (0: the question itself)."""
    match asked.kind:
        case Kind.MULTIPLE | Kind.RANKING:
            return [(f"{asked.code}_{number}", number) for number in asked.numbers]
        case Kind.MATRIX:
            return [(f"{asked.code}_{number}", number) for number in asked.row_numbers]
        case _:
            return [(asked.code, 0)]


def repeated_names(questionnaire: Questionnaire) -> list[str]:
    """Names that two columns would have: of a question “a” with several answers and a question “a_1”, say."""
    names = Counter(name for asked in questionnaire.questions for name, _part in variable_names(asked))
    return sorted(name for name, times in names.items() if times > 1)


def columns_of(questionnaires: list[Questionnaire]) -> list[Column]:
    """The columns of all versions together; the same question with other answers has columns for each. One query."""
    bands = list(AgeBand)
    channels = list(SurveyResponse.Channel)
    columns = [
        Column("response", _("Number of the answer"), lambda row: row.response.pk),
        Column("version", _("Version of the survey"), lambda row: row.response.version.number),
        Column(
            "channel",
            _("Channel"),
            lambda row: channels.index(SurveyResponse.Channel(row.response.channel)) + 1,
            {number: str(one.label) for number, one in enumerate(channels, start=1)},
        ),
        Column("language", _("Language"), lambda row: row.response.language, is_text=True),
        Column("sent", _("Day of sending"), lambda row: f"{warsaw_day(row.response.sent_at)}", is_text=True),
        Column("sheet", _("Day of the sheet"), lambda row: f"{row.response.sheet_on or ''}", is_text=True),
        Column(
            "office", _("Office"), lambda row: row.response.kiosk.office if row.response.kiosk else "", is_text=True
        ),
        Column(
            "invited", _("Group of the invited"), lambda row: row.response.batch.label if row.response.batch else "",
            is_text=True,
        ),
        Column(
            "district",
            _("District"),
            lambda row: row.response.district_id,
            {one.pk: one.name for one in District.objects.all()},
        ),
        Column(
            "age",
            _("Age"),
            lambda row: bands.index(AgeBand(row.response.age_band)) + 1 if row.response.age_band else None,
            {number: str(band.label) for number, band in enumerate(bands, start=1)},
        ),
    ]  # fmt: skip
    taken = {column.name for column in columns}
    for group in same_questions(questionnaires):
        for name, part in variable_names(group.asked):
            own = name if name not in taken else f"{name}_v{group.numbers[-1]}"
            taken.add(own)
            columns.append(_column(group, own, part))
    return columns


def _column(group: Group, name: str, part: int) -> Column:
    asked, question = group.asked, group.asked.question
    versions, code = frozenset(group.versions), asked.code

    def answer(row: Row) -> Any:
        return row.response.answers.get(code) if row.response.version_id in versions else None

    wording = question.text("wording").value
    options = {option.number: option.text("label").value for option in asked.options}
    match asked.kind:
        case Kind.OPEN:
            return Column(
                name, wording, lambda row: row.words.get(code, "") if row.response.version_id in versions else "",
                is_text=True,
            )  # fmt: skip
        case Kind.MULTIPLE:

            def chosen(row: Row) -> Value:
                given = answer(row)
                return None if given is None else int(part in given)

            return Column(name, f"{wording} – {options[part]}", chosen, {0: _("no"), 1: _("yes")})
        case Kind.RANKING:

            def place(row: Row) -> Value:
                given = answer(row)
                return None if given is None else given.index(part) + 1

            return Column(name, f"{wording} – {options[part]} ({_('place')})", place)
        case Kind.MATRIX:
            rows = {row.number: row.text("label").value for row in asked.rows}

            def in_row(row: Row) -> Value:
                given = answer(row)
                value: Value = None if given is None else given.get(str(part))
                return value

            return Column(name, f"{wording} – {rows[part]}", in_row, options)
        case Kind.SCALE:
            ends = (question.scale_from, question.scale_to)
            said = {number: scale_label(question, number).value for number in asked.numbers if number in ends}
            return Column(name, wording, answer, {n: text for n, text in said.items() if text != str(n)})
        case _:
            return Column(name, wording, answer, options)


def spss_syntax(columns: list[Column], *, file_name: str) -> str:
    """The syntax that reads the CSV with numbers into SPSS, names the variables and says what their values mean."""
    lines = [
        "* Encoding: UTF-8.",
        "SET UNICODE=ON.",
        f"GET DATA /TYPE=TXT /FILE={_quoted(file_name)} /ENCODING='UTF8' /DELIMITERS=';' /QUALIFIER='\"'",
        "  /ARRANGEMENT=DELIMITED /FIRSTCASE=2 /VARIABLES=",
        *[f"    {column.name} {'A4000' if column.is_text else 'F8.0'}" for column in columns],
        "  .",
        "VARIABLE LABELS",
        *[f"  {column.name} {_quoted(column.label[:250])}" for column in columns],
        "  .",
    ]
    with_words = [column for column in columns if column.labels]
    if with_words:
        lines.append("VALUE LABELS")
        for at, column in enumerate(with_words):
            lines.append(f"  {'/' if at else ''}{column.name}")
            lines += [f"    {number} {_quoted(label[:120])}" for number, label in column.labels.items()]
        lines.append("  .")
    return "\n".join([*lines, "EXECUTE.", ""])


def _quoted(text: str) -> str:
    """A text of SPSS's syntax: in one line, an apostrophe doubled."""
    return "'" + " ".join(text.split()).replace("'", "''") + "'"
