"""Whether frozen reports are still what they were: their contents, their rows, their files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from summaries.models import ConsultationReport, ReportFile
from summaries.reports.data import content_hash


def faults_of(report: ConsultationReport) -> Iterator[str]:
    """What of the report is not as it was frozen, as short words for operators; nothing when all of it is."""
    try:
        digest = content_hash(report)
    except (ValueError, KeyError, TypeError):
        digest = "unreadable"
    if digest != report.sha256:
        yield f"content: {digest}, frozen as {report.sha256}"
    for file in report.files.order_by("format", "volume"):
        digest = file_digest(file)
        if digest != file.sha256:
            yield f"{file.file_name}: {digest}, made as {file.sha256}"


def file_digest(file: ReportFile) -> str:
    """The SHA-256 of what is kept; “missing” where nothing is."""
    try:
        with file.file.open("rb") as kept:
            return hashlib.file_digest(kept, "sha256").hexdigest()
    except FileNotFoundError:
        return "missing"
