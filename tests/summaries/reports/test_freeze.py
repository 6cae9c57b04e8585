"""Freezing: who may, what it makes, numbers, and corrections."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Job
from accounts.roles import Role
from consultations.errors import NotPermitted
from consultations.models import HistoryEntry, Remark
from lublin2030.lib.dates import warsaw
from summaries.models import ConsultationReport, SigningOffice
from summaries.reports.data import content_hash
from summaries.reports.errors import (
    AlreadyFrozen,
    NothingToCorrect,
    ReportUnderWay,
    WhatChangedMissing,
)
from summaries.reports.services import build_report, correct_report, freeze_report, make_draft, take_snapshot
from tests.factories import person, remark_in_state
from tests.summaries.reports.making import REPORTED, an_office, corrected, drafted, finished, frozen, published_remark

State = ConsultationReport.State


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COORDINATOR])
def test_only_a_coordinator_makes_freezes_and_corrects(consultation, role):
    by, office = person(role), an_office()
    unsaved = ConsultationReport(consultation=consultation)
    for verb in (
        lambda: make_draft(consultation, by=by, now=REPORTED),
        lambda: freeze_report(consultation, office=office, by=by, now=REPORTED),
        lambda: correct_report(unsaved, office=office, what_changed="x", by=by, now=REPORTED),
    ):
        with pytest.raises(NotPermitted):
            verb()


def test_a_frozen_report_has_number_date_office_and_digest(report):
    assert (report.state, report.number, report.slug) == (State.FROZEN, "1/2022", "1-2022")
    assert report.frozen_at == REPORTED
    assert report.office.name == report.document["office"] == "Wydział Strategii"
    assert report.sha256 == content_hash(report)
    assert report.document["number"] == "1/2022"


def test_freezing_leaves_its_row_in_the_history(report):
    entry = HistoryEntry.objects.get(verb=HistoryEntry.Verb.FREEZE_REPORT)
    assert entry.after == {"number": "1/2022", "sha256": report.sha256, "remarks": 5}
    assert (entry.by, entry.at) == (report.made_by, REPORTED)


def test_each_office_counts_its_own_numbers_by_year(over, report):
    assert frozen(finished()).number == "2/2022"
    assert frozen(finished(), now=warsaw(2023, 1, 2)).number == "1/2023"
    other = type(report.office).objects.create(name="Biuro Partycypacji", number_prefix="BP.")
    assert frozen(finished(), office=other).number == "BP.1/2022"


def test_the_database_gives_no_number_twice(over, report):
    other = drafted(finished())
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsultationReport.objects.filter(pk=other.pk).update(office=report.office, year=2022, ordinal=1)


def test_a_consultation_has_one_first_report(over, report):
    with pytest.raises(AlreadyFrozen):
        freeze_report(over, office=an_office(), by=person(Role.COORDINATOR), now=REPORTED)


def test_of_two_that_freeze_at_once_the_second_is_refused(over):
    by = person(Role.COORDINATOR)
    freeze_report(over, office=an_office(), by=by, now=REPORTED)
    with pytest.raises(ReportUnderWay):
        freeze_report(over, office=an_office(), by=by, now=REPORTED)


def test_work_that_failed_for_good_stands_in_nobody_s_way(over):
    by = person(Role.COORDINATOR)
    make_draft(over, by=by, now=REPORTED)
    Job.objects.update(state=Job.State.FAILED)
    assert make_draft(over, by=by, now=REPORTED).state == State.MAKING
    assert ConsultationReport.objects.count() == 1


def test_what_became_blocked_meanwhile_becomes_a_draft(over):
    asked = freeze_report(over, office=an_office(), by=person(Role.COORDINATOR), now=REPORTED)
    remark_in_state(over, "assigned")
    made = take_snapshot(asked, now=REPORTED)
    assert (made.state, made.number) == (State.DRAFT, "")
    assert not HistoryEntry.objects.filter(verb=HistoryEntry.Verb.FREEZE_REPORT).exists()


def test_a_correction_is_a_new_report_that_says_what_changed(report):
    new = corrected(report)
    assert (new.number, new.supersedes) == ("2/2022", report)
    assert new.document["corrects"] == "1/2022"
    first = new.document["sections"][0]
    assert first["key"] == "changes"
    assert {"is": "markdown", "text": "Poprawiono datę."} in first["blocks"]
    assert ConsultationReport.objects.latest_of(report.consultation) == new


def test_only_the_latest_report_is_corrected(report):
    corrected(report)
    with pytest.raises(NothingToCorrect):
        corrected(report)


def test_a_correction_has_to_say_what_it_changes(report):
    with pytest.raises(WhatChangedMissing):
        correct_report(report, office=an_office(), what_changed=" \n", by=person(Role.COORDINATOR), now=REPORTED)


def test_a_new_draft_replaces_the_earlier_one(over):
    first = drafted(over)
    second = make_draft(over, by=person(Role.COORDINATOR), now=REPORTED)
    build_report({"report": second.pk}, lambda done, total: None)
    assert list(ConsultationReport.objects.values_list("pk", flat=True)) == [second.pk]
    assert first.pk != second.pk
    assert second.files.count() == 5


def test_freezing_takes_the_drafts_away(over):
    drafted(over)
    report = frozen(over)
    assert list(ConsultationReport.objects.all()) == [report]


def test_a_draft_can_be_made_while_the_consultation_is_blocked(over):
    remark_in_state(over, "assigned")
    report = drafted(over)
    assert report.state == State.DRAFT
    assert report.row_count == 6


def test_the_job_may_run_twice(over):
    report = freeze_report(over, office=an_office(), by=person(Role.COORDINATOR), now=REPORTED)
    for _ in range(2):
        build_report({"report": report.pk}, lambda done, total: None)
    assert ConsultationReport.objects.get().is_frozen
    assert report.files.count() == 5


def test_the_queries_of_a_report_do_not_grow_with_the_remarks(db):
    few, many = finished(), finished()
    for _ in range(6):
        published_remark(many)
    counts = []
    for one in (few, many):
        with CaptureQueriesContext(connection) as queries:
            drafted(one)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# -- While a correction is made --------------------------------------------------------------------------------------


def asked_correction(report):
    by = person(Role.COORDINATOR)
    return correct_report(report, office=an_office(), what_changed="Poprawiono datę.", by=by, now=REPORTED)


def test_until_its_correction_is_frozen_the_report_stands(report):
    asked_correction(report)
    assert ConsultationReport.objects.latest_of(report.consultation) == report


def test_a_correction_that_became_a_draft_leaves_the_report_standing_and_can_be_asked_for_again(report):
    asked = asked_correction(report)
    blocking = remark_in_state(report.consultation, "assigned")
    made = take_snapshot(asked, now=REPORTED)
    assert (made.state, made.supersedes, made.office) == (State.DRAFT, None, None)
    assert ConsultationReport.objects.latest_of(report.consultation) == report
    Remark.objects.filter(pk=blocking.pk).update(state="improper", department=None)
    assert asked_correction(report).supersedes == report


def test_a_correction_by_another_office_that_counts_alike_has_an_address_of_its_own(report):
    other = SigningOffice.objects.create(name="Biuro Partycypacji")
    by = person(Role.COORDINATOR)
    asked = correct_report(report, office=other, what_changed="Inny podpis.", by=by, now=REPORTED)
    made = take_snapshot(asked, now=REPORTED)
    assert made.state == State.FROZEN
    assert made.slug != report.slug
