"""Settings of the portal, from the environment.

``PORTAL_MODE`` says which of the two ways to run this is:

- ``demonstration``: nothing else is needed. SQLite, mail to files, secret key made in ``var/``. ``DATABASE_URL`` and
  ``REDIS_URL`` may still be given.
- ``production`` (also when the variable is missing): the names below without a default must be set, or nothing starts.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from lublin2030.lib import scanner
from lublin2030.lib.env import env_bool, env_int, env_list, env_str

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env_str("VAR_DIR", str(BASE_DIR / "var")))

PORTAL_MODE = env_str("PORTAL_MODE", "production")
if PORTAL_MODE not in {"production", "demonstration"}:
    raise ImproperlyConfigured(f"PORTAL_MODE={PORTAL_MODE!r} is neither production nor demonstration.")
DEMONSTRATION = PORTAL_MODE == "demonstration"
# Mail readable by everyone at /dev/poczta/: a check refuses it in production (lublin2030/checks.py).
DEMONSTRATION_MAILBOX = env_bool("DEMONSTRATION_MAILBOX", DEMONSTRATION)

DEBUG = False


def _secret_key() -> str:
    """The key from the environment; in the demonstration one that is made once and kept in ``var/``."""
    if not DEMONSTRATION:
        return env_str("SECRET_KEY")
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    path = VAR_DIR / "secret_key"
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii")


SECRET_KEY = _secret_key()

# Where people find the portal; links in mail begin with it.
PORTAL_URL = env_str("PORTAL_URL", f"http://127.0.0.1:{env_int('PORT', 8000)}" if DEMONSTRATION else None).rstrip("/")
_portal = urlsplit(PORTAL_URL)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost" if DEMONSTRATION else (_portal.hostname or ""))
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", "" if DEMONSTRATION else PORTAL_URL)

INSTALLED_APPS = [
    "lublin2030",
    "accounts",
    "stages",
    "participation",
    "consultations",
    "notifications",
    "summaries",
    "lublin2030.admin.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "lublin2030.static_files.PortalStaticFilesConfig",
    "allauth",
    "allauth.account",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lublin2030.middleware.PageCacheMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "lublin2030.middleware.ResponseHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "lublin2030.urls"
WSGI_APPLICATION = "lublin2030.wsgi.application"
SILENCED_SYSTEM_CHECKS: list[str] = []

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lublin2030.context.portal",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "lublin2030.templatetags.portal"],
        },
    }
]

# -- Database -----------------------------------------------------------------------------------------------------

DATABASE_URL = env_str("DATABASE_URL", f"sqlite:///{VAR_DIR / 'portal.sqlite3'}" if DEMONSTRATION else None)
_database: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL))
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # Readers never wait for the writer (WAL), and a transaction takes the write lock at its start (IMMEDIATE):
    # one that reads first and writes later would otherwise fail with “database is locked” (docs/adr/0002).
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
    }
    _database["CONN_MAX_AGE"] = None
else:
    _database["CONN_MAX_AGE"] = env_int("DATABASE_CONNECTION_SECONDS", 600)
    _database["CONN_HEALTH_CHECKS"] = True
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Cache and broker ---------------------------------------------------------------------------------------------

REDIS_URL = env_str("REDIS_URL", "" if DEMONSTRATION else None)
CACHES: dict[str, dict[str, Any]] = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "portal"}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "default"}
    ),
    # Whole pages for anonymous readers live in each process for seconds only: see lublin2030/middleware.py.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 500},
    },
}
PAGE_CACHE_SECONDS = env_int("PAGE_CACHE_SECONDS", 3)

CELERY_BROKER_URL = REDIS_URL or None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5, "visibility_timeout": 3600}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "Europe/Warsaw"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # its lines are written by LOGGING too, without secrets
CELERY_BEAT_SCHEDULE = {
    "sweep-messages": {"task": "notifications.tasks.sweep", "schedule": 10.0},
    "record-happenings": {"task": "notifications.tasks.record_happenings", "schedule": 60.0},
    "tell-followers": {"task": "notifications.tasks.tell_followers", "schedule": 60.0},
    "send-digests": {"task": "notifications.tasks.send_digests", "schedule": 60.0},
    "announce-department-terms": {"task": "notifications.tasks.announce_department_terms", "schedule": 600.0},
    "forget-old-addresses": {"task": "notifications.tasks.housekeeping", "schedule": 3600.0},
    "run-jobs": {"task": "accounts.tasks.run_jobs", "schedule": 10.0},
    "forget-old-jobs": {"task": "accounts.tasks.forget_old_jobs", "schedule": 3600.0},
    "expire-unconfirmed": {"task": "consultations.tasks.expire_unconfirmed", "schedule": 60.0},
    "prepare-comparisons": {"task": "consultations.tasks.prepare_comparisons", "schedule": 60.0},
    "prepare-draft-files": {"task": "consultations.tasks.prepare_draft_files", "schedule": 60.0},
    "forget-old-baskets": {"task": "consultations.tasks.forget_old_baskets", "schedule": 3600.0},
    "forget-old-intake": {"task": "consultations.tasks.forget_old_intake", "schedule": 3600.0},
    "forget-old-counts": {"task": "consultations.tasks.forget_old_counts", "schedule": 3600.0},
    "lapse-registrations": {"task": "participation.tasks.lapse_registrations", "schedule": 60.0},
    "forget-registrations": {"task": "participation.tasks.forget_registrations", "schedule": 3600.0},
    "forget-registration-counts": {"task": "participation.tasks.forget_registration_counts", "schedule": 3600.0},
    "remind-of-events": {"task": "notifications.tasks.remind_of_events", "schedule": 600.0},
    "forget-old-presences": {"task": "consultations.tasks.forget_old_presences", "schedule": 600.0},
    "forget-old-survey-drafts": {"task": "participation.survey_tasks.forget_old_drafts", "schedule": 3600.0},
    "forget-old-survey-counts": {"task": "participation.survey_tasks.forget_old_counts", "schedule": 3600.0},
    "delete-orphan-files": {"task": "consultations.tasks.delete_orphan_files", "schedule": 6 * 3600.0},
}

# -- People -------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.StaffAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Rate limits count per reader, not per proxy: X-Forwarded-For is believed as far as our own proxies wrote it.
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXIES", 0 if DEMONSTRATION else 1)

# -- Language and time --------------------------------------------------------------------------------------------

LANGUAGE_CODE = "pl"
LANGUAGES = [("pl", "Polski"), ("en", "English"), ("uk", "Українська")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Warsaw"
FORMAT_MODULE_PATH = ["lublin2030.formats"]

# -- Files --------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env_str("STATIC_ROOT", str(VAR_DIR / "static")))
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env_str("MEDIA_ROOT", str(VAR_DIR / "media")))
# What senders attach and staff bring in: outside of everything that a web server serves.
PRIVATE_ROOT = Path(env_str("PRIVATE_ROOT", str(VAR_DIR / "private")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(PRIVATE_ROOT), "base_url": None},
    },
    "staticfiles": {"BACKEND": "lublin2030.static_files.PortalStaticFilesStorage"},
}
# The largest body of a request; of an attachment 10 MB are taken, five of them at once. The proxy has the same limit.
MOST_REQUEST_BYTES = env_int("MOST_REQUEST_MEGABYTES", 64) * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "lublin2030.lib.uploads.WholeRequestLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# A virus scanner that speaks clamd's protocol: tcp://host:3310 or unix:///run/clamd.sock; none when empty. If it is
# required and does not answer, no file is taken.
CLAMD_URL = env_str("CLAMD_URL", "")
CLAMD_REQUIRED = env_bool("CLAMD_REQUIRED", True)
if CLAMD_URL:
    try:
        scanner.check_url(CLAMD_URL)
    except ValueError as wrong:
        raise ImproperlyConfigured(f"CLAMD_URL: {wrong}") from None
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # a form with 1 MB of text must reach its form to get its sentence
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000  # a letter typed in at the desk: 200 remarks of six fields
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# -- Mail ---------------------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env_str(
    "DEFAULT_FROM_EMAIL", "Strategia Lublin 2030 <strategia@example.org>" if DEMONSTRATION else None
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# A mailbox that somebody reads, for mail programs that unsubscribe by mail instead of by a link; none when empty.
UNSUBSCRIBE_MAILBOX = env_str("UNSUBSCRIBE_MAILBOX", "")
EMAIL_TIMEOUT = 15
if os.environ.get("EMAIL_HOST") or not DEMONSTRATION:
    EMAIL_HOST = env_str("EMAIL_HOST")
    EMAIL_PORT = env_int("EMAIL_PORT", 587)
    EMAIL_HOST_USER = env_str("EMAIL_HOST_USER", "")
    EMAIL_HOST_PASSWORD = env_str("EMAIL_HOST_PASSWORD", "")
    EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", True)
else:
    EMAIL_BACKEND = "lublin2030.mail.MailFileBackend"
EMAIL_FILE_PATH = str(VAR_DIR / "mail")

# -- Security -----------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
        "worker-src": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "lublin2030.views.csrf_failure"
BASKET_COOKIE_AGE = 30 * 24 * 3600
if not DEMONSTRATION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^zdrowie/$"]  # the health check of a container speaks plain HTTP
    SECURE_HSTS_SECONDS = env_int("SECURE_HSTS_SECONDS", 365 * 24 * 3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# -- API ----------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Strategia Lublin 2030",
    "DESCRIPTION": "Read-only open data of the city's participatory strategy: no personal data.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "lublin2030.logs.WithoutSecrets",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}

# -- Consultations ------------------------------------------------------------------------------------------------

REGISTER_PAGE_SIZE = 50
# How often one internet address may do what; 0: as often as it likes. How many submissions it may send in an hour each
# consultation says itself. A school or an office shares one address, so these stop machines, not people.
RATE_REMARKS_PER_MINUTE = env_int("RATE_REMARKS_PER_MINUTE", 120)
RATE_UPLOADS_PER_HOUR = env_int("RATE_UPLOADS_PER_HOUR", 200)
RATE_LINK_MAILS_PER_HOUR = env_int("RATE_LINK_MAILS_PER_HOUR", 20)
RATE_FOLLOWS_PER_HOUR = env_int("RATE_FOLLOWS_PER_HOUR", 60)
RATE_REGISTRATIONS_PER_HOUR = env_int("RATE_REGISTRATIONS_PER_HOUR", 60)
RATE_SURVEYS_PER_HOUR = env_int("RATE_SURVEYS_PER_HOUR", 200)
RATE_SURVEY_CODES_PER_HOUR = env_int("RATE_SURVEY_CODES_PER_HOUR", 30)
# Whoever sends within so many seconds of the first remark is asked to press once more. 0: never.
TIME_TRAP_SECONDS = env_int("TIME_TRAP_SECONDS", 5)
# So many days after an event the names and addresses of those who registered are deleted; the counts stay.
REGISTRATIONS_KEPT_DAYS = env_int("REGISTRATIONS_KEPT_DAYS", 30)
LONGEST_DRAFT_QUERY = 200  # characters of a search in a draft
PORTAL_LANGUAGE_NAMES = {"pl": _("Polish"), "en": _("English"), "uk": _("Ukrainian")}
