"""Questions are built until somebody answers them; then they stand still, and a change makes the next version."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.roles import Role
from participation import permissions
from participation.errors import (
    ConditionBroken,
    NotPermitted,
    QuestionNeeded,
    SurveyNotReady,
    SurveyStateChanged,
    SurveyVersionLocked,
)
from participation.models import Survey
from participation.services.surveys.building import (
    add_question,
    archive_survey,
    change_question,
    change_survey,
    close_survey,
    content_of,
    copy_question,
    make_survey,
    move_question,
    next_version,
    publish_results,
    publish_survey,
    remove_question,
    untranslated,
    version_to_edit,
)
from participation.services.surveys.invitations import (
    find_kiosk,
    give_out_codes,
    make_invitations,
    open_kiosk,
    revoke_kiosk,
    void_batch,
)
from participation.services.surveys.words import make_voices
from participation.surveys.results import results_of, same_questions
from participation.surveys.structure import Questionnaire
from tests.factories import DURING, person
from tests.factories_surveys import Kind, begun, open_survey, question, questionnaires, sent, survey_draft, words

pytestmark = pytest.mark.django_db
AFTER = DURING + dt.timedelta(days=11)


def items(survey: Survey) -> dict[str, Any]:
    return Questionnaire(version_to_edit(survey)).by_code


def codes(survey: Survey) -> list[str]:
    return [item.code for item in Questionnaire(version_to_edit(survey)).items]


def test_what_somebody_answers_stands_still() -> None:
    editor = person(Role.EDITOR)
    survey = open_survey(by=editor)
    begun(survey)
    item = items(survey)["bus"]
    verbs = [
        lambda: add_question(item.question.version, content=question("x", Kind.OPEN), by=editor),
        lambda: change_question(item.question, content=content_of(item), by=editor),
        lambda: copy_question(item.question, by=editor),
        lambda: move_question(item.question, up=False, by=editor),
        lambda: remove_question(item.question, by=editor),
        lambda: change_survey(survey, by_invitation=True, by=editor),
    ]
    for verb in verbs:
        with pytest.raises(SurveyVersionLocked):
            verb()


def test_the_next_version_is_the_same_with_its_branches_and_can_be_changed() -> None:
    editor = person(Role.EDITOR)
    survey = open_survey(by=editor)
    before = codes(survey)
    sent(survey)
    version = next_version(survey, by=editor)
    assert next_version(survey, by=editor) == version
    assert codes(survey) == before
    assert items(survey)["why"].question.show_if_question == items(survey)["bus"].question
    remove_question(items(survey)["idea"].question, by=editor)
    assert "idea" not in codes(survey)


def test_counts_are_added_up_only_where_the_answers_are_the_same() -> None:
    editor = person(Role.EDITOR)
    survey = open_survey(by=editor)
    sent(survey)
    next_version(survey, by=editor)
    changed = content_of(items(survey)["bus"])
    change_question(
        items(survey)["bus"].question,
        content=question("bus", Kind.SINGLE, options=[*changed.options, {"pl": "Czasem"}]), by=editor,
    )  # fmt: skip
    publish_survey(survey, by=editor, now=DURING)
    sent(survey)
    found = {
        (one.asked.code, tuple(one.group.numbers)): one.answered for one in results_of(survey, questionnaires(survey))
    }
    assert found["safe", (1, 2)] == 2
    assert (found["bus", (1,)], found["bus", (2,)]) == (1, 1)
    assert [group.is_apart for group in same_questions(questionnaires(survey)) if group.asked.code == "bus"] == [
        True,
        True,
    ]


def test_questions_are_moved_copied_and_removed() -> None:
    editor = person(Role.EDITOR)
    survey = survey_draft(by=editor)
    copy_question(items(survey)["idea"].question, by=editor)
    move_question(items(survey)["idea_2"].question, up=True, by=editor)
    assert codes(survey)[-2:] == ["idea_2", "idea"]
    remove_question(items(survey)["idea_2"].question, by=editor)
    assert codes(survey)[-1] == "idea"
    move_question(items(survey)["bus"].question, up=True, by=editor)
    assert codes(survey)[0] == "bus"


def test_a_question_cannot_come_before_what_decides_about_it() -> None:
    editor = person(Role.EDITOR)
    survey = survey_draft(by=editor)
    with pytest.raises(ConditionBroken):
        move_question(items(survey)["why"].question, up=True, by=editor)
    assert codes(survey)[:2] == ["bus", "why"]
    with pytest.raises(QuestionNeeded):
        remove_question(items(survey)["bus"].question, by=editor)


@pytest.mark.parametrize(
    "condition", [("idea", [1]), ("nie_ma", [1]), ("bus", [9]), ("bus", []), ("why", [1]), ("areas", [1])]
)
def test_a_condition_names_an_earlier_question_and_answers_it_has(condition: tuple[str, list[int]]) -> None:
    editor = person(Role.EDITOR)
    survey = survey_draft(by=editor)
    with pytest.raises(ConditionBroken):
        change_question(
            items(survey)["safe"].question,
            content=question("safe", Kind.SCALE, scale_from=1, scale_to=5, show_if=condition), by=editor,
        )  # fmt: skip


@pytest.mark.parametrize(
    "questions",
    [
        [],
        [question("s", Kind.SECTION)],
        [question("a", Kind.SINGLE, options=words("jedno"))],
        [question("a", Kind.MATRIX, options=words("tak", "nie"))],
        [question("a", Kind.MULTIPLE, options=words("b", "c"), min_choices=3)],
        [question("a", Kind.MULTIPLE, options=words("b", "c")), question("a_1", Kind.OPEN)],
    ],
)
def test_what_is_not_ready_is_not_published(questions: list[Any]) -> None:
    editor = person(Role.EDITOR)
    survey = survey_draft(by=editor, questions=questions)
    with pytest.raises(SurveyNotReady) as refused:
        publish_survey(survey, by=editor, now=DURING)
    assert refused.value.problems
    survey.refresh_from_db()
    assert not survey.is_public


def test_a_survey_that_would_be_closed_is_not_published() -> None:
    editor = person(Role.EDITOR)
    with pytest.raises(SurveyNotReady):
        publish_survey(survey_draft(by=editor), by=editor, now=AFTER)


def test_missing_translations_are_counted_by_language_and_question() -> None:
    texts = {"pl": "Pytanie", "en": "Question", "uk": "Питання"}
    survey = survey_draft(
        questions=[
            question("a", Kind.SINGLE, wording=texts, options=[{"pl": "tak", "en": "yes"}, {"pl": "nie", "en": "no"}])
        ]
    )
    found = {
        (one.language, one.where): one.texts for one in untranslated(survey, Questionnaire(version_to_edit(survey)))
    }
    assert found == {("en", ""): 1, ("uk", ""): 1, ("uk", "a"): 2}


def test_states_follow_each_other() -> None:
    editor = person(Role.EDITOR)
    survey = open_survey(by=editor)
    for verb, refused in (
        (lambda: publish_survey(survey, by=editor, now=DURING), True),
        (lambda: archive_survey(survey, by=editor, now=DURING), True),
        (lambda: close_survey(survey, by=editor, now=DURING), False),
        (lambda: close_survey(survey, by=editor, now=DURING), True),
        (lambda: publish_results(survey, public=True, by=editor, now=AFTER), False),
        (lambda: publish_results(survey, public=True, by=editor, now=AFTER), True),
        (lambda: archive_survey(survey, by=editor, now=AFTER), False),
    ):
        if refused:
            with pytest.raises(SurveyStateChanged):
                verb()
        else:
            verb()


def test_the_address_of_a_public_survey_stays() -> None:
    editor = person(Role.EDITOR)
    with pytest.raises(SurveyStateChanged):
        change_survey(open_survey(by=editor), slug="inny", by=editor)


BUILDERS = {Role.EDITOR, Role.COORDINATOR}


@pytest.mark.parametrize("role", list(Role))
def test_who_may_do_what(role: Role) -> None:
    user = person(role)
    assert permissions.may_build_surveys(user) == (role in BUILDERS)
    assert permissions.may_type_in_surveys(user) == (role in BUILDERS | {Role.EXPERT})


@pytest.mark.parametrize("role", sorted(set(Role) - BUILDERS))
def test_other_roles_build_nothing(role: Role) -> None:
    editor, other = person(Role.EDITOR), person(role)
    survey = survey_draft(by=editor)
    item = items(survey)["bus"]
    batch = make_invitations(survey, label="x", count=1, form_token="t", by=editor)
    kiosk, _token = open_kiosk(survey, office="x", by=editor)
    for verb in (
        lambda: make_survey(by=other),
        lambda: change_survey(survey, by=other),
        lambda: add_question(version_to_edit(survey), content=question("x", Kind.OPEN), by=other),
        lambda: change_question(item.question, content=content_of(item), by=other),
        lambda: copy_question(item.question, by=other),
        lambda: move_question(item.question, up=True, by=other),
        lambda: remove_question(item.question, by=other),
        lambda: next_version(survey, by=other),
        lambda: publish_survey(survey, by=other),
        lambda: close_survey(survey, by=other),
        lambda: archive_survey(survey, by=other),
        lambda: publish_results(survey, public=True, by=other),
        lambda: make_invitations(survey, label="x", count=1, form_token="u", by=other),
        lambda: give_out_codes(batch, by=other),
        lambda: void_batch(batch, by=other),
        lambda: open_kiosk(survey, office="x", by=other),
        lambda: revoke_kiosk(kiosk, by=other),
        lambda: make_voices([], question=item.question, survey=survey, theme=None, by=other),
    ):
        with pytest.raises(NotPermitted):
            verb()


def test_a_kiosk_is_known_by_its_secret_until_revoked() -> None:
    editor = person(Role.EDITOR)
    survey, another = open_survey(by=editor), open_survey(by=editor)
    kiosk, token = open_kiosk(survey, office="BOM", by=editor)
    assert token not in {kiosk.token_hash, kiosk.office}
    assert (find_kiosk(survey, token=token), find_kiosk(another, token=token), find_kiosk(survey, token="x")) == (
        kiosk, None, None,
    )  # fmt: skip
    revoke_kiosk(kiosk, by=editor)
    assert find_kiosk(survey, token=token) is None
