"""Remarks that are not sent yet. They wait on the server, so that nothing is lost and no JavaScript is needed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation, Topic
from consultations.models.drafts import Chapter, DraftVersion, Passage
from consultations.models.remarks import Remark, Submission
from lublin2030.lib.tokens import new_token
from participation.models import District


class Basket(models.Model):
    """One browser's unsent remarks in one consultation, found by the secret in its cookie.

    ``form_token`` becomes the submission's: however often the basket is sent, one submission comes of it.
    """

    cookie_key = models.CharField(max_length=64)
    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="baskets")
    form_token = models.CharField(max_length=64, unique=True, default=new_token)
    sender_kind = models.CharField(max_length=15, choices=Submission.SenderKind, default=Submission.SenderKind.PERSON)
    name = models.CharField(max_length=200, blank=True)
    representative = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=300, blank=True)
    district = models.ForeignKey(District, models.SET_NULL, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=5, default="pl")
    # The secret of the link by which the sender opens the basket on another device; none until it is asked for.
    link_token = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001  unique where there is one
    # When the first remark was put in: whoever sends everything within seconds is no person reading a draft.
    created_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("basket")
        verbose_name_plural = _("baskets")
        constraints = [
            models.UniqueConstraint(fields=["cookie_key", "consultation"], name="basket_once_per_consultation")
        ]
        indexes = [models.Index(fields=["updated_at"], name="basket_by_age")]

    def __str__(self) -> str:
        return f"basket {self.pk}"


class BasketRemark(models.Model):
    """A remark in a basket; the same fields as the remark it will become."""

    basket = models.ForeignKey(Basket, models.CASCADE, related_name="remarks")
    # The secret of the form that added it: a second click on “add” changes nothing.
    form_token = models.CharField(max_length=64, default=new_token)
    version = models.ForeignKey(DraftVersion, models.CASCADE, null=True, blank=True, related_name="+")
    # Where it stands in the basket; gaps do not matter.
    position = models.PositiveIntegerField(default=0)
    # Raised with every change: a form that was opened before somebody changed the remark elsewhere is not saved.
    revision = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=10, choices=Remark.Kind, default=Remark.Kind.GENERAL)
    target = models.CharField(max_length=10, choices=Remark.Target)
    chapter = models.ForeignKey(Chapter, models.CASCADE, null=True, blank=True, related_name="+")
    passage = models.ForeignKey(Passage, models.CASCADE, null=True, blank=True, related_name="+")
    change = models.TextField(blank=True)
    wording = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    topic = models.ForeignKey(Topic, models.SET_NULL, null=True, blank=True, related_name="+")
    district = models.ForeignKey(District, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("remark in a basket")
        verbose_name_plural = _("remarks in baskets")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["basket", "form_token"], name="basket_remark_once_per_form")]

    def __str__(self) -> str:
        return f"remark {self.pk} of basket {self.basket_id}"
