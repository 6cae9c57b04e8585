"""Addresses of the demonstration's mailbox."""

from __future__ import annotations

from django.urls import path

from lublin2030 import mailbox

urlpatterns = [
    path("", mailbox.mailbox, name="mailbox"),
    path("<slug:name>/", mailbox.mail, name="mailbox-mail"),
]
