"""The digest by which the same text is found again, for remarks that are there already too."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import migrations, models

from lublin2030.lib.plaintext import bare_words

BATCH = 2_000


def fill(apps: Any, _schema_editor: Any) -> None:
    """As ``services.duplicates.text_hash`` does it, a batch at a time."""
    remark_model = apps.get_model("consultations", "Remark")
    batch = []
    for remark in remark_model.objects.only("pk", "change", "wording", "reason").iterator(chunk_size=BATCH):
        parts = [bare_words(text) for text in (remark.change, remark.wording, remark.reason)]
        if any(parts):
            remark.text_hash = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
            batch.append(remark)
        if len(batch) == BATCH:
            remark_model.objects.bulk_update(batch, ["text_hash"])
            batch = []
    remark_model.objects.bulk_update(batch, ["text_hash"])


class Migration(migrations.Migration):
    dependencies = [("consultations", "0009_draft_files")]

    operations = [
        migrations.AddField(
            "remark", "text_hash", models.CharField(blank=True, default="", editable=False, max_length=32), preserve_default=False
        ),
        migrations.AddIndex("remark", models.Index(fields=["consultation", "text_hash"], name="remark_by_text")),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
