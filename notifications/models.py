"""The outbox and its readers: the only place from which anything is sent."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models import Consultation, Submission
from lublin2030.lib.tokens import new_token
from notifications.querysets import MessageQuerySet, SubscriptionQuerySet
from participation.models import Registration


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
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Subscription(models.Model):
    """Somebody follows a consultation by e-mail, confirmed by a link; no account is needed."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="subscriptions")
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=5, default="pl")
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    created_at = models.DateTimeField(_("since"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = [models.UniqueConstraint(fields=["consultation", "email"], name="subscription_once")]

    def __str__(self) -> str:
        return f"subscription {self.pk}"
