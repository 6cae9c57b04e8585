"""Who may see and send messages again."""

from __future__ import annotations

from typing import Any

from accounts.permissions import has_role
from accounts.roles import Role


def may_resend(user: Any) -> bool:
    """See the outbox's failures and send again."""
    return has_role(user, Role.COORDINATOR, Role.ADMINISTRATOR)
