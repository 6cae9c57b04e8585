"""Addresses of events, the ledger and the working groups."""

from __future__ import annotations

from django.urls import path

from participation import registration_views, views

app_name = "participation"
urlpatterns = [
    path("wydarzenia/", views.events, name="events"),
    path("wydarzenia/<slug:slug>/", views.event, name="event"),
    path("wydarzenia/<slug:slug>/zapisy/", registration_views.registering, name="registering"),
    path("zapisy/<str:token>/", registration_views.registration, name="registration"),
    path("liczby/", views.ledger, name="ledger"),
    path("grupy-robocze/", views.groups, name="groups"),
]
