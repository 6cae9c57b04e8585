"""Results come from tallies that always equal the answers, and tell no small number of people apart."""

from __future__ import annotations

import datetime as dt
import io
from contextlib import suppress
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.roles import Role
from participation.errors import AnswersFaulty, NothingBegun
from participation.models import District, Survey, SurveyDraft, SurveyResponse, SurveyTally
from participation.services.surveys.answering import (
    Person,
    abandon_draft,
    begin_answer,
    keep_answers,
    send_answer,
    type_in_sheet,
)
from participation.services.surveys.building import next_version, publish_survey
from participation.services.surveys.tallies import recount
from participation.surveys.results import results_of
from tests.factories import DURING, DistrictFactory, person
from tests.factories_surveys import EVERY_ANSWER, open_survey, questionnaires, sent

Dimension = SurveyTally.Dimension


def answered(survey: Survey, times: int, district: District | None = None, **changes: Any) -> None:
    for _n in range(times):
        sent(survey, {**EVERY_ANSWER, **changes, "district": district.slug if district else ""})


@pytest.mark.django_db
def test_each_kind_is_counted_with_its_share() -> None:
    survey = open_survey()
    answered(survey, 3)
    answered(survey, 1, bus="2", like=["2"], safe="3", areas={"1": "2", "2": "2"}, order={"1": "1", "2": "2", "3": "3"})
    found = {one.asked.code: one for one in results_of(survey, questionnaires(survey))}
    counts = {code: [[line.count for line in block.lines] for block in one.blocks] for code, one in found.items()}
    assert counts["bus"] == [[3, 1]]
    assert counts["like"] == [[3, 1, 3]]
    assert counts["areas"] == [[3, 1], [0, 4]]
    assert counts["order"] == [[1, 3, 0], [3, 1, 0], [0, 0, 4]]
    assert found["safe"].mean == 6.0
    assert [line.share for line in found["bus"].blocks[0].lines] == [75, 25]
    assert (found["why"].answered, found["why"].blocks) == (3, [])


@pytest.mark.django_db
def test_small_groups_stand_together_and_small_numbers_are_left_out() -> None:
    survey = open_survey(asks_district=True)
    large, middle, small, smaller = DistrictFactory.create_batch(4)
    answered(survey, 8, large)
    answered(survey, 6, middle, bus="2")
    answered(survey, 6, middle)
    answered(survey, 3, small)
    answered(survey, 2, smaller, bus="2")
    table = next(
        one for one in results_of(survey, questionnaires(survey), by=Dimension.DISTRICT) if one.asked.code == "bus"
    ).cross[0]
    assert table.answered == [8, 12, 5]
    assert set(table.groups[:2]) == {large.name, middle.name}
    shown = {cell for _label, cells in table.rows for cell in cells if cell is not None}
    assert not shown & {1, 2, 3, 4}
    assert table.has_hidden


@pytest.mark.django_db
def test_where_too_few_answered_there_is_no_table() -> None:
    survey = open_survey(asks_district=True)
    answered(survey, 2, DistrictFactory())
    answered(survey, 1, DistrictFactory())
    tables = [table for one in results_of(survey, questionnaires(survey), by=Dimension.DISTRICT) for table in one.cross]
    assert tables
    assert not any(table.groups for table in tables)


@pytest.mark.django_db
def test_a_wrong_tally_is_found_told_and_mended() -> None:
    survey = open_survey()
    sent(survey)
    SurveyTally.objects.filter(code="bus", option=1).update(count=9)
    Survey.objects.filter(pk=survey.pk).update(answer_count=7)
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("recount_surveys", survey.slug, stdout=out)
    assert "9 instead of 1" in out.getvalue()
    call_command("recount_surveys", stdout=io.StringIO())
    survey.refresh_from_db()
    assert survey.answer_count == 1


class Answering(RuleBasedStateMachine):
    """Whatever is begun, kept, sent twice, abandoned, typed in from paper or asked anew: tallies equal the answers."""

    def __init__(self) -> None:
        super().__init__()
        self.editor = person(Role.EDITOR)
        self.survey = open_survey(by=self.editor, asks_age=True)
        self.drafts: list[SurveyDraft] = []
        self.sent = 0
        self.sheets = 0

    typed = st.fixed_dictionaries(
        {},
        optional={
            "bus": st.sampled_from(["1", "2", "3", ""]),
            "why": st.sampled_from(["", "słowa"]),
            "like": st.lists(st.sampled_from(["1", "2", "3"]), max_size=3),
            "safe": st.sampled_from(["0", "10", "11", ""]),
            "areas": st.sampled_from([{}, {"1": "1"}, {"1": "1", "2": "2"}]),
            "order": st.sampled_from([{}, {"1": "1", "2": "2", "3": "3"}, {"1": "1", "2": "1"}]),
            "age": st.sampled_from(["25_39", "nonsense"]),
        },
    )

    @rule()
    def begin(self) -> None:
        self.drafts.append(begin_answer(self.survey, language="pl", now=DURING))

    @rule(answers=typed, at=st.integers(0, 5))
    def keep(self, answers: dict[str, Any], at: int) -> None:
        if self.drafts:
            with suppress(NothingBegun):
                keep_answers(self.drafts[at % len(self.drafts)], typed=answers, page=1, now=DURING)

    @rule(at=st.integers(0, 5))
    def send(self, at: int) -> None:
        if self.drafts:
            with suppress(AnswersFaulty, NothingBegun):
                self.sent += send_answer(self.drafts[at % len(self.drafts)], now=DURING).is_new

    @rule(at=st.integers(0, 5))
    def abandon(self, at: int) -> None:
        if self.drafts:
            abandon_draft(self.drafts[at % len(self.drafts)])

    @rule(answers=typed, again=st.booleans())
    def paper(self, answers: dict[str, Any], again: bool) -> None:
        self.sheets += not again
        token = f"sheet-{self.survey.pk}-{self.sheets}"
        with suppress(AnswersFaulty):
            self.sent += type_in_sheet(
                self.survey, typed=answers, person=Person(), sheet_on=DURING.date(), form_token=token, by=self.editor,
                now=DURING + dt.timedelta(hours=1),
            ).is_new  # fmt: skip

    @rule()
    def ask_anew(self) -> None:
        version = next_version(self.survey, by=self.editor, now=DURING)
        if version.published_at is None:
            publish_survey(self.survey, by=self.editor, now=DURING)

    @invariant()
    def tallies_equal_answers(self) -> None:
        assert SurveyResponse.objects.filter(survey=self.survey).count() == self.sent
        assert recount(self.survey) == []


class TestMachine(TestCase):
    def test_tallies_equal_the_answers_whatever_happens(self) -> None:
        run_state_machine_as_test(
            Answering,
            settings=settings(
                max_examples=6, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
