"""Where files lie."""

from __future__ import annotations

from django.core.files.storage import Storage, storages


def private_storage() -> Storage:
    """Where files lie that no address leads to: outside of what the web server serves."""
    return storages["private"]
