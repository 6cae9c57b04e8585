"""The table of the bare views."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Row(models.Model):
    """What the bare views read and write."""

    objects: ClassVar[models.Manager[Row]] = models.Manager()

    text = models.CharField(max_length=200)
    number = models.IntegerField(default=0)

    class Meta:
        app_label = "benchmark"

    def __str__(self) -> str:
        return self.text
