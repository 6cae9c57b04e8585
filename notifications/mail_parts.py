"""What the makers of all mails use."""

from __future__ import annotations

from typing import Any

Made = tuple[str, dict[str, Any], dict[str, str]]  # a mail's subject, what its templates show, extra headers

LONGEST_TITLE = 70


def short(title: str) -> str:
    """A title that leaves room in a subject."""
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"
