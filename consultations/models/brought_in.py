"""What tables of submissions and sheets of answers are alike in: files that people fill in and bring in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class BroughtIn(models.Model):
    """A file that staff have brought in: judged first, row by row, then entered, once.

    ``rows`` holds each row's verdict; nothing is entered before somebody has chosen to.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be read")
        CHECKED = "checked", _("read, to be decided")
        ENTERING = "entering", _("being entered")
        ENTERED = "entered", _("entered")
        FAILED = "failed", _("could not be read")
        DISCARDED = "discarded", _("discarded")

    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    failure = models.CharField(_("why it failed"), max_length=200, blank=True)
    rows = models.JSONField(default=list)
    good_rows = models.PositiveIntegerField(default=0)
    bad_rows = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("brought in"))

    class Meta:
        abstract = True
        ordering = ["-at", "-pk"]
