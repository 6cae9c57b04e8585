"""Two workers at one bulk action: each remark is dealt with once."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from accounts.roles import Role
from consultations.models import BulkAction, Decision, HistoryEntry
from consultations.services import bulk
from tests.consultations.bulk import confirmed
from tests.factories import consultation_with_draft, person, remark_in_state
from tests.parallel import at_once, database_for_threads


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_answer_every_remark_once(tmp_path, during, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    consultation, boss = consultation_with_draft(), person(Role.COORDINATOR)
    for _each in range(6):
        remark_in_state(consultation, "assigned")
    action = confirmed(consultation, "decide", boss, {"outcome": "accepted", "justification": "Słusznie."})
    silent: Any = lambda done, total: None  # noqa: E731
    with database_for_threads(tmp_path):
        at_once([partial(bulk.run, {"action": action.pk}, silent)] * 2)
        action = BulkAction.objects.get(pk=action.pk)
        assert (action.state, action.done, action.refused) == ("done", 6, 0)
        assert (Decision.objects.count(), HistoryEntry.objects.filter(verb="decide").count()) == (6, 6)
