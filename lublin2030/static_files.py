"""Which static files are collected."""

from __future__ import annotations

from django.contrib.staticfiles.apps import StaticFilesConfig


class PortalStaticFilesConfig(StaticFilesConfig):
    """Leaves out what no page loads; compressing it took half of the time of collecting."""

    # The browsable pages of the REST framework, which we do not serve, and the accessibility checker of our tests.
    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "rest_framework", "axe-core"]
