"""What waits for whom with reports: consultations that are over and have none, and reports that should be withheld."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Consultation
from lublin2030.lib.desk import Queue, Waiting, register_queue
from summaries.models import ConsultationReport
from summaries.reports.exposed import exposing_anywhere
from summaries.reports.permissions import may_make_reports


def without_report(now: dt.datetime) -> QuerySet[Consultation]:
    """Consultations that are over and have no report that stands and can be read, the first to be due first."""
    standing = ConsultationReport.objects.standing().public().filter(consultation=OuterRef("pk"))
    return Consultation.objects.closed(now).filter(~Exists(standing)).order_by("closes_at", "pk")


def _waiting(_user: Any, limit: int) -> list[Waiting]:
    """Reports that still say what was taken out of the register come first."""
    exposing = [
        Waiting(
            label=one.consultation.text("title").value,
            detail=_("report no. %(number)s holds a redacted text") % {"number": one.number},
            url=reverse("desk:report", args=[one.consultation.slug]),
            since=one.frozen_at or one.made_at,
        )
        for one in exposing_anywhere().defer("content").select_related("consultation")[:limit]
    ]
    frozen = ConsultationReport.objects.frozen().filter(consultation=OuterRef("pk"))
    missing = without_report(timezone.now()).annotate(had_report=Exists(frozen))
    return exposing + [
        Waiting(
            label=one.text("title").value,
            detail=_("the report is withheld, there is no corrected one") if one.had_report else _("no report yet"),
            url=reverse("desk:report", args=[one.slug]),
            since=one.closes_at,
            due=one.report_due_on,
        )
        for one in missing[: limit - len(exposing)]
    ]


def register_queues() -> None:
    """Called once when the app starts."""
    register_queue(
        Queue(
            name="reports",
            label=gettext_lazy("Reports"),
            url_name="desk:reports",
            may_see=may_make_reports,
            waits=lambda user: [without_report(timezone.now()), exposing_anywhere()],
            oldest=_waiting,
            order=55,
            empty=gettext_lazy("Every consultation that is over has its report."),
        )
    )
