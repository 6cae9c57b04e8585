"""What participation adds to a stage's page: its figures, events, surveys, working groups and topics of
meetings."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from participation.ledger import LedgerRow, ledger_rows
from participation.models import Event, Figure, Survey
from stages.models import Stage

EVENTS_SHOWN = 12


def stage_context(request: HttpRequest, stage: Stage) -> dict[str, Any] | None:
    """The panel's context, or None where the stage has nothing of it. Five queries."""
    figures = list(Figure.objects.of_stage(stage))
    events = list(Event.objects.public().matching(stage=stage).for_list()[: EVENTS_SHOWN + 1])
    groups = list(stage.working_groups.all())
    topics = list(stage.discussion_topics.all())
    surveys = list(Survey.objects.public().filter(stage=stage).order_by("-closes_at", "pk"))
    if not (figures or events or groups or topics or surveys):
        return None
    rows = ledger_rows([figure for figure in figures if not figure.is_city_estimate])
    return {
        "rows": rows,
        "has_bars": any(row.has_bar for row in rows),
        "estimates": [LedgerRow(figure) for figure in figures if figure.is_city_estimate],
        "events": events[:EVENTS_SHOWN],
        "has_more_events": len(events) > EVENTS_SHOWN,
        "groups": groups,
        "surveys": surveys,
        "topics": topics,
    }
