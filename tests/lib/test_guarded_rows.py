"""The triggers by which the database keeps rows as they are: that they are there, told of, and made again."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.executor import MigrationExecutor

from consultations.models import HistoryEntry
from lublin2030.lib.guarded_rows import TRUNCATE, drop_guards, guarded_rows, make_guards, missing_guards
from summaries.guards import REPORTS
from summaries.models import ConsultationReport
from tests.factories import remark_in_state
from tests.summaries.reports.making import finished, frozen, withheld

pytestmark = pytest.mark.django_db
APPS = ["consultations", "participation", "summaries"]
# 3 tables of the history, each against update and delete; of reports see summaries.guards.
EXPECTED = (
    {"consultations": 6, "participation": 2, "summaries": 8}
    if connection.vendor == "sqlite"
    else {"consultations": 9, "participation": 2, "summaries": 11}
)


def of(app):
    return next(rows for rows in guarded_rows() if rows.app == app)


def faults():
    return [fault.id for fault in run_checks(tags=["database"], databases=["default"])]


def test_these_apps_guard_rows():
    assert sorted(rows.app for rows in guarded_rows()) == APPS


@pytest.mark.parametrize("app", APPS)
def test_after_all_migrations_every_trigger_is_there(app):
    names = [guard.name for guard in of(app).on(connection)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
            if connection.vendor == "postgresql"
            else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
        present = {row[0] for row in cursor.fetchall()}
    assert len(set(names)) == EXPECTED[app]
    assert set(names) <= present
    assert missing_guards(connection) == []


@pytest.mark.parametrize("app", APPS)
def test_a_guard_that_is_gone_is_told_of_and_made_again(app):
    with connection.cursor() as cursor:
        of(app).on(connection)[0].drop(cursor, connection.vendor)
    assert faults() == [f"{app}.E001"]
    assert make_guards(connection) == 1
    assert faults() == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite cannot switch a trigger off")
@pytest.mark.parametrize("app", APPS)
def test_a_guard_that_is_switched_off_is_one_that_is_missing(app):
    table = of(app).guards[0].table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    assert make_guards(connection) == sum(guard.table == table for guard in of(app).on(connection))
    assert missing_guards(connection) == []


def test_all_guards_can_be_taken_away_and_made_again(consultation):
    remark_in_state(consultation, "proper")
    drop_guards(connection)
    assert len(missing_guards(connection)) == sum(EXPECTED.values())
    HistoryEntry.objects.update(verb="receive")
    assert make_guards(connection) == sum(EXPECTED.values())


def test_a_migration_guards_the_rows_anew_and_leaves_them_open():
    editor = SimpleNamespace(connection=connection)
    REPORTS.leave_rows_open(None, editor)
    assert {guard.name for guard in missing_guards(connection)} == {guard.name for guard in REPORTS.on(connection)}
    for _ in range(2):
        REPORTS.guard_rows(None, editor)
        assert missing_guards(connection) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("guard", [g for rows in guarded_rows() for g in rows.guards if g.event == TRUNCATE], ids=str)
def test_a_table_is_not_emptied_at_once(guard):
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {guard.table} CASCADE")


@pytest.mark.django_db(transaction=True)
def test_a_test_that_emptied_the_tables_leaves_them_guarded_and_empty():
    report = frozen(finished())
    call_command("flush", interactive=False, verbosity=0)
    assert not HistoryEntry.objects.exists()
    assert not ConsultationReport.objects.exists()
    assert missing_guards(connection) == []
    again = frozen(finished())
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsultationReport.objects.filter(pk=again.pk).update(sha256=report.sha256)


@pytest.mark.django_db(transaction=True)
def test_the_migration_goes_back_with_a_frozen_report_in_the_tables_and_forward_again():
    report = frozen(finished())
    MigrationExecutor(connection).migrate([("summaries", "0001_reports")])
    try:
        with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute("UPDATE summaries_consultationreport SET sha256 = 'x' WHERE id = %s", [report.pk])
    finally:
        MigrationExecutor(connection).migrate([("summaries", "0002_withholding")])
    assert missing_guards(connection) == []
    assert ConsultationReport.objects.get() == report


@pytest.mark.django_db(transaction=True)
def test_the_migration_does_not_go_back_while_a_report_is_withheld():
    withheld(frozen(finished()))
    with pytest.raises(IrreversibleError):
        MigrationExecutor(connection).migrate([("summaries", "0001_reports")])
    assert ConsultationReport.objects.get().is_withheld
    assert missing_guards(connection) == []
