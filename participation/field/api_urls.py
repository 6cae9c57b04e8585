"""Addresses that tablets ask, under ``/api/field/``."""

from __future__ import annotations

from django.urls import path

from participation.field import api

app_name = "field_api"
urlpatterns = [
    path("session/", api.session, name="session"),
    path("bundle/", api.bundle, name="bundle"),
    path("key/", api.key, name="key"),
    path("sync/", api.sync, name="sync"),
    path("photos/", api.photos, name="photos"),
]
