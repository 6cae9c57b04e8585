"""The portal's project package."""

from lublin2030.celery import app as celery_app

__all__ = ["celery_app"]
