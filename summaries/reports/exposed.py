"""Texts that were taken out of the register after a report had been frozen, and that still stand in it.

A frozen report cannot be mended: the way back is a corrected report, and this one withheld (docs/adr/0022).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, JSONField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from consultations.models import Consultation, HistoryEntry, Remark
from consultations.public_text import TEXTS, public_text
from summaries.models import ConsultationReport, ReportRow

TextState = Remark.TextState


@dataclass(frozen=True)
class Exposing:
    """A public report with the remarks of which it says more than the register: their keys and numbers."""

    report: ConsultationReport
    remarks: Sequence[tuple[int, str]]

    @property
    def count(self) -> int:
        return len(self.remarks)


def exposing_reports(consultation: Consultation) -> list[Exposing]:
    """The consultation's public reports that hold texts redacted since, the latest first. One query, two if any."""
    found: dict[int, list[tuple[int, str]]] = {}
    rows = exposed_rows(ConsultationReport.objects.public().filter(consultation=consultation))
    for row in rows.order_by("position"):
        found.setdefault(row.report_id, []).append((row.remark, json.loads(row.line)["number"]))
    if not found:
        return []
    reports = ConsultationReport.objects.public().filter(pk__in=found).without_content()
    return [Exposing(one, found[one.pk]) for one in reports]


def exposed_rows(reports: QuerySet[ConsultationReport]) -> QuerySet[Any]:
    """Rows of the reports whose remark is redacted and whose text is another than the register's; with ``remark``."""
    redacted = Remark.objects.filter(
        consultation=OuterRef("report__consultation"), position=OuterRef("position"), text_state=TextState.REDACTED
    )
    differing = redacted.exclude(**{f"shown_{name}": OuterRef(f"said_{name}") for name in TEXTS})
    return (
        ReportRow.objects.filter(report__in=reports.order_by())
        .annotate(said=Cast("line", JSONField()))
        .annotate(**{f"said_{name}": KT(f"said__{name}") for name in TEXTS})
        .filter(Exists(differing))
        .annotate(remark=Subquery(redacted.values("pk")[:1]))
    )


def exposing_anywhere() -> QuerySet[ConsultationReport]:
    """The public reports of all consultations that hold texts redacted since.

    Only those since which something was redacted are looked into; one query more finds them, by the history's index.
    """
    since = HistoryEntry.objects.filter(
        verb=HistoryEntry.Verb.REDACT, consultation=OuterRef("consultation"), at__gte=OuterRef("frozen_at")
    )
    public = ConsultationReport.objects.public()
    return public.filter(pk__in=exposed_rows(public.filter(Exists(since))).values("report"))


@dataclass(frozen=True)
class Holding:
    """A public report in which a remark stands; ``exposes``: with a text that the register does not show any more."""

    report: ConsultationReport
    exposes: bool


def reports_holding(remark: Remark) -> list[Holding]:
    """The public reports that say the remark as the register does, or more than it; the latest first. One query.

    The remark's own texts must be loaded. One whose redactions were taken back stands in a report with fewer words:
    that is no reason to do anything.
    """
    rows = ReportRow.objects.filter(
        report__in=ConsultationReport.objects.public().filter(consultation=remark.consultation_id).order_by(),
        position=remark.position,
    )
    shown = public_text(remark)._asdict()
    holding = []
    for row in rows.select_related("report").defer("report__content").order_by("-report__frozen_at", "-report"):
        line = json.loads(row.line)
        said = {name: line[name] for name in TEXTS}
        differs = said != shown
        if any(said.values()) and not (differs and remark.text_state == TextState.OPEN):
            holding.append(Holding(row.report, exposes=differs))
    return holding
