"""Settings of the tests: the portal's own, embedded default unless DATABASE_URL and REDIS_URL say otherwise."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ.setdefault("PORTAL_MODE", "demonstration")
os.environ.setdefault("VAR_DIR", str(Path(tempfile.gettempdir()) / f"portal-tests-{os.getuid()}"))

from lublin2030.settings import *  # noqa: F403
from lublin2030.settings import DATABASES, STATIC_ROOT

PORTAL_URL = "https://portal.test"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PAGE_CACHE_SECONDS = 0  # its own tests switch it on
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "private": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = (
    True  # looks for a file when it is asked for, not for all of them at the start of every test client
)
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ACCOUNT_RATE_LIMITS = False
TIME_TRAP_SECONDS = 0  # its own tests switch it on
# Tests call the delivery themselves; the tests of real processes start their own worker.
CELERY_BROKER_URL = None
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"].setdefault("TEST", {})
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
