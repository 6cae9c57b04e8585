"""Addresses of events, the ledger and the working groups."""

from __future__ import annotations

from django.urls import path

from participation import views, voice_views
from participation.feeds import EventFeed

app_name = "participation"
urlpatterns = [
    path("wydarzenia/", views.events, name="events"),
    path("wydarzenia/kalendarz.ics", views.events_ics, name="events_ics"),
    path("wydarzenia/atom.xml", EventFeed(), name="events_atom"),
    path("wydarzenia/seria/<slug:slug>/", views.series, name="series"),
    path("wydarzenia/<slug:slug>.ics", views.event_ics, name="event_ics"),
    path("wydarzenia/<slug:slug>/", views.event, name="event"),
    path("glosy/", voice_views.voices, name="voices"),
    path("glosy/<int:pk>/", voice_views.voice, name="voice"),
    path("kierunki/", voice_views.directions, name="directions"),
    path("kierunki/<slug:slug>/", voice_views.direction, name="direction"),
    path("liczby/", views.ledger, name="ledger"),
    path("grupy-robocze/", views.groups, name="groups"),
]
