"""The districts of the city, and their borders as staff brought them in."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class District(models.Model):
    """One of the 27 districts of Lublin (domain.md §6). The centroid, in degrees, is for ordering and for a map.

    ``population`` (residents) is either wholly known, with its day and its source, or not at all: never a guess.
    """

    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=60, unique=True)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))
    population = models.PositiveIntegerField(
        _("residents"), null=True, blank=True, help_text=_("Only with its day and its source; leave it empty else.")
    )
    population_on = models.DateField(_("residents: as of"), null=True, blank=True)
    population_source = models.CharField(_("residents: source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(population__isnull=True, population_on__isnull=True, population_source="")
                | (Q(population__gt=0, population_on__isnull=False) & ~Q(population_source="")),
                name="district_population_has_day_and_source",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("participation:district", args=[self.slug])

    def clean(self) -> None:
        """The constraint in words, beside the field."""
        given = [self.population is not None, self.population_on is not None, bool(self.population_source)]
        if any(given) and not all(given):
            raise ValidationError({"population": _("Give the number of residents with its day and its source.")})
        if self.population == 0:
            raise ValidationError({"population": _("A district without residents has no number to divide by.")})

    @property
    def population_day(self) -> dt.date | None:
        """The day on which so many lived there, None where the number is not known."""
        return self.population_on if self.population else None


class BorderSetQuerySet(models.QuerySet["BorderSet"]):
    def public(self) -> BorderSet | None:
        """The borders that the map shows; None while it shows tiles."""
        return self.filter(state="public").first()

    def history(self) -> BorderSetQuerySet:
        """All that were brought in, the latest first, without their drawings."""
        return self.defer("outlines").select_related("brought_by", "published_by").order_by("-pk")


class BorderSet(models.Model):
    """Borders of the districts as staff brought them in, simplified and ready to draw.

    ``outlines``: slug → {"path": the ``d`` of an SVG path, "x", "y": where its number stands}, in a box of ``width`` by
    ``height``. At most one set is public; without one the map shows tiles.
    """

    class State(models.TextChoices):
        PREVIEW = "preview", _("preview")
        PUBLIC = "public", _("public")
        RETIRED = "retired", _("not shown any more")

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PREVIEW, editable=False)
    source = models.CharField(_("source"), max_length=200)
    outlines = models.JSONField(editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    points_read = models.PositiveIntegerField(_("points in the file"), editable=False)
    points_kept = models.PositiveIntegerField(_("points kept"), editable=False)
    brought_at = models.DateTimeField(_("brought in"))
    brought_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("brought in by")
    )
    published_at = models.DateTimeField(_("published"), null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("published by")
    )
    retired_at = models.DateTimeField(_("taken away"), null=True)

    objects = BorderSetQuerySet.as_manager()

    class Meta:
        verbose_name = _("borders of the districts")
        verbose_name_plural = _("borders of the districts")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="public"), name="border_set_one_public"),
            models.CheckConstraint(
                condition=Q(state="preview", published_at__isnull=True, retired_at__isnull=True)
                | Q(state="public", published_at__isnull=False, retired_at__isnull=True)
                | Q(state="retired", published_at__isnull=False, retired_at__gte=F("published_at")),
                name="border_set_state_has_its_times",
            ),
        ]

    def __str__(self) -> str:
        return f"borders {self.pk}"
