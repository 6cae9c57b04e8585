"""Empty the tables of a test with real transactions, guarded rows too: the triggers step aside for that.

Nothing of the portal can do this: it is the tests alone that take the triggers away and make them again.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.backends.base.operations import BaseDatabaseOperations

from lublin2030.lib.guarded_rows import drop_guards, make_guards

_empty = BaseDatabaseOperations.execute_sql_flush


def _past_the_guards(operations: BaseDatabaseOperations, statements: Iterable[str]) -> None:
    drop_guards(operations.connection)
    try:
        _empty(operations, statements)
    finally:
        make_guards(operations.connection)


def let_tests_empty_guarded_tables() -> None:
    """Called once before the tests."""
    BaseDatabaseOperations.execute_sql_flush = _past_the_guards  # type: ignore[method-assign, assignment]
