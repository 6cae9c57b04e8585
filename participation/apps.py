from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParticipationConfig(AppConfig):
    name = "participation"
    verbose_name = _("Participation")

    def ready(self) -> None:
        from accounts.jobs import register_job
        from lublin2030.lib.panels import StagePanel, register_stage_panel
        from participation import append_only  # noqa: F401  registers its guards
        from participation.desk import register_queues
        from participation.field.desk import register_field_queue
        from participation.figure_desk import register_map_queue
        from participation.measures import register_measures
        from participation.panels import stage_context
        from participation.services import voice_imports

        register_queues()
        register_job(voice_imports.CHECK, voice_imports.check_table)
        register_job(voice_imports.ENTER, voice_imports.enter_table)
        register_map_queue()
        register_measures()
        register_field_queue()
        register_stage_panel(StagePanel("participation/parts/stage_panel.html", stage_context, order=50))
