"""The portal as it runs, plus the bare views it is compared with."""

from lublin2030.settings import *  # noqa: F403
from lublin2030.settings import INSTALLED_APPS

INSTALLED_APPS += ["script.benchmark"]
ROOT_URLCONF = "script.benchmark.urls"
LOGGING = {"version": 1, "disable_existing_loggers": True}
