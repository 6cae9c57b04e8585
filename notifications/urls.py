"""Addresses of following a consultation."""

from __future__ import annotations

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("konsultacje/<slug:slug>/obserwuj/", views.follow, name="follow"),
    path("obserwowanie/<str:token>/potwierdz/", views.confirm, name="confirm"),
    path("obserwowanie/<str:token>/wypisz/", views.unsubscribe, name="unsubscribe"),
]
