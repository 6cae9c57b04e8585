"""Addresses of the tablets' page. They have no language before them: the page that a device keeps speaks all three."""

from __future__ import annotations

from django.urls import path

from participation.field import views

app_name = "field"
urlpatterns = [
    path("", views.page, name="page"),
    path("sw.js", views.worker, name="worker"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
]
