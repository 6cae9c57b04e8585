"""The words in which the portal asks for reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from consultations.models import Consultation
    from summaries.models import ConsultationReport


class ConsultationReportQuerySet(models.QuerySet["ConsultationReport"]):
    def frozen(self) -> ConsultationReportQuerySet:
        """Reports that have their number and never change, the latest first; withheld ones too."""
        return self.filter(state="frozen").order_by("-frozen_at", "-pk")

    def public(self) -> ConsultationReportQuerySet:
        """Frozen reports that everybody may read, the latest first: none that is withheld."""
        return self.frozen().filter(withheld_at__isnull=True)

    def under_way(self) -> ConsultationReportQuerySet:
        """Reports that a worker is making or is asked to make; of a consultation at most one."""
        return self.filter(state__in=["making", "freezing"])

    def standing(self) -> ConsultationReportQuerySet:
        """Frozen reports in whose place no other frozen one stands; one that is only being made changes nothing."""
        return self.frozen().exclude(superseded_by__state="frozen")

    def latest_of(self, consultation: Consultation) -> ConsultationReport | None:
        """The frozen report that no other corrects; it may be withheld."""
        return self.standing().filter(consultation=consultation).first()

    def draft_of(self, consultation: Consultation) -> ConsultationReport | None:
        """The draft that was made last."""
        return self.filter(consultation=consultation, state="draft").order_by("-made_at", "-pk").first()

    def without_content(self) -> ConsultationReportQuerySet:
        """Without the content, for lists."""
        return self.defer("content").select_related("office")
