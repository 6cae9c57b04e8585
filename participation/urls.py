"""Addresses of events, the ledger and the working groups."""

from __future__ import annotations

from django.urls import path

from participation import views, voice_views

app_name = "participation"
urlpatterns = [
    path("wydarzenia/", views.events, name="events"),
    path("wydarzenia/<slug:slug>/", views.event, name="event"),
    path("glosy/", voice_views.voices, name="voices"),
    path("glosy/<int:pk>/", voice_views.voice, name="voice"),
    path("kierunki/", voice_views.directions, name="directions"),
    path("kierunki/<slug:slug>/", voice_views.direction, name="direction"),
    path("liczby/", views.ledger, name="ledger"),
    path("grupy-robocze/", views.groups, name="groups"),
]
