"""Each changed passage points to its sources, each accepted remark to its words or to an explanation."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from accounts.roles import Role
from consultations import errors
from consultations.models import (
    ChangeSource,
    HistoryEntry,
    OfferedOutcome,
    PassageText,
    Remark,
    UnchangedExplanation,
    VersionComparison,
)
from consultations.services.change_links import (
    accepted_but_unchanged,
    changed_without_source,
    explain_unchanged,
    link_change,
    suggested_links,
    unexplained_unchanged,
    unlink_change,
    withdraw_explanation,
)
from consultations.services.comparisons import make_comparison
from consultations.services.decisions import return_decision
from consultations.services.submissions import NewRemark
from lublin2030.lib.dates import warsaw
from tests.consultations.changes import answered, codes, compared, linked, opinion_of, passage
from tests.consultations.versions import as_first, changed_version, next_version
from tests.factories import (
    DURING,
    ConsultationFactory,
    DepartmentFactory,
    WorkingGroupFactory,
    consultation_with_draft,
    person,
    remark_in_state,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


@pytest.fixture
def coordinator():
    return person(Role.COORDINATOR)


@pytest.fixture
def version(consultation):
    return compared(consultation)


@pytest.fixture
def remark(consultation, version):
    return answered(consultation)


# -- Linking ---------------------------------------------------------------------------------------------------------


def test_a_change_can_have_sources_of_every_kind(consultation, version, remark, coordinator):
    linked(version, remark=remark)
    linked(version, opinion=opinion_of(consultation), note="Punkt 3.")
    linked(version, working_group=WorkingGroupFactory(process=consultation.process), note="Kierunek: cień.")
    linked(version, note="Literówka.")
    kinds = ChangeSource.objects.filter(version=version).values_list("kind", "note")
    assert list(kinds) == [
        ("remark", ""), ("opinion", "Punkt 3."), ("direction", "Kierunek: cień."), ("editorial", "Literówka."),
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["f2", "f3", "f6", "f7"], ids=["worded otherwise", "removed", "moved", "added"])
def test_any_change_can_be_linked(version, remark, code):
    assert linked(version, code, remark=remark).passage.code == code


def test_a_passage_that_did_not_change_is_refused(version, remark):
    with pytest.raises(errors.PassageUnchanged):
        linked(version, "f1", remark=remark)


def test_a_link_holds_when_the_comparison_is_made_anew(consultation, version, remark):
    linked(version, remark=remark)
    VersionComparison.objects.all().delete()
    make_comparison(consultation.draft.versions.get(number=1), version)
    assert "f2" not in codes(changed_without_source(version))


def test_a_remark_of_another_consultation_is_refused(version):
    with pytest.raises(errors.NotOfThisConsultation):
        linked(version, remark=answered(consultation_with_draft()))


def test_an_opinion_of_another_consultation_is_refused(version):
    with pytest.raises(errors.NotOfThisConsultation):
        linked(version, opinion=opinion_of(consultation_with_draft()))


def test_a_group_of_another_process_is_refused(version):
    with pytest.raises(errors.NotOfThisConsultation):
        linked(version, working_group=WorkingGroupFactory())


def test_a_passage_of_another_draft_is_refused(version, remark, coordinator):
    with pytest.raises(errors.NotOfThisConsultation):
        link_change(version, passage(consultation_with_draft()), remark=remark, by=coordinator)


@pytest.mark.parametrize("state", ["received", "proper", "assigned", "improper", "withdrawn"])
def test_a_remark_without_an_outcome_is_refused(consultation, version, state):
    with pytest.raises(errors.OutcomeNotDecided):
        linked(version, remark=answered(consultation, state=state))


@pytest.mark.parametrize("state", ["drafted", "reviewed", "approved", "published"])
def test_a_remark_with_an_outcome_can_be_linked_before_it_is_public(consultation, version, state):
    assert linked(version, remark=answered(consultation, state=state)).kind == "remark"


def test_an_opinion_that_was_not_given_is_refused(consultation, version):
    with pytest.raises(errors.OpinionNotReceived):
        linked(version, opinion=opinion_of(consultation, received_on=None, stance=""))


@pytest.mark.parametrize("note", ["", "  \n"])
def test_an_editorial_change_needs_its_note(version, note):
    with pytest.raises(errors.NoteMissing):
        linked(version, note=note)


def test_the_same_source_is_linked_once(version, remark):
    linked(version, remark=remark)
    with pytest.raises(errors.AlreadyLinked):
        linked(version, remark=remark)
    assert ChangeSource.objects.count() == 1


def test_the_first_version_has_nothing_to_link(consultation, remark):
    with pytest.raises(errors.ChangesNotReady):
        linked(consultation.draft.versions.get(number=1), remark=remark)


def test_a_version_in_preparation_has_nothing_to_link_yet(consultation, version, remark):
    coming = next_version(
        consultation, [("r1", "Rozdział 1", [as_first("1.1", "Zupełnie inaczej.")])], published_at=None
    )
    with pytest.raises(errors.ChangesNotReady):
        linked(coming, "f1", remark=remark)


def test_a_version_is_compared_with_the_one_published_just_before_it(consultation, version, remark):
    third = next_version(consultation, [("r1", "Rozdział 1", [as_first("1.1"), as_first("1.2", "Fragment {}: inny.")])])
    make_comparison(consultation.draft.versions.get(number=1), third)
    with pytest.raises(errors.ChangesNotReady):
        linked(third, remark=remark)
    make_comparison(version, third)
    assert linked(third, remark=remark).version == third


# -- The database ----------------------------------------------------------------------------------------------------


def test_the_database_wants_exactly_the_source_of_the_kind(consultation, version, remark):
    source = {"version": version, "passage": passage(consultation), "at": DURING}
    for wrong in (
        {"kind": "remark"},
        {"kind": "opinion", "remark": remark},
        {"kind": "remark", "remark": remark, "opinion": opinion_of(consultation)},
        {"kind": "editorial", "remark": remark, "note": "x"},
        {"kind": "direction"},
        {"kind": "editorial"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ChangeSource.objects.create(**source, **wrong)


def test_the_database_wants_each_source_once(consultation, version, remark):
    linked(version, remark=remark)
    linked(version, note="x")
    again = {"version": version, "passage": passage(consultation), "at": DURING}
    for twice in ({"kind": "remark", "remark": remark}, {"kind": "editorial", "note": "y"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ChangeSource.objects.create(**again, **twice)


# -- The history -----------------------------------------------------------------------------------------------------


def test_each_verb_leaves_its_row_with_the_remark(consultation, version, remark, coordinator):
    source = linked(version, remark=remark, by=coordinator)
    unlink_change(source, by=coordinator)
    explain_unchanged(remark, text="Jest już w programie.", by=coordinator)
    withdraw_explanation(remark, by=coordinator)
    rows = HistoryEntry.objects.filter(remark=remark, by=coordinator).order_by("pk")
    assert [row.verb for row in rows][-4:] == [
        "link_change", "unlink_change", "explain_unchanged", "withdraw_explanation",
    ]  # fmt: skip
    assert rows.get(verb="link_change").after == {"kind": "remark", "version": 2, "passage": "f2"}
    assert rows.get(verb="explain_unchanged").after == {"version": 2, "note": "Jest już w programie."}


def test_a_source_without_a_remark_leaves_a_row_of_the_consultation(consultation, version):
    linked(version, note="Literówka.")
    row = HistoryEntry.objects.get(consultation=consultation, verb="link_change")
    assert (row.remark, row.after["note"]) == (None, "Literówka.")


def test_a_link_is_removed_once(version, remark, coordinator):
    source = linked(version, remark=remark)
    unlink_change(ChangeSource.objects.get(pk=source.pk), by=coordinator)
    with pytest.raises(errors.LinkGone):
        unlink_change(source, by=coordinator)


# -- Accepted, but unchanged -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "is_listed"),
    [("received", False), ("improper", False), ("assigned", False), ("drafted", False), ("reviewed", False),
     ("approved", True), ("published", True)],
)  # fmt: skip
def test_the_check_lists_approved_and_public_answers(consultation, version, state, is_listed):
    answered(consultation, state=state)
    assert accepted_but_unchanged(consultation).exists() is is_listed


@pytest.mark.parametrize("outcome", Remark.Outcome.values)
def test_the_check_lists_outcomes_that_demand_a_change(consultation, remark, outcome):
    Remark.objects.filter(pk=remark.pk).update(outcome=outcome)
    assert accepted_but_unchanged(consultation).exists() is (outcome in {"accepted", "partly_accepted"})


def test_the_consultation_s_own_list_decides_which_outcomes_demand_a_change(consultation, remark):
    OfferedOutcome.objects.create(consultation=consultation, outcome="accepted", demands_change=False)
    OfferedOutcome.objects.create(consultation=consultation, outcome="explained", demands_change=True)
    assert not accepted_but_unchanged(consultation).exists()
    Remark.objects.filter(pk=remark.pk).update(outcome="explained")
    assert accepted_but_unchanged(consultation).get() == remark


def test_a_linked_remark_is_off_the_list_and_back_when_the_link_is_removed(consultation, version, remark, coordinator):
    source = linked(version, remark=remark)
    assert not accepted_but_unchanged(consultation).exists()
    unlink_change(source, by=coordinator)
    assert accepted_but_unchanged(consultation).get() == remark


def test_an_explanation_leaves_the_remark_on_the_first_list_and_takes_it_off_the_second(
    consultation, version, remark, coordinator
):
    explain_unchanged(remark, text="Jest już w programie.", by=coordinator)
    assert accepted_but_unchanged(consultation).get() == remark
    assert not unexplained_unchanged(consultation).exists()
    withdraw_explanation(remark, by=coordinator)
    assert unexplained_unchanged(consultation).get() == remark


def test_the_checks_see_their_own_consultation_only(consultation, remark):
    assert not accepted_but_unchanged(consultation_with_draft()).exists()


def test_without_a_draft_nothing_can_change(consultation, remark):
    bare = ConsultationFactory()
    Remark.objects.filter(pk=remark.pk).update(consultation=bare)
    assert not accepted_but_unchanged(bare).exists()


def test_an_explanation_is_said_anew_and_the_old_words_stay_in_the_history(consultation, version, remark, coordinator):
    explain_unchanged(remark, text="Pierwsze.", by=coordinator)
    explain_unchanged(remark, text="Drugie.", by=coordinator)
    assert UnchangedExplanation.objects.get().text == "Drugie."
    row = HistoryEntry.objects.filter(verb="explain_unchanged").latest("pk")
    assert (row.before["note"], row.after["note"]) == ("Pierwsze.", "Drugie.")


def test_an_explanation_needs_words(version, remark, coordinator):
    with pytest.raises(errors.NoteMissing):
        explain_unchanged(remark, text=" ", by=coordinator)


def test_a_remark_with_changed_words_needs_no_explanation(version, remark, coordinator):
    linked(version, remark=remark)
    with pytest.raises(errors.NothingToExplain):
        explain_unchanged(remark, text="x", by=coordinator)


def test_a_refused_remark_needs_no_explanation(version, remark, coordinator):
    Remark.objects.filter(pk=remark.pk).update(outcome="not_accepted")
    with pytest.raises(errors.NothingToExplain):
        explain_unchanged(remark, text="x", by=coordinator)


def test_an_explanation_is_withdrawn_once(version, remark, coordinator):
    with pytest.raises(errors.LinkGone):
        withdraw_explanation(remark, by=coordinator)


def test_a_returned_answer_is_off_the_list_with_its_link_kept(consultation, version, coordinator):
    remark = answered(consultation, state="approved")
    linked(version, remark=remark)
    return_decision(remark, reason="Jeszcze raz.", by=coordinator)
    assert not accepted_but_unchanged(consultation).exists()
    assert ChangeSource.objects.count() == 1


# -- Changed without a source ----------------------------------------------------------------------------------------


def test_every_change_is_listed_until_it_has_a_source(version, remark):
    assert codes(changed_without_source(version)) == ["f7", "f2", "f3", "f6"]
    linked(version, "f2", remark=remark)
    linked(version, "f6", note="Przeniesiono.")
    assert codes(changed_without_source(version)) == ["f7", "f3"]


def test_a_source_in_an_earlier_version_does_not_explain_a_later_change(consultation, version, remark):
    linked(version, "f2", remark=remark)
    third = next_version(consultation, [("r1", "Rozdział 1", [as_first("1.1"), as_first("1.2", "Fragment {}: inny.")])])
    make_comparison(version, third)
    assert "f2" in codes(changed_without_source(third))


def test_before_the_comparison_is_made_nothing_is_listed(consultation):
    version = changed_version(consultation)
    assert not changed_without_source(version).exists()


# -- Suggestions -----------------------------------------------------------------------------------------------------


def test_accepted_remarks_on_changed_passages_are_suggested(consultation, version):
    one, other = answered(consultation, "f2"), answered(consultation, "f3", state="approved")
    answered(consultation, "f1")
    answered(consultation, "f2", state="assigned")
    refused = answered(consultation, "f2")
    Remark.objects.filter(pk=refused.pk).update(outcome="not_accepted")
    assert set(suggested_links(version)) == {one, other}


def test_a_remark_that_is_linked_somewhere_in_the_version_is_not_suggested(consultation, version, remark):
    linked(version, "f7", remark=remark)
    assert not suggested_links(version).exists()


def test_a_remark_on_the_version_itself_is_not_suggested_for_it(consultation, version):
    text = PassageText.objects.select_related("passage", "chapter__chapter", "version").get(
        version=version, passage__code="f2"
    )
    new = NewRemark(change="Jeszcze więcej.", passage=text.passage, chapter=text.chapter.chapter, version=version)
    remark_in_state(consultation, "published", new_remarks=[new])
    assert not suggested_links(version).exists()


# -- The truth table -------------------------------------------------------------------------------------------------


def _do(verb, version, remark, user):
    source = {"link own": {"remark": remark}, "link foreign": {"remark": remark}}
    match verb:
        case "link own" | "link foreign":
            linked(version, by=user, **source[verb])
        case "link opinion":
            linked(version, by=user, opinion=opinion_of(version.draft.consultation))
        case "link direction":
            linked(version, by=user, working_group=WorkingGroupFactory(process=version.draft.consultation.process))
        case "link editorial":
            linked(version, by=user, note="x")
        case "unlink own" | "unlink foreign":
            unlink_change(linked(version, remark=remark), by=user)
        case "unlink editorial":
            unlink_change(linked(version, note="x"), by=user)
        case "explain own" | "explain foreign":
            explain_unchanged(remark, text="x", by=user)
        case "withdraw own" | "withdraw foreign":
            explain_unchanged(remark, text="x", by=person(Role.COORDINATOR))
            withdraw_explanation(remark, by=user)


MAY = {
    "link own": {Role.COORDINATOR, Role.EXPERT},
    "link foreign": {Role.COORDINATOR},
    "link opinion": {Role.COORDINATOR},
    "link direction": {Role.COORDINATOR},
    "link editorial": {Role.COORDINATOR},
    "unlink own": {Role.COORDINATOR, Role.EXPERT},
    "unlink foreign": {Role.COORDINATOR},
    "unlink editorial": {Role.COORDINATOR},
    "explain own": {Role.COORDINATOR, Role.EXPERT},
    "explain foreign": {Role.COORDINATOR},
    "withdraw own": {Role.COORDINATOR, Role.EXPERT},
    "withdraw foreign": {Role.COORDINATOR},
}


@pytest.mark.parametrize("role", [*Role], ids=str)
@pytest.mark.parametrize("verb", MAY)
def test_who_may_link_and_explain(consultation, version, verb, role):
    user, department = person(role), DepartmentFactory()
    if verb.endswith("own"):
        department.members.add(user)
    remark = answered(consultation, department=department)
    if role in MAY[verb]:
        _do(verb, version, remark, user)
    else:
        with pytest.raises(errors.NotPermitted):
            _do(verb, version, remark, user)


@pytest.mark.parametrize("outcome", ["not_accepted", "explained", "out_of_scope"])
def test_a_remark_whose_answer_promises_no_change_is_no_source(consultation, version, remark, outcome):
    Remark.objects.filter(pk=remark.pk).update(outcome=outcome)
    with pytest.raises(errors.OutcomeChangesNothing):
        linked(version, remark=remark)


def test_a_link_is_not_public_once_the_corrected_answer_promises_no_change(consultation, version):
    remark = answered(consultation, state="published")
    source = linked(version, remark=remark)
    later = warsaw(2022, 6, 1)
    assert ChangeSource.objects.public(later).get() == source
    Remark.objects.filter(pk=remark.pk).update(outcome="not_accepted")
    assert not ChangeSource.objects.public(later).exists()
