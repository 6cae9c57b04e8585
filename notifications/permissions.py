"""Who may see and send messages again, and see how many follow what."""

from __future__ import annotations

from typing import Any

from accounts.permissions import has_role
from accounts.roles import Role


def may_resend(user: Any) -> bool:
    """See the outbox's failures and send again."""
    return has_role(user, Role.COORDINATOR, Role.ADMINISTRATOR)


def may_count_followers(user: Any) -> bool:
    """See how many follow what. Who they are is nobody's business."""
    return has_role(user, Role.EDITOR, Role.COORDINATOR, Role.ADMINISTRATOR)
