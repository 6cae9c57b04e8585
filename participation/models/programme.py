"""What an event consists of: its agenda, who speaks, files to read, and what is said of some kinds of events only."""

from __future__ import annotations

from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lublin2030.lib.languages import language_name
from lublin2030.lib.numbers import size_in_words
from lublin2030.lib.translations import TranslatedModel
from participation.models.events import Event


class Speaker(TranslatedModel):
    """Somebody who speaks at an event and is named by the city's own announcement."""

    translated_fields = ("role",)

    event = models.ForeignKey(Event, models.CASCADE, related_name="speakers", verbose_name=_("event"))
    name = models.CharField(_("name and surname"), max_length=150)
    role = models.CharField(_("who this is"), max_length=150, blank=True, help_text=_("For example: moderator."))
    organisation = models.CharField(_("organisation"), max_length=150, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class AgendaItem(TranslatedModel):
    """One point of an event's agenda. The hour is by Warsaw's clock, on the event's (first) day."""

    translated_fields = ("title",)

    event = models.ForeignKey(Event, models.CASCADE, related_name="agenda", verbose_name=_("event"))
    hour = models.TimeField(_("hour"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=200)
    speaker = models.ForeignKey(
        Speaker, models.SET_NULL, null=True, blank=True, related_name="items", verbose_name=_("speaker")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("point of the agenda")
        verbose_name_plural = _("agenda")
        ordering = ["position", "hour", "pk"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if self.speaker is not None and self.speaker.event_id != self.event_id:
            raise ValidationError({"speaker": _("This person does not speak at this event. Choose another.")})


class EventDocument(TranslatedModel):
    """A file of an event: a presentation, a hand-out, minutes."""

    translated_fields = ("title",)

    event = models.ForeignKey(Event, models.CASCADE, related_name="documents", verbose_name=_("event"))
    title = models.CharField(_("title"), max_length=200, help_text=_("What the reader gets, not the file's name."))
    file = models.FileField(_("file"), upload_to="wydarzenia/dokumenty/%Y/")
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    language = models.CharField(_("language"), max_length=5, default="pl")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **kwargs: object) -> None:
        self.size = self.file.size
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def address(self) -> str:
        return self.file.url

    @property
    def format(self) -> str:
        return PurePath(self.file.name or "").suffix.removeprefix(".").upper()

    @property
    def size_in_words(self) -> str:
        return size_in_words(self.size)

    @property
    def language_name(self) -> str:
        """The document's language in the reader's language."""
        return language_name(self.language)


class CafeTable(TranslatedModel):
    """A table of a participatory café: a subject, and a host who stays while the guests change."""

    translated_fields = ("subject",)

    event = models.ForeignKey(Event, models.CASCADE, related_name="tables", verbose_name=_("event"))
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    subject = models.CharField(_("subject"), max_length=200)
    host = models.CharField(_("host"), max_length=150, blank=True)
    seats = models.PositiveSmallIntegerField(
        pgettext_lazy("participatory café", "seats"), default=4, validators=[MinValueValidator(1)]
    )

    class Meta:
        verbose_name = pgettext_lazy("participatory café", "table")
        verbose_name_plural = pgettext_lazy("participatory café", "tables")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="cafe_table_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1, seats__gte=1), name="cafe_table_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.subject}"


class EventDetails(TranslatedModel):
    """What is said of events of some kinds only: ``FIELDS`` says of which. The rest is not shown."""

    FIELDS: dict[str, tuple[str, ...]] = {
        Event.Kind.PARTICIPATORY_CAFE: ("round_minutes",),
        Event.Kind.INTERVIEW: ("interviews",),
        Event.Kind.FOCUS_GROUP: ("groups",),
        Event.Kind.HEARING: ("speaker_minutes",),
        Event.Kind.MOBILE_POINT: ("spot", "staff"),
        Event.Kind.COMPETITION: ("entries_until", "entries"),
        Event.Kind.CAMPAIGN: ("first_day", "last_day", "reach"),
        Event.Kind.BUSINESS_MEETING: ("partner",),
        Event.Kind.COMMUNITY_MEETING: ("partner",),
    }
    translated_fields = ("spot", "reach")

    event = models.OneToOneField(Event, models.CASCADE, related_name="details", verbose_name=_("event"))
    round_minutes = models.PositiveSmallIntegerField(
        _("round in minutes"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    interviews = models.PositiveIntegerField(
        _("number of interviews"), null=True, blank=True, help_text=_("The number only: nobody is named.")
    )
    groups = models.PositiveSmallIntegerField(
        _("number of groups"), null=True, blank=True, help_text=_("How many people came is recorded at the desk.")
    )
    speaker_minutes = models.PositiveSmallIntegerField(
        _("minutes for each speaker"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    spot = models.CharField(
        _("where exactly"), max_length=200, blank=True, help_text=_("For example: at the main entrance of the market.")
    )
    staff = models.PositiveSmallIntegerField(_("number of staff"), null=True, blank=True)
    entries_until = models.DateField(_("entries until"), null=True, blank=True)
    entries = models.PositiveIntegerField(_("number of entries"), null=True, blank=True)
    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)
    reach = models.CharField(_("where it could be seen"), max_length=300, blank=True)
    partner = models.CharField(_("partner organisation"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("details of this kind of event")
        verbose_name_plural = _("details of this kind of event")
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__isnull=True) | Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="event_details_days_in_order",
            )
        ]

    def __str__(self) -> str:
        return f"details {self.pk}"

    def clean(self) -> None:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValidationError({"last_day": _("The last day comes before the first. Change one of the two.")})
