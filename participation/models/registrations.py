"""Who has registered for an event, in the order in which they came, and what was changed about the event since."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lublin2030.lib.limits import RateCountModel
from lublin2030.lib.tokens import new_token
from participation.models.events import Event
from participation.occasions import Occasion
from participation.querysets import EventChangeQuerySet, RegistrationQuerySet


class Registration(models.Model):
    """One person's place at an event, or place in its waiting list; ended when cancelled or not confirmed in time.

    ``number`` comes from the event's own sequence: the waiting list moves up in its order. What is kept of a person is
    deleted some days after the event (``REGISTRATIONS_KEPT_DAYS``); the event keeps the counts.
    """

    class State(models.TextChoices):
        PLACE = "place", _("has a place")
        WAITING = "waiting", _("on the waiting list")
        CANCELLED = "cancelled", pgettext_lazy("registration", "cancelled")
        LAPSED = "lapsed", _("not confirmed in time")

    event = models.ForeignKey(Event, models.CASCADE, related_name="registrations", verbose_name=_("event"))
    number = models.PositiveIntegerField(_("number"))
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    name = models.CharField(_("name and surname"), max_length=150)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=16, blank=True)
    needs = models.TextField(_("needs"), blank=True)
    language = models.CharField(_("language"), max_length=5, default="pl")
    state = models.CharField(_("state"), max_length=10, choices=State, editable=False)
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("registered by")
    )
    link_sent_at = models.DateTimeField(_("link sent"), null=True, editable=False)
    confirm_until = models.DateTimeField(_("to be confirmed until"), null=True, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    moved_up_at = models.DateTimeField(_("moved up"), null=True, editable=False)
    came_at = models.DateTimeField(_("came"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["event", "number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="registration_number_once"),
            models.UniqueConstraint(
                "event",
                Lower("email"),
                condition=Q(ended_at__isnull=True) & ~Q(email=""),
                name="registration_email_once_in_event",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["place", "waiting"], ended_at__isnull=True)
                | Q(state__in=["cancelled", "lapsed"], ended_at__isnull=False),
                name="registration_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(came_at__isnull=True) | Q(ended_at__isnull=True), name="registration_came_not_ended"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="registration_has_name"),
        ]
        indexes = [
            models.Index(
                fields=["confirm_until"],
                condition=Q(confirmed_at__isnull=True, ended_at__isnull=True),
                name="registration_unconfirmed",
            )
        ]

    def __str__(self) -> str:
        return f"registration {self.pk}"

    @property
    def link_path(self) -> str:
        """The page of the secret link."""
        return reverse("participation:registration", args=[self.token])

    @property
    def lives(self) -> bool:
        """Whether it was neither cancelled nor left unconfirmed."""
        return self.ended_at is None

    @property
    def has_place(self) -> bool:
        return self.state == Registration.State.PLACE

    @property
    def is_waiting(self) -> bool:
        return self.state == Registration.State.WAITING

    @property
    def awaits_confirmation(self) -> bool:
        return self.lives and self.confirmed_at is None


class EventChange(models.Model):
    """What was changed about an announced event: what, from what to what, why, when and by whom. Never edited."""

    class What(models.TextChoices):
        MOVED = "moved", pgettext_lazy("event", "moved")
        CANCELLED = "cancelled", pgettext_lazy("event", "cancelled")
        CAPACITY = "capacity", _("number of places")

    event = models.ForeignKey(Event, models.CASCADE, related_name="changes", verbose_name=_("event"))
    what = models.CharField(_("what"), max_length=10, choices=What)
    old = models.JSONField(_("before"), default=dict)
    new = models.JSONField(_("after"), default=dict)
    why = models.CharField(_("why"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))

    objects = EventChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of an event")
        verbose_name_plural = _("changes of events")
        ordering = ["event", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(what="capacity") | ~Q(why=""), name="event_change_has_reason"),
            models.UniqueConstraint(fields=["event"], condition=Q(what="cancelled"), name="event_cancelled_once"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.pk}"

    @property
    def before(self) -> Occasion:
        """Time and place before a move."""
        return Occasion.from_json(self.old)

    @property
    def after(self) -> Occasion:
        """Time and place after a move."""
        return Occasion.from_json(self.new)

    @property
    def moves_time(self) -> bool:
        return self.before.time != self.after.time

    @property
    def moves_place(self) -> bool:
        return self.before.place != self.after.place


class RateCount(RateCountModel):
    """How often somebody registered from one source."""

    class Meta:
        verbose_name = _("rate count")
        verbose_name_plural = _("rate counts")
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="participation_rate_count_once")]
        indexes = [models.Index(fields=["window"], name="participation_rate_count_age")]
