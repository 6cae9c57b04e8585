"""The content, loaded once per module into a transaction that is taken back at the module's end."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction

from lublin2030.lib.dates import warsaw

LOADED_AT = warsaw(2026, 3, 10, 12, 0)


def load(*options: str) -> str:
    """What the command says."""
    said = io.StringIO()
    call_command("load_lublin2030", *options, stdout=said)
    return said.getvalue()


@pytest.fixture(scope="module")
def _loaded(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """Load with the module's ``LOAD_OPTIONS``. Each test then runs in a savepoint of its own."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        with time_machine.travel(LOADED_AT, tick=False):
            load(*getattr(request.module, "LOAD_OPTIONS", ()))
        yield
        transaction.set_rollback(True)


@pytest.fixture
def content(_loaded: None, db: None) -> Iterator[time_machine.Traveller]:
    """The loaded content at the moment of its load."""
    with time_machine.travel(LOADED_AT, tick=False) as traveller:
        yield traveller
