"""Addresses that work outside the portal: in mail, calendars and feeds."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings


def absolute(path: str) -> str:
    """The path as an address that works anywhere."""
    return f"{settings.PORTAL_URL}{path}"


def host_of_portal() -> str:
    """The host in the portal's own address."""
    return urlsplit(settings.PORTAL_URL).hostname or "localhost"
