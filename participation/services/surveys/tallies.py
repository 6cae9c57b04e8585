"""The tallies that results are read from, kept in the transaction that keeps an answer, and proved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from participation.models import OpenAnswer, Question, Survey, SurveyResponse, SurveyTally, SurveyVersion
from participation.surveys.structure import Questionnaire

Cell = tuple[str, str, str, int, int]  # dimension, value, code, row, option
Place = tuple[str, int, int]  # code, row, option
Kind = Question.Kind
Dimension = SurveyTally.Dimension
ANSWERED = SurveyTally.ANSWERED
LARGEST_INSERT = 200  # rows of a statement: SQLite takes a limited number of parameters
CHUNK = 500


def places_of(questionnaire: Questionnaire, answers: dict[str, Any], words: set[str]) -> Iterator[Place]:
    """Where one answer counts; ``words`` are the codes answered in own words."""
    yield "", 0, ANSWERED
    for asked in questionnaire.questions:
        code = asked.code
        if asked.kind == Kind.OPEN:
            if code in words:
                yield code, 0, ANSWERED
            continue
        answer = answers.get(code)
        if answer is None:
            continue
        yield code, 0, ANSWERED
        match asked.kind:
            case Kind.MULTIPLE:
                for option in answer:
                    yield code, 0, option
            case Kind.MATRIX:
                for row, option in answer.items():
                    yield code, int(row), ANSWERED
                    yield code, int(row), option
            case Kind.RANKING:
                for place, option in enumerate(answer, start=1):
                    yield code, place, option
            case _:
                yield code, 0, answer


def cells_of(questionnaire: Questionnaire, response: SurveyResponse, words: set[str]) -> Iterator[Cell]:
    """The cells in which one answer counts, in every dimension."""
    dimensions = [
        (Dimension.ALL.value, ""),
        (Dimension.DISTRICT.value, str(response.district_id or "")),
        (Dimension.AGE.value, response.age_band),
        (Dimension.CHANNEL.value, response.channel),
    ]
    for code, row, option in places_of(questionnaire, response.answers, words):
        for dimension, value in dimensions:
            yield dimension, value, code, row, option


def add_response(questionnaire: Questionnaire, response: SurveyResponse, words: set[str]) -> None:
    """Count one new answer. Must run in the transaction that keeps it, which holds the survey's row."""
    rows = [(questionnaire.version.pk, *cell, 1) for cell in sorted(set(cells_of(questionnaire, response, words)))]
    table = SurveyTally._meta.db_table
    with connection.cursor() as cursor:
        for begin in range(0, len(rows), LARGEST_INSERT):
            part = rows[begin : begin + LARGEST_INSERT]
            places = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(part))
            cursor.execute(
                f'INSERT INTO {table} (version_id, dimension, value, code, "row", option, count) VALUES {places}'  # noqa: S608
                ' ON CONFLICT (version_id, dimension, value, code, "row", option)'
                f" DO UPDATE SET count = {table}.count + excluded.count",
                [value for row in part for value in row],
            )


def counted(version: SurveyVersion) -> Counter[Cell]:
    """What the tallies of a version ought to be, counted from the answers themselves."""
    questionnaire = Questionnaire(version)
    cells: Counter[Cell] = Counter()
    words: dict[int, set[str]] = {}
    for response, code in OpenAnswer.objects.filter(response__version=version).values_list("response_id", "code"):
        words.setdefault(response, set()).add(code)
    for response_row in SurveyResponse.objects.filter(version=version).iterator(chunk_size=CHUNK):
        cells.update(set(cells_of(questionnaire, response_row, words.get(response_row.pk, set()))))
    return cells


def recount(survey: Survey) -> list[str]:
    """Count the survey's answers anew, mend what differs, and say what did."""
    differences: list[str] = []
    with transaction.atomic():
        held = Survey.objects.select_for_update().get(pk=survey.pk)
        answers = held.responses.aggregate(n=Count("pk"))["n"]
        if answers != held.answer_count:
            differences.append(f"answer_count: {held.answer_count} instead of {answers}")
            Survey.objects.filter(pk=held.pk).update(answer_count=answers)
        for version in held.versions.all():
            right = counted(version)
            kept = {
                (one.dimension, one.value, one.code, one.row, one.option): one.count
                for one in SurveyTally.objects.filter(version=version)
            }
            wrong = [cell for cell in {*right, *kept} if right.get(cell, 0) != kept.get(cell, 0)]
            if not wrong:
                continue
            differences += [
                f"version {version.number} {cell}: {kept.get(cell, 0)} instead of {right.get(cell, 0)}"
                for cell in sorted(wrong)
            ]
            SurveyTally.objects.filter(version=version).delete()
            SurveyTally.objects.bulk_create(
                SurveyTally(
                    version=version, dimension=dimension, value=value, code=code, row=row, option=option, count=count
                )
                for (dimension, value, code, row, option), count in right.items()
            )
    return differences
