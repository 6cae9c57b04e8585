"""The verdicts on the rows of a sheet of answers, in the reader's words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import HistoryEntry, Remark
from consultations.table_words import failure_in_words
from consultations.words import refusal_in_words
from lublin2030.lib.dates import WARSAW

_VERDICTS: dict[str, str | Promise] = {
    "good": gettext_lazy("will be drafted"),
    "same": gettext_lazy("unchanged"),
    "drafted": gettext_lazy("drafted"),
    "refused": gettext_lazy("row refused"),
}
_WHY: dict[str, str | Promise] = {
    "empty": gettext_lazy("There is no answer in this row."),
    "same": gettext_lazy("The remark has this answer already."),
    "again": gettext_lazy("An earlier answer was sent back; this is the next one."),
    "forged": gettext_lazy("The mark at the end of the row is missing or changed. Export the sheet once more."),
    "other_consultation": gettext_lazy("This remark belongs to another consultation."),
    "doubled": gettext_lazy("This remark stands in more than one row. Keep one of them."),
    "outcome_missing": gettext_lazy("There is a justification, but no decision."),
    "outcome_unknown": gettext_lazy("Nobody knows the decision “%(value)s”. Choose one from the list."),
    "outcome_not_offered": gettext_lazy("This consultation does not offer the decision “%(value)s”."),
    "justification_missing": gettext_lazy("There is a decision, but no justification."),
    "too_long": gettext_lazy("The justification is longer than %(value)s characters."),
    "control_characters": gettext_lazy("The justification holds characters that cannot be shown."),
    "not_your_department": gettext_lazy("The remark is not assigned to your department."),
}
_FAILURES: dict[str, str | Promise] = {
    "not_table": gettext_lazy("This is no XLSX file. Save the sheet as XLSX and bring it in again."),
    "no_columns": gettext_lazy("These columns are missing: %(detail)s. Export the sheet once more and fill it in."),
    "empty": gettext_lazy("There is no row in the sheet. Export it once more and fill it in."),
}


def verdict_in_words(verdict: str) -> str:
    return str(_VERDICTS[verdict])


def why_in_words(row: dict[str, Any]) -> list[str]:
    """Why a row got its verdict; of a conflict also who changed the remark, when, and what it says now."""
    code, detail = row["code"], row["detail"]
    if code == "conflict":
        return _conflict(detail)
    if code == "not_assigned":
        state = Remark.State(detail["state"]).label
        return [_("An answer cannot be drafted now. The remark's state: %(state)s.") % {"state": state}]
    if code == "refusal":
        return [refusal_in_words(detail["name"])]
    if row["verdict"] in {"good", "drafted"} and detail.get("outcome"):
        said = [str(Remark.Outcome(detail["outcome"]).label)]
        return [*said, str(_WHY[code])] if code in _WHY else said
    return [str(_WHY[code]) % detail] if code in _WHY else []


def _conflict(detail: dict[str, Any]) -> list[str]:
    told = [_("The remark has changed since the sheet was made.")]
    if detail.get("what"):
        told.append(
            _("Last step: %(what)s, %(who)s, %(moment)s.")
            % {
                "what": HistoryEntry.Verb(detail["what"]).label,
                "who": detail["who"] or _("by the sender"),
                "moment": date_format(localtime(dt.datetime.fromisoformat(detail["at"]), WARSAW), "DATETIME_FORMAT"),
            }
        )
    told.append(_("State now: %(state)s.") % {"state": Remark.State(detail["state"]).label})
    if detail.get("outcome"):
        told.append(
            _("Its answer now: %(outcome)s. “%(justification)s”")
            % {"outcome": Remark.Outcome(detail["outcome"]).label, "justification": detail["justification"]}
        )
    return told


def sheet_failure_in_words(failure: str) -> str:
    """Why a file could not be read as a sheet of answers, and what to do."""
    code, _colon, detail = failure.partition(":")
    return str(_FAILURES[code]) % {"detail": detail} if code in _FAILURES else failure_in_words(failure)
