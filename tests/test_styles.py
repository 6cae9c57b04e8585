"""The dark colour scheme differs from the light one in colours only, so a page has one structure to check."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

BASE = Path(settings.BASE_DIR)


def test_nothing_but_colours_depends_on_the_colour_scheme() -> None:
    """``light-dark()`` gives colours and nothing else; whoever asks for the scheme could change more."""
    sources = [
        path
        for folder in ("static/css", "static/js", "templates")
        for path in (BASE / folder).rglob("*")
        if path.suffix in {".css", ".js", ".html", ".svg"}
    ]
    assert len(sources) > 100
    assert [path for path in sources if "prefers-color-scheme" in path.read_text(encoding="utf-8")] == []
