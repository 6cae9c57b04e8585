"""Addresses. What people read is Polish and has the language before it (``/en/…``, ``/uk/…``); the API is English."""

from __future__ import annotations

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.static import serve

from lublin2030 import views

urlpatterns = [
    path("zdrowie/", views.health, name="health"),
    path("robots.txt", views.robots, name="robots"),
    path("api/", include("lublin2030.api")),
    path("teren/", include("participation.field.urls")),
    *i18n_patterns(
        path("", include("summaries.urls")),
        path("", include("stages.urls")),
        path("", include("participation.urls")),
        path("", include("consultations.urls")),
        path("", include("notifications.urls")),
        path("biurko/", include("lublin2030.desk_urls")),
        path("konto/", include("accounts.urls")),
        path("zaplecze/", admin.site.urls),
        prefix_default_language=False,
    ),
]
if settings.DEMONSTRATION:
    # Files that staff put up; in production the proxy or the object store serves them.
    urlpatterns.append(path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}))
if settings.DEMONSTRATION_MAILBOX:
    urlpatterns.append(path("dev/poczta/", include("lublin2030.mailbox_urls")))

handler400 = "lublin2030.views.bad_request"
handler404 = "lublin2030.views.not_found"
handler403 = "lublin2030.views.forbidden"
handler500 = "lublin2030.views.server_error"
