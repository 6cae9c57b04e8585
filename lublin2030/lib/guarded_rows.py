"""Rows that the database itself keeps as they are: triggers, of one mechanism for all apps (docs/adr/0020).

An app says once which changes of which tables are refused (``GuardedRows``), and registers that. Django knows nothing
of triggers. On SQLite they go with their table, which Django makes anew for most changes; a trigger that reads another
table even keeps that one from being made anew. So a migration that alters a guarded table takes the app's guards away
first (``leave_rows_open``), and each one ends with ``guard_rows``. ``manage.py prepare`` puts back what is missing, and
the system check ``<app>.E001`` tells of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

UPDATE, DELETE, INSERT, TRUNCATE = "update", "delete", "insert", "truncate"
_EVENTS = {"postgresql": {INSERT, UPDATE, DELETE, TRUNCATE}, "sqlite": {INSERT, UPDATE, DELETE}}


@dataclass(frozen=True)
class Guard:
    """A trigger: it refuses one kind of change of a table's rows, with an IntegrityError that says ``said``.

    ``when`` narrows it by a condition in the SQL of both databases, in which OLD and NEW are the row before and after.
    An update is refused ``of`` these columns only, or of all ``but`` these: also of a column that is added later, once
    the migration that adds it has made the guards anew.
    """

    name: str
    table: str
    event: str
    said: str
    when: str = ""
    of: Sequence[str] = ()
    but: Sequence[str] = ()

    def drop(self, cursor: Any, vendor: str) -> None:
        if vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}")
            cursor.execute(f"DROP FUNCTION IF EXISTS {self.name}()")
        else:
            cursor.execute(f"DROP TRIGGER IF EXISTS {self.name}")

    def make(self, cursor: Any, connection: BaseDatabaseWrapper) -> None:
        said = self.said.replace("'", "''")
        before = f"CREATE TRIGGER {self.name} BEFORE {self._change(cursor, connection)} ON {self.table}"
        if connection.vendor == "sqlite":
            when = f"WHEN {self.when} " if self.when else ""
            cursor.execute(f"{before} {when}BEGIN SELECT RAISE(ABORT, '{said}'); END")
            return
        # Conditions stand in the function, for those of a trigger cannot ask another table.
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {self.when or 'TRUE'} THEN"
            f" RAISE EXCEPTION USING MESSAGE = '{said}', ERRCODE = 'restrict_violation'; END IF;"
            " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
        each = "STATEMENT" if self.event == TRUNCATE else "ROW"
        cursor.execute(f"{before} FOR EACH {each} EXECUTE FUNCTION {self.name}()")

    def _change(self, cursor: Any, connection: BaseDatabaseWrapper) -> str:
        columns = list(self.of)
        if self.but:
            present = connection.introspection.get_table_description(cursor, self.table)
            columns = [column.name for column in present if column.name not in self.but]
        return f"{self.event.upper()} OF {', '.join(columns)}" if columns else self.event.upper()


@dataclass(frozen=True)
class GuardedRows:
    """The guards of one app."""

    app: str
    guards: Sequence[Guard]

    def on(self, connection: BaseDatabaseWrapper) -> list[Guard]:
        """The guards that the kind of database knows."""
        return [guard for guard in self.guards if guard.event in _EVENTS[connection.vendor]]

    # For migrations: bound methods that ``RunPython`` takes.

    def guard_rows(self, _apps: Any, editor: Any) -> None:
        """The rows are guarded from here on, as it is said today: what was there is made anew."""
        _drop(editor.connection, self.on(editor.connection))
        make_guards(editor.connection, [self])

    def leave_rows_open(self, _apps: Any, editor: Any) -> None:
        """The tables can be altered from here on."""
        _drop(editor.connection, self.on(editor.connection))


_registered: dict[str, GuardedRows] = {}


def register_guarded_rows(rows: GuardedRows) -> GuardedRows:
    """Called once when the app's module is imported."""
    _registered[rows.app] = rows
    return rows


def guarded_rows() -> list[GuardedRows]:
    """Those of all apps, by the names of the apps."""
    return [_registered[app] for app in sorted(_registered)]


def missing_guards(connection: BaseDatabaseWrapper, of: Iterable[GuardedRows] | None = None) -> list[Guard]:
    """The triggers that the database lacks on the tables it has. Two queries."""
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
    wanted = [guard for rows in (guarded_rows() if of is None else of) for guard in rows.on(connection)]
    return [guard for guard in wanted if guard.name not in names and guard.table in tables]


def make_guards(connection: BaseDatabaseWrapper, of: Iterable[GuardedRows] | None = None) -> int:
    """Make the triggers that are missing, of all apps if none are named; how many."""
    missing = missing_guards(connection, of)
    if not missing:
        return 0
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for guard in missing:
            guard.drop(cursor, connection.vendor)  # it may be there, but switched off
            guard.make(cursor, connection)
    return len(missing)


def drop_guards(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers of all apps away. Only tests do this, to empty the tables: nothing of the portal."""
    _drop(connection, [guard for rows in guarded_rows() for guard in rows.on(connection)])


def _drop(connection: BaseDatabaseWrapper, guards: Iterable[Guard]) -> None:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for guard in guards:
            if guard.table in tables:
                guard.drop(cursor, connection.vendor)


@register(Tags.database)
def rows_are_guarded(databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """E001 of each app: a database that is wholly migrated has its guards. For ``check --database default``."""
    from django.db.migrations.executor import MigrationExecutor  # it imports models

    faults: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        executor = MigrationExecutor(connection)
        for rows in guarded_rows():
            # While ``migrate`` runs its checks, the tables or the triggers may not have been made yet.
            waiting = executor.migration_plan(executor.loader.graph.leaf_nodes(rows.app))
            if not waiting and missing_guards(connection, [rows]):
                faults.append(
                    Error(
                        f"The database lets guarded rows of {rows.app} be changed: triggers are missing.",
                        hint="Run manage.py prepare, which makes them, and find out who has dropped them.",
                        id=f"{rows.app}.E001",
                    )
                )
    return faults
