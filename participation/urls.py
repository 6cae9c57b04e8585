"""Addresses of events, the map, the ledger and the working groups."""

from __future__ import annotations

from django.urls import path

from participation import map_views, views

app_name = "participation"
urlpatterns = [
    path("wydarzenia/", views.events, name="events"),
    path("wydarzenia/mapa/", map_views.district_map, name="map"),
    path("wydarzenia/<slug:slug>/", views.event, name="event"),
    path("dzielnice/<slug:slug>/", map_views.district, name="district"),
    path("liczby/", views.ledger, name="ledger"),
    path("liczby/<slug:unit>/", views.ledger_unit, name="ledger_unit"),
    path("grupy-robocze/", views.groups, name="groups"),
]
