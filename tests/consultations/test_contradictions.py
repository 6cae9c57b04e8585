"""Contradictory demands on one passage: found by opposite kinds, flagged by hand, dismissed with a reason."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from accounts.roles import Role
from consultations.desk_groups import SIDE_SHOWN, Conflict, read_contradictions, with_remarks
from consultations.errors import ContradictionChanged, NotOnOnePassage, WhyMissing
from consultations.models import Contradiction, HistoryEntry, Remark
from consultations.services.contradictions import dismiss_contradiction, find_contradictions, flag_contradiction
from consultations.services.corrections import withdraw_remark
from tests.consultations.similar import look, sent
from tests.factories import DURING, consultation_with_draft, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]
Kind = Remark.Kind


@pytest.fixture
def coordinator():
    return person(Role.COORDINATOR)


def removal(consultation, code="f1") -> Remark:
    return sent(consultation, "", code=code, chosen_kind=Kind.REMOVE)


def rewording(consultation, code="f1", kind=Kind.REWORD) -> Remark:
    return sent(consultation, "", code=code, chosen_kind=kind, wording="Miasto sadzi drzewa co roku.")


def pair(consultation) -> list[Remark]:
    return [sent(consultation, text) for text in ("Zamknąć ulicę dla aut.", "Otworzyć ulicę dla aut.")]


def read_all() -> list[Conflict]:
    return read_contradictions(with_remarks(Contradiction.objects.order_by("pk")))


# -- By opposite kinds ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept_by", [Kind.REWORD, Kind.ADD])
def test_a_passage_that_one_wants_out_and_another_keeps_is_flagged(consultation, kept_by):
    out, kept = removal(consultation), rewording(consultation, kind=kept_by)
    look(consultation)
    (conflict,) = read_all()
    assert conflict.contradiction.passage.code == "f1"
    assert (conflict.removing.first, conflict.keeping.first) == ([out], [kept])


def test_demands_on_different_passages_do_not_contradict(consultation):
    removal(consultation)
    rewording(consultation, "f2")
    assert find_contradictions(consultation) == 0


@pytest.mark.parametrize("kind", [Kind.GENERAL, Kind.QUESTION])
def test_a_remark_or_a_question_keeps_nothing(consultation, kind):
    removal(consultation)
    sent(consultation, "Co to znaczy?", chosen_kind=kind)
    assert find_contradictions(consultation) == 0


def test_looking_again_flags_nothing_twice_and_leaves_dismissed_what_was_dismissed(consultation, coordinator):
    removal(consultation)
    rewording(consultation)
    look(consultation)
    dismiss_contradiction(Contradiction.objects.get(), why="rozstrzygnięte", by=coordinator)
    rewording(consultation)
    look(consultation)
    assert Contradiction.objects.get().state == "dismissed"


def test_what_was_withdrawn_contradicts_nothing(consultation):
    withdraw_remark(removal(consultation), now=DURING)
    rewording(consultation)
    assert find_contradictions(consultation) == 0


def test_of_many_demands_the_first_are_shown_and_all_are_counted(consultation, connection_queries):
    for _time in range(SIDE_SHOWN + 2):
        removal(consultation)
        rewording(consultation)
        rewording(consultation, kind=Kind.ADD)
    find_contradictions(consultation)
    (conflict,) = read_all()
    assert (len(conflict.removing.first), conflict.removing.total) == (SIDE_SHOWN, SIDE_SHOWN + 2)
    assert (len(conflict.keeping.first), conflict.keeping.total) == (SIDE_SHOWN, 2 * (SIDE_SHOWN + 2))
    assert connection_queries(read_all) == 3


# -- By hand ----------------------------------------------------------------------------------------------------------


def test_two_remarks_are_flagged_once_in_whichever_order_and_both_histories_say_so(consultation, coordinator):
    first, second = pair(consultation)
    made = flag_contradiction(second, first, note="auta", by=coordinator)
    assert (made.first, made.second, made.note, made.flagged_by) == (first, second, "auta", coordinator)
    told = {entry.remark: entry.after for entry in HistoryEntry.objects.filter(verb="flag_contradiction")}
    assert told == {
        first: {"other": second.address, "why": "auta"},
        second: {"other": first.address, "why": "auta"},
    }
    with pytest.raises(ContradictionChanged):
        flag_contradiction(first, second, by=coordinator)


def test_remarks_on_different_passages_cannot_be_flagged(consultation, coordinator):
    with pytest.raises(NotOnOnePassage):
        flag_contradiction(sent(consultation, "Tak."), sent(consultation, "Nie.", code="f2"), by=coordinator)


def test_a_remark_does_not_contradict_itself(consultation, coordinator):
    one = sent(consultation, "Tak.")
    with pytest.raises(NotOnOnePassage):
        flag_contradiction(one, one, by=coordinator)


def test_remarks_of_two_consultations_cannot_be_flagged(consultation, coordinator):
    with pytest.raises(NotOnOnePassage):
        flag_contradiction(sent(consultation, "Tak."), sent(consultation_with_draft(), "Nie."), by=coordinator)


# -- Dismissed --------------------------------------------------------------------------------------------------------


def test_dismissing_keeps_the_reason_and_is_logged_for_both(consultation, coordinator):
    flagged = flag_contradiction(*pair(consultation), by=coordinator)
    dismiss_contradiction(flagged, why="Chodzi o dwie ulice.", by=coordinator)
    assert (flagged.state, flagged.why, flagged.dismissed_by) == ("dismissed", "Chodzi o dwie ulice.", coordinator)
    assert HistoryEntry.objects.filter(verb="dismiss_contradiction", remark__isnull=False).count() == 2


def test_dismissing_a_contradiction_of_kinds_is_logged_for_the_consultation(consultation, coordinator):
    removal(consultation)
    rewording(consultation)
    find_contradictions(consultation)
    dismiss_contradiction(Contradiction.objects.get(), why="x", by=coordinator)
    entry = HistoryEntry.objects.get(verb="dismiss_contradiction")
    assert (entry.consultation, entry.after) == (consultation, {"passage": "f1", "why": "x"})


def test_a_dismissed_one_can_be_flagged_again(consultation, coordinator):
    one, other = pair(consultation)
    dismiss_contradiction(flag_contradiction(one, other, by=coordinator), why="x", by=coordinator)
    assert flag_contradiction(one, other, note="jednak", by=coordinator).state == "open"
    assert Contradiction.objects.count() == 1


def test_nothing_is_dismissed_without_a_reason_or_twice(consultation, coordinator):
    flagged = flag_contradiction(*pair(consultation), by=coordinator)
    with pytest.raises(WhyMissing):
        dismiss_contradiction(flagged, why=" ", by=coordinator)
    dismiss_contradiction(flagged, why="x", by=coordinator)
    with pytest.raises(ContradictionChanged):
        dismiss_contradiction(flagged, why="y", by=coordinator)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "dismissed", "dismissed_at": DURING},
        {"why": "x"},
        {"second": None},
        {"found": "by_kinds"},
    ],
    ids=str,
)
def test_the_database_refuses_a_contradiction_that_cannot_be(consultation, coordinator, changes):
    flagged = flag_contradiction(*pair(consultation), by=coordinator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Contradiction.objects.filter(pk=flagged.pk).update(**changes)
