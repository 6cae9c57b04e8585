"""Groups of similar remarks: proposed by the worker, confirmed or dismissed by a person, left with a reason."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from accounts.jobs import run_due
from accounts.models import Job
from accounts.roles import Role
from consultations.errors import (
    GroupChanged,
    NotPermitted,
    RemarkInAnotherGroup,
    TooFewInGroup,
    WhyMissing,
)
from consultations.models import Consultation, GroupMember, HistoryEntry, Remark, RemarkGroup
from consultations.services.corrections import correct_remark, withdraw_remark
from consultations.services.groups import (
    add_to_group,
    confirm_group,
    dismiss_group,
    group_of,
    keep_in_group,
    leave_group,
    members_to_answer,
)
from consultations.services.similar import JOB, ask_to_find, job_of
from consultations.services.verification import mark_improper
from consultations.words import describe_history
from tests.consultations.similar import (
    ENDINGS,
    LETTER,
    OTHER,
    campaign,
    confirmed_group,
    look,
    proposed_group,
    sent,
    states,
)
from tests.factories import DURING, consultation_with_draft, passage_remark, person, remark_in_state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


@pytest.fixture
def coordinator():
    return person(Role.COORDINATOR)


def keys(group) -> list[int]:
    return list(group.members.order_by("remark").values_list("remark", flat=True))


# -- Proposed ---------------------------------------------------------------------------------------------------------


def test_letters_of_a_campaign_are_proposed_as_one_group_of_near_copies(consultation):
    letters = campaign(consultation)
    sent(consultation, OTHER)
    look(consultation)
    group = RemarkGroup.objects.get()
    assert (group.state, group.kind) == ("proposed", "near_copy")
    assert states(group) == {letter.pk: "proposed" for letter in letters}


def test_the_same_text_letter_by_letter_is_proposed_as_such(consultation):
    for _time in range(2):
        sent(consultation, LETTER)
    look(consultation)
    assert RemarkGroup.objects.get().kind == "same_text"


def test_a_proposal_changes_no_remark_and_no_history(consultation):
    letters = campaign(consultation)
    before = list(Remark.objects.order_by("pk").values())
    entries = HistoryEntry.objects.count()
    look(consultation)
    assert list(Remark.objects.order_by("pk").values()) == before
    assert HistoryEntry.objects.count() == entries
    assert not GroupMember.objects.active().filter(remark__in=letters).exists()


def test_looking_twice_proposes_nothing_twice(consultation):
    campaign(consultation)
    look(consultation)
    before = list(GroupMember.objects.order_by("pk").values())
    look(consultation)
    assert list(GroupMember.objects.order_by("pk").values()) == before
    assert RemarkGroup.objects.count() == 1


def test_a_further_copy_is_added_to_a_proposal_that_still_waits(consultation):
    group = proposed_group(consultation)
    late = sent(consultation, LETTER)
    look(consultation)
    assert states(group)[late.pk] == "proposed"
    assert RemarkGroup.objects.count() == 1


def test_a_further_copy_of_a_confirmed_group_is_only_proposed_to_it(consultation):
    group = confirmed_group(consultation)
    late = sent(consultation, LETTER)
    look(consultation)
    assert states(group)[late.pk] == "proposed"
    assert RemarkGroup.objects.get().state == "confirmed"
    assert late not in members_to_answer(group)
    assert list(RemarkGroup.objects.to_decide()) == [group]


def test_a_dismissed_group_is_not_proposed_again(consultation, coordinator):
    dismiss_group(proposed_group(consultation), by=coordinator)
    look(consultation)
    assert list(RemarkGroup.objects.values_list("state", flat=True)) == ["dismissed"]
    assert not RemarkGroup.objects.to_decide().exists()


def test_later_copies_of_a_dismissed_group_are_proposed_among_themselves(consultation, coordinator):
    dismissed = proposed_group(consultation)
    dismiss_group(dismissed, by=coordinator)
    late = [sent(consultation, LETTER + ending) for ending in ENDINGS[3:]]
    look(consultation)
    fresh = RemarkGroup.objects.exclude(pk=dismissed.pk).get()
    assert states(fresh) == {one.pk: "proposed" for one in late}


@pytest.mark.parametrize("way", ["refused", "left"])
def test_who_was_refused_or_has_left_is_not_proposed_to_the_group_again(consultation, coordinator, way):
    group = proposed_group(consultation, 4)
    *others, one = keys(group)
    if way == "refused":
        confirm_group(group, joining=others, refused=[one], by=coordinator)
    else:
        confirm_group(group, joining=[*others, one], by=coordinator)
        leave_group(group, remark=Remark.objects.get(pk=one), why="inny adres", by=coordinator)
    look(consultation)
    assert states(group)[one] == way
    assert RemarkGroup.objects.count() == 1


@pytest.mark.parametrize("state", ["withdrawn", "improper"])
def test_what_gets_no_answer_is_not_grouped(consultation, state):
    for _time in range(2):
        remark_in_state(consultation, state)
    look(consultation)
    assert not RemarkGroup.objects.exists()


def test_remarks_of_two_consultations_are_never_in_one_group(consultation):
    sent(consultation, LETTER)
    sent(consultation_with_draft(), LETTER)
    look(consultation)
    assert not RemarkGroup.objects.exists()


def test_a_proposal_of_what_was_withdrawn_since_is_taken_back(consultation):
    group = proposed_group(consultation)
    one = Remark.objects.get(pk=keys(group)[0])
    withdraw_remark(one, now=DURING)
    look(consultation)
    assert states(group)[one.pk] == "refused"


def test_two_rewordings_of_one_passage_are_no_copies_for_repeating_it(consultation):
    text = "Fragment 1.1: miasto sadzi drzewa"
    for more in (" i krzewy na wszystkich placach.", " tylko tam, gdzie nie zasłonią okien."):
        sent(consultation, "", chosen_kind=Remark.Kind.REWORD, wording=text + more)
    look(consultation)
    assert not RemarkGroup.objects.exists()


def test_bare_wishes_to_take_one_passage_out_are_one_group(consultation):
    for code in ("f1", "f1", "f2"):
        sent(consultation, "", code=code, chosen_kind=Remark.Kind.REMOVE)
    look(consultation)
    assert [one.passage.code for one in Remark.objects.filter(memberships__state="proposed")] == ["f1", "f1"]


# -- The job ----------------------------------------------------------------------------------------------------------


def test_the_worker_does_the_job_and_tells_how_far_it_is(consultation, coordinator):
    campaign(consultation)
    ask_to_find(consultation, by=coordinator)
    assert run_due() == 1
    job = job_of(consultation)
    assert (job.kind, job.state, job.done, job.total) == (JOB, "done", 100, 100)
    assert RemarkGroup.objects.count() == 1


def test_asking_while_it_waits_is_the_same_job_and_afterwards_another(consultation, coordinator):
    first = ask_to_find(consultation, by=coordinator)
    assert ask_to_find(consultation, by=coordinator) == first
    run_due()
    assert ask_to_find(consultation, by=coordinator) != first
    assert Job.objects.filter(kind=JOB).count() == 2


def test_a_consultation_that_is_gone_needs_no_look():
    look(Consultation(pk=10**6))
    assert not RemarkGroup.objects.exists()


# -- Confirmed --------------------------------------------------------------------------------------------------------


def test_only_the_chosen_join_the_others_are_refused_or_wait(consultation, coordinator):
    group = proposed_group(consultation, 4)
    first, second, third, fourth = keys(group)
    confirm_group(group, joining=[first, second], refused=[third], label="Lipy", by=coordinator)
    assert states(group) == {first: "active", second: "active", third: "refused", fourth: "proposed"}
    assert (group.state, group.label, group.decided_by, group.decided_at) == ("confirmed", "Lipy", coordinator, DURING)


def test_each_remark_keeps_number_sender_text_and_notice_and_its_history_says_where_it_is(consultation, coordinator):
    group = proposed_group(consultation)
    before = list(Remark.objects.order_by("pk").values())
    confirm_group(group, joining=keys(group), by=coordinator)
    assert list(Remark.objects.order_by("pk").values()) == before
    entries = HistoryEntry.objects.filter(verb="group")
    assert {entry.remark_id for entry in entries} == set(keys(group))
    assert str(group.pk) in describe_history(entries)[0]["after"][0]


def test_an_answer_is_meant_for_the_active_members(consultation, coordinator):
    group = confirmed_group(consultation)
    first, *others = Remark.objects.order_by("pk")
    leave_group(group, remark=first, why="pyta o co innego", by=coordinator)
    assert list(members_to_answer(group).order_by("pk")) == others
    assert (group_of(others[0]), group_of(first)) == (group, None)


@pytest.mark.parametrize("decide", [None, dismiss_group], ids=["proposed", "dismissed"])
def test_a_group_that_is_not_confirmed_has_nobody_to_answer(consultation, coordinator, decide):
    group = proposed_group(consultation)
    if decide:
        decide(group, by=coordinator)
    assert not members_to_answer(group).exists()


@pytest.mark.parametrize("size", [0, 1])
def test_one_remark_is_no_group(consultation, coordinator, size):
    group = proposed_group(consultation)
    with pytest.raises(TooFewInGroup):
        confirm_group(group, joining=keys(group)[:size], by=coordinator)


def test_a_newcomer_can_be_taken_in_alone(consultation, coordinator):
    group = confirmed_group(consultation)
    late = sent(consultation, LETTER)
    look(consultation)
    confirm_group(group, joining=[late.pk], by=coordinator)
    assert states(group)[late.pk] == "active"


def test_who_was_decided_on_meanwhile_changes_nothing(consultation, coordinator):
    group = proposed_group(consultation, 4)
    first, second, third, fourth = keys(group)
    confirm_group(group, joining=[first, second], refused=[third], by=coordinator)
    with pytest.raises(GroupChanged):
        confirm_group(group, joining=[third, fourth], by=coordinator)
    assert states(group)[fourth] == "proposed"


def test_what_was_withdrawn_since_the_page_was_shown_does_not_join(consultation, coordinator):
    group = proposed_group(consultation)
    withdraw_remark(Remark.objects.get(pk=keys(group)[0]), now=DURING)
    with pytest.raises(GroupChanged):
        confirm_group(group, joining=keys(group), by=coordinator)
    confirm_group(group, joining=keys(group)[1:], by=coordinator)
    assert list(states(group).values()) == ["refused", "active", "active"]


def test_a_remark_is_in_one_confirmed_group_at_most(consultation, coordinator):
    first = confirmed_group(consultation)
    for _time in range(2):
        sent(consultation, OTHER)
    look(consultation)
    second = RemarkGroup.objects.latest("pk")
    confirm_group(second, joining=keys(second), by=coordinator)
    remark = Remark.objects.get(pk=keys(first)[0])
    with pytest.raises(RemarkInAnotherGroup):
        add_to_group(second, remark=remark, by=coordinator)
    with pytest.raises(IntegrityError), transaction.atomic():
        GroupMember.objects.create(
            group=second, remark=remark, state="active", revision=1, proposed_at=DURING, joined_at=DURING
        )


def test_when_the_typical_one_is_refused_another_takes_its_place(consultation, coordinator):
    group = proposed_group(consultation)
    others = [key for key in keys(group) if key != group.typical_id]
    confirm_group(group, joining=others, refused=[group.typical_id], by=coordinator)
    assert group.typical_id in others


# -- Dismissed --------------------------------------------------------------------------------------------------------


def test_a_dismissal_is_logged_with_its_reason(consultation, coordinator):
    group = dismiss_group(proposed_group(consultation), why="różne ulice", by=coordinator)
    entry = HistoryEntry.objects.get(verb="dismiss_group")
    assert (group.state, group.why) == ("dismissed", "różne ulice")
    assert (entry.by, entry.after) == (coordinator, {"group": group.pk, "why": "różne ulice"})


def test_dismissing_the_newcomers_leaves_the_confirmed_group_as_it_is(consultation, coordinator):
    group = confirmed_group(consultation)
    late = sent(consultation, LETTER)
    look(consultation)
    assert dismiss_group(group, by=coordinator).state == "confirmed"
    assert states(group)[late.pk] == "refused"
    assert members_to_answer(group).count() == 3


@pytest.mark.parametrize("verb", ["confirm", "dismiss", "add"])
def test_a_dismissed_group_is_closed(consultation, coordinator, verb):
    group = proposed_group(consultation)
    dismiss_group(group, by=coordinator)
    verbs = {
        "confirm": lambda: confirm_group(group, joining=keys(group), by=coordinator),
        "dismiss": lambda: dismiss_group(group, by=coordinator),
        "add": lambda: add_to_group(group, remark=sent(consultation, LETTER), by=coordinator),
    }
    with pytest.raises(GroupChanged):
        verbs[verb]()


# -- Leaving and joining ----------------------------------------------------------------------------------------------


def test_leaving_is_logged_and_the_membership_stays_on_record(consultation, coordinator):
    group = confirmed_group(consultation)
    remark = Remark.objects.order_by("pk").first()
    member = leave_group(group, remark=remark, why="inna ulica", by=coordinator)
    entry = HistoryEntry.objects.get(verb="leave_group")
    assert (member.state, member.why, member.left_by, member.left_at) == ("left", "inna ulica", coordinator, DURING)
    assert (entry.remark, entry.before, entry.after) == (remark, {"group": group.pk}, {"why": "inna ulica"})


def test_a_remark_that_leaves_keeps_its_answer(consultation, coordinator):
    answered = [remark_in_state(consultation, "published", by=coordinator) for _time in range(2)]
    look(consultation)
    group = RemarkGroup.objects.get()
    confirm_group(group, joining=keys(group), by=coordinator)
    before = list(Remark.objects.order_by("pk").values("state", "outcome", "decisions__justification"))
    leave_group(group, remark=answered[0], why="inna", by=coordinator)
    assert list(Remark.objects.order_by("pk").values("state", "outcome", "decisions__justification")) == before


@pytest.mark.parametrize("why", ["", "  \n"])
def test_leaving_needs_a_reason(consultation, coordinator, why):
    group = confirmed_group(consultation)
    with pytest.raises(WhyMissing):
        leave_group(group, remark=Remark.objects.first(), why=why, by=coordinator)


def test_nobody_leaves_twice(consultation, coordinator):
    group = confirmed_group(consultation)
    remark = Remark.objects.order_by("pk").first()
    leave_group(group, remark=remark, why="x", by=coordinator)
    with pytest.raises(GroupChanged):
        leave_group(group, remark=remark, why="y", by=coordinator)


def test_a_remark_can_be_taken_in_by_hand_also_after_it_has_left(consultation, coordinator):
    group = confirmed_group(consultation)
    stranger, old = sent(consultation, OTHER), Remark.objects.order_by("pk").first()
    leave_group(group, remark=old, why="x", by=coordinator)
    for remark in (stranger, old):
        add_to_group(group, remark=remark, by=coordinator)
    assert {stranger, old} <= set(members_to_answer(group))
    assert HistoryEntry.objects.filter(verb="group", remark=old).count() == 2


def test_taken_in_by_hand_it_is_not_proposed_elsewhere_any_more(consultation, coordinator):
    group = confirmed_group(consultation)
    copies = [sent(consultation, OTHER) for _time in range(2)]
    look(consultation)
    add_to_group(group, remark=copies[0], by=coordinator)
    assert list(GroupMember.objects.proposed().values_list("remark", flat=True)) == [copies[1].pk]


def test_what_gets_no_answer_cannot_be_taken_in(consultation, coordinator):
    group = confirmed_group(consultation)
    improper = sent(consultation, LETTER)
    mark_improper(improper.submission, reason=consultation.improper_reasons.first(), by=coordinator)
    with pytest.raises(GroupChanged):
        add_to_group(group, remark=improper, by=coordinator)


# -- Corrected since --------------------------------------------------------------------------------------------------


def corrected(remark: Remark) -> Remark:
    new = passage_remark(remark.consultation, change="Jednak proszę o ławki.", reason="")
    correct_remark(remark, content=new, revision=1, now=DURING)
    return Remark.objects.select_related("consultation").get(pk=remark.pk)


def test_a_corrected_remark_is_not_answered_with_its_group_until_a_person_says_that_it_stays(consultation, coordinator):
    group = confirmed_group(consultation)
    remark = corrected(Remark.objects.select_related("consultation").order_by("pk").first())
    assert remark not in members_to_answer(group)
    assert [member.remark for member in GroupMember.objects.corrected_since()] == [remark]
    keep_in_group(group, remark=remark, revision=2, by=coordinator)
    assert remark in members_to_answer(group)
    assert HistoryEntry.objects.filter(verb="group", remark=remark, after__revision=2).exists()


@pytest.mark.parametrize("revision", [1, 3])
def test_another_text_than_the_one_that_was_read_does_not_stay(consultation, coordinator, revision):
    group = confirmed_group(consultation)
    remark = corrected(Remark.objects.select_related("consultation").order_by("pk").first())
    with pytest.raises(GroupChanged):
        keep_in_group(group, remark=remark, revision=revision, by=coordinator)


# -- The database is the last guard -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "left", "left_at": DURING, "why": "", "joined_at": DURING},
        {"state": "left", "left_at": None, "why": "x", "joined_at": DURING},
        {"state": "active", "joined_at": None},
        {"state": "proposed", "joined_at": DURING},
        {"state": "refused", "why": "x"},
        {"likeness": 101},
    ],
    ids=str,
)
def test_the_database_refuses_a_membership_that_cannot_be(consultation, changes):
    group = proposed_group(consultation)
    with pytest.raises(IntegrityError), transaction.atomic():
        GroupMember.objects.filter(pk=group.members.first().pk).update(**changes)


@pytest.mark.parametrize(
    "changes", [{"state": "confirmed"}, {"decided_at": DURING}, {"why": "x"}, {"state": "dismissed"}], ids=str
)
def test_the_database_refuses_a_group_that_cannot_be(consultation, changes):
    group = proposed_group(consultation)
    with pytest.raises(IntegrityError), transaction.atomic():
        RemarkGroup.objects.filter(pk=group.pk).update(**changes)


def test_a_remark_waits_for_one_group_at_most(consultation):
    group = proposed_group(consultation)
    other = RemarkGroup.objects.create(
        consultation=consultation, kind="near_copy", typical_id=group.typical_id, found_at=DURING
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        GroupMember.objects.create(group=other, remark_id=group.typical_id, revision=1, proposed_at=DURING)


# -- Who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COORDINATOR], ids=str)
def test_only_coordinators_have_remarks_grouped(consultation, coordinator, role):
    group, user = confirmed_group(consultation), person(role)
    remark, stranger = Remark.objects.order_by("pk").first(), sent(consultation, OTHER)
    for verb in (
        lambda: ask_to_find(consultation, by=user),
        lambda: confirm_group(group, joining=[], by=user),
        lambda: dismiss_group(group, by=user),
        lambda: leave_group(group, remark=remark, why="x", by=user),
        lambda: add_to_group(group, remark=stranger, by=user),
        lambda: keep_in_group(group, remark=remark, revision=2, by=user),
    ):
        with pytest.raises(NotPermitted):
            verb()
