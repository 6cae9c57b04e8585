"""Roles are granted even where their groups were never made."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from accounts.roles import Role
from accounts.services import grant_roles, set_roles
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_granted_role_is_added_to_the_others():
    user = UserFactory(roles=[Role.EDITOR])
    grant_roles(user, roles=[Role.EXPERT])
    assert user.roles == {Role.EDITOR, Role.EXPERT}


def test_set_roles_are_the_only_ones():
    user = UserFactory(roles=[Role.EDITOR])
    set_roles(user, roles=[Role.EXPERT])
    assert user.roles == {Role.EXPERT}


@pytest.mark.parametrize("verb", [grant_roles, set_roles])
def test_a_missing_group_is_made(verb):
    Group.objects.all().delete()
    user = UserFactory()
    verb(user, roles=[Role.COORDINATOR])
    assert user.has_role(Role.COORDINATOR)
