"""Accounts: administrators make them, give roles, and close them. Nobody else sees them."""

from __future__ import annotations

from typing import Any

import allauth.account.admin  # noqa: F401  registers what is taken off below
import django.contrib.auth.admin  # noqa: F401
from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import RoleAdmin
from accounts.forms import AccountForm
from accounts.models import User
from accounts.permissions import is_person, may_manage_accounts
from accounts.roles import Role
from accounts.services import set_active, set_password, set_roles

# Roles are fixed, and the e-mail address of an account is the one in the account.
admin.site.unregister(Group)
admin.site.unregister(EmailAddress)


@admin.register(User)
class UserAdmin(RoleAdmin):
    """An account is closed (``is_active``) rather than deleted, so that the history keeps its names."""

    form = AccountForm
    list_display = ("email", "name", "roles_in_words", "is_active")
    list_filter = ("is_active", "groups")
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = ("email", "name", "is_active", "roles")
    change_form_template = "admin/accounts/user/change_form.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_manage_accounts(request.user)

    has_add_permission = has_view_permission
    has_change_permission = has_view_permission

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return User.objects.prefetch_related("groups")

    @admin.display(description=_("roles"))
    def roles_in_words(self, user: User) -> str:
        known = dict(Role.choices)
        return ", ".join(str(known[group.name]) for group in user.groups.all() if group.name in known)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
            super().save_model(request, obj, form, change)
            return
        # By its verb, which is told: closing an account is more than a correction of a name.
        active, obj.is_active = obj.is_active, form.initial["is_active"]
        super().save_model(request, obj, form, change)
        set_active(obj, active=active, by=_person(request))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        set_roles(form.instance, roles=[Role(value) for value in form.cleaned_data["roles"]], by=_person(request))
        if not change:
            messages.info(
                request,
                gettext("The person sets a password under “Forgot your password?” at sign-in, or you set one here."),
            )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.set_password)
        return [path("<int:pk>/haslo/", view, name="accounts_user_set_password"), *super().get_urls()]

    def set_password(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """A page on which an administrator sets somebody's password."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        user = get_object_or_404(User, pk=pk)
        form = AdminPasswordChangeForm(user, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            set_password(user, password=form.cleaned_data["password1"], by=_person(request))
            self.log_change(request, user, [{"changed": {"fields": ["password"]}}])
            messages.success(request, gettext("The password of %(person)s is set.") % {"person": user})
            return redirect(reverse("admin:accounts_user_change", args=[pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Set a password"),
            "form": form,
            "person": user,
        }
        return TemplateResponse(request, "admin/accounts/user/set_password.html", context)


def _person(request: HttpRequest) -> User:
    if not is_person(request.user):
        raise PermissionDenied
    return request.user
