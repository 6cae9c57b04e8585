"""Thematic working groups, who sits in them, the directions they worked out, and topics of meetings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.demonstration import DemonstrationModel
from lublin2030.lib.seeded import SeededModel
from lublin2030.lib.translations import TranslatedModel
from participation.querysets import DirectionQuerySet, WorkingGroupQuerySet
from stages.models import Process, Stage


class WorkingGroup(SeededModel, TranslatedModel):
    """A thematic working group (Tematyczna Grupa Robocza)."""

    translated_fields = ("name", "summary")

    process = models.ForeignKey(Process, models.PROTECT, related_name="working_groups", verbose_name=_("process"))
    stage = models.ForeignKey(
        Stage, models.SET_NULL, null=True, blank=True, related_name="working_groups", verbose_name=_("stage")
    )
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    summary = models.TextField(_("summary"), blank=True)

    objects = WorkingGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("working group")
        verbose_name_plural = _("working groups")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Seats(models.Model):
    """How many seats of one kind a working group has."""

    class Kind(models.TextChoices):
        LEADER = "leader", _("leader")
        CITY_STAFF = "city_staff", _("city staff")
        RESIDENTS = "residents", _("residents")
        THIRD_SECTOR = "third_sector", _("third sector")
        BUSINESS = "business", _("business")
        UNIVERSITY = "university", _("university")

    group = models.ForeignKey(WorkingGroup, models.CASCADE, related_name="seats", verbose_name=_("working group"))
    kind = models.CharField(_("who sits here"), max_length=15, choices=Kind)
    count = models.PositiveSmallIntegerField(_("seats"))

    class Meta:
        verbose_name = _("seats")
        verbose_name_plural = _("seats")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "kind"], name="seats_kind_once_in_group"),
            models.CheckConstraint(condition=Q(count__gte=1), name="seats_at_least_one"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.count}"


class DiscussionTopic(SeededModel, TranslatedModel):
    """A topic of a series of meetings, such as the 14 topics of the business meetings of stage VIII."""

    translated_fields = ("title",)

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="discussion_topics", verbose_name=_("stage"))
    title = models.CharField(_("title"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("topic of meetings")
        verbose_name_plural = _("topics of meetings")
        ordering = ["stage", "position", "pk"]

    def __str__(self) -> str:
        return self.title


class Direction(SeededModel, DemonstrationModel, TranslatedModel):
    """A direction of development (kierunek rozwoju) that a working group worked out, to be verified with residents."""

    translated_fields = ("title", "summary")

    process = models.ForeignKey(Process, models.PROTECT, related_name="directions", verbose_name=_("process"))
    group = models.ForeignKey(
        WorkingGroup,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="directions",
        verbose_name=_("working group"),
    )
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = DirectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("direction")
        verbose_name_plural = _("directions")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("participation:direction", args=[self.slug])
