"""Events that people can come to, and their photographs."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.dates import start_of_day, warsaw_day
from lublin2030.lib.demonstration import DemonstrationModel
from lublin2030.lib.languages import language_name
from lublin2030.lib.seeded import SeededModel
from lublin2030.lib.translations import TranslatedModel
from participation.models.places import District
from participation.models.series import EventSeries
from participation.querysets import EventQuerySet
from stages.models import Process, Stage, refuse_stage_of_another_process


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
    # Research: nobody registers, nobody is named (domain.md §1).
    NAMELESS = frozenset({Kind.INTERVIEW, Kind.FOCUS_GROUP})

    slug = models.SlugField(_("address"), max_length=120, unique=True)
    process = models.ForeignKey(Process, models.PROTECT, related_name="events", verbose_name=_("process"))
    stage = models.ForeignKey(
        Stage, models.SET_NULL, null=True, blank=True, related_name="events", verbose_name=_("stage")
    )
    series = models.ForeignKey(
        EventSeries, models.SET_NULL, null=True, blank=True, related_name="events", verbose_name=_("series")
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
    takes_registration = models.BooleanField(_("people register"), default=False)
    registration_opens_at = models.DateTimeField(
        _("registration opens"), null=True, blank=True, help_text=_("Leave empty to take registrations at once.")
    )
    registration_closes_at = models.DateTimeField(
        _("registration closes"), null=True, blank=True, help_text=_("Leave empty to close it when the event begins.")
    )
    confirmation_hours = models.PositiveSmallIntegerField(
        _("hours to confirm a registration"),
        default=48,
        validators=[MinValueValidator(1), MaxValueValidator(14 * 24)],
        help_text=_("A place that is not confirmed by the link in the mail goes to the next person."),
    )
    asks_needs = models.BooleanField(
        _("asks for accessibility needs"),
        default=False,
        help_text=_("Only if you can meet them: the answers are deleted when the event is over."),
    )
    # Kept in the transaction that changes them (docs/adr/0027), and after the people's own data are deleted.
    registration_seq = models.PositiveIntegerField(_("latest number of a registration"), default=0, editable=False)
    places_taken = models.PositiveIntegerField(_("places taken"), default=0, editable=False)
    waiting_count = models.PositiveIntegerField(_("on the waiting list"), default=0, editable=False)
    came_count = models.PositiveIntegerField(_("checked in"), default=0, editable=False)
    after_summary = models.TextField(_("summary afterwards"), blank=True, help_text=_("Markdown."))
    # For calendars that have the event already: they take what was changed later.
    changed_at = models.DateTimeField(auto_now=True, editable=False)

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
            models.CheckConstraint(
                condition=Q(takes_registration=False) | ~Q(kind__in=["focus_group", "interview"]),
                name="event_nameless_takes_no_registration",
            ),
            models.CheckConstraint(
                condition=Q(registration_opens_at__isnull=True)
                | Q(registration_closes_at__isnull=True)
                | Q(registration_closes_at__gt=F("registration_opens_at")),
                name="event_registration_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(confirmation_hours__gte=1, confirmation_hours__lte=336), name="event_confirmation_hours"
            ),
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

        if self.takes_registration and self.kind in Event.NAMELESS:
            raise ValidationError(
                {"takes_registration": _("Nobody registers for interviews and focus groups: nobody is named there.")}
            )
        opens, closes = self.registration_opens_at, self.registration_closes_at
        if opens and closes and closes <= opens:
            raise ValidationError(
                {"registration_closes_at": _("Registration closes before it opens. Change one of the two.")}
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

    @property
    def length(self) -> dt.timedelta | None:
        """How long it takes, also over a night in which clocks are changed; none where hours are not known."""
        if self.all_day or self.ends_at is None:
            return None
        # Of two moments by the same clock Python subtracts what the clock shows, not what passes.
        return self.ends_at.astimezone(dt.UTC) - self.starts_at.astimezone(dt.UTC)

    @property
    def registration_ends_at(self) -> dt.datetime:
        """Until when people register: as set, but never longer than until the event begins."""
        if self.registration_closes_at is None:
            return self.starts_at
        return min(self.registration_closes_at, self.starts_at)

    @property
    def free_places(self) -> int | None:
        """Places nobody has; none where there is no limit. 0 also where more are taken than there are."""
        return None if self.capacity is None else max(self.capacity - self.places_taken, 0)

    @property
    def has_free_place(self) -> bool:
        """Whether whoever registers next gets a place: nobody overtakes those who wait."""
        return self.free_places is None or (self.free_places > 0 and self.waiting_count == 0)

    @property
    def is_changed_by_verbs_only(self) -> bool:
        """Whether people count on its time, place and number of places: they are told when these change."""
        return self.is_public and (self.takes_registration or self.registration_seq > 0)

    def is_its_day(self, now: dt.datetime) -> bool:
        """Whether people may be coming at the (aware) moment: from the beginning of its day in Warsaw."""
        return warsaw_day(self.starts_at) <= warsaw_day(now)

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
