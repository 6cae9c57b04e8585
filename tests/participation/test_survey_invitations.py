"""Codes are given out once, kept as hashes, and each is used up by one answer."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from participation.errors import CodesGivenOut, CodeUnknown, CodeUsed
from participation.models import Invitation, Survey, SurveyResponse
from participation.services.surveys.answering import begin_answer, send_answer
from participation.services.surveys.invitations import (
    find_invitation,
    give_out_codes,
    make_invitations,
    normal_code,
    void_batch,
)
from tests.factories import DURING, person
from tests.factories_surveys import begun, open_survey

pytestmark = pytest.mark.django_db


def invited(count: int = 3) -> tuple[Survey, list[str]]:
    editor = person(Role.EDITOR)
    survey = open_survey(by=editor, by_invitation=True)
    batch = make_invitations(survey, label="Próba", count=count, form_token="t", by=editor)
    return survey, give_out_codes(batch, by=editor)


def test_codes_are_different_and_only_hashes_are_kept() -> None:
    _survey, codes = invited(200)
    kept = " ".join(Invitation.objects.values_list("code_hash", flat=True))
    assert len(set(codes)) == 200
    assert not any(normal_code(code) in kept for code in codes)


def test_they_are_given_out_once() -> None:
    editor = person(Role.EDITOR)
    survey = open_survey(by=editor, by_invitation=True)
    batch = make_invitations(survey, label="Próba", count=2, form_token="t", by=editor)
    again = make_invitations(survey, label="Próba", count=2, form_token="t", by=editor)
    assert (batch == again, survey.invitations.count()) == (True, 2)
    give_out_codes(batch, by=editor)
    for one in (batch, again):
        with pytest.raises(CodesGivenOut):
            give_out_codes(one, by=editor)
    again.refresh_from_db()
    assert again.secret == ""


@pytest.mark.parametrize("change", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code} "])
def test_a_code_is_known_however_it_is_typed(change) -> None:
    survey, codes = invited()
    assert find_invitation(survey, code=change(codes[0]))


@pytest.mark.parametrize("code", ["", "ABCD", "ABCD-EFGH-JKMN", "x" * 5000, "a\x00b", "0000-0000-0000"])
def test_a_forged_code_is_none(code: str) -> None:
    survey, _codes = invited()
    with pytest.raises(CodeUnknown):
        find_invitation(survey, code=code)


def test_another_surveys_code_is_none() -> None:
    _survey, codes = invited()
    with pytest.raises(CodeUnknown):
        find_invitation(open_survey(by_invitation=True), code=codes[0])


def test_a_used_code_takes_no_second_answer_even_if_begun_before() -> None:
    survey, codes = invited()
    invitation = find_invitation(survey, code=codes[0])
    draft = begun(survey, invitation=invitation)
    Invitation.objects.filter(pk=invitation.pk).update(used_on=DURING.date())
    with pytest.raises(CodeUsed):
        send_answer(draft, now=DURING)
    with pytest.raises(CodeUsed):
        find_invitation(survey, code=codes[0])
    assert not SurveyResponse.objects.exists()


def test_nothing_tells_which_answer_came_with_which_code() -> None:
    survey, codes = invited()
    send_answer(begun(survey, invitation=find_invitation(survey, code=codes[0])), now=DURING)
    fields = {field.name for field in SurveyResponse._meta.get_fields()}
    assert not any("invitation" in name for name in fields)
    assert SurveyResponse.objects.get().batch.label == "Próba"


def test_who_begins_again_goes_on() -> None:
    survey, codes = invited()
    invitation = find_invitation(survey, code=codes[0])
    assert begun(survey, invitation=invitation) == begin_answer(
        survey, language="uk", invitation=invitation, now=DURING
    )


def test_void_codes_do_not_work_and_what_was_sent_stays() -> None:
    survey, codes = invited()
    send_answer(begun(survey, invitation=find_invitation(survey, code=codes[0])), now=DURING)
    waiting = begun(survey, invitation=find_invitation(survey, code=codes[1]))
    void_batch(survey.batches.get(), by=person(Role.EDITOR))
    with pytest.raises(CodeUnknown):
        find_invitation(survey, code=codes[2])
    assert not type(waiting).objects.filter(pk=waiting.pk).exists()
    assert SurveyResponse.objects.count() == 1
