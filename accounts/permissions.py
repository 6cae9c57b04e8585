"""Who may do what with accounts, and the one way to ask for a role."""

from __future__ import annotations

from typing import Any, TypeGuard

from accounts.models import User
from accounts.roles import Role


def is_person(user: Any) -> TypeGuard[User]:
    """True for a signed-in, active user; False for an anonymous reader."""
    return isinstance(user, User) and user.is_active


def has_role(user: Any, *roles: Role) -> bool:
    """True when the user is signed in and has one of the roles."""
    return is_person(user) and user.has_role(*roles)


def may_enter_desk(user: Any) -> bool:
    """The back office opens for every role."""
    return has_role(user, *Role)


def may_manage_accounts(user: Any) -> bool:
    """Only administrators see, make and change accounts, and give and take roles."""
    return has_role(user, Role.ADMINISTRATOR)
