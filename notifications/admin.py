"""Records of what was sent and what is followed: only shown here. Work on them is done at the desk and by the verbs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_base import RoleAdmin
from accounts.roles import Role
from consultations.permissions import may_read_contact
from notifications.models import Message, Subscription


@admin.register(Message)
class MessageAdmin(RoleAdmin):
    """The outbox. The address shows to those who may read contact; the key and the context are the machine's."""

    readers = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
    list_display = ("created_at", "kind", "submission", "state", "attempts", "last_error", "due_at", "sent_at")
    list_select_related = ("submission__consultation",)
    list_filter = ("state", "kind")
    date_hierarchy = "created_at"
    fields = (
        "kind", "recipient", "language", "submission", "consultation", "registration", "state", "created_at", "due_at",
        "attempts", "sent_at", "last_error",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("submission__consultation", "consultation", "registration")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        hidden = set() if may_read_contact(request.user) else {"recipient"}
        return [name for name in self.fields if name not in hidden]


@admin.register(Subscription)
class SubscriptionAdmin(RoleAdmin):
    """Followings without their addresses: who follows what is nobody's business. Secrets are shown to nobody either.

    Whoever was given an address by its owner finds its followings by searching for the whole of it.
    """

    readers = frozenset({Role.COORDINATOR})
    list_display = (
        "id", "event", "consultation", "theme", "district", "stage", "process", "frequency", "language", "confirmed_at",
    )  # fmt: skip
    list_select_related = ("event", "consultation", "theme", "district", "stage", "process")
    list_filter = ("frequency", "language")
    search_fields = ("=email",)
    fields = (
        "event", "consultation", "theme", "district", "stage", "process", "language", "frequency", "created_at",
        "confirmed_at",
    )  # fmt: skip
