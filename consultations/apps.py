from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.panels import StagePanel, register_stage_panel


class ConsultationsConfig(AppConfig):
    name = "consultations"
    verbose_name = _("Consultations")

    def ready(self) -> None:
        from accounts.jobs import register_job
        from consultations import (
            append_only,  # noqa: F401  registers its guards
            desk_changes,
            receivers,  # noqa: F401  connects itself
        )
        from consultations.desk import register_queues
        from consultations.desk_groups import register_group_queues
        from consultations.measures import register_measures
        from consultations.services import bulk, comparisons, draft_files, imports, publication, sheets, similar, tables
        from consultations.voice_panels import register_panels

        register_job(draft_files.JOB, draft_files.make_everything)
        register_queues()
        desk_changes.register_queues()
        register_job(bulk.JOB, bulk.run)
        register_job(sheets.CHECK, sheets.check_sheet)
        register_job(sheets.ENTER, sheets.enter_sheet)
        register_job(tables.CHECK, tables.check_table)
        register_job(tables.ENTER, tables.enter_table)
        register_job(comparisons.JOB, comparisons.compare_versions)
        register_job(imports.JOB, imports.read_import)
        register_job(similar.JOB, similar.find_similar)
        register_group_queues()
        register_panels()
        register_measures()
        register_job(publication.JOB, publication.publish_confirmed)
        register_stage_panel(StagePanel("consultations/parts/stage_panel.html", _stage_consultations, order=20))


def _stage_consultations(request: HttpRequest, stage: Any) -> dict[str, Any] | None:
    """The stage's public consultations with their clocks; nothing when it has none. One query."""
    from consultations.models import Consultation
    from consultations.reading import timed

    now = timezone.now()
    consultations = timed(Consultation.objects.for_list(now).filter(stage=stage), now)
    return {"consultations": consultations} if consultations else None
