"""Addresses of the desk's pages of events."""

from __future__ import annotations

from django.urls import path

from participation import event_desk_views as views
from participation import series_views

urlpatterns = [
    path("wydarzenia/", views.events, name="events"),
    path("wydarzenia/seria/", series_views.new_series, name="series"),
    path("wydarzenia/<int:pk>/", views.event, name="event"),
    path("wydarzenia/<int:pk>/przenies/", views.move, name="event_move"),
    path("wydarzenia/<int:pk>/odwolaj/", views.cancel, name="event_cancel"),
    path("wydarzenia/<int:pk>/lista/", views.print_list, name="event_list"),
    path("wydarzenia/<int:pk>/lista.xlsx", views.sheet, name="event_sheet"),
    path("wydarzenia/<int:pk>/licznik/", views.counter, name="event_counter"),
]
