"""Administrators make accounts, give and take roles, and close accounts."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(sign_in):
    return sign_in(Role.ADMINISTRATOR)


def change_page(user) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def test_a_new_account_has_its_roles_and_no_password(client, administrator):
    sent = {"email": "Nowa@Example.ORG", "name": "Nowa", "is_active": "on", "roles": ["editor", "expert"]}
    client.post(reverse("admin:accounts_user_add"), sent)
    user = User.objects.get(email="nowa@example.org")
    assert user.roles == {Role.EDITOR, Role.EXPERT}
    assert not user.has_usable_password()


def test_an_address_that_has_an_account_is_refused_whatever_its_capitals(client, administrator):
    person(Role.EDITOR)
    taken = User.objects.exclude(pk=administrator.pk).get().email.upper()
    answer = client.post(reverse("admin:accounts_user_add"), {"email": taken, "name": "", "is_active": "on"})
    assert "już istnieje" in answer.content.decode()
    assert User.objects.count() == 2


def test_roles_are_given_and_taken(client, administrator):
    user = person(Role.EDITOR)
    form = client.get(change_page(user)).context["adminform"].form
    assert form["roles"].value() == ["editor"]
    sent = {"email": user.email, "name": user.name, "is_active": "on", "roles": ["councillor"]}
    client.post(change_page(user), sent)
    assert User.objects.get(pk=user.pk).roles == {Role.COUNCILLOR}


def test_an_unknown_role_is_refused(client, administrator):
    user = person(Role.EDITOR)
    client.post(change_page(user), {"email": user.email, "name": "x", "is_active": "on", "roles": ["king"]})
    assert User.objects.get(pk=user.pk).roles == {Role.EDITOR}


def test_an_account_is_closed_and_never_deleted(client, administrator):
    user = person(Role.EDITOR)
    client.post(change_page(user), {"email": user.email, "name": user.name, "roles": ["editor"]})
    assert User.objects.get(pk=user.pk).is_active is False
    assert client.post(reverse("admin:accounts_user_delete", args=[user.pk]), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=user.pk).exists()


def test_an_administrator_sets_a_password(client, administrator):
    user = person(Role.EDITOR)
    new = "calkiem-nowe-haslo-2030"
    page = reverse("admin:accounts_user_set_password", args=[user.pk])
    assert client.post(page, {"password1": new, "password2": "inne", "usable_password": "true"}).status_code == 200
    assert not User.objects.get(pk=user.pk).check_password(new)
    assert client.post(page, {"password1": new, "password2": new, "usable_password": "true"}).status_code == 302
    assert User.objects.get(pk=user.pk).check_password(new)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.COORDINATOR, Role.EXPERT, Role.COUNCILLOR, Role.AUDITOR])
def test_nobody_else_sets_a_password(client, sign_in, role):
    me = sign_in(role)
    page = reverse("admin:accounts_user_set_password", args=[me.pk])
    new = "calkiem-nowe-haslo-2030"
    sent = {"password1": new, "password2": new, "usable_password": "true"}
    assert client.post(page, sent, follow=True).status_code == 403
    assert not User.objects.get(pk=me.pk).check_password(new)


def test_groups_are_not_a_record_page():
    assert Group not in admin.site._registry


def test_the_list_costs_the_same_queries_however_many_accounts(client, administrator):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("admin:accounts_user_changelist"))
        return len(queries)

    few = cost()
    for _time in range(5):
        person(Role.EDITOR, Role.EXPERT)
    assert cost() == few
