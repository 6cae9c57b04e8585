from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from lublin2030.lib.desk import register_queue
        from notifications import (
            desk,
            receivers,  # noqa: F401  connects itself
        )

        register_queue(desk.MESSAGES)
        register_queue(desk.FOLLOWERS)
