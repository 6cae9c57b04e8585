"""How many people came to an event, how that is known, and what was believed before."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from participation.models.events import Event
from participation.querysets import AttendanceQuerySet


class Attendance(models.Model):
    """The attendance of an event. A correction is a new row; the old one stays, with the moment it was superseded.

    Attendances are people at an event, not unique people: of two events they may be the same (domain.md §5).
    """

    class Method(models.TextChoices):
        LIST = "list", _("checked in by a list")
        HEADCOUNT = "headcount", _("counted")
        ESTIMATE = "estimate", _("estimated")

    event = models.ForeignKey(Event, models.CASCADE, related_name="attendances", verbose_name=_("event"))
    count = models.PositiveIntegerField(_("people"))
    method = models.CharField(_("how it is known"), max_length=10, choices=Method)
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("recorded by")
    )
    superseded_at = models.DateTimeField(_("corrected"), null=True, blank=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering = ["event", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event"], condition=Q(superseded_at__isnull=True), name="attendance_one_holds"
            ),
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=F("recorded_at")),
                name="attendance_superseded_after_recorded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} ({self.method})"
