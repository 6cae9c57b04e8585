"""The ledger of figures, and what a figure was before it was corrected."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.seeded import SeededModel
from lublin2030.lib.translations import TranslatedModel
from participation.models.events import Event
from participation.querysets import FigureQuerySet
from stages.models import Process, Stage, refuse_stage_of_another_process


class Figure(SeededModel, TranslatedModel):
    """One line of the ledger: an activity, how many events, and a value with its unit and qualifier.

    Values of different units are never added (domain.md §5). A figure that is part of another says so with
    ``part_of``; it is not counted a second time in the same unit. Attendances are not unique people.

    ``event`` (one) and ``event_kind`` (all of the kind in the figure's stage) say which events the figure is about:
    what was noted at them stands with it (``participation.noted``). What was counted is changed by ``correct_figure``,
    which keeps what stood before; ``revision`` is the number of its corrections.
    """

    class Unit(models.TextChoices):
        PEOPLE = "people", _("people")
        OPINIONS = "opinions", _("opinions")
        REPLIES = "replies", _("replies")
        ENTITIES = "entities", _("entities")
        EXPERTS = "experts", _("experts")
        REMARKS = "remarks", _("remarks")
        SENDERS = "senders", _("senders")
        PARTICIPANTS = "participants", _("participants")
        PAGES = "pages", _("pages")

    class Qualifier(models.TextChoices):
        EXACT = "exact", _("exactly")
        ABOUT = "about", _("about")
        NEARLY = "nearly", _("nearly")
        OVER = "over", _("over")

    class EventsQualifier(models.TextChoices):
        EXACT = "exact", _("exactly")
        OVER_TEN = "over_ten", _("between ten and twenty")
        PLANNED = "planned", _("planned")

    translated_fields = ("activity", "source", "note")

    process = models.ForeignKey(Process, models.PROTECT, related_name="figures", verbose_name=_("process"))
    stage = models.ForeignKey(
        Stage, models.PROTECT, null=True, blank=True, related_name="figures", verbose_name=_("stage")
    )
    event = models.ForeignKey(
        Event, models.SET_NULL, null=True, blank=True, related_name="figures", verbose_name=_("event")
    )
    event_kind = models.CharField(
        _("about all events of the kind"),
        max_length=20,
        choices=Event.Kind,
        blank=True,
        help_text=_("In the figure's stage. What was noted at these events stands with the figure."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    activity = models.CharField(_("activity"), max_length=200)
    events_count = models.PositiveIntegerField(_("number of events"), null=True, blank=True)
    events_qualifier = models.CharField(_("kind of that number"), max_length=10, choices=EventsQualifier, blank=True)
    value = models.PositiveIntegerField(_("value"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=15, choices=Unit, blank=True)
    qualifier = models.CharField(_("qualifier"), max_length=10, choices=Qualifier, blank=True)
    source = models.CharField(_("source"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    part_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("part of the figure")
    )
    is_city_estimate = models.BooleanField(_("the city's estimate of the whole process"), default=False)
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["stage__number", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(value__isnull=True, unit="", qualifier="")
                | (Q(value__isnull=False) & ~Q(unit="") & ~Q(qualifier="")),
                name="figure_value_has_unit_and_qualifier",
            ),
            models.CheckConstraint(
                condition=Q(events_count__isnull=True) | ~Q(events_qualifier=""), name="figure_events_have_qualifier"
            ),
            models.CheckConstraint(condition=Q(part_of__isnull=True) | ~Q(part_of=F("pk")), name="figure_not_own_part"),
        ]

    def __str__(self) -> str:
        return self.activity

    def clean(self) -> None:
        """The constraints in words, beside the field; a figure is no part of itself, not even by way of others."""
        refuse_stage_of_another_process(self.process_id, self.stage)
        if self.value is None and (self.unit or self.qualifier):
            raise ValidationError({"value": _("Give the value, or clear its unit and qualifier.")})
        if self.value is not None and not (self.unit and self.qualifier):
            raise ValidationError({"unit": _("A value needs its unit and its qualifier.")})
        if self.events_count is not None and not self.events_qualifier:
            raise ValidationError({"events_qualifier": _("Say what kind of number this is.")})
        seen = {self.pk}
        ancestor = self.part_of
        while ancestor is not None:
            if ancestor.pk in seen:
                raise ValidationError({"part_of": _("A figure cannot be a part of itself.")})
            seen.add(ancestor.pk)
            ancestor = ancestor.part_of

    @property
    def public_event(self) -> Event | None:
        """The event that was counted, if residents may see it. Reads the event."""
        return self.event if self.event is not None and self.event.is_public else None

    @property
    def is_estimate(self) -> bool:
        """Drawn dashed: the value is not an exact count."""
        return self.value is not None and self.qualifier != Figure.Qualifier.EXACT


class FigureRevision(TranslatedModel):
    """What a figure said until it was corrected: when, by whom, why.

    Rows are added, never changed: the database refuses it (``participation.append_only``). ``number`` is the figure's
    revision that was replaced, from 0. Why is for staff alone: it may name somebody.
    """

    translated_fields = ("source",)

    figure = models.ForeignKey(Figure, models.PROTECT, related_name="corrections", verbose_name=_("figure"))
    number = models.PositiveIntegerField()
    corrected_at = models.DateTimeField(_("corrected"))
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("corrected by")
    )
    why = models.CharField(_("why"), max_length=500)
    events_count = models.PositiveIntegerField(_("number of events"), null=True)
    events_qualifier = models.CharField(
        _("kind of that number"), max_length=10, choices=Figure.EventsQualifier, blank=True
    )
    value = models.PositiveIntegerField(_("value"), null=True)
    unit = models.CharField(_("unit"), max_length=15, choices=Figure.Unit, blank=True)
    qualifier = models.CharField(_("qualifier"), max_length=10, choices=Figure.Qualifier, blank=True)
    source = models.CharField(_("source"), max_length=200)
    part_of = models.ForeignKey(Figure, models.PROTECT, null=True, related_name="+", verbose_name=_("part of"))
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+", verbose_name=_("event"))
    event_kind = models.CharField(_("about all events of the kind"), max_length=20, choices=Event.Kind, blank=True)

    class Meta:
        verbose_name = _("correction of a figure")
        verbose_name_plural = _("corrections of figures")
        ordering = ["figure", "number"]
        constraints = [
            models.UniqueConstraint(fields=["figure", "number"], name="figure_revision_once"),
            models.CheckConstraint(condition=~Q(why=""), name="figure_revision_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.figure_id}/{self.number}"

    @property
    def is_estimate(self) -> bool:
        """Whether what stood there was no exact count."""
        return self.value is not None and self.qualifier != Figure.Qualifier.EXACT
