"""Double clicks, one code on many devices, two clerks: at the same moment, on SQLite (in a file) and on PostgreSQL."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from accounts.roles import Role
from participation.errors import CodesGivenOut, SurveyError
from participation.models import Survey, SurveyDraft, SurveyResponse
from participation.services.surveys.answering import Person, begin_answer, send_answer, type_in_sheet
from participation.services.surveys.invitations import find_invitation, give_out_codes, make_invitations
from participation.services.surveys.tallies import recount
from tests.factories import DURING, person
from tests.factories_surveys import EVERY_ANSWER, begun, open_survey
from tests.parallel import at_once, database_for_threads

pytestmark = pytest.mark.django_db(transaction=True)


def kept(survey: Survey) -> tuple[int, int, list[str]]:
    """The answers, the counter, and what is wrong with the tallies."""
    counter = Survey.objects.get(pk=survey.pk).answer_count
    return SurveyResponse.objects.count(), counter, recount(survey)


def test_eight_clicks_send_one_answer(tmp_path: Path) -> None:
    survey = open_survey()
    draft = begun(survey)
    with database_for_threads(tmp_path):
        sent = at_once([partial(send_answer, draft, now=DURING) for _ in range(8)])
        assert sorted(one.is_new for one in sent) == [False] * 7 + [True]
        assert kept(survey) == (1, 1, [])


def test_twelve_people_send_at_once_and_every_one_counts(tmp_path: Path) -> None:
    survey = open_survey()
    drafts = [begun(survey) for _ in range(12)]
    with database_for_threads(tmp_path):
        at_once([partial(send_answer, draft, now=DURING) for draft in drafts])
        assert kept(survey) == (12, 12, [])


def test_one_code_on_six_devices_is_one_answer(tmp_path: Path) -> None:
    editor = person(Role.EDITOR)
    survey = open_survey(by=editor, by_invitation=True)
    batch = make_invitations(survey, label="Próba", count=1, form_token="t", by=editor)
    invitation = find_invitation(survey, code=give_out_codes(batch, by=editor)[0])

    def answer() -> bool:
        draft = begin_answer(survey, language="pl", invitation=invitation, now=DURING)
        SurveyDraft.objects.filter(pk=draft.pk).update(typed=EVERY_ANSWER)
        try:
            return send_answer(draft, now=DURING).is_new
        except SurveyError:
            return False

    with database_for_threads(tmp_path):
        assert sum(at_once([answer] * 6)) == 1
        assert kept(survey) == (1, 1, [])


def test_two_clerks_and_double_clicks_enter_each_sheet_once(tmp_path: Path) -> None:
    survey, clerks = open_survey(), [person(Role.EXPERT), person(Role.EDITOR)]

    def sheet(clerk: Any, token: str) -> Any:
        return partial(
            type_in_sheet, survey, typed=EVERY_ANSWER, person=Person(), sheet_on=DURING.date(), form_token=token,
            by=clerk, now=DURING,
        )  # fmt: skip

    with database_for_threads(tmp_path):
        at_once([sheet(clerk, f"{number}-{n}") for number, clerk in enumerate(clerks) for n in (1, 1, 2, 3)])
        assert kept(survey) == (6, 6, [])


def test_codes_asked_for_twice_at_once_are_given_once(tmp_path: Path) -> None:
    editor = person(Role.EDITOR)
    batch = make_invitations(open_survey(by=editor), label="Próba", count=3, form_token="t", by=editor)

    def give() -> int:
        try:
            return len(give_out_codes(batch, by=editor))
        except CodesGivenOut:
            return 0

    with database_for_threads(tmp_path):
        assert sorted(at_once([give] * 4)) == [0, 0, 0, 3]
