"""System checks: what must hold before the portal may start."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def mailbox_stays_in_the_demonstration(**_kwargs: Any) -> list[CheckMessage]:
    """E001: everyone's mail must not be readable at an address of a real portal."""
    if settings.DEMONSTRATION_MAILBOX and not settings.DEMONSTRATION:
        return [
            Error(
                "DEMONSTRATION_MAILBOX shows all mail to everyone and is on in production.",
                hint="Unset DEMONSTRATION_MAILBOX, or set PORTAL_MODE=demonstration.",
                id="lublin2030.E001",
            )
        ]
    return []
