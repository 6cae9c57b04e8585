"""The API: read-only open data under ``/api/v1/``, its schema at ``/api/schema/``; for tablets ``/api/field/``."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("v1/", include("summaries.api_urls")),
    path("field/", include("participation.field.api_urls")),
]
