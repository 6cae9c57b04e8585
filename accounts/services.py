"""Verbs on accounts."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from accounts.signals import account_changed


@transaction.atomic
def grant_roles(user: User, *, roles: Iterable[Role]) -> None:
    """Add the roles to those the person has. Granting a role twice changes nothing."""
    user.groups.add(*_groups(roles))
    user.__dict__.pop("roles", None)


@transaction.atomic
def set_roles(user: User, *, roles: Iterable[Role], by: User | None = None) -> None:
    """Let the person have these roles and no others. Who did it is told, where it was a person."""
    before = _role_names(user)
    user.groups.set(_groups(roles))
    user.__dict__.pop("roles", None)
    after = _role_names(user)
    if by is not None and before != after:
        account_changed.send(User, user=user, by=by, before={"roles": before}, after={"roles": after})


@transaction.atomic
def set_active(user: User, *, active: bool, by: User) -> None:
    """Let the person sign in, or close the account. Doing it twice changes nothing."""
    if User.objects.filter(pk=user.pk, is_active=not active).update(is_active=active):
        account_changed.send(User, user=user, by=by, before={"is_active": not active}, after={"is_active": active})
    user.is_active = active


@transaction.atomic
def set_password(user: User, *, password: str, by: User) -> None:
    """Set somebody else's password, which was checked to be good enough: whoever does that could sign in with it."""
    user.set_password(password)
    user.save(update_fields=["password"])
    account_changed.send(User, user=user, by=by, before={}, after={"password": True})


def _role_names(user: User) -> list[str]:
    names = set(user.groups.values_list("name", flat=True))
    return [role.value for role in Role if role.value in names]


def _groups(roles: Iterable[Role]) -> list[Group]:
    """The roles' groups. One that is missing is made: otherwise a role would be granted and nobody would have it."""
    return [Group.objects.get_or_create(name=role.value)[0] for role in roles]
