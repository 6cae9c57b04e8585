"""The words in which the portal asks for processes, stages, documents and news."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from stages.models import Process, Stage


class ProcessQuerySet(models.QuerySet["Process"]):
    def main(self) -> Process | None:
        """The portal's main process, or none in an empty portal."""
        return self.filter(is_main=True).first()


class StageQuerySet(models.QuerySet["Stage"]):
    def of_main_process(self) -> StageQuerySet:
        """The main process's stages in order, with their process. Shown as the spine."""
        return self.filter(process__is_main=True).select_related("process").order_by("number")


class DocumentQuerySet(models.QuerySet["Document"]):
    def of_stage(self, stage: Stage) -> DocumentQuerySet:
        return self.filter(stage=stage)


class NewsQuerySet(models.QuerySet["News"]):
    def published(self, now: dt.datetime) -> NewsQuerySet:
        """News that are public at the (aware) moment, newest first."""
        return self.filter(published_at__lte=now).order_by("-published_at", "-pk")
