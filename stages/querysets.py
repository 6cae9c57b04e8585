"""The words in which the portal asks for processes, stages, documents and news."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F

if TYPE_CHECKING:
    from stages.models import Document, Milestone, News, Process, Stage  # noqa: F401  named in quotes


class ProcessQuerySet(models.QuerySet["Process"]):
    def main(self) -> Process | None:
        """The portal's main process, or none in an empty portal."""
        return self.filter(is_main=True).first()


class StageQuerySet(models.QuerySet["Stage"]):
    def of_main_process(self) -> StageQuerySet:
        """The main process's stages in order, with their process. Shown as the spine."""
        return self.filter(process__is_main=True).select_related("process").order_by("number")

    def of_process(self, process: Process) -> StageQuerySet:
        """The process's stages in order, with their process."""
        return self.filter(process=process).select_related("process").order_by("number")


class DocumentQuerySet(models.QuerySet["Document"]):
    def of_stage(self, stage: Stage) -> DocumentQuerySet:
        return self.filter(stage=stage)

    def of_whole_process(self, process: Process) -> DocumentQuerySet:
        """The process's documents that belong to no single stage."""
        return self.filter(process=process, stage__isnull=True)


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def of_process(self, process: Process) -> MilestoneQuerySet:
        """The dated facts of all the process's stages, the earliest first, with their stages."""
        return self.filter(stage__process=process).select_related("stage__process").order_by("date", "pk")


class NewsQuerySet(models.QuerySet["News"]):
    def published(self, now: dt.datetime) -> NewsQuerySet:
        """News that are public at the (aware) moment, newest first."""
        return self.filter(published_at__lte=now).order_by("-published_at", "-pk")

    def waiting(self, now: dt.datetime) -> NewsQuerySet:
        """News that are not public at the moment: those with a day to come first, then drafts without one."""
        return self.exclude(published_at__lte=now).order_by(F("published_at").asc(nulls_last=True), "pk")

    def of_stage(self, stage: Stage) -> NewsQuerySet:
        return self.filter(stage=stage)
