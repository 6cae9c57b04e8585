"""What participation adds to a stage's page: its figures, events, surveys, working groups and topics of
meetings."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from participation.ledger import LedgerRow, read_ledger
from participation.models import Event, Survey
from stages.models import Stage

EVENTS_SHOWN = 12


def stage_context(request: HttpRequest, stage: Stage) -> dict[str, Any] | None:
    """The panel's context, or None where the stage has nothing of it. Eight queries."""
    ledger = read_ledger(stage.process, with_corrections=True)
    rows = ledger.rows_of(stage)
    estimates = [figure for figure in ledger.figures if figure.is_city_estimate and figure.stage_id == stage.pk]
    events = list(Event.objects.public().matching(stage=stage).for_list()[: EVENTS_SHOWN + 1])
    groups = list(stage.working_groups.all())
    topics = list(stage.discussion_topics.all())
    surveys = list(Survey.objects.public().filter(stage=stage).order_by("-closes_at", "pk"))
    if not (rows or estimates or events or groups or topics or surveys):
        return None
    return {
        "rows": rows,
        "has_bars": any(row.has_bar for row in rows),
        "estimates": [LedgerRow(figure) for figure in estimates],
        "events": events[:EVENTS_SHOWN],
        "has_more_events": len(events) > EVENTS_SHOWN,
        "groups": groups,
        "surveys": surveys,
        "topics": topics,
    }
