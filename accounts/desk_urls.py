"""Addresses of the desk that belong to accounts, under ``/biurko/``."""

from __future__ import annotations

from django.urls import path

from accounts import views

urlpatterns = [path("prace/<int:pk>/", views.job, name="job")]
