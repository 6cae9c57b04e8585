"""Voices: what people said or wrote at points, cafés and meetings, with where each comes from."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.demonstration import DemonstrationModel
from lublin2030.lib.languages import language_name
from lublin2030.lib.seeded import SeededModel
from lublin2030.lib.translations import TranslatedModel
from participation.models.events import Event
from participation.models.groups import Direction
from participation.models.people import AgeBand
from participation.models.places import District
from participation.querysets import VoiceQuerySet
from stages.models import Process


class Theme(SeededModel, TranslatedModel):
    """A subject of a process by which voices are sorted. A consultation's own topics are ``consultations.Topic``."""

    translated_fields = ("name",)

    process = models.ForeignKey(Process, models.CASCADE, related_name="themes", verbose_name=_("process"))
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class Voice(DemonstrationModel):
    """One opinion of one person who is not named, in that person's words or in those of who noted it down.

    ``capture_id`` is made where the voice was noted (a tablet without network, a row of a table, a form): whatever
    arrives twice is one voice. Public is ``public_text`` where there is one (``public_why`` says why), else ``text``;
    the original stays for staff. Nothing is public before a person looked at it.
    """

    class Channel(models.TextChoices):
        MOBILE_POINT = "mobile_point", _("mobile point")
        CAFE = "cafe", _("participatory café")
        MEETING = "meeting", _("meeting")
        INTERVIEW = "interview", _("interview")
        FOCUS_GROUP = "focus_group", _("focus group")
        SURVEY = "survey", _("survey")
        LETTER = "letter", _("letter or card")
        OTHER = "other", _("another way")

    class Wording(models.TextChoices):
        TRANSCRIPT = "transcript", _("in the person's own words")
        PARAPHRASE = "paraphrase", _("as staff noted it")

    class State(models.TextChoices):
        NEW = "new", _("waits to be read")
        PUBLIC = "public", _("public")
        HIDDEN = "hidden", _("not published")

    capture_id = models.UUIDField(unique=True, editable=False)
    process = models.ForeignKey(Process, models.PROTECT, related_name="voices", verbose_name=_("process"))
    event = models.ForeignKey(
        Event, models.PROTECT, null=True, blank=True, related_name="voices", verbose_name=_("event")
    )
    channel = models.CharField(_("channel"), max_length=15, choices=Channel)
    wording = models.CharField(_("whose words"), max_length=10, choices=Wording)
    question = models.CharField(_("question"), max_length=300, blank=True)
    text = models.TextField(_("text"))
    public_text = models.TextField(_("text as published"), blank=True)
    public_why = models.CharField(_("why the public reads another text"), max_length=300, blank=True, editable=False)
    theme = models.ForeignKey(
        Theme, models.SET_NULL, null=True, blank=True, related_name="voices", verbose_name=_("theme")
    )
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="voices", verbose_name=_("district")
    )
    age_band = models.CharField(_("age"), max_length=10, choices=AgeBand, blank=True)
    language = models.CharField(_("language"), max_length=5, default="pl")
    spoken_on = models.DateField(_("day"))
    entered_at = models.DateTimeField(_("entered"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("entered by")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)  # raised by every verb: nobody overwrites unseen
    state_at = models.DateTimeField(_("read"), null=True, editable=False)
    state_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )
    hidden_why = models.CharField(_("why it is not published"), max_length=300, blank=True, editable=False)
    directions = models.ManyToManyField(Direction, related_name="voices", blank=True, verbose_name=_("directions"))

    objects = VoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("voice")
        verbose_name_plural = _("voices")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="voice_has_text"),
            models.CheckConstraint(
                condition=Q(state="new", state_at__isnull=True) | (~Q(state="new") & Q(state_at__isnull=False)),
                name="voice_read_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="hidden") & ~Q(hidden_why="") | ~Q(state="hidden") & Q(hidden_why=""),
                name="voice_hidden_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(public_text="", public_why="") | ~Q(public_text="") & ~Q(public_why=""),
                name="voice_public_text_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["process", "-id"], condition=Q(state="public"), name="voice_public"),
            models.Index(fields=["theme", "-id"], condition=Q(state="public"), name="voice_public_theme"),
            models.Index(fields=["district", "-id"], condition=Q(state="public"), name="voice_public_district"),
            models.Index(fields=["id"], condition=Q(state="new"), name="voice_waiting"),
        ]

    def __str__(self) -> str:
        return f"voice {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("participation:voice", args=[self.pk])

    @property
    def is_changed(self) -> bool:
        """Whether the public reads another text than was noted down."""
        return bool(self.public_text)

    @property
    def shown_text(self) -> str:
        """What the public reads."""
        return self.public_text or self.text

    @property
    def language_name(self) -> str:
        """The voice's language in the reader's."""
        return language_name(self.language)
