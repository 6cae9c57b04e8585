"""Verbs on accounts."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import User
from accounts.roles import Role


@transaction.atomic
def grant_roles(user: User, *, roles: Iterable[Role]) -> None:
    """Add the roles to those the person has. Granting a role twice changes nothing."""
    user.groups.add(*_groups(roles))
    user.__dict__.pop("roles", None)


@transaction.atomic
def set_roles(user: User, *, roles: Iterable[Role]) -> None:
    """Let the person have these roles and no others."""
    user.groups.set(_groups(roles))
    user.__dict__.pop("roles", None)


def _groups(roles: Iterable[Role]) -> list[Group]:
    """The roles' groups. One that is missing is made: otherwise a role would be granted and nobody would have it."""
    return [Group.objects.get_or_create(name=role.value)[0] for role in roles]
