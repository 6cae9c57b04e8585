"""Parts of a stage's page that apps above ``stages`` add: what happened in the stage, in their own words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class StagePanel:
    """A template and the function that makes its context of the stage; None hides the panel."""

    template: str
    context: Callable[[HttpRequest, Any], dict[str, Any] | None]
    order: int = 100


_panels: list[StagePanel] = []


def register_stage_panel(panel: StagePanel) -> None:
    """Add a panel to every stage's page."""
    _panels.append(panel)


def stage_panels(request: HttpRequest, stage: Any) -> list[tuple[str, dict[str, Any]]]:
    """The template and the context of each panel that has something to say, in order."""
    made = [(panel, panel.context(request, stage)) for panel in sorted(_panels, key=lambda p: p.order)]
    return [(panel.template, context) for panel, context in made if context is not None]
