"""The database itself refuses to change or delete what is history: for Django and for whoever writes SQL."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError

from accounts.roles import Role
from consultations.append_only import TABLES
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
