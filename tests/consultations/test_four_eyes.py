"""Who may take the next step with an answer: the way that the consultation says, in the service and in the database."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from accounts.roles import Role
from consultations.errors import (
    CorrectionUnderWay,
    JustificationMissing,
    NothingToReview,
    OutcomeNotOffered,
    RemarkNotDecided,
    SamePerson,
    TypedByAnother,
    WhyMissing,
)
from consultations.models import AnswerDraft, Consultation, Decision, OfferedOutcome, Remark
from consultations.outcomes import USUAL, Offer, offered_outcomes, outcomes_demanding_change
from consultations.services.answer_drafts import Seen, Typed, save_answer_draft
from consultations.services.decisions import (
    Answer,
    approve_answer,
    correct_answer,
    decide_remark,
    decide_remarks,
    publish_decision,
    return_decision,
    review_answer,
)
from consultations.services.tallies import recount
from tests.factories import DURING, consultation_with_draft, person, remark_in_state

pytestmark = pytest.mark.django_db

ACCEPTED, EXPLAINED = Remark.Outcome.ACCEPTED, Remark.Outcome.EXPLAINED


def on(path: str) -> Remark:
    return remark_in_state(consultation_with_draft(answer_path=path), "assigned")


@pytest.fixture
def people():
    return [person(Role.COORDINATOR) for _each in range(3)]


def decide(remark, by, **words):
    return decide_remark(remark, outcome=ACCEPTED, justification="Słusznie.", by=by, now=DURING, **words)


def state_of(remark: Remark) -> str:
    return Remark.objects.values_list("state", flat=True).get(pk=remark.pk)


def test_where_one_person_decides_the_answer_is_approved_by_that_person_at_once(people):
    decision = decide(on("direct"), people[0])
    assert (decision.approved_by, decision.approved_at, state_of(decision.remark)) == (people[0], DURING, "approved")


def test_by_steps_one_person_may_do_all_of_them(people):
    remark = on("steps")
    decide(remark, people[0])
    review_answer(remark, by=people[0], now=DURING)
    approve_answer(remark, by=people[0], now=DURING)
    assert state_of(remark) == "approved"


# Who drafts, reviews and approves (three people by number) → the step that is refused, none when all are different.
FOUR_EYES = {
    (0, 0, 1): "review",
    (0, 1, 0): "approve",
    (0, 1, 1): "approve",
    (0, 1, 2): None,
}


@pytest.mark.parametrize("who", FOUR_EYES)
def test_with_four_eyes_nobody_looks_at_an_answer_twice(people, who):
    remark = on("four_eyes")
    decide(remark, people[who[0]])
    refused = None
    for name, verb, number in (("review", review_answer, who[1]), ("approve", approve_answer, who[2])):
        before = state_of(remark)
        try:
            verb(remark, by=people[number], now=DURING)
        except SamePerson:
            refused = name
            assert state_of(remark) == before
            break
    assert refused == FOUR_EYES[who]


@pytest.mark.parametrize("who", FOUR_EYES)
def test_the_database_refuses_the_same_person_as_well(people, who):
    decision = decide(on("four_eyes"), people[who[0]])

    def write() -> None:
        with transaction.atomic():
            Decision.objects.filter(pk=decision.pk).update(
                reviewed_by=people[who[1]], reviewed_at=DURING, approved_by=people[who[2]], approved_at=DURING
            )

    if FOUR_EYES[who]:
        with pytest.raises(IntegrityError):
            write()
    else:
        write()
        assert Decision.objects.get(pk=decision.pk).approved_by == people[who[2]]


@pytest.mark.parametrize(
    "values",
    [{"published_at": DURING}, {"approved_at": DURING}],
    ids=["published without approval", "approved without review"],
)
def test_the_database_refuses_a_step_that_was_left_out(people, values):
    decision = decide(on("four_eyes"), people[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(**values)


def test_an_account_that_is_deleted_leaves_its_answer(people):
    remark = on("four_eyes")
    decision = decide(remark, people[0])
    review_answer(remark, by=people[1], now=DURING)
    Decision.objects.filter(pk=decision.pk).update(decided_by=None, reviewed_by=None)
    approve_answer(remark, by=people[2], now=DURING)
    assert state_of(remark) == "approved"


def test_the_way_that_held_when_it_was_drafted_holds_for_the_answer(people):
    remark = on("four_eyes")
    decide(remark, people[0])
    Consultation.objects.filter(pk=remark.consultation_id).update(answer_path="direct")
    with pytest.raises(SamePerson):
        review_answer(remark, by=people[0], now=DURING)


def test_what_was_not_read_is_not_reviewed(people):
    remark = on("steps")
    decide(remark, people[0])
    return_decision(remark, reason="Szerzej.", by=people[1], now=DURING)
    remark.refresh_from_db()
    decide(remark, people[0])
    with pytest.raises(NothingToReview):
        review_answer(remark, by=people[1], revision=1, now=DURING)
    assert state_of(remark) == "drafted"


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_an_answer_goes_back_with_a_reason_only(people, reason):
    remark = on("steps")
    decide(remark, people[0])
    with pytest.raises(WhyMissing):
        return_decision(remark, reason=reason, by=people[1], now=DURING)


# -- Outcomes on offer -----------------------------------------------------------------------------------------------


def test_the_usual_outcomes_are_all_there_are():
    assert {offer.outcome for offer in USUAL} == set(Remark.Outcome)


def test_a_consultation_offers_its_own_list_in_its_order():
    consultation = consultation_with_draft()
    OfferedOutcome.objects.create(consultation=consultation, outcome=EXPLAINED, position=2)
    OfferedOutcome.objects.create(consultation=consultation, outcome=ACCEPTED, position=1, demands_change=True)
    assert offered_outcomes(consultation) == (Offer(ACCEPTED, True), Offer(EXPLAINED, False))
    assert outcomes_demanding_change(consultation) == ["accepted"]


def test_an_outcome_that_is_not_offered_is_refused(people):
    remark = on("direct")
    OfferedOutcome.objects.create(consultation=remark.consultation, outcome=EXPLAINED)
    with pytest.raises(OutcomeNotOffered):
        decide(remark, people[0])
    assert state_of(remark) == "assigned"


# -- Corrections of a published answer -------------------------------------------------------------------------------


def correct(remark, by):
    return correct_answer(remark, outcome=EXPLAINED, justification="Jaśniej.", why="Pomyłka.", by=by, now=DURING)


def test_until_its_correction_is_published_the_answer_stands(people):
    remark = remark_in_state(consultation_with_draft(answer_path="direct"), "published")
    correct(remark, people[0])
    remark.refresh_from_db()
    assert (remark.state, remark.outcome, remark.standing, remark.correction) == (
        "published", "accepted", "accepted", "approved",
    )  # fmt: skip


def test_a_published_correction_is_a_new_revision_with_its_reason_and_counts_anew(people):
    remark = remark_in_state(consultation_with_draft(answer_path="direct"), "published")
    correct(remark, people[0])
    publish_decision(remark, by=people[0], now=DURING)
    remark.refresh_from_db()
    assert (remark.outcome, remark.standing, remark.correction) == ("explained", "explained", "")
    assert list(Decision.objects.published().values_list("revision", "outcome", "corrects_why")) == [
        (1, "accepted", ""),
        (2, "explained", "Pomyłka."),
    ]
    assert recount(remark.consultation) == []


def test_a_correction_goes_the_whole_way_of_an_answer(people):
    remark = remark_in_state(consultation_with_draft(answer_path="direct"), "published")
    Consultation.objects.filter(pk=remark.consultation_id).update(answer_path="four_eyes")
    correct(remark, people[0])
    steps = []
    for verb, by in ((review_answer, people[1]), (approve_answer, people[2])):
        steps.append(Remark.objects.get(pk=remark.pk).correction)
        verb(remark, by=by, now=DURING)
    steps.append(Remark.objects.get(pk=remark.pk).correction)
    assert steps == ["drafted", "reviewed", "approved"]


def test_a_returned_correction_is_given_up_and_another_can_be_drafted(people):
    remark = remark_in_state(consultation_with_draft(answer_path="direct"), "published")
    correct(remark, people[0])
    return_decision(remark, reason="Bez zmian.", by=people[1], now=DURING)
    remark.refresh_from_db()
    assert (remark.state, remark.outcome, remark.correction) == ("published", "accepted", "")
    assert correct(remark, people[0]).revision == 3


@pytest.mark.parametrize("words", [{"why": " "}, {"justification": " "}])
def test_a_correction_without_its_words_is_refused(people, words):
    remark = remark_in_state(consultation_with_draft(), "published")
    given = {"justification": "Jaśniej.", "why": "Pomyłka."} | words
    with pytest.raises((JustificationMissing, WhyMissing)):
        correct_answer(remark, outcome=EXPLAINED, by=people[0], now=DURING, **given)
    assert Remark.objects.get(pk=remark.pk).correction == ""


# -- Words of another ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["direct", "four_eyes"])
def test_with_four_eyes_nobody_hands_over_what_another_has_typed(people, path):
    remark = on(path)
    typed = Typed("accepted", "Słusznie.", "")
    save_answer_draft(remark, typed=typed, by=people[0], seen=Seen(0), now=DURING)
    if path == "direct":
        assert decide(remark, people[1]).decided_by == people[1]
    else:
        with pytest.raises(TypedByAnother):
            decide(remark, people[1])
        assert state_of(remark) == "assigned"


def test_whoever_has_typed_it_hands_it_over(people):
    remark = on("four_eyes")
    save_answer_draft(remark, typed=Typed("accepted", "Słusznie.", ""), by=people[0], seen=Seen(0), now=DURING)
    assert decide(remark, people[0]).decided_by == people[0]


def test_answered_among_many_nothing_typed_is_left(people):
    remark = on("direct")
    save_answer_draft(remark, typed=Typed("accepted", "Nie, bo", ""), by=people[0], seen=Seen(0), now=DURING)
    answer = Answer(remark, remark.department_id, ACCEPTED, "Słusznie.")
    decide_remarks(remark.consultation, [answer], by=people[1], now=DURING)
    assert not AnswerDraft.objects.exists()


def test_an_answer_that_was_not_read_is_not_returned(people):
    remark = on("direct")
    decide(remark, people[0])
    return_decision(remark, reason="Szerzej.", by=people[1], revision=1, now=DURING)
    decide(remark, people[0])
    with pytest.raises(RemarkNotDecided):
        return_decision(remark, reason="Szerzej.", by=people[1], revision=1, now=DURING)
    assert state_of(remark) == "approved"


def test_a_correction_of_an_answer_that_was_corrected_meanwhile_is_refused(people):
    remark = remark_in_state(consultation_with_draft(answer_path="direct"), "published")
    correct(remark, people[0])
    publish_decision(remark, by=people[0], now=DURING)
    said = {"outcome": ACCEPTED, "justification": "Jednak tak.", "why": "Znowu.", "by": people[1], "now": DURING}
    with pytest.raises(CorrectionUnderWay):
        correct_answer(remark, seen=1, **said)
    assert correct_answer(remark, seen=2, **said).revision == 3
