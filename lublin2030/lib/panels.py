"""Parts of a page that apps above the page's own add, in their own words: of a stage what happened in it, say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Panel:
    """A template and the function that makes its context of the page's record; None hides the panel."""

    template: str
    context: Callable[[HttpRequest, Any], dict[str, Any] | None]
    order: int = 100


StagePanel = Panel
_panels: dict[str, list[Panel]] = {}


def register_panel(page: str, panel: Panel) -> None:
    """Add a panel to every page of that name: ``stage``, ``voice``, ``direction``, ``desk-voice``."""
    _panels.setdefault(page, []).append(panel)


def panels_of(page: str, request: HttpRequest, record: Any) -> list[tuple[str, dict[str, Any]]]:
    """The template and the context of each panel that has something to say of the record, in order."""
    made = [(panel, panel.context(request, record)) for panel in sorted(_panels.get(page, []), key=lambda p: p.order)]
    return [(panel.template, context) for panel, context in made if context is not None]


def rendered_panels(page: str, request: HttpRequest, record: Any) -> list[SafeString]:
    """The panels as HTML."""
    return [render_to_string(template, context, request) for template, context in panels_of(page, request, record)]


def register_stage_panel(panel: Panel) -> None:
    """Add a panel to every stage's page."""
    register_panel("stage", panel)


def stage_panels(request: HttpRequest, stage: Any) -> list[tuple[str, dict[str, Any]]]:
    """The template and the context of each panel that has something to say of the stage, in order."""
    return panels_of("stage", request, stage)
