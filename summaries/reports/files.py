"""A report's files: made once each, kept privately, given out by their addresses."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Callable
from typing import IO, Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone, translation

from accounts.jobs import ask_for
from accounts.models import Job
from lublin2030.lib.tokens import new_token
from summaries.models import ConsultationReport, ReportFile
from summaries.reports.content import LANGUAGE
from summaries.reports.data import write_csv, write_json
from summaries.reports.docx import write_docx
from summaries.reports.pdf import write_pdf
from summaries.reports.sheets import write_xlsx
from summaries.reports.volumes import volume_count, volumes_of

Format = ReportFile.Format
CONTENT_TYPES = {
    Format.PDF: "application/pdf",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON: "application/json",
}
DOCUMENTS: dict[str, Callable[[ConsultationReport, dict[str, Any]], bytes]] = {
    Format.PDF: write_pdf,
    Format.DOCX: write_docx,
}
DATA: dict[str, Callable[[ConsultationReport, IO[bytes]], None]] = {
    Format.CSV: write_csv,
    Format.JSON: write_json,
    Format.XLSX: write_xlsx,
}
JOB = "report"
ASKED_AGAIN_AFTER = dt.timedelta(hours=1)


def missing_files(report: ConsultationReport) -> list[tuple[str, int]]:
    """The files, as format and volume, that the report should have and has not."""
    volumes = volume_count(report.document)
    wanted = [(format, 1) for format in DATA]
    wanted += [(format, volume) for format in DOCUMENTS for volume in range(1, volumes + 1)]
    made = set(ReportFile.objects.filter(report=report).values_list("format", "volume"))
    return [one for one in wanted if one not in made]


def make_files(
    report: ConsultationReport, progress: Callable[[int, int], None], *, now: dt.datetime | None = None
) -> None:
    """Make what is missing. What is made stays, so this can be done twice and by two at once."""
    now = now or timezone.now()
    missing = missing_files(report)
    total, done = len(missing), 0
    with translation.override(LANGUAGE):
        for format in DATA:
            if (format, 1) in missing:
                progress(done, total)
                with tempfile.TemporaryFile() as written:
                    DATA[format](report, written)
                    keep_file(report, format, 1, written, now=now)
                done += 1
        for volume in volumes_of(report):
            for format, write in DOCUMENTS.items():
                if (format, volume["volume"]) in missing:
                    progress(done, total)
                    with tempfile.TemporaryFile() as written:
                        written.write(write(report, volume))
                        keep_file(report, format, volume["volume"], written, now=now)
                    done += 1
    progress(total, total)


def keep_file(report: ConsultationReport, format: str, volume: int, written: IO[bytes], *, now: dt.datetime) -> None:
    """Keep a written file under a name nobody can guess. Of two who make the same at once, one's is kept."""
    written.seek(0)
    digest = hashlib.file_digest(written, "sha256").hexdigest()  # type: ignore[arg-type]
    size = written.tell()
    written.seek(0)
    file = ReportFile(report=report, format=format, volume=volume, size=size, sha256=digest, made_at=now)
    content: File[bytes] = File(written)
    file.file.save(f"{new_token()}.{format}", content, save=False)
    ReportFile.objects.bulk_create([file], ignore_conflicts=True)
    kept = ReportFile.objects.get(report=report, format=format, volume=volume)
    if kept.file.name != file.file.name:
        file.file.storage.delete(file.file.name or "")


def ask_for_files(report: ConsultationReport, *, now: dt.datetime | None = None) -> None:
    """Have the worker make what is missing, unless it is at it or tried within the hour: strangers can ask."""
    now = now or timezone.now()
    jobs = Job.objects.filter(kind=JOB, subject__report=report.pk).order_by("-pk")
    latest = jobs.first()
    if latest is not None and (latest.finished_at is None or latest.finished_at > now - ASKED_AGAIN_AFTER):
        return
    with transaction.atomic():
        ask_for(JOB, key=f"{JOB}:{report.pk}:{now:%Y%m%d%H}", by=None, now=now, report=report.pk)
