"""The verbs of a report: write its texts, make a draft, freeze, correct, withhold. The worker does what takes long."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone, translation
from django.utils.text import slugify

from accounts.jobs import ask_for
from accounts.models import Job, User
from consultations.errors import NotPermitted
from consultations.models import Consultation, HistoryEntry
from consultations.services.history import record
from lublin2030.lib.dates import warsaw_day
from summaries.models import ConsultationReport, ReportText, SigningOffice
from summaries.reports import files
from summaries.reports.blockers import blockers
from summaries.reports.content import LANGUAGE, document_of, parts_for
from summaries.reports.data import content_hash
from summaries.reports.errors import (
    AlreadyFrozen,
    NothingToCorrect,
    NothingToWithhold,
    ReportBlocked,
    ReportUnderWay,
    TextsChanged,
    WhatChangedMissing,
    WithholdingUnexplained,
)
from summaries.reports.files import JOB
from summaries.reports.permissions import may_make_reports
from summaries.reports.rows import canonical, live_rows, save_rows

State = ConsultationReport.State
Told = Callable[[int, int], None]


def save_texts(
    consultation: Consultation,
    *,
    information: str,
    summary: str,
    annexes: str,
    revision: int,
    by: User,
    now: dt.datetime | None = None,
) -> ReportText:
    """Keep what staff write in the report. Raises NotPermitted, TextsChanged when it was saved since it was read."""
    if not may_make_reports(by):
        raise NotPermitted
    texts = {"information": information, "summary": summary, "annexes": annexes}
    with transaction.atomic():
        ReportText.objects.bulk_create([ReportText(consultation=consultation)], ignore_conflicts=True)
        saved = ReportText.objects.filter(consultation=consultation, revision=revision).update(
            **texts, revision=F("revision") + 1, changed_at=now or timezone.now(), changed_by=by
        )
        if not saved:
            raise TextsChanged
    return ReportText.objects.get(consultation=consultation)


def make_draft(consultation: Consultation, *, by: User, now: dt.datetime | None = None) -> ConsultationReport:
    """Ask the worker for a draft with its files, at any time; it replaces the earlier drafts.

    Raises NotPermitted, ReportUnderWay.
    """
    return _begin(consultation, State.MAKING, by=by, now=now or timezone.now())


def freeze_report(
    consultation: Consultation, *, office: SigningOffice, by: User, now: dt.datetime | None = None
) -> ConsultationReport:
    """Ask the worker to freeze the consultation's first report.

    It looks for reasons against it once more: if there is one by then, a draft is made instead. Raises NotPermitted,
    ReportBlocked with the reasons, AlreadyFrozen, ReportUnderWay.
    """
    now = now or timezone.now()
    if not may_make_reports(by):
        raise NotPermitted
    if ConsultationReport.objects.frozen().filter(consultation=consultation).exists():
        raise AlreadyFrozen
    _refuse_while_blocked(consultation, now)
    return _begin(consultation, State.FREEZING, by=by, now=now, office=office)


def correct_report(
    report: ConsultationReport,
    *,
    office: SigningOffice,
    what_changed: str,
    by: User,
    now: dt.datetime | None = None,
) -> ConsultationReport:
    """Ask the worker to freeze a new report in the place of this one, which stays at its address.

    Raises NotPermitted, WhatChangedMissing, NothingToCorrect, ReportBlocked, ReportUnderWay.
    """
    now = now or timezone.now()
    if not may_make_reports(by):
        raise NotPermitted
    if not what_changed.strip():
        raise WhatChangedMissing
    latest = ConsultationReport.objects.latest_of(report.consultation)
    if latest is None or latest.pk != report.pk:
        raise NothingToCorrect
    _refuse_while_blocked(report.consultation, now)
    return _begin(
        report.consultation,
        State.FREEZING,
        by=by,
        now=now,
        office=office,
        supersedes=report,
        what_changed=what_changed.strip(),
    )


def withhold_report(
    report: ConsultationReport, *, why: str, by: User, now: dt.datetime | None = None
) -> ConsultationReport:
    """Take a frozen report off the web, once and for all: its addresses say when and why. Nothing of it is lost.

    Everybody reads ``why``. Raises NotPermitted, WithholdingUnexplained, NothingToWithhold.
    """
    now = now or timezone.now()
    if not may_make_reports(by):
        raise NotPermitted
    why = why.strip()
    if not why:
        raise WithholdingUnexplained
    with transaction.atomic():
        consultation = Consultation.objects.hold(report.consultation_id)
        public = ConsultationReport.objects.public().filter(pk=report.pk)
        if not public.update(withheld_at=now, withheld_why=why, withheld_by=by):
            raise NothingToWithhold
        report.refresh_from_db(fields=["withheld_at", "withheld_why", "withheld_by"])
        after = {"report": report.number, "sha256": report.sha256, "why": why}
        record(HistoryEntry.Verb.WITHHOLD_REPORT, consultation=consultation, by=by, at=now, after=after)
    return report


def job_of(report: ConsultationReport) -> Job | None:
    """The work on the report, while it is remembered. One query."""
    return Job.objects.filter(key=_key(report)).first()


def _key(report: ConsultationReport) -> str:
    return f"{JOB}:{report.pk}"


def _refuse_while_blocked(consultation: Consultation, now: dt.datetime) -> None:
    reasons = blockers(consultation, now)
    if reasons:
        raise ReportBlocked(reasons)


def _begin(
    consultation: Consultation, state: State, *, by: User, now: dt.datetime, **fields: Any
) -> ConsultationReport:
    if not may_make_reports(by):
        raise NotPermitted
    with transaction.atomic():
        Consultation.objects.hold(consultation.pk)
        corrected = fields.get("supersedes")
        latest = ConsultationReport.objects.latest_of(consultation)
        if corrected is not None and (latest is None or latest.pk != corrected.pk):
            raise NothingToCorrect
        # One whose work failed for good stands in nobody's way.
        for other in ConsultationReport.objects.under_way().filter(consultation=consultation):
            job = job_of(other)
            if job is not None and job.state != Job.State.FAILED:
                raise ReportUnderWay
            other.delete()
        report = ConsultationReport.objects.create(
            consultation=consultation,
            state=state,
            made_at=now,
            made_by=by,
            is_demonstration=consultation.is_demonstration,
            **fields,
        )
        ask_for(JOB, key=_key(report), by=by, now=now, report=report.pk)
    return report


# -- In the worker ----------------------------------------------------------------------------------------------------


def build_report(subject: dict[str, Any], progress: Told) -> None:
    """The work of the job: the content at one moment, then the files. What is done already is left alone."""
    report = ConsultationReport.objects.filter(pk=subject["report"]).first()
    if report is None:
        return
    if report.is_under_way:
        progress(0, 1)
        report = take_snapshot(report)
    files.make_files(report, progress)
    if report.state == State.DRAFT:
        forget_drafts(report.consultation, but=report)


def take_snapshot(report: ConsultationReport, *, now: dt.datetime | None = None) -> ConsultationReport:
    """Write the content and the rows of a report under way, all of one moment; freeze it if that was asked for.

    A report that was to be frozen, but has a reason against it by now, becomes a draft.
    """
    now = now or timezone.now()
    with _one_moment(), translation.override(LANGUAGE):
        held = (
            ConsultationReport.objects.select_for_update(of=("self",))
            .under_way()
            .select_related("consultation__process", "consultation__stage__process", "office", "supersedes")
            .get(pk=report.pk)
        )
        consultation = held.consultation
        freezes = held.state == State.FREEZING and not blockers(consultation, now)
        if freezes:
            _number(held, now)
        else:
            # A draft stands in nobody's place, and nobody signs it.
            held.office, held.supersedes, held.what_changed = None, None, ""
        parts = parts_for(consultation, now)
        held.row_count = save_rows(held, live_rows(consultation, now, parts, for_staff=not freezes))
        held.content = canonical(document_of(held, consultation, parts, now))
        held.sha256 = content_hash(held)
        held.made_at = now
        held.state = State.FROZEN if freezes else State.DRAFT
        held.frozen_at = now if freezes else None
        held.save()
        if freezes:
            after = {"number": held.number, "sha256": held.sha256, "remarks": held.row_count}
            verb = HistoryEntry.Verb.FREEZE_REPORT
            record(verb, consultation=consultation, by=held.made_by, at=now, after=after)
            forget_drafts(consultation)
    return held


def _number(report: ConsultationReport, now: dt.datetime) -> None:
    """The office's next number of the year. Two at once get the same, and the database lets one of them try again."""
    office = report.office
    assert office is not None  # noqa: S101  the verbs that freeze ask for it
    report.year = warsaw_day(now).year
    used = ConsultationReport.objects.filter(office=office, year=report.year).aggregate(Max("ordinal"))["ordinal__max"]
    report.ordinal = (used or 0) + 1
    report.number = office.number(report.ordinal, report.year)
    report.slug = slugify(report.number.replace("/", "-").replace(".", "-"))
    # Another office may count alike; within one consultation an address leads to one report.
    if ConsultationReport.objects.filter(consultation=report.consultation_id, slug=report.slug).exists():
        report.slug = f"{report.slug}-{office.pk}"


def forget_drafts(consultation: Consultation, *, but: ConsultationReport | None = None) -> None:
    """Delete the consultation's drafts with their rows and files."""
    drafts = ConsultationReport.objects.filter(consultation=consultation, state=State.DRAFT)
    if but is not None:
        drafts = drafts.exclude(pk=but.pk)
    with transaction.atomic():
        for draft in drafts:
            for file in draft.files.all():
                storage, name = file.file.storage, str(file.file.name)
                transaction.on_commit(lambda storage=storage, name=name: storage.delete(name))  # type: ignore[misc]
            draft.delete()


@contextlib.contextmanager
def _one_moment() -> Iterator[None]:
    """A transaction that sees the database as it was at its begin, on both databases."""
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield
