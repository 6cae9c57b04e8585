"""The outbox and its readers: the only place from which anything is sent."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from consultations.models import Consultation, Submission
from lublin2030.lib.demonstration import DemonstrationModel
from lublin2030.lib.tokens import new_token
from notifications.querysets import TARGETS, TELLING, HappeningQuerySet, MessageQuerySet, SubscriptionQuerySet
from participation.models import District, Event, Registration, Theme
from stages.models import Process, Stage


class Message(models.Model):
    """One mail that must go out, written in the transaction of what it tells of.

    ``key`` is unique: the same fact is told once (``batch-published:7:42``). A sender claims the row for a lease before
    sending; a sender that dies lets the lease run out and another takes over. So a message is sent at least once, and
    twice only if the process dies between the mail server's “yes” and the row's ``sent`` (docs/adr/0003).
    ``context`` holds ids and plain values, never a person's data: those are read when the mail is made.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("receipt")
        VERIFICATION = "verification", _("result of verification")
        DECISION = "decision", _("answers to remarks")
        CONSULTATION_OPENS = "consultation_opens", _("consultation opens")
        CONSULTATION_CLOSES = "consultation_closes", _("consultation closes soon")
        CONFIRM_FOLLOWING = "confirm_following", _("confirmation of following")
        BASKET_LINK = "basket_link", _("link to unsent remarks")
        CONFIRM_SUBMISSION = "confirm_submission", _("request to confirm the e-mail address")
        CONFIRM_REMINDER = "confirm_reminder", _("reminder to confirm the e-mail address")
        CORRECTION = "correction", _("copy of a corrected remark")
        WITHDRAWAL = "withdrawal", _("copy of a withdrawal")
        DEPARTMENT_TERM = "department_term", _("term of a department")
        MENTION = "mention", _("mention in a private note")
        REGISTRATION = "registration", _("registration for an event")
        MOVED_UP = "moved_up", _("a place from the waiting list")
        REGISTRATION_ENDED = "registration_ended", _("registration cancelled by staff")
        EVENT_REMINDER = "event_reminder", _("reminder of an event")
        EVENT_MOVED = "event_moved", _("event moved")
        EVENT_CANCELLED = "event_cancelled", _("event cancelled")
        HAPPENING = "happening", _("news of what is followed")
        DIGEST = "digest", _("digest of what is followed")
        FOLLOWING_LINK = "following_link", _("link to everything that is followed")

    class State(models.TextChoices):
        DUE = "due", _("to be sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=25, choices=Kind)
    recipient = models.EmailField(_("to"))
    language = models.CharField(_("language"), max_length=5, default="pl")
    context = models.JSONField(default=dict)
    submission = models.ForeignKey(Submission, models.CASCADE, null=True, blank=True, related_name="messages")
    consultation = models.ForeignKey(Consultation, models.CASCADE, null=True, blank=True, related_name="messages")
    registration = models.ForeignKey(Registration, models.CASCADE, null=True, blank=True, related_name="messages")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DUE, editable=False)
    created_at = models.DateTimeField(_("written"))
    due_at = models.DateTimeField(_("next try"))
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    last_error = models.CharField(_("latest error"), max_length=300, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="message_sent_has_time",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="due"), name="message_due"),
            models.Index(fields=["state", "-created_at"], name="message_by_state"),
            models.Index(
                fields=["recipient", "created_at"],
                condition=Q(kind__in=TELLING),
                name="message_told_to",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Frequency(models.TextChoices):
    """How often a follower hears."""

    AT_ONCE = "at_once", _("at once")
    DAILY = "daily", _("once a day, at 7 in the morning")
    WEEKLY = "weekly", _("once a week, on Monday at 7 in the morning")


def reader_token_of(email: str) -> str:
    """The secret of an address, the same for all its followings: with it a reader ends all digests at once."""
    return salted_hmac("notifications.reader", email, algorithm="sha256").hexdigest()


class ReaderTokenField(models.CharField[str, str]):
    """Filled from the row's address when the row is made, whichever way it is made."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if add and not getattr(model_instance, self.attname):
            setattr(model_instance, self.attname, reader_token_of(model_instance.email))  # type: ignore[attr-defined]
        return super().pre_save(model_instance, add)


def _exactly_one(fields: tuple[str, ...]) -> Q:
    return reduce(or_, (Q(**{f"{field}__isnull": field != chosen for field in fields}) for chosen in fields))


class Subscription(models.Model):
    """Somebody follows one thing by e-mail, confirmed by a link; no account is needed.

    ``cursor`` is the latest happening that this following has dealt with: it is told of later ones only. It moves in
    the transaction that writes what is told (docs/adr/0033). ``next_digest_at`` is the (aware) moment of the next
    digest; none for who hears at once or has not confirmed. ``reader_token`` is the same in all followings of an
    address.
    """

    process = models.ForeignKey(
        Process, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("process")
    )
    stage = models.ForeignKey(Stage, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("stage"))
    consultation = models.ForeignKey(
        Consultation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("consultation"),
    )
    district = models.ForeignKey(
        District, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("district")
    )
    theme = models.ForeignKey(Theme, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("theme"))
    event = models.ForeignKey(Event, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("event"))
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=5, default="pl")
    frequency = models.CharField(_("how often"), max_length=10, choices=Frequency, default=Frequency.AT_ONCE)
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    reader_token = ReaderTokenField(max_length=64, default="", db_index=True, editable=False)
    created_at = models.DateTimeField(_("since"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    cursor = models.BigIntegerField(default=0, editable=False)
    next_digest_at = models.DateTimeField(_("next digest"), null=True, blank=True, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = [
            models.CheckConstraint(condition=_exactly_one(TARGETS), name="subscription_one_target"),
            models.CheckConstraint(
                condition=Q(frequency="at_once", next_digest_at__isnull=True)
                | ~Q(frequency="at_once") & Q(confirmed_at__isnull=True, next_digest_at__isnull=True)
                | ~Q(frequency="at_once") & Q(confirmed_at__isnull=False, next_digest_at__isnull=False),
                name="subscription_digest_has_time",
            ),
            models.UniqueConstraint(fields=["consultation", "email"], name="subscription_once"),
            *(
                models.UniqueConstraint(
                    fields=[field, "email"],
                    condition=Q(**{f"{field}__isnull": False}),
                    name=f"subscription_once_{field}",
                )
                for field in TARGETS
                if field != "consultation"
            ),
        ]
        indexes = [
            models.Index(
                fields=["frequency", "email"],
                condition=Q(next_digest_at__isnull=False),
                name="subscription_digests",
            ),
            models.Index(fields=["email"], name="subscription_by_email"),
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk}"

    @property
    def field(self) -> str:
        """What kind of thing is followed: one of ``TARGETS``."""
        return next(name for name in TARGETS if getattr(self, f"{name}_id") is not None)

    @property
    def target(self) -> Any:
        """What is followed."""
        return getattr(self, self.field)

    def is_concerned_by(self, happening: Happening) -> bool:
        """Whether the happening is news for this follower; ``SubscriptionQuerySet.concerned_by`` asks it of many."""
        return (
            self.confirmed_at is not None
            and self.confirmed_at <= happening.occurred_at
            and getattr(happening, f"{self.field}_id") == getattr(self, f"{self.field}_id")
        )


class Happening(DemonstrationModel):
    """Something that became public and that followers are told, written once: ``key`` names the fact.

    It concerns the followers of each thing that is set: of its own and of what that belongs to. Rows are written only
    while the row of ``Watch`` is held, so their ids come in the order of their commits, and a cursor misses none.
    ``told_at``: when all who hear at once had their mail written; digests take only what has it. ``context`` holds
    ids and plain values.
    """

    class Kind(models.TextChoices):
        NEWS = "news", _("news")
        EVENT_ANNOUNCED = "event_announced", _("event announced")
        EVENT_MOVED = "event_moved", _("event moved")
        EVENT_CANCELLED = "event_cancelled", _("event cancelled")
        EVENT_RESTORED = "event_restored", _("event takes place after all")
        EVENT_SUMMARISED = "event_summarised", _("summary of an event")
        STAGE_BEGUN = "stage_begun", _("stage begun")
        STAGE_ENDED = "stage_ended", _("stage finished")
        STAGE_RESULT = "stage_result", _("result of a stage")
        CONSULTATION_OPENS = "consultation_opens", _("consultation opens")
        CONSULTATION_CLOSES = "consultation_closes", _("consultation closes soon")
        CONSULTATION_CLOSED = "consultation_closed", _("consultation closed")
        DRAFT_VERSION = "draft_version", _("version of the draft published")
        ANSWERS = "answers", _("answers published")
        REPORT = "report", _("report published")
        REPORT_CORRECTED = "report_corrected", _("report corrected")
        VOICES = "voices", _("voices published")

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=25, choices=Kind)
    process = models.ForeignKey(Process, models.SET_NULL, null=True, related_name="+")
    stage = models.ForeignKey(Stage, models.SET_NULL, null=True, related_name="+")
    consultation = models.ForeignKey(Consultation, models.CASCADE, null=True, related_name="+")
    district = models.ForeignKey(District, models.SET_NULL, null=True, related_name="+")
    theme = models.ForeignKey(Theme, models.SET_NULL, null=True, related_name="+")
    event = models.ForeignKey(Event, models.CASCADE, null=True, related_name="+")
    occurred_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("noticed"), db_index=True)
    told_at = models.DateTimeField(_("told"), null=True)
    context = models.JSONField(default=dict)

    objects = HappeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("happening")
        verbose_name_plural = _("happenings")
        ordering = ["pk"]
        indexes = [models.Index(fields=["id"], condition=Q(told_at__isnull=True), name="happening_untold")]

    def __str__(self) -> str:
        return self.key


class Sighting(models.Model):
    """What was so of a record when the portal last looked: records whose changes have no moment of their own.

    ``record`` is its name (``event:12``). ``revision`` is raised by each change, so each is told by a key of its own.
    """

    record = models.CharField(max_length=40, unique=True)
    facts = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("sighting")
        verbose_name_plural = _("sightings")

    def __str__(self) -> str:
        return self.record


class Watch(models.Model):
    """One row: since when happenings are noticed, and when that was last done. Holding it, one worker looks at a time.

    What was public before ``began_at`` is never told. Without it nobody has looked yet.
    """

    began_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="watch_one")]

    def __str__(self) -> str:
        return "watch"
