"""The WSGI application, which checks the settings before the first request."""

import os

from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lublin2030.settings")

application = get_wsgi_application()
# A web server imports this module and runs none of manage.py's checks.
_errors = [message for message in run_checks() if message.is_serious()]
if _errors:
    raise ImproperlyConfigured("\n".join(str(error) for error in _errors))
