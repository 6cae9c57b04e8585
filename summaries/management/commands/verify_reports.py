"""``manage.py verify_reports``: compute every digest of the frozen reports anew and compare."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from summaries.models import ConsultationReport, ReportFile
from summaries.reports.verifying import faults_of


class Command(BaseCommand):
    help = (
        "Compute the digests of all frozen reports, withheld ones too, and of their files, and compare them with those"
        " that were kept. Changes nothing; fails if one differs."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        frozen = ConsultationReport.objects.frozen().select_related("consultation").order_by("frozen_at", "pk")
        differing: list[str] = []
        count = 0
        # One at a time: a content can be large.
        for key in frozen.values_list("pk", flat=True):
            report = frozen.get(pk=key)
            name = f"{report.number} ({report.consultation.slug})"
            faults = list(faults_of(report))
            differing += [f"{name}: {fault}" for fault in faults]
            count += 1
            if not faults:
                self.stdout.write(f"{name}: as it was frozen.")
        if differing:
            raise CommandError("\n".join(["Not as they were frozen:", *differing]))
        files = ReportFile.objects.filter(report__state="frozen").count()
        self.stdout.write(f"{count} reports, {files} files: all as they were frozen.")
