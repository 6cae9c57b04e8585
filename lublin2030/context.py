"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url

from lublin2030.lib.translations import current_language

SHORT_NAMES = {"pl": "PL", "en": "EN", "uk": "UA"}


def portal(request: HttpRequest) -> dict[str, Any]:
    """The portal's mode, and this page's addresses in the other languages."""
    path = request.get_full_path()
    return {
        "is_demonstration_portal": settings.DEMONSTRATION,
        "current_language": current_language(),
        "language_links": [
            {
                "code": code,
                "short": SHORT_NAMES[code],
                "name": name,
                "url": translate_url(path, code),
                "current": code == current_language(),
            }
            for code, name in settings.LANGUAGES
        ],
    }
