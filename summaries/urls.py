"""Addresses of the front page and the councillors' summary."""

from __future__ import annotations

from django.urls import path

from summaries import views

urlpatterns = [
    path("", views.home, name="home"),
    path("podsumowanie/<slug:slug>/", views.summary, name="summary"),
]
