"""What keeps a report from being frozen, and that nothing else does."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from consultations.models import Remark, UnchangedExplanation
from lublin2030.lib.dates import warsaw
from summaries.models import ConsultationReport
from summaries.reports.blockers import blockers
from summaries.reports.errors import ReportBlocked
from summaries.reports.services import freeze_report
from tests.factories import DURING, person, remark_in_state
from tests.summaries.reports.making import REPORTED, an_office

BLOCKING = {
    "received": ["unverified"],
    "proper": ["undecided"],
    "assigned": ["undecided"],
    "drafted": ["undecided"],
    "reviewed": ["undecided"],
    "approved": ["unpublished", "unexplained"],
    # Accepted, but nobody says which words changed or why none did.
    "published": ["unexplained"],
}


def codes(consultation, now=REPORTED):
    return [one.code for one in blockers(consultation, now)]


def test_nothing_blocks_when_every_remark_is_answered_improper_or_withdrawn(over):
    assert codes(over) == []


@pytest.mark.parametrize("state", Remark.State.values)
def test_each_state_blocks_or_does_not(over, state):
    remark_in_state(over, state)
    assert codes(over) == BLOCKING.get(state, [])


def test_it_is_blocked_while_remarks_can_come(over):
    assert codes(over, now=DURING) == ["open"]


def test_a_text_that_nobody_has_looked_at_blocks(over):
    over.remarks.filter(standing="accepted").update(text_state="waiting")
    assert codes(over) == ["unread"]


def test_an_approved_correction_that_is_not_published_blocks(over):
    Remark.objects.filter(pk=over.remarks.filter(state="published").earliest("pk").pk).update(correction="approved")
    assert codes(over) == ["unpublished"]


def test_a_reason_counts_the_remarks_and_leads_to_some_of_them(over):
    remarks = [remark_in_state(over, "assigned") for _ in range(7)]
    [reason] = blockers(over, REPORTED)
    assert reason.count == 7
    assert [number for number, _url in reason.remarks] == [one.public_number for one in remarks[:5]]
    assert reason.remarks[0][1].endswith(f"/uwagi/{remarks[0].pk}/")


def test_an_accepted_remark_whose_words_nobody_has_linked_or_explained_blocks(over):
    UnchangedExplanation.objects.all().delete()
    [reason] = blockers(over, REPORTED)
    assert (reason.code, reason.count) == ("unexplained", 3)


def test_a_blocked_report_is_refused_with_its_reasons_and_nothing_is_asked_for(over):
    remark_in_state(over, "assigned")
    with pytest.raises(ReportBlocked) as refusal:
        freeze_report(over, office=an_office(), by=person(Role.COORDINATOR), now=REPORTED)
    assert [one.code for one in refusal.value.reasons] == ["undecided"]
    assert not ConsultationReport.objects.exists()


def test_the_queries_do_not_grow_with_the_remarks(over, django_assert_max_num_queries):
    for _ in range(8):
        remark_in_state(over, "assigned")
    with django_assert_max_num_queries(6):
        blockers(over, warsaw(2022, 1, 2))
