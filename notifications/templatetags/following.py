"""The part of a page that invites to follow what the page is about."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from notifications import targets

register = template.Library()


@register.inclusion_tag("notifications/parts/follow.html")
def follow_part(record: Any) -> dict[str, Any]:
    """A panel that leads to the form of following the event, consultation, theme, district, stage or process.

    The form has an address of its own: a page that is kept whole for all readers holds no token (docs/adr/0004).
    Empty where there is nothing left to follow. No query.
    """
    url = follow_link(record)
    return {"target": targets.target_of(record), "url": url} if url else {}


@register.simple_tag
def follow_link(record: Any) -> str:
    """The address of that form alone, for a page with little room; empty where there is nothing left to follow."""
    return "" if targets.is_over(record, timezone.now()) else targets.follow_url(record)
