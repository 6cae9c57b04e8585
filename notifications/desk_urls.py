"""Addresses of the outbox and of followers at the desk, under ``/biurko/``."""

from __future__ import annotations

from django.urls import path

from notifications import views

urlpatterns = [
    path("wiadomosci/", views.messages, name="messages"),
    path("obserwujacy/", views.followers, name="followers"),
]
