"""Addresses of the desk's pages of figures and of the map, under ``/biurko/``."""

from __future__ import annotations

from django.urls import path

from participation import figure_views

urlpatterns = [
    path("liczby/<int:pk>/popraw/", figure_views.correct, name="correct_figure"),
    path("mapa/", figure_views.map_desk, name="map"),
    path("mapa/<int:pk>/", figure_views.borders, name="borders"),
]
