"""What the tests of reports share."""

from __future__ import annotations

import pytest

from tests.summaries.reports import making


@pytest.fixture
def over(db):
    """A consultation on which everything is done: see ``making.finished``."""
    return making.finished()


@pytest.fixture
def report(over):
    """Its frozen report, without files."""
    return making.frozen(over)
