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


def may_build_surveys(user: Any) -> bool:
    """Make surveys, publish and close them, invite, open kiosks, read and export every single answer."""
    return has_role(user, Role.EDITOR, Role.COORDINATOR)


def may_type_in_surveys(user: Any) -> bool:
    """Type in answers that came on paper, and see results before they are public."""
    return has_role(user, Role.EDITOR, Role.COORDINATOR, Role.EXPERT)


def may_correct_figures(user: Any) -> bool:
    """Correct what a figure of the ledger says."""
    return has_role(user, Role.EDITOR, Role.COORDINATOR, Role.ADMINISTRATOR)


def may_draw_the_map(user: Any) -> bool:
    """Bring in borders of the districts, publish them, and go back to tiles."""
    return has_role(user, Role.EDITOR, Role.ADMINISTRATOR)


def may_settle_field(user: Any) -> bool:
    """Put right or throw away what tablets brought in, and accept their photographs."""
    return has_role(user, Role.EDITOR, Role.COORDINATOR)
