"""Addresses of events, the ledger and the working groups."""

from __future__ import annotations

from django.urls import path

from participation import views

app_name = "participation"
urlpatterns = [
    path("wydarzenia/", views.events, name="events"),
    path("wydarzenia/<slug:slug>/", views.event, name="event"),
    path("liczby/", views.ledger, name="ledger"),
    path("grupy-robocze/", views.groups, name="groups"),
]
