"""A survey is answered without account, sent exactly once, and nothing that cannot be an answer is taken."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.roles import Role
from participation.errors import (
    AnswersFaulty,
    NothingBegun,
    NotPermitted,
    SheetOutsideTerm,
    SurveyChanged,
    SurveyClosed,
)
from participation.models import OpenAnswer, SurveyDraft, SurveyResponse
from participation.services.surveys.answering import (
    Person,
    begin_answer,
    forget_old_drafts,
    keep_answers,
    send_answer,
    type_in_sheet,
)
from participation.services.surveys.building import (
    archive_survey,
    change_question,
    close_survey,
    content_of,
    next_version,
    publish_survey,
    version_to_edit,
)
from participation.services.surveys.tallies import recount
from participation.surveys.structure import Questionnaire
from tests.factories import DURING, person
from tests.factories_surveys import EVERY_ANSWER, Kind, begun, open_survey, question, sent, survey_draft, words

pytestmark = pytest.mark.django_db
AFTER = DURING + dt.timedelta(days=11)


def typed(**changes: Any) -> dict[str, Any]:
    return {**EVERY_ANSWER, **changes}


def test_every_kind_of_answer_is_kept_by_numbers() -> None:
    assert sent(open_survey()).answers == {
        "bus": 1, "like": [1, 3], "safe": 7, "areas": {"1": 1, "2": 2}, "order": [2, 1, 3],
    }  # fmt: skip
    assert dict(OpenAnswer.objects.values_list("code", "text")) == {"why": "Bo szybko.", "idea": "Więcej ławek."}


def test_sending_counts_once_and_the_draft_is_gone() -> None:
    survey = open_survey()
    sent(survey)
    survey.refresh_from_db()
    assert (survey.answer_count, SurveyDraft.objects.count(), recount(survey)) == (1, 0, [])


def test_a_second_click_sends_nothing_more() -> None:
    survey = open_survey()
    draft = begun(survey)
    first, second = send_answer(draft, now=DURING), send_answer(draft, now=DURING)
    assert (first.is_new, second.is_new, first.response, SurveyResponse.objects.count()) == (
        True, False, second.response, 1,
    )  # fmt: skip


def test_what_the_other_answers_hide_is_dropped() -> None:
    survey = open_survey()
    sent(survey, typed(bus="2"))
    assert list(OpenAnswer.objects.values_list("code", flat=True)) == ["idea"]
    assert recount(survey) == []


def test_a_hidden_section_hides_its_questions_and_what_depends_on_them() -> None:
    survey = open_survey(
        questions=[
            question("a", Kind.SINGLE, options=words("tak", "nie")),
            question("s", Kind.SECTION, show_if=("a", [1])),
            question("b", Kind.SINGLE, options=words("tak", "nie"), required=True),
            question("t", Kind.SECTION),
            question("c", Kind.OPEN, show_if=("b", [1])),
        ]
    )
    questionnaire = Questionnaire(version_to_edit(survey))
    assert questionnaire.visible({"a": 1, "b": 1}) == {"a", "s", "b", "t", "c"}
    assert questionnaire.visible({"a": 2, "b": 1}) == {"a", "t"}
    assert sent(survey, {"a": "2", "b": "1", "c": "x"}).answers == {"a": 2}


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("bus", ""),
        ("bus", "3"),
        ("bus", "tak"),
        ("like", ["9"]),
        ("like", ["1", "2", "3"]),
        ("safe", "11"),
        ("safe", "-1"),
        ("areas", {"1": "1"}),
        ("areas", {"1": "1", "2": "9"}),
        ("areas", {"1": "1", "2": "1", "7": "1"}),
        ("order", {"1": "1", "2": "1", "3": "3"}),
        ("order", {"1": "1", "2": "2"}),
        ("order", {"1": "1", "2": "2", "3": "4"}),
        ("order", {"1": "1", "2": "2", "9": "3"}),
    ],
)
def test_what_is_no_answer_is_refused_with_a_sentence(code: str, value: Any) -> None:
    survey = open_survey()
    draft = begun(survey, typed(**{code: value}))
    with pytest.raises(AnswersFaulty) as refused:
        send_answer(draft, now=DURING)
    assert list(refused.value.faults) == [code]
    assert refused.value.faults[code]
    survey.refresh_from_db()
    assert (survey.answer_count, SurveyDraft.objects.count()) == (0, 1)


@pytest.mark.parametrize("text", ["x" * 100_000, "a\x00b"])
def test_words_that_cannot_be_kept_leave_those_before(text: str) -> None:
    draft = begun(open_survey())
    keep_answers(draft, typed={"idea": text}, page=1, now=DURING)
    draft.refresh_from_db()
    assert draft.typed["idea"] == EVERY_ANSWER["idea"]


@pytest.mark.parametrize("moment", [DURING - dt.timedelta(days=11), AFTER])
def test_outside_of_its_term_nothing_begins(moment: dt.datetime) -> None:
    with pytest.raises(SurveyClosed):
        begin_answer(open_survey(), language="pl", now=moment)


def test_a_draft_begun_before_closing_is_not_sent_after_it() -> None:
    draft = begun(open_survey())
    with pytest.raises(SurveyClosed):
        send_answer(draft, now=AFTER)
    assert SurveyDraft.objects.filter(pk=draft.pk).exists()


def test_nothing_is_sent_of_what_was_never_begun() -> None:
    draft = begun(open_survey())
    SurveyDraft.objects.all().delete()
    with pytest.raises(NothingBegun):
        send_answer(draft, now=DURING)
    with pytest.raises(NothingBegun):
        keep_answers(draft, typed={}, page=1, now=DURING)


def test_questions_changed_before_anybody_answered_are_told() -> None:
    editor = person(Role.EDITOR)
    survey = open_survey(by=editor)
    draft = begin_answer(survey, language="pl", now=DURING)
    first = Questionnaire(version_to_edit(survey)).items[0]
    change_question(first.question, content=content_of(first), by=editor)
    with pytest.raises(SurveyChanged):
        keep_answers(draft, typed={"bus": "1"}, page=1, now=DURING)


def test_answers_belong_to_the_version_they_were_begun_in() -> None:
    editor = person(Role.EDITOR)
    survey = open_survey(by=editor)
    draft = begun(survey)
    next_version(survey, by=editor)
    publish_survey(survey, by=editor, now=DURING)
    assert send_answer(draft, now=DURING).response.version.number == 1
    assert sent(survey).version.number == 2
    assert recount(survey) == []


def test_old_drafts_are_forgotten() -> None:
    begun(open_survey())
    assert [forget_old_drafts(now=DURING + dt.timedelta(days=days)) for days in (29, 31)] == [0, 1]


class TestPaper:
    def sheet(self, survey: Any, *, by: Any = None, form: str = "sheet-1", **fields: Any) -> Any:
        return type_in_sheet(
            survey,
            **{
                "typed": EVERY_ANSWER, "person": Person(), "sheet_on": DURING.date(), "form_token": form,
                "by": by or person(Role.EXPERT), "now": AFTER, **fields,
            },
        )  # fmt: skip

    def test_a_sheet_is_typed_in_once_also_after_closing(self) -> None:
        survey = open_survey()
        results = [self.sheet(survey).is_new, self.sheet(survey).is_new, self.sheet(survey, form="sheet-2").is_new]
        assert results == [True, False, True]
        assert set(SurveyResponse.objects.values_list("channel", flat=True)) == {"paper"}
        assert recount(survey) == []

    def test_paper_need_not_answer_what_is_required(self) -> None:
        assert self.sheet(open_survey(), typed={"safe": "3"}).response.answers == {"safe": 3}

    def test_what_is_no_answer_is_refused_on_paper_too(self) -> None:
        with pytest.raises(AnswersFaulty):
            self.sheet(open_survey(), typed={"safe": "12"})

    @pytest.mark.parametrize("days", [-11, 11])
    def test_a_sheet_from_outside_the_term_is_refused(self, days: int) -> None:
        with pytest.raises(SheetOutsideTerm):
            self.sheet(open_survey(), sheet_on=DURING.date() + dt.timedelta(days=days))

    def test_an_archived_survey_takes_no_sheet(self) -> None:
        editor = person(Role.EDITOR)
        survey = open_survey(by=editor)
        archive_survey(survey, by=editor, now=AFTER)
        with pytest.raises(SurveyClosed):
            self.sheet(survey)

    @pytest.mark.parametrize("role", [Role.COUNCILLOR, Role.AUDITOR, Role.ADMINISTRATOR])
    def test_other_roles_type_nothing_in(self, role: Role) -> None:
        with pytest.raises(NotPermitted):
            self.sheet(open_survey(), by=person(role))


def test_a_survey_nobody_published_takes_no_answer() -> None:
    with pytest.raises(SurveyClosed):
        begin_answer(survey_draft(), language="pl", now=DURING)


def test_closing_early_closes_at_once() -> None:
    editor = person(Role.EDITOR)
    survey = open_survey(by=editor)
    close_survey(survey, by=editor, now=DURING)
    survey.refresh_from_db()
    with pytest.raises(SurveyClosed):
        begin_answer(survey, language="pl", now=DURING)
