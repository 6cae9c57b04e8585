"""Empty the tables of a test with real transactions, frozen reports too: on SQLite their triggers step aside for that.

PostgreSQL truncates, which fires no trigger of rows.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.sqlite3.base import DatabaseWrapper

TRIGGERS = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    " AND (tbl_name LIKE 'summaries\\_%' ESCAPE '\\' OR tbl_name = 'participation_figurerevision')"
)
OPERATIONS = DatabaseWrapper.ops_class


def _without_triggers(operations: Any, statements: Any) -> None:
    with operations.connection.cursor() as cursor:
        cursor.execute(TRIGGERS)
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f"DROP TRIGGER {operations.quote_name(name)}")
    try:
        # Asked for at the time: the guards of the history step aside in the same way (tests/conftest.py).
        BaseDatabaseOperations.execute_sql_flush(operations, statements)
    finally:
        with operations.connection.cursor() as cursor:
            for _name, sql in triggers:
                cursor.execute(sql)


def let_tests_flush_frozen_reports() -> None:
    """Called once before the tests."""
    OPERATIONS.execute_sql_flush = _without_triggers  # type: ignore[method-assign, assignment]
