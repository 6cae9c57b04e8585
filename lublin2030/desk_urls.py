"""Addresses of the desk: the first page, and each app's queues."""

from __future__ import annotations

from django.urls import include, path

from lublin2030 import views

app_name = "desk"
urlpatterns = [
    path("", views.desk_home, name="home"),
    path("tresci/", views.desk_queue, {"name": "content"}, name="content"),
    path("", include("accounts.desk_urls")),
    path("", include("participation.voice_desk_urls")),
    path("", include("participation.event_desk_urls")),
    path("teren/", include("participation.field.desk_urls")),
    path("", include("consultations.desk_urls")),
    path("", include("participation.figure_desk_urls")),
    path("", include("notifications.desk_urls")),
    path("", include("participation.survey_desk_urls")),
    path("", include("summaries.desk_urls")),
]
