"""Every answer can be taken away: in words, in numbers for SPSS with the syntax that reads them, and explained."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import openpyxl
import pytest

from accounts.roles import Role
from participation.errors import NotPermitted
from participation.models import Survey
from participation.services.surveys.building import (
    change_question,
    content_of,
    next_version,
    publish_survey,
    version_to_edit,
)
from participation.services.surveys.exporting import export
from participation.surveys.structure import Questionnaire
from tests.factories import DURING, DistrictFactory, person
from tests.factories_surveys import EVERY_ANSWER, Kind, open_survey, question, sent

pytestmark = pytest.mark.django_db


def taken(survey: Survey, form: str) -> bytes:
    _name, _type, pieces = export(survey, form=form, by=person(Role.EDITOR))
    return b"".join(pieces)


def table(survey: Survey, form: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(taken(survey, form).decode("utf-8-sig")), delimiter=";"))


def test_one_row_for_each_answer_in_words() -> None:
    survey = open_survey(asks_district=True, asks_age=True)
    district = DistrictFactory()
    sent(survey, {**EVERY_ANSWER, "district": district.slug, "age": "25_39"})
    row = table(survey, "csv")[0]
    assert (row["bus"], row["areas_1"], row["district"], row["idea"]) == (
        "Tak",
        "dobrze",
        district.name,
        "Więcej ławek.",
    )


def test_one_row_for_each_answer_in_numbers() -> None:
    survey = open_survey(asks_district=True, asks_age=True)
    sent(survey, {**EVERY_ANSWER, "age": "25_39"})
    sent(survey, {"bus": "2", "areas": {"1": "2", "2": "2"}})
    first, second = table(survey, "liczby.csv")
    wanted = {"bus": "1", "like_1": "1", "like_2": "0", "like_3": "1", "safe": "7", "areas_1": "1", "areas_2": "2",
              "order_1": "2", "order_2": "1", "order_3": "3", "age": "3", "district": "", "channel": "1"}  # fmt: skip
    assert {name: first[name] for name in wanted} == wanted
    assert (second["bus"], second["like_1"], second["order_1"], second["why"]) == ("2", "", "", "")


def test_the_syntax_names_every_column_validly_and_says_what_numbers_mean() -> None:
    survey = open_survey()
    sent(survey)
    syntax = taken(survey, "sps").decode("utf-8-sig")
    names = list(table(survey, "liczby.csv")[0])
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name) and not name.endswith("_") for name in names)
    declared = syntax.split("/VARIABLES=")[1].split("VARIABLE LABELS")[0]
    assert re.findall(r"^ {4}([a-z0-9_]+) [AF]", declared, re.MULTILINE) == names
    assert "    1 'Tak'" in syntax
    assert "ankieta-" + survey.slug + "-liczby.csv" in syntax


def test_an_apostrophe_and_a_line_break_do_not_break_the_syntax() -> None:
    survey = open_survey(questions=[question("a", Kind.SINGLE, wording={"pl": "Czy\nto d'Artagnan?"},
                                             options=[{"pl": "tak"}, {"pl": "nie"}])])  # fmt: skip
    assert "  a 'Czy to d''Artagnan?'" in taken(survey, "sps").decode()


def test_texts_that_look_like_formulas_are_texts_for_spreadsheets() -> None:
    survey = open_survey()
    sent(survey, {**EVERY_ANSWER, "idea": '=HYPERLINK("x")\ndalej'})
    assert table(survey, "csv")[0]["idea"].startswith("'=")
    assert table(survey, "liczby.csv")[0]["idea"] == '=HYPERLINK("x") dalej'
    book = openpyxl.load_workbook(io.BytesIO(taken(survey, "xlsx")))
    sheet = book.worksheets[0]
    head = [cell.value for cell in sheet[1]]
    cell = sheet.cell(2, head.index("idea") + 1)
    assert (cell.data_type, sheet.cell(2, head.index("bus") + 1).value) == ("s", "Tak")


def test_what_the_columns_mean_stands_in_a_table() -> None:
    survey = open_survey()
    rows = list(csv.reader(io.StringIO(taken(survey, "opis.csv").decode("utf-8-sig")), delimiter=";"))
    assert ["bus", "Pytanie bus?", "2", "Nie"] in rows


def test_a_question_with_other_answers_has_columns_of_its_own() -> None:
    editor = person(Role.EDITOR)
    survey = open_survey(by=editor)
    sent(survey)
    next_version(survey, by=editor)
    item = Questionnaire(version_to_edit(survey)).by_code["bus"]
    options = [*content_of(item).options, {"pl": "Czasem"}]
    change_question(item.question, content=question("bus", Kind.SINGLE, options=options), by=editor)
    publish_survey(survey, by=editor, now=DURING)
    sent(survey, {**EVERY_ANSWER, "bus": "3"})
    first, second = table(survey, "csv")
    assert (first["bus"], first["bus_v1"], second["bus"], second["bus_v1"]) == ("", "Tak", "Czasem", "")
    assert first["safe"] == second["safe"] == "7"


def test_as_many_queries_for_many_answers(django_assert_max_num_queries: Any) -> None:
    survey = open_survey()
    counts = []
    for answers in (1, 5):
        for _n in range(answers):
            sent(survey)
        with django_assert_max_num_queries(40) as queries:
            taken(survey, "csv")
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.EDITOR, Role.COORDINATOR}))
def test_single_answers_are_for_those_who_build_surveys(role: Role) -> None:
    with pytest.raises(NotPermitted):
        export(open_survey(), form="csv", by=person(role))
