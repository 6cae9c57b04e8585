"""Which static files are collected, and under which names."""

from __future__ import annotations

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class PortalStaticFilesConfig(StaticFilesConfig):
    """Leaves out what no page loads; compressing it took half of the time of collecting."""

    # The browsable pages of the REST framework, which we do not serve, and the accessibility checker of our tests.
    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "rest_framework", "axe-core"]


class PortalStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Every file under the hash of its content, the modules that modules import too: no release mixes with another."""

    support_js_module_import_aggregation = True
