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
    user.groups.add(*Group.objects.filter(name__in=[role.value for role in roles]))
    user.__dict__.pop("roles", None)


@transaction.atomic
def set_roles(user: User, *, roles: Iterable[Role]) -> None:
    """Let the person have these roles and no others."""
    user.groups.set(Group.objects.filter(name__in=[role.value for role in roles]))
    user.__dict__.pop("roles", None)
