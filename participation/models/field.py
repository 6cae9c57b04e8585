"""What tablets without network bring in: devices, cards, headcounts, photographs, and salts of workers' keys."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.storage import private_storage
from participation.field_querysets import FieldCountQuerySet, FieldItemQuerySet, FieldPhotoQuerySet
from participation.models.events import Event, EventPhoto

LONGEST_REASON = 300
CLOCK_TOLERANCE = dt.timedelta(hours=12)  # a device that is off by less still knows the day


class FieldKey(models.Model):
    """The salt of a worker's key. The newest makes the key for new cards; older ones open cards that still wait.

    The key itself is nowhere: it is derived anew each time (docs/adr/0029).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="field_keys", verbose_name=_("account")
    )
    salt = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("salt of a field key")
        verbose_name_plural = _("salts of field keys")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"field key {self.pk}"


class FieldDevice(models.Model):
    """A tablet or phone, as it names itself: a random number made at its first use."""

    device_id = models.UUIDField(unique=True, editable=False)
    first_seen_at = models.DateTimeField(_("first sent"))
    last_seen_at = models.DateTimeField(_("last sent"))
    last_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("last sent by")
    )
    clock_off_seconds = models.BigIntegerField(_("seconds its clock is behind ours"), default=0)

    class Meta:
        verbose_name = _("device in the field")
        verbose_name_plural = _("devices in the field")
        ordering = ["-last_seen_at", "-pk"]

    def __str__(self) -> str:
        return self.short_name

    @property
    def short_name(self) -> str:
        """What the tablet shows of itself on its screen too: enough to tell the devices of a team apart."""
        return self.device_id.hex[:4].upper()

    @property
    def clock_is_wrong(self) -> bool:
        """Whether its clock was wrong by more than what we take for nothing when it last sent."""
        return abs(self.clock_off_seconds) > CLOCK_TOLERANCE.total_seconds()


class FieldItem(models.Model):
    """One card that a device has sent: by its ``capture_id`` exactly once, whatever became of it.

    A card that could be kept is a ``Voice`` of the same ``capture_id``, and nothing of its text stays here. One that
    could not waits with all it says in ``payload`` until a person puts it right or throws it away with a reason.
    """

    class State(models.TextChoices):
        KEPT = "kept", _("kept")
        WAITING = "waiting", _("waits for a person")
        THROWN = "thrown", _("thrown away")

    class Why(models.TextChoices):
        EVENT_UNKNOWN = "event_unknown", _("the event does not exist any more")
        EVENT_CLOSED = "event_closed", _("the event was called off or is not public")
        THEME_UNKNOWN = "theme_unknown", _("the theme does not exist any more")
        DISTRICT_UNKNOWN = "district_unknown", _("the district does not exist any more")
        TEXT_EMPTY = "text_empty", _("there is no text")
        TOO_LONG = "too_long", _("the text or the question is too long")
        CHARACTERS = "characters", _("the text holds characters that cannot be shown")
        VALUE_UNKNOWN = "value_unknown", _("the age, the language or whose words is not one we know")

    capture_id = models.UUIDField(unique=True, editable=False)
    device = models.ForeignKey(FieldDevice, models.PROTECT, related_name="items", verbose_name=_("device"))
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("sent by")
    )
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("noted by, as the device says"),
    )
    received_at = models.DateTimeField(_("received"))
    device_at = models.DateTimeField(_("noted, by the device's clock"), null=True)
    clock_is_wrong = models.BooleanField(_("the device's clock was wrong"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State)
    why = models.CharField(_("why it could not be kept"), max_length=20, choices=Why, blank=True)
    payload = models.JSONField(_("what it says"), default=dict, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("settled by")
    )
    thrown_why = models.CharField(_("why it was thrown away"), max_length=LONGEST_REASON, blank=True)

    objects = FieldItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("card from the field")
        verbose_name_plural = _("cards from the field")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(state="waiting") | ~Q(why=""), name="field_item_waits_for_a_reason"),
            models.CheckConstraint(
                condition=Q(state="waiting", settled_at__isnull=True) | ~Q(state="waiting"),
                name="field_item_waiting_is_not_settled",
            ),
            models.CheckConstraint(
                condition=Q(state="thrown", settled_at__isnull=False) & ~Q(thrown_why="")
                | ~Q(state="thrown") & Q(thrown_why=""),
                name="field_item_thrown_has_reason",
            ),
            models.CheckConstraint(condition=Q(state="waiting") | Q(payload={}), name="field_item_keeps_no_text"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state="waiting"), name="field_item_waiting")]

    def __str__(self) -> str:
        return f"field item {self.pk}"


class FieldCount(models.Model):
    """How many people one worker counted on one device at one event: two numbers that only grow.

    ``plus`` and ``minus`` are the largest that arrived, so that the same again, an older state or any order of them
    changes nothing. Without an event (it was deleted) the numbers wait for a person; ``claimed_event`` is what the
    device said.
    """

    key = models.UUIDField(unique=True, editable=False)  # of device, worker and claimed event
    device = models.ForeignKey(FieldDevice, models.PROTECT, related_name="counts", verbose_name=_("device"))
    worker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("counted by")
    )
    event = models.ForeignKey(Event, models.SET_NULL, null=True, related_name="field_counts", verbose_name=_("event"))
    claimed_event = models.BigIntegerField(_("number of the event on the device"))
    claimed_title = models.CharField(_("title of the event on the device"), max_length=200, blank=True)
    plus = models.PositiveIntegerField(_("counted"), default=0)
    minus = models.PositiveIntegerField(_("taken back"), default=0)
    received_at = models.DateTimeField(_("received"))
    thrown_at = models.DateTimeField(_("thrown away"), null=True)
    thrown_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("thrown away by")
    )
    thrown_why = models.CharField(_("why it was thrown away"), max_length=LONGEST_REASON, blank=True)

    objects = FieldCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("headcount from the field")
        verbose_name_plural = _("headcounts from the field")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(minus__lte=F("plus")), name="field_count_not_below_nobody"),
            models.CheckConstraint(
                condition=Q(thrown_at__isnull=True, thrown_why="") | Q(thrown_at__isnull=False) & ~Q(thrown_why=""),
                name="field_count_thrown_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.people}"

    @property
    def people(self) -> int:
        return self.plus - self.minus

    @property
    def people_of_event(self) -> int:
        """What all workers on all devices counted at the event; of this row alone where it has none. One query."""
        if self.event_id is None:
            return self.people
        return FieldCount.objects.that_hold().filter(event=self.event_id).people()


class FieldPhoto(models.Model):
    """A photograph from the field. Nobody but staff sees it before a person has accepted it with its description."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for a person")
        ACCEPTED = "accepted", _("accepted")
        THROWN = "thrown", _("thrown away")

    capture_id = models.UUIDField(unique=True, editable=False)
    device = models.ForeignKey(FieldDevice, models.PROTECT, related_name="photos", verbose_name=_("device"))
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("sent by")
    )
    event = models.ForeignKey(Event, models.SET_NULL, null=True, related_name="field_photos", verbose_name=_("event"))
    claimed_title = models.CharField(_("title of the event on the device"), max_length=200, blank=True)
    image = models.FileField(_("photograph"), upload_to="teren/%Y/", storage=private_storage, blank=True)
    alt = models.CharField(_("description for those who cannot see it"), max_length=300, blank=True)
    received_at = models.DateTimeField(_("received"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("settled by")
    )
    thrown_why = models.CharField(_("why it was thrown away"), max_length=LONGEST_REASON, blank=True)
    accepted_as = models.ForeignKey(
        EventPhoto, models.SET_NULL, null=True, related_name="+", verbose_name=_("photograph of the event")
    )

    objects = FieldPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photograph from the field")
        verbose_name_plural = _("photographs from the field")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", settled_at__isnull=True)
                | ~Q(state="waiting") & Q(settled_at__isnull=False),
                name="field_photo_settled_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="thrown") & ~Q(thrown_why="") | ~Q(state="thrown") & Q(thrown_why=""),
                name="field_photo_thrown_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state="waiting"), name="field_photo_waiting")]

    def __str__(self) -> str:
        return self.alt or f"field photo {self.pk}"
