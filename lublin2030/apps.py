from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "lublin2030"
    verbose_name = "Lublin 2030"

    def ready(self) -> None:
        from lublin2030 import checks  # noqa: F401  registers itself
