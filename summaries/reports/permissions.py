"""Who may do what with reports."""

from __future__ import annotations

from typing import Any

from accounts.permissions import has_role
from accounts.roles import Role


def may_make_reports(user: Any) -> bool:
    """Write the report's texts, make drafts, freeze, correct and withhold; read what is withheld."""
    return has_role(user, Role.COORDINATOR)


def may_read_drafts_of_reports(user: Any) -> bool:
    """Read a report that is not frozen: those who answer the remarks and those who set consultations up."""
    return has_role(user, Role.COORDINATOR, Role.EXPERT, Role.ADMINISTRATOR)
