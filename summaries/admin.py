"""Records of reports: the offices that sign them. Reports themselves are made by their verbs only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_base import RoleAdmin
from accounts.roles import Role
from summaries.models import SigningOffice


@admin.register(SigningOffice)
class SigningOfficeAdmin(RoleAdmin):
    """One that has signed a report is never deleted."""

    editors = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
    list_display = ("name", "number_prefix")
    search_fields = ("name",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not obj.reports.exists())
