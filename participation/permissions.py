"""Who may do what in participation. Every surface asks here; tests hold the whole table (role × verb)."""

from __future__ import annotations

from typing import Any

from accounts.permissions import has_role
from accounts.roles import Role


def may_run_events(user: Any) -> bool:
    """Plan, change and cancel events, see who registered, check people in, record attendance."""
    return has_role(user, Role.EDITOR, Role.COORDINATOR)


def may_note_voices(user: Any) -> bool:
    """Note down voices, at a mobile point or at the desk."""
    return has_role(user, Role.EDITOR, Role.COORDINATOR, Role.EXPERT)


def may_moderate_voices(user: Any) -> bool:
    """Read new voices, publish them or not, and link them onward."""
    return has_role(user, Role.EDITOR, Role.COORDINATOR)


def may_settle_field(user: Any) -> bool:
    """Put right or throw away what tablets brought in, and accept their photographs."""
    return has_role(user, Role.EDITOR, Role.COORDINATOR)
