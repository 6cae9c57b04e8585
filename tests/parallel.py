"""Threads that really write at once, on both databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import TypeVar

from django.db import connection, connections

Result = TypeVar("Result")


def copy_to(path: Path) -> None:
    """Copy SQLite's test database, which lies in memory, with all it holds to a file."""
    connection.ensure_connection()
    with sqlite3.connect(path) as copy:
        connection.connection.backup(copy)
        # As ``prepare`` leaves it: connections that all change the mode at once would refuse each other at once.
        copy.execute("PRAGMA journal_mode=WAL")
    copy.close()


@contextmanager
def database_for_threads(folder: Path) -> Iterator[None]:
    """A database that threads can share, holding what the test has made so far. Needs a transactional test.

    PostgreSQL's test database is one already. SQLite's lies in memory and knows no waiting for a lock, so it is copied
    to a file, which all connections use until the end; the one in memory stays as it was.
    """
    if connection.vendor != "sqlite":
        yield
        return
    path = folder / "threads.sqlite3"
    copy_to(path)
    memory, memory_name = connection.connection, connection.settings_dict["NAME"]
    connection.connection = None
    connections.settings["default"]["NAME"] = connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connections.settings["default"]["NAME"] = connection.settings_dict["NAME"] = memory_name
        connection.connection = memory


def at_once(calls: Sequence[Callable[[], Result]]) -> list[Result]:
    """Run the calls in threads that start at the same moment; their results in order. The first error is raised."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Result]) -> Result:
        try:
            start.wait(timeout=30)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
