"""Read content files and create records by their ``seed_key``, each once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from django.db import models

from lublin2030.lib.seeded import SeededModel

CONTENT = Path(__file__).resolve().parent.parent / "content"

Record = TypeVar("Record", bound=SeededModel)


def read_content(name: str) -> dict[str, Any]:
    """The content file of that name."""
    content: dict[str, Any] = json.loads((CONTENT / f"{name}.json").read_text(encoding="utf-8"))
    return content


class Seeder:
    """Creates records whose key is not there yet and counts them.

    A record that has the key, or the same address (``slug``) without it, is left as it is and given back.
    """

    def __init__(self) -> None:
        self.created = 0
        self._known: dict[type[models.Model], tuple[dict[str, Any], dict[str, Any]]] = {}

    def make(self, model: type[Record], key: str, **fields: Any) -> tuple[Record, bool]:
        """The record of that key, and whether this call created it."""
        keys, slugs = self._records(model)
        record: Record | None = keys.get(key) or slugs.get(fields.get("slug", ""))
        if record is not None:
            return record, False
        record = model._default_manager.create(seed_key=key, **fields)
        keys[key] = record
        self.created += 1
        return record, True

    def _records(self, model: type[Record]) -> tuple[dict[str, Any], dict[str, Any]]:
        if model not in self._known:
            records = list(model._default_manager.all())
            self._known[model] = (
                {record.seed_key: record for record in records if record.seed_key},
                {getattr(record, "slug", ""): record for record in records if getattr(record, "slug", "")},
            )
        return self._known[model]
