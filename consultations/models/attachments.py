"""Files that senders add to what they say, and scans of letters."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models.baskets import Basket
from consultations.models.remarks import Submission
from consultations.querysets import AttachmentQuerySet
from lublin2030.lib.files import EXTENSIONS
from lublin2030.lib.limits import RateCountModel
from lublin2030.lib.storage import private_storage
from lublin2030.lib.tokens import new_token


def attachment_path(attachment: Attachment, _name: str) -> str:
    """A random name: nothing of what the sender called the file is in it."""
    return f"zalaczniki/{attachment.token[:2]}/{attachment.token}"


class Attachment(models.Model):
    """A file in a basket, or of a submission. Staff read it; the public only after a staff decision.

    ``content_type`` was told from the content. ``name`` is what the sender called it, shown to staff and sender.
    """

    class Kind(models.TextChoices):
        SENDER = "sender", _("added by the sender")
        SCAN = "scan", _("scan of the letter")

    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    basket = models.ForeignKey(Basket, models.CASCADE, null=True, related_name="attachments")
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, related_name="attachments")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SENDER)
    file = models.FileField(storage=private_storage, upload_to=attachment_path)
    name = models.CharField(_("name"), max_length=150)
    content_type = models.CharField(_("format"), max_length=100)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(_("added"))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(_("public since"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(basket__isnull=False, submission__isnull=True)
                | Q(basket__isnull=True, submission__isnull=False),
                name="attachment_of_basket_or_submission",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(submission__isnull=False),
                name="attachment_public_only_when_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"attachment {self.pk}"

    @property
    def extension(self) -> str:
        """The ending that belongs to the real format: ``pdf``."""
        return EXTENSIONS[self.content_type]

    @property
    def is_scan(self) -> bool:
        return self.kind == self.Kind.SCAN

    @property
    def is_public(self) -> bool:
        """Whether staff have let the public open it."""
        return self.published_at is not None


class RateCount(RateCountModel):
    """How often something was sent to consultations from one source."""

    class Meta:
        verbose_name = _("rate count")
        verbose_name_plural = _("rate counts")
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="rate_count_once")]
        indexes = [models.Index(fields=["window"], name="rate_count_by_age")]
