"""What languages are called in the reader's language."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError
from django.conf import settings

from lublin2030.lib.translations import current_language


def language_name(code: str) -> str:
    """The language's name in the reader's language (CLDR's, where the portal has none of its own), else the code."""
    if code in settings.PORTAL_LANGUAGE_NAMES:
        return str(settings.PORTAL_LANGUAGE_NAMES[code])
    try:
        return Locale.parse(code, sep="-").get_language_name(current_language()) or code
    except (UnknownLocaleError, ValueError):
        return code
