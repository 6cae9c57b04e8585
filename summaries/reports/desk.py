"""What waits for whom with reports: the desk's list of consultations that are over and have no frozen report."""

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
from summaries.reports.permissions import may_make_reports


def without_report(now: dt.datetime) -> QuerySet[Consultation]:
    """Consultations that are over and have no frozen report, the first to be due first."""
    frozen = ConsultationReport.objects.frozen().filter(consultation=OuterRef("pk"))
    return Consultation.objects.closed(now).filter(~Exists(frozen)).order_by("closes_at", "pk")


def _waiting(_user: Any, limit: int) -> list[Waiting]:
    return [
        Waiting(
            label=one.text("title").value,
            detail=_("no report yet"),
            url=reverse("desk:report", args=[one.slug]),
            since=one.closes_at,
            due=one.report_due_on,
        )
        for one in without_report(timezone.now())[:limit]
    ]


def register_queues() -> None:
    """Called once when the app starts."""
    register_queue(
        Queue(
            name="reports",
            label=gettext_lazy("Reports"),
            url_name="desk:reports",
            may_see=may_make_reports,
            waits=lambda user: [without_report(timezone.now())],
            oldest=_waiting,
            order=55,
            empty=gettext_lazy("Every consultation that is over has its report."),
        )
    )
