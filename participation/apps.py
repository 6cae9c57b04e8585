from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParticipationConfig(AppConfig):
    name = "participation"
    verbose_name = _("Participation")

    def ready(self) -> None:
        from lublin2030.lib.panels import StagePanel, register_stage_panel
        from participation.desk import register_queues
        from participation.field.desk import register_field_queue
        from participation.panels import stage_context

        register_queues()
        register_field_queue()
        register_stage_panel(StagePanel("participation/parts/stage_panel.html", stage_context, order=50))
