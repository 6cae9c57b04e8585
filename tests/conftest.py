"""What every test can ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from accounts.models import User
from accounts.roles import Role
from consultations.models import Consultation
from lublin2030 import catalogues
from tests import factories
from tests.flushing import let_tests_empty_guarded_tables


def pytest_configure() -> None:
    """Compile the catalogues before anything is collected: what is once loaded without them stays English."""
    catalogues.compile_all()
    let_tests_empty_guarded_tables()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that start processes come first, then the browser's: a long file at the end would keep one core alone."""
    with_processes = {item.path for item in items if item.get_closest_marker("processes")}
    items.sort(key=lambda item: (item.path not in with_processes, "browser" not in item.path.parts))


@pytest.fixture(autouse=True)
def _polish() -> Iterator[None]:
    """A request in another language leaves that language active in the thread; no test may inherit it."""
    with translation.override("pl"):
        yield


@pytest.fixture
def during() -> Iterator[time_machine.Traveller]:
    """The clock stands at a moment at which the test's consultation is open: 1 December 2021, 12:00 in Warsaw."""
    with time_machine.travel(factories.DURING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def consultation(db: None) -> Consultation:
    """A public consultation with a draft of two chapters of three passages each (f1–f6), open at ``during``."""
    return factories.consultation_with_draft()


@pytest.fixture
def sign_in(client: Client) -> Callable[..., User]:
    """Sign a person with these roles in to the test's client."""

    def as_person(*roles: Role) -> User:
        user = factories.person(*roles)
        client.force_login(user)
        return user

    return as_person
