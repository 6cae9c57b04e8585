"""The database itself refuses to change or delete what is history: for Django and for whoever writes SQL."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError

from accounts.roles import Role
from consultations import append_only
from consultations.append_only import TABLES, drop_guards, make_guards, missing_guards
from consultations.models import HistoryEntry, Redaction, RemarkRevision
from consultations.public_text import PublicText
from consultations.services.corrections import correct_remark
from consultations.services.redaction import redact_text
from tests.factories import DURING, passage_remark, person, remark_in_state

pytestmark = pytest.mark.django_db
MODELS = [HistoryEntry, RemarkRevision, Redaction]


@pytest.fixture
def rows(consultation) -> dict[type[models.Model], models.Model]:
    """One row of each kind."""
    remark = remark_in_state(consultation, "proper")
    correct_remark(remark, content=passage_remark(consultation, change="Inaczej."), revision=1, now=DURING)
    shown = PublicText("[…]", "", "Jest za gorąco.")
    redact_text(remark, shown=shown, grounds="dane", revision=2, by=person(Role.COORDINATOR), now=DURING)
    return {model: model._default_manager.latest("pk") for model in MODELS}


def save(row: Any) -> None:
    row.save(force_update=True)


def update(row: Any) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(remark_id=models.F("remark_id"))


def update_many(row: Any) -> None:
    type(row)._default_manager.bulk_update([row], ["at" if hasattr(row, "at") else "replaced_at"])


def add_over(row: Any) -> None:
    type(row)._default_manager.bulk_create(
        [row], update_conflicts=True, unique_fields=["id"], update_fields=["remark_id"]
    )


def delete(row: Any) -> None:
    row.delete()


def delete_all(row: Any) -> None:
    type(row)._default_manager.all().delete()


def run(sql: str):
    def with_sql(row: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.format(table=row._meta.db_table, pk=row.pk))

    with_sql.__name__ = sql.split()[0].lower() + "_in_sql"
    return with_sql


ATTEMPTS = [
    save,
    update,
    update_many,
    add_over,
    delete,
    delete_all,
    run("UPDATE {table} SET remark_id = remark_id WHERE id = {pk}"),
    run("DELETE FROM {table} WHERE id = {pk}"),
]


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.__name__)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_row_is_neither_changed_nor_deleted(rows, model, attempt):
    before = list(model._default_manager.order_by("pk").values())
    with pytest.raises(IntegrityError, match="are added, never changed"), transaction.atomic():
        attempt(rows[model])
    assert list(model._default_manager.order_by("pk").values()) == before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_not_emptied_at_once(rows, table):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the test has just added is checked first
    with pytest.raises(IntegrityError, match="are added, never changed"), transaction.atomic():
        run("TRUNCATE {table}")(rows[next(model for model in MODELS if model._meta.db_table == table)])


@pytest.mark.parametrize("model", [HistoryEntry, Redaction], ids=lambda model: model.__name__)
def test_an_account_that_stands_in_the_rows_is_not_deleted(rows, model):
    with pytest.raises(ProtectedError):
        model.objects.exclude(by=None).latest("pk").by.delete()


def test_an_account_without_history_can_be_deleted():
    assert person(Role.EDITOR).delete()


def test_these_are_the_models_whose_rows_are_only_added():
    assert [model._meta.db_table for model in MODELS] == list(TABLES)


# -- The triggers ---------------------------------------------------------------------------------------------------


def test_after_all_migrations_every_trigger_is_there():
    events = 3 if connection.vendor == "postgresql" else 2
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'consultations_%%_no_%%'"
            if connection.vendor == "postgresql"
            else "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'consultations_%_no_%'"
        )
        assert cursor.fetchone() == (len(TABLES) * events,)
    assert missing_guards(connection) == []


def test_a_guard_that_is_gone_is_told_of_and_made_again():
    name, table, _event = append_only._guards(connection.vendor)[0]
    with connection.cursor() as cursor:
        cursor.execute(append_only._drop(connection.vendor, name, table))
    assert [fault.id for fault in run_checks(tags=["database"], databases=["default"])] == ["consultations.E001"]
    assert make_guards(connection) == 1
    assert run_checks(tags=["database"], databases=["default"]) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite cannot switch a trigger off")
def test_a_guard_that_is_switched_off_is_one_that_is_missing():
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLES[0]} DISABLE TRIGGER USER")
    assert make_guards(connection) == 3
    assert missing_guards(connection) == []


def test_the_guards_can_be_taken_away_and_made_again(rows):
    drop_guards(connection)
    assert len(missing_guards(connection)) == len(append_only._guards(connection.vendor))
    HistoryEntry.objects.update(verb="receive")
    assert make_guards(connection) == len(append_only._guards(connection.vendor))


@pytest.mark.django_db(transaction=True)
def test_a_test_that_emptied_the_tables_leaves_them_guarded_and_empty(consultation):
    from django.core.management import call_command

    remark_in_state(consultation, "proper")
    call_command("flush", interactive=False, verbosity=0)
    assert not HistoryEntry.objects.exists()
    assert missing_guards(connection) == []
