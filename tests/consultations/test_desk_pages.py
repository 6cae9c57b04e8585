"""The desk's pages: what waits, in which order, what a verb tells, and where it leads."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from consultations import errors
from consultations.desk import PAGE
from consultations.models import Consultation, Decision, Remark, Submission
from consultations.services.decisions import assign_remark, decide_remark, publish_decision, return_decision
from consultations.services.verification import mark_proper
from consultations.words import status_for, words_for
from tests.factories import (
    DURING,
    DepartmentFactory,
    NewsFactory,
    passage_remark,
    person,
    remark_in_state,
    submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


@pytest.fixture
def coordinator(sign_in):
    return sign_in(Role.COORDINATOR)


def remark_page(remark) -> str:
    return reverse("desk:remark", args=[remark.pk])


def submission_page(sent) -> str:
    return reverse("desk:submission", args=[sent.pk])


def text_of(answer) -> str:
    return str(answer.content.decode())


# -- Every refusal has words ----------------------------------------------------------------------------------------


# Other apps have words of their own for theirs.
OWN_ERRORS = [error for error in errors.ConsultationError.__subclasses__() if error.__module__ == errors.__name__]


@pytest.mark.parametrize("error", OWN_ERRORS, ids=lambda error: error.__name__)
def test_every_error_has_words_and_a_status(error):
    values: dict[type, list[object]] = {
        errors.AttachmentRefused: ["empty"],
        errors.TooOften: [DURING],
        errors.SentTooFast: [4],
        errors.TableUnreadable: ["too_large"],
    }
    refusal = error(*values.get(error, []))
    statuses = {
        errors.NotPermitted: 403,
        errors.AttachmentRefused: 422,
        errors.TrapFilled: 422,
        errors.TooOften: 429,
        errors.SentTooFast: 429,
    }
    assert len(words_for(refusal)) > 20
    assert status_for(refusal) == statuses.get(error, 409)


# -- Order, paging, neighbours --------------------------------------------------------------------------------------


def test_the_oldest_comes_first_and_the_page_leads_to_the_next(consultation, client, coordinator):
    first, second, third = (submission(consultation) for _time in range(3))
    shown = client.get(reverse("desk:verification")).context["rows"]
    assert list(shown) == [first, second, third]
    page = client.get(submission_page(second))
    assert (page.context["place"].previous, page.context["place"].next) == (first, third)


def test_a_long_queue_is_shown_by_pages_without_a_gap(consultation, client, coordinator):
    for _time in range(PAGE + 3):
        mark_proper(submission(consultation), by=coordinator)
    one = client.get(reverse("desk:assignment"))
    two = client.get(reverse("desk:assignment"), {"after": one.context["after"]})
    seen = [row["remark"].pk for page in (one, two) for row in page.context["readings"]]
    assert (len(one.context["readings"]), two.context["after"]) == (PAGE, None)
    assert seen == sorted(Remark.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "0", "' or 1=1"])
def test_an_unknown_key_shows_the_beginning(consultation, client, coordinator, after):
    waiting = remark_in_state(consultation, "proper")
    page = client.get(reverse("desk:assignment"), {"after": after})
    assert [row["remark"] for row in page.context["readings"]] == [waiting]


def test_an_expert_sees_the_own_departments_remarks_only(consultation, client, sign_in):
    mine = DepartmentFactory()
    mine.members.add(sign_in(Role.EXPERT))
    own = remark_in_state(consultation, "assigned", department=mine)
    remark_in_state(consultation, "assigned")
    page = client.get(reverse("desk:answers"))
    assert [row["remark"] for row in page.context["readings"]] == [own]


# -- Verbs on the pages ---------------------------------------------------------------------------------------------


def test_verifying_tells_so_and_goes_on_to_the_next(consultation, client, coordinator):
    first, second = submission(consultation), submission(consultation)
    answer = client.post(submission_page(first), {"action": "proper"}, follow=True)
    assert answer.redirect_chain[-1][0] == submission_page(second)
    assert f"Zgłoszenie {first.public_number} jest prawidłowe" in text_of(answer)


def test_after_the_last_one_the_empty_list_is_shown(consultation, client, coordinator):
    answer = client.post(submission_page(submission(consultation)), {"action": "proper"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("desk:verification")
    assert "Wszystkie zgłoszenia są zweryfikowane" in text_of(answer)


def test_an_improper_submission_needs_a_reason_and_the_note_typed_is_kept(consultation, client, coordinator):
    sent = submission(consultation)
    answer = client.post(submission_page(sent), {"action": "improper", "reason": "", "note": "Brak podpisu."})
    assert "Brak podpisu." in text_of(answer)
    assert "Jeszcze nic nie zapisano" in text_of(answer)
    assert Submission.objects.get().verification == "pending"
    reason = consultation.improper_reasons.first()
    client.post(submission_page(sent), {"action": "improper", "reason": reason.pk, "note": "Brak podpisu."})
    assert Submission.objects.get().improper_note == "Brak podpisu."


@pytest.mark.parametrize("sent", [{}, {"action": ""}, {"action": "delete"}])
@pytest.mark.parametrize(
    "address_of", [remark_page, lambda remark: submission_page(remark.submission)], ids=["remark", "case"]
)
def test_an_unknown_verb_is_a_bad_request(consultation, client, coordinator, sent, address_of):
    assert client.post(address_of(remark_in_state(consultation, "assigned")), sent).status_code == 400


def decision_of(remark, **fields):
    values = {"action": "decide", "seen_department": remark.department_id, "outcome": "partly_accepted"}
    return values | {"justification": "Dopiszemy to do rozdziału."} | fields


def test_deciding_keeps_outcome_and_justification_and_goes_on(consultation, client, coordinator):
    first, second = (remark_in_state(consultation, "assigned") for _time in range(2))
    answer = client.post(remark_page(first), decision_of(first))
    assert answer.url == remark_page(second)
    decision = Decision.objects.get()
    assert (decision.outcome, decision.justification) == ("partly_accepted", "Dopiszemy to do rozdziału.")
    assert decision.decided_by == coordinator


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"justification": ""}, "To pole jest wymagane"),
        ({"justification": "   "}, "To pole jest wymagane"),
        ({"justification": "a" * 10_007}, "za długi o 7 znaków"),
        ({"justification": "zero\x00"}, "znaki"),
        ({"outcome": ""}, "To pole jest wymagane"),
        ({"outcome": "thrown_away"}, "thrown_away"),
    ],
)
def test_a_faulty_decision_gets_a_sentence_and_is_not_saved(consultation, client, coordinator, fields, words):
    remark = remark_in_state(consultation, "assigned")
    answer = client.post(remark_page(remark), decision_of(remark, **fields))
    assert answer.status_code == 200
    assert words in text_of(answer)
    assert not Decision.objects.exists()


def test_a_decision_too_late_is_a_409_with_the_state_and_the_text_that_was_typed(consultation, client, coordinator):
    remark = remark_in_state(consultation, "assigned")
    sent = decision_of(remark, justification="Mój długi tekst, którego szkoda.")
    decide_remark(
        remark, outcome=Remark.Outcome.ACCEPTED, justification="Szybsza odpowiedź.", by=person(Role.COORDINATOR)
    )
    answer = client.post(remark_page(remark), sent)
    assert answer.status_code == 409
    assert words_for(errors.RemarkAlreadyDecided()) in text_of(answer)
    assert "Obecny stan: zatwierdzona" in text_of(answer)
    assert "Mój długi tekst, którego szkoda." in text_of(answer)
    assert Decision.objects.get().justification == "Szybsza odpowiedź."


def test_a_decision_for_the_old_department_keeps_the_text_in_the_form(consultation, client, coordinator):
    remark = remark_in_state(consultation, "assigned")
    sent = decision_of(remark)
    assign_remark(remark, department=DepartmentFactory(), by=coordinator)
    answer = client.post(remark_page(remark), sent)
    assert answer.status_code == 409
    assert not Decision.objects.exists()
    form = answer.context["forms"]["decide"]
    assert form["justification"].value() == "Dopiszemy to do rozdziału."
    assert form["seen_department"].value() == str(Remark.objects.get().department_id)


def test_an_expert_whose_remark_was_given_to_others_keeps_the_typed_text(consultation, client, sign_in):
    mine = DepartmentFactory()
    mine.members.add(sign_in(Role.EXPERT))
    remark = remark_in_state(consultation, "assigned", department=mine)
    sent = decision_of(remark)
    assign_remark(remark, department=DepartmentFactory(), by=person(Role.COORDINATOR))
    answer = client.post(remark_page(remark), sent)
    assert answer.status_code == 409
    assert "Dopiszemy to do rozdziału." in text_of(answer)


@pytest.mark.parametrize(
    ("state", "sent"),
    [
        ("published", {"action": "publish", "revision": 1}),
        ("assigned", {"action": "return", "reason": "x"}),
        ("approved", {"action": "assign"}),
        ("received", {"action": "assign"}),
        ("improper", {"action": "assign"}),
    ],
)
def test_a_verb_its_state_does_not_allow_is_a_409(consultation, client, coordinator, state, sent):
    remark = remark_in_state(consultation, state)
    answer = client.post(remark_page(remark), sent | {"department": DepartmentFactory().pk})
    assert answer.status_code == 409
    assert Remark.objects.get(pk=remark.pk).state == state


def test_a_decision_that_was_rewritten_meanwhile_is_not_published_unread(consultation, client, coordinator):
    remark = remark_in_state(consultation, "approved")
    return_decision(remark, reason="x", by=coordinator)
    decide_remark(remark, outcome=Remark.Outcome.EXPLAINED, justification="Inaczej.", by=coordinator)
    assert client.post(remark_page(remark), {"action": "publish", "revision": 1}).status_code == 409
    assert Remark.objects.get(pk=remark.pk).state == "approved"
    assert client.post(remark_page(remark), {"action": "publish", "revision": 2}).status_code == 302
    assert Remark.objects.get(pk=remark.pk).state == "published"


def test_a_returned_decision_shows_the_expert_why(consultation, client, sign_in):
    mine = DepartmentFactory()
    mine.members.add(sign_in(Role.EXPERT))
    remark = remark_in_state(consultation, "approved", department=mine)
    return_decision(remark, reason="Za krótko, proszę rozwinąć.", by=person(Role.COORDINATOR))
    text = text_of(client.get(remark_page(remark)))
    assert "Za krótko, proszę rozwinąć." in text
    assert "Słusznie." in text


# -- Many at once ---------------------------------------------------------------------------------------------------


def test_checked_remarks_go_to_one_department_and_the_refused_are_named(consultation, client, coordinator):
    good = [remark_in_state(consultation, "proper") for _time in range(2)]
    late = remark_in_state(consultation, "approved")
    department = DepartmentFactory(name="Wydział Zieleni")
    sent = {"department": department.pk, "checked": [remark.pk for remark in [*good, late]]}
    text = text_of(client.post(reverse("desk:assignment"), sent, follow=True))
    assert "Przydzielono 2 uwagi: Wydział Zieleni" in text
    assert f"Nie wykonano: {late.public_number}" in text
    assert set(Remark.objects.filter(department=department)) == set(good)


@pytest.mark.parametrize("checked", [[], ["x"], ["1-2-3"], ["-"], ["9" * 40], ["²"]])
@pytest.mark.parametrize("name", ["desk:assignment", "desk:publication_preview"])
def test_nothing_or_nonsense_checked_changes_nothing(consultation, client, coordinator, name, checked):
    remark = remark_in_state(consultation, "proper" if name == "desk:assignment" else "approved")
    answer = client.post(reverse(name), {"checked": checked, "department": DepartmentFactory().pk})
    assert answer.status_code == 200
    assert "Zaznacz" in text_of(answer)
    assert Remark.objects.get(pk=remark.pk).state == remark.state


# -- What the pages show --------------------------------------------------------------------------------------------


def test_the_remark_stands_beside_the_passage_and_what_it_changes(consultation, client, coordinator):
    wanted = passage_remark(consultation, "f1", wording="Fragment 1.1: miasto sadzi i podlewa drzewa.")
    sent = submission(consultation, new_remarks=[wanted])
    other = submission(consultation)
    text = text_of(client.get(remark_page(sent.remarks.get())))
    assert "Fragment 1.1: miasto sadzi drzewa." in text
    assert "<ins>" in text
    assert other.remarks.get().public_number in text


def test_markup_in_a_remark_is_shown_as_text(consultation, client, coordinator):
    evil = "<script>alert(1)</script>"
    sent = submission(consultation, new_remarks=[passage_remark(consultation, change=evil, wording=evil, reason=evil)])
    for page in (submission_page(sent), remark_page(sent.remarks.get()), reverse("desk:home")):
        assert evil not in text_of(client.get(page))


def test_the_coordinator_sees_the_sender_and_no_secret(consultation, client, coordinator):
    sent = submission(consultation)
    text = text_of(client.get(submission_page(sent)))
    assert "Jan Przykładowy" in text
    assert "sender@example.org" in text
    assert sent.tracking_token not in text


@pytest.mark.parametrize("state", ["received", "improper", "proper", "assigned", "approved", "published"])
def test_the_pages_of_every_state_show_the_line_of_steps(consultation, client, coordinator, state):
    remark = remark_in_state(consultation, state)
    for page in (remark_page(remark), submission_page(remark.submission)):
        assert 'class="steps' in text_of(client.get(page))


def test_nothing_is_kept_by_a_cache(consultation, client, coordinator):
    assert "no-store" in client.get(reverse("desk:verification")).headers["Cache-Control"]


def test_the_summary_is_opened_and_closed_again(consultation, client, coordinator):
    page = reverse("desk:summaries")
    client.post(page, {"action": "publish_summary", "consultation": consultation.pk})
    assert Consultation.objects.get().summary_published_at is not None
    client.post(page, {"action": "hide_summary", "consultation": consultation.pk})
    assert Consultation.objects.get().summary_published_at is None


@pytest.mark.parametrize("role", [Role.COUNCILLOR, Role.EXPERT, Role.ADMINISTRATOR])
def test_only_a_coordinator_opens_a_summary(consultation, client, sign_in, role):
    sign_in(role)
    page = reverse("desk:summaries")
    answer = client.post(page, {"action": "publish_summary", "consultation": consultation.pk})
    assert answer.status_code == 403
    assert consultation.title in text_of(answer)
    assert Consultation.objects.get().summary_published_at is None


def test_an_unknown_consultation_has_no_summary_to_open(client, coordinator):
    for key in ("", "x", "999"):
        sent = {"action": "publish_summary", "consultation": key}
        assert client.post(reverse("desk:summaries"), sent).status_code == 404


def test_editors_are_told_of_news_to_come(client, sign_in):
    sign_in(Role.EDITOR)
    NewsFactory(title="Szkic", published_at=None)
    NewsFactory(title="Publiczna", published_at=DURING.replace(year=2020))
    waiting = client.get(reverse("desk:content")).context["waiting"]
    assert [one.label for one in waiting] == ["Szkic"]


# -- Cost -----------------------------------------------------------------------------------------------------------

LISTS = {
    "desk:home": "proper",
    "desk:verification": "received",
    "desk:assignment": "proper",
    "desk:answers": "assigned",
    "desk:review": "drafted",
    "desk:approval": "reviewed",
    "desk:publication": "approved",
    "desk:summaries": "received",
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_queries_however_long_it_is(consultation, client, coordinator, name):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(name))
        return len(queries)

    remark_in_state(consultation, LISTS[name])
    client.get(reverse(name))
    few = cost()
    for _time in range(4):
        remark_in_state(consultation, LISTS[name])
    assert cost() == few


@pytest.mark.parametrize("name", ["desk:submission", "desk:remark"])
def test_an_item_costs_the_same_queries_however_much_hangs_on_it(consultation, client, coordinator, name):
    def cost(remarks: int) -> int:
        remark = remark_in_state(consultation, "assigned", remarks=remarks)
        address = submission_page(remark.submission) if name == "desk:submission" else remark_page(remark)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    cost(2)
    assert cost(2) == cost(7)


def test_a_published_remark_offers_a_correction_only(consultation, client, coordinator):
    remark = remark_in_state(consultation, "approved")
    publish_decision(remark, by=coordinator)
    assert list(client.get(remark_page(remark)).context["forms"]) == ["note", "correct"]
