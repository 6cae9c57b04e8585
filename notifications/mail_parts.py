"""What the makers of all mails use."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

Made = tuple[str, dict[str, Any], dict[str, str]]  # a mail's subject, what its templates show, extra headers

LONGEST_TITLE = 70


def host_of_portal() -> str:
    """The host in the portal's own address."""
    return urlsplit(settings.PORTAL_URL).hostname or "localhost"


def absolute(path: str) -> str:
    """The path as an address that works in a mail."""
    return f"{settings.PORTAL_URL}{path}"


def short(title: str) -> str:
    """A title that leaves room in a subject."""
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"
