"""What the report refuses. Like the errors of consultations they know nothing of HTTP."""

from __future__ import annotations

from collections.abc import Sequence

from consultations.errors import ConsultationError
from summaries.reports.blockers import Blocker


class ReportError(ConsultationError):
    """Any refusal of the report's verbs."""


class ReportBlocked(ReportError):
    """The report cannot be frozen yet, for these reasons."""

    def __init__(self, reasons: Sequence[Blocker]) -> None:
        super().__init__()
        self.reasons = list(reasons)


class ReportUnderWay(ReportError):
    """A report of this consultation is being made already."""


class AlreadyFrozen(ReportError):
    """The consultation has a frozen report: it can only be corrected by another one."""


class NothingToCorrect(ReportError):
    """Only the latest frozen report can be corrected."""


class WhatChangedMissing(ReportError):
    """A correction without saying what it changes."""


class WithholdingUnexplained(ReportError):
    """A withholding without saying why."""


class NothingToWithhold(ReportError):
    """The report is withheld already, or was never frozen."""


class TextsChanged(ReportError):
    """The texts are not those that were read: a colleague has saved them since."""
