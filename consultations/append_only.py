"""Rows that are added and never changed: triggers by which the database itself refuses (docs/adr/0020).

Django knows nothing of them. On SQLite they go with their table, which Django makes anew for most changes: a migration
that alters one of these tables ends with ``RunPython(guard_rows, …)``. ``manage.py prepare`` puts back what is missing.
"""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("consultations_historyentry", "consultations_remarkrevision", "consultations_redaction")

_EVENTS = {"postgresql": ("update", "delete", "truncate"), "sqlite": ("update", "delete")}
_FUNCTION = """
CREATE OR REPLACE FUNCTION portal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are added, never changed.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def make_guards(connection: BaseDatabaseWrapper) -> int:
    """Make the triggers that are missing; how many."""
    missing = missing_guards(connection)
    if not missing:
        return 0
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for name, table, event in missing:
            cursor.execute(_drop(connection.vendor, name, table))  # it may be there, but switched off
            cursor.execute(_trigger(connection.vendor, name, table, event))
    return len(missing)


def drop_guards(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away, those that are there. For the migration's way back and for tests that empty tables."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for name, table, _event in _guards(connection.vendor):
            cursor.execute(_drop(connection.vendor, name, table))
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION IF EXISTS portal_append_only()")


def missing_guards(connection: BaseDatabaseWrapper) -> list[tuple[str, str, str]]:
    """Name, table and event of every trigger that the database lacks on the tables it has. Two queries."""
    present = {
        # A trigger that somebody has switched off guards nothing.
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        " AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)",
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    }
    with connection.cursor() as cursor:
        cursor.execute(present[connection.vendor])
        names = {row[0] for row in cursor.fetchall()}
        # A table that a later migration makes is guarded by that migration.
        tables = set(connection.introspection.table_names(cursor))
    return [guard for guard in _guards(connection.vendor) if guard[0] not in names and guard[1] in tables]


def guard_rows(_apps: Any, editor: Any) -> None:
    """For migrations: the rows are guarded from here on."""
    make_guards(editor.connection)


def leave_rows_open(_apps: Any, editor: Any) -> None:
    """For a migration's way back."""
    drop_guards(editor.connection)


@register(Tags.database)
def history_is_guarded(databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """E001: a database that is wholly migrated refuses changes of the history. For ``check --database default``."""
    faults: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        # While ``migrate`` runs its checks, the tables or the triggers may not have been made yet.
        if _is_migrated(connection) and missing_guards(connection):
            faults.append(
                Error(
                    "The database lets rows of the history be changed: triggers are missing.",
                    hint="Run manage.py prepare, which makes them, and find out who has dropped them.",
                    id="consultations.E001",
                )
            )
    return faults


def _is_migrated(connection: BaseDatabaseWrapper) -> bool:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes("consultations"))


def _guards(vendor: str) -> list[tuple[str, str, str]]:
    return [(f"{table}_no_{event}", table, event) for table in TABLES for event in _EVENTS[vendor]]


def _drop(vendor: str, name: str, table: str) -> str:
    return f"DROP TRIGGER IF EXISTS {name} ON {table}" if vendor == "postgresql" else f"DROP TRIGGER IF EXISTS {name}"


def _trigger(vendor: str, name: str, table: str, event: str) -> str:
    if vendor == "postgresql":
        each = "STATEMENT" if event == "truncate" else "ROW"
        return (
            f"CREATE TRIGGER {name} BEFORE {event.upper()} ON {table}"
            f" FOR EACH {each} EXECUTE FUNCTION portal_append_only()"
        )
    said = f"Rows of {table} are added, never changed."
    return f"CREATE TRIGGER {name} BEFORE {event.upper()} ON {table} BEGIN SELECT RAISE(ABORT, '{said}'); END"
