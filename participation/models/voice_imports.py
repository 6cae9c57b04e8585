"""Tables of voices that staff bring in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.storage import private_storage
from stages.models import Process


class VoiceImport(models.Model):
    """A table of voices: read and judged first, row by row; nothing is entered before somebody has chosen to.

    ``rows`` holds each row's verdict. A row's ``capture_id`` comes from ``sha256`` and its number: the same file again
    adds nothing.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be read")
        CHECKED = "checked", _("read, to be decided")
        ENTERING = "entering", _("being entered")
        ENTERED = "entered", _("entered")
        FAILED = "failed", _("could not be read")
        DISCARDED = "discarded", _("discarded")

    process = models.ForeignKey(Process, models.CASCADE, related_name="voice_imports")
    file = models.FileField(storage=private_storage, upload_to="importy-glosow/")
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    failure = models.CharField(_("why it failed"), max_length=200, blank=True)
    rows = models.JSONField(default=list)
    good_rows = models.PositiveIntegerField(default=0)
    bad_rows = models.PositiveIntegerField(default=0)
    known_rows = models.PositiveIntegerField(default=0)  # entered from the same file before
    entered_voices = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("brought in"))

    class Meta:
        verbose_name = _("import of voices")
        verbose_name_plural = _("imports of voices")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"import of voices {self.pk}"
