"""The answer while it is typed: saved, seen by colleagues, never overwritten unread, gone when it is handed over."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from consultations import errors
from consultations.models import AnswerDraft, Remark
from consultations.services.answer_drafts import MOST_CHARACTERS, Seen, Typed, save_answer_draft
from consultations.services.decisions import correct_answer, decide_remark
from tests.factories import STATES, DepartmentFactory, person, remark_in_state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

WORDS = Typed("accepted", "Dopisujemy to do tekstu.")
OTHER = Typed("explained", "To już jest w tekście.")


@pytest.fixture
def coordinator():
    return person(Role.COORDINATOR)


@pytest.fixture
def remark(consultation):
    return remark_in_state(consultation, "assigned")


def save(remark, by, typed=WORDS, revision=0, window="a", **options) -> AnswerDraft:
    return save_answer_draft(remark, typed=typed, by=by, seen=Seen(revision, window), **options)


def said(remark) -> tuple[str, str]:
    draft = AnswerDraft.objects.get(remark=remark)
    return draft.outcome, draft.justification


def decide(remark, by, typed=WORDS, seen=None):
    return decide_remark(
        remark, outcome=Remark.Outcome(typed.outcome), justification=typed.justification, by=by, draft=seen
    )


def test_what_is_typed_is_saved_and_each_save_raises_the_revision(remark, coordinator):
    first = save(remark, coordinator)
    second = save(remark, coordinator, OTHER, first.revision)
    assert (first.revision, second.revision, said(remark)) == (1, 2, (OTHER.outcome, OTHER.justification))


def test_a_window_that_is_behind_overwrites_nothing(remark, coordinator):
    save(remark, person(Role.COORDINATOR), OTHER, window="b")
    with pytest.raises(errors.AnswerDraftChanged):
        save(remark, coordinator)
    assert said(remark) == (OTHER.outcome, OTHER.justification)


def test_a_window_that_is_behind_and_says_the_same_goes_on(remark, coordinator):
    save(remark, coordinator, window="left")
    assert save(remark, coordinator, window="opened again").revision == 2


def test_a_window_that_did_not_hear_our_answer_goes_on(remark, coordinator):
    save(remark, coordinator, save=1)
    save(remark, coordinator, OTHER, revision=0, save=2)
    assert said(remark) == (OTHER.outcome, OTHER.justification)


def test_a_save_that_comes_late_does_not_undo_a_later_one(remark, coordinator):
    save(remark, coordinator, save=2)
    with pytest.raises(errors.AnswerDraftChanged):
        save(remark, coordinator, OTHER, revision=0, save=1)


def test_words_that_are_replaced_knowingly_stay_readable(remark, coordinator):
    colleague = person(Role.COORDINATOR)
    theirs = save(remark, colleague, OTHER, window="b")
    draft = save(remark, coordinator, WORDS, revision=theirs.revision, replaces=True)
    assert (draft.by, draft.earlier["by"], draft.earlier["justification"]) == (
        coordinator,
        str(colleague),
        OTHER.justification,
    )


def test_an_unfinished_draft_may_lack_everything(remark, coordinator):
    save(remark, coordinator, Typed("nonsense", "Zaczynam\r\npisać\x00"))
    assert said(remark) == ("", "Zaczynam\npisać")


def test_more_than_is_kept_is_refused(remark, coordinator):
    with pytest.raises(errors.AnswerDraftTooLong):
        save(remark, coordinator, Typed(justification="a" * (MOST_CHARACTERS + 1)))


@pytest.mark.parametrize("state", STATES)
def test_only_what_waits_for_an_answer_or_can_be_corrected_is_typed(consultation, coordinator, state):
    remark = remark_in_state(consultation, state)
    if state in {"assigned", "published"}:
        assert save(remark, coordinator).revision == 1
    else:
        with pytest.raises(errors.AnswerNotTyped):
            save(remark, coordinator)


@pytest.mark.parametrize(
    ("roles", "is_member", "may"),
    [
        ([Role.COORDINATOR], False, True),
        ([Role.EXPERT], True, True),
        ([Role.EXPERT], False, False),
        ([Role.EDITOR], True, False),
        ([Role.COUNCILLOR], True, False),
        ([Role.ADMINISTRATOR], True, False),
        ([], True, False),
    ],
)
def test_who_may_type(consultation, roles, is_member, may):
    department, user = DepartmentFactory(), person(*roles)
    if is_member:
        department.members.add(user)
    remark = remark_in_state(consultation, "assigned", department=department)
    if may:
        assert save(remark, user).by == user
    else:
        with pytest.raises(errors.NotPermitted):
            save(remark, user)


# -- Handing over ---------------------------------------------------------------------------------------------------


def test_handing_over_forgets_the_draft(remark, coordinator):
    draft = save(remark, coordinator)
    decide(remark, coordinator, seen=Seen(draft.revision, "a"))
    assert not AnswerDraft.objects.exists()


def test_a_refused_answer_keeps_the_draft(remark, coordinator):
    save(remark, coordinator)
    with pytest.raises(errors.JustificationMissing):
        decide(remark, coordinator, Typed("accepted", " "))
    assert said(remark) == (WORDS.outcome, WORDS.justification)


def test_unread_words_of_another_stop_the_handing_over(remark, coordinator):
    save(remark, person(Role.COORDINATOR), OTHER, window="b")
    with pytest.raises(errors.AnswerDraftChanged):
        decide(remark, coordinator, seen=Seen(0, "a"))
    remark.refresh_from_db()
    assert (remark.state, said(remark)) == ("assigned", (OTHER.outcome, OTHER.justification))


def test_a_save_on_the_way_in_the_same_window_does_not_stop_it(remark, coordinator):
    save(remark, coordinator, OTHER)
    decide(remark, coordinator, seen=Seen(0, "a"))
    assert not AnswerDraft.objects.exists()


def test_the_correction_of_an_answer_is_typed_and_forgotten_too(consultation, coordinator):
    remark = remark_in_state(consultation, "published")
    draft = save(remark, coordinator, Typed("explained", "Inaczej.", "Bo pomyłka."))
    assert draft.corrects_why == "Bo pomyłka."
    correct_answer(
        remark, outcome=Remark.Outcome.EXPLAINED, justification="Inaczej.", why="Bo pomyłka.", by=coordinator
    )
    assert not AnswerDraft.objects.exists()


# -- The page and what it asks for by itself ------------------------------------------------------------------------


def post(client, remark, **fields):
    values = {"outcome": "accepted", "justification": "Tak.", "draft_revision": "0", "window": "a", "save": "1"}
    return client.post(reverse("desk:answer_draft", args=[remark.pk]), values | fields)


def test_the_page_saves_and_hears_the_new_revision(client, sign_in, remark):
    sign_in(Role.COORDINATOR)
    answer = post(client, remark)
    assert (answer.status_code, answer.json()) == (200, {"revision": 1, "words": "Zapisano o 12:00."})


def test_a_stale_window_hears_what_is_saved_there(client, sign_in, remark, coordinator):
    save(remark, coordinator, OTHER, window="b")
    sign_in(Role.COORDINATOR)
    answer = post(client, remark)
    theirs = answer.json()["theirs"]
    assert (answer.status_code, theirs["revision"], theirs["justification"]) == (409, 1, OTHER.justification)
    assert str(coordinator) in theirs["head"]


def test_who_was_signed_out_is_told_so(client, remark):
    assert (post(client, remark).status_code, post(client, remark).json()["signed_out"]) == (401, True)


def test_who_may_not_answer_saves_nothing(client, sign_in, remark):
    sign_in(Role.EXPERT)
    assert (post(client, remark).status_code, AnswerDraft.objects.count()) == (403, 0)


def test_the_form_begins_with_the_words_that_were_saved_and_says_whose_they_are(client, sign_in, remark, coordinator):
    save(remark, coordinator, OTHER)
    sign_in(Role.COORDINATOR)
    page = client.get(reverse("desk:remark", args=[remark.pk])).content.decode()
    assert OTHER.justification in page
    assert str(coordinator) in page


def test_an_expert_of_another_department_does_not_see_them_before(client, sign_in, remark, coordinator):
    save(remark, coordinator, OTHER)
    sign_in(Role.EXPERT)
    assert OTHER.justification not in client.get(reverse("desk:remark", args=[remark.pk])).content.decode()


def test_without_scripts_the_form_keeps_what_is_typed(client, sign_in, remark):
    sign_in(Role.COORDINATOR)
    fields = {"action": ["decide", "keep"], "justification": "W połowie", "outcome": ""}
    answer = client.post(reverse("desk:remark", args=[remark.pk]), fields)
    assert (answer.status_code, said(remark)) == (302, ("", "W połowie"))


def test_handing_over_another_than_the_read_draft_shows_both_texts(client, sign_in, remark, coordinator):
    save(remark, coordinator, OTHER, window="b")
    sign_in(Role.COORDINATOR)
    fields = {
        "action": "decide", "outcome": "accepted", "justification": "Moje słowa.", "draft_revision": "0", "window": "a",
        "seen_department": remark.department_id, "seen_revision": remark.revision,
    }  # fmt: skip
    answer = client.post(reverse("desk:remark", args=[remark.pk]), fields)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Moje słowa." in page
    assert OTHER.justification in page


def test_a_page_that_stood_open_too_long_gives_the_words_back(remark):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person(Role.COORDINATOR))
    fields = {"action": "decide", "outcome": "accepted", "justification": "Moje słowa."}
    answer = strict.post(reverse("desk:remark", args=[remark.pk]), fields)
    remark.refresh_from_db()
    assert (answer.status_code, remark.state) == (403, "assigned")
    assert "Moje słowa." in answer.content.decode()


def test_a_save_with_an_old_token_gets_a_new_one(remark):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person(Role.COORDINATOR))
    answer = post(strict, remark)
    assert (answer.status_code, bool(answer.json()["token"]), AnswerDraft.objects.count()) == (403, True, 0)
