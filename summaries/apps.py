from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SummariesConfig(AppConfig):
    name = "summaries"
    verbose_name = _("Summaries")

    def ready(self) -> None:
        from accounts.jobs import register_job
        from summaries import guards  # noqa: F401  registers itself
        from summaries.reports import desk, files, services

        register_job(files.JOB, services.build_report)
        desk.register_queues()
