"""Addresses of signing in and out (allauth's, with our pages)."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("allauth.account.urls"))]
