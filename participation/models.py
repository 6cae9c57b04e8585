"""Where people took part: districts, events, working groups, and the ledger of figures."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.dates import start_of_day, warsaw_day
from lublin2030.lib.demonstration import DemonstrationModel
from lublin2030.lib.languages import language_name
from lublin2030.lib.seeded import SeededModel
from lublin2030.lib.translations import TranslatedModel
from participation.querysets import EventQuerySet, FigureQuerySet, WorkingGroupQuerySet
from stages.models import Process, Stage, refuse_stage_of_another_process


class District(models.Model):
    """One of the 27 districts of Lublin (domain.md §6). The centroid, in degrees, is for ordering and for a map."""

    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=60, unique=True)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Event(SeededModel, DemonstrationModel, TranslatedModel):
    """Something people can come to: at a place or online, at a time or on a day.

    ``starts_at`` is aware; where only the day is known (``all_day``) it is midnight in Warsaw and no hour is shown.
    """

    class Kind(models.TextChoices):
        MOBILE_POINT = "mobile_point", _("mobile point")
        OPEN_MEETING = "open_meeting", _("open meeting")
        PARTICIPATORY_CAFE = "participatory_cafe", _("participatory café")
        WORKSHOP = "workshop", _("workshop")
        INTERVIEW = "interview", _("interview")
        FOCUS_GROUP = "focus_group", _("focus group")
        DEBATE = "debate", _("debate")
        HEARING = "hearing", _("public hearing")
        CONFERENCE = "conference", _("conference")
        COMPETITION = "competition", _("competition")
        CAMPAIGN = "campaign", _("campaign")
        COUNCIL_MEETING = "council_meeting", _("meeting with councillors")
        BUSINESS_MEETING = "business_meeting", _("business meeting")
        COMMUNITY_MEETING = "community_meeting", _("community meeting")

    class State(models.TextChoices):
        DRAFT = "draft", _("not public yet")
        PLANNED = "planned", _("planned")
        CANCELLED = "cancelled", _("cancelled")
        HELD = "held", _("held")

    translated_fields = ("title", "summary", "after_summary")

    slug = models.SlugField(_("address"), max_length=120, unique=True)
    process = models.ForeignKey(Process, models.PROTECT, related_name="events", verbose_name=_("process"))
    stage = models.ForeignKey(
        Stage, models.SET_NULL, null=True, blank=True, related_name="events", verbose_name=_("stage")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("what it is about"), blank=True)
    starts_at = models.DateTimeField(_("starts"), db_index=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    all_day = models.BooleanField(_("only the day is known"), default=False)
    duration_hours = models.PositiveSmallIntegerField(_("length in hours"), null=True, blank=True)
    is_online = models.BooleanField(_("online"), default=False)
    online_url = models.URLField(_("link to the online meeting"), blank=True)
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("district")
    )
    address = models.CharField(_("place and address"), max_length=200, blank=True)
    languages = models.CharField(
        _("languages"), max_length=40, default="pl", help_text=_("Codes separated by commas, for example pl,uk.")
    )
    has_sign_language = models.BooleanField(_("Polish Sign Language"), default=False)
    is_step_free = models.BooleanField(_("step-free"), default=False)
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True)
    after_summary = models.TextField(_("summary afterwards"), blank=True, help_text=_("Markdown."))

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="event_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(online_url="") | Q(is_online=True), name="event_link_only_online"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("participation:event", args=[self.slug])

    def clean(self) -> None:
        """The constraints in words, beside the field; a day without hours begins at its midnight in Warsaw."""
        refuse_stage_of_another_process(self.process_id, self.stage)
        if self.all_day and self.starts_at:
            self.starts_at = start_of_day(self.starts_at)
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise ValidationError({"ends_at": _("The event ends before it starts. Change one of the two.")})
        if self.online_url and not self.is_online:
            raise ValidationError(
                {"online_url": _("Only an online event has a link. Mark it as online or clear this.")}
            )

    @property
    def is_public(self) -> bool:
        """Whether residents see it; ``EventQuerySet.public`` asks the same of many."""
        return self.state != Event.State.DRAFT

    @property
    def language_codes(self) -> list[str]:
        return [code.strip() for code in self.languages.split(",") if code.strip()]

    @property
    def language_names(self) -> list[str]:
        """The event's languages in the reader's language."""
        return [language_name(code) for code in self.language_codes]

    @property
    def last_day(self) -> dt.date:
        """The day in Warsaw on which the event ends."""
        return warsaw_day(self.ends_at or self.starts_at)

    @property
    def is_over_days(self) -> bool:
        """Whether it ends on another day than it begins."""
        return self.last_day != warsaw_day(self.starts_at)

    def is_past(self, now: dt.datetime) -> bool:
        """Whether the event is over at the (aware) moment; a day without hours is over when the day is."""
        if self.all_day:
            return self.last_day < warsaw_day(now)
        return (self.ends_at or self.starts_at) < now


class EventPhoto(models.Model):
    """A photograph of an event. Its description for those who cannot see it is required."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="photos", verbose_name=_("event"))
    image = models.ImageField(_("photograph"), upload_to="wydarzenia/%Y/", width_field="width", height_field="height")
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    alt = models.CharField(_("description for those who cannot see it"), max_length=300)
    credit = models.CharField(_("author"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("photograph")
        verbose_name_plural = _("photographs")
        ordering = ["position", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(alt=""), name="event_photo_has_description")]

    def __str__(self) -> str:
        return self.alt


class Figure(SeededModel, TranslatedModel):
    """One line of the ledger: an activity, how many events, and a value with its unit and qualifier.

    Values of different units are never added (domain.md §5). A figure that is part of another says so with
    ``part_of``; it is not counted a second time in the same unit. Attendances are not unique people.
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
