"""What the database keeps of frozen reports: all but who made them, and that one is withheld (docs/adr/0022)."""

from __future__ import annotations

from lublin2030.lib.guarded_rows import (
    DELETE,
    INSERT,
    TRUNCATE,
    UPDATE,
    Guard,
    GuardedRows,
    register_guarded_rows,
)

REPORT, ROW, FILE = "summaries_consultationreport", "summaries_reportrow", "summaries_reportfile"
WITHHELD = ("withheld_at", "withheld_why", "withheld_by_id")

_FROZEN = "A frozen report is never changed."
_WITHHELD = "A report is withheld once and for all."
_OF_FROZEN = f"(SELECT state FROM {REPORT} WHERE id = {{row}}.report_id) = 'frozen'"  # noqa: S608  no input in it
_OLD, _NEW = _OF_FROZEN.format(row="OLD"), _OF_FROZEN.format(row="NEW")

REPORTS = register_guarded_rows(
    GuardedRows(
        "summaries",
        [
            # Who made it may be forgotten with the account.
            Guard(
                "summaries_report_stays",
                REPORT,
                UPDATE,
                said=_FROZEN,
                when="OLD.state = 'frozen'",
                but=("made_by_id", *WITHHELD),
            ),
            Guard(
                "summaries_report_withheld_once",
                REPORT,
                UPDATE,
                said=_WITHHELD,
                when="OLD.withheld_at IS NOT NULL",
                of=WITHHELD,
            ),
            Guard("summaries_report_kept", REPORT, DELETE, said=_FROZEN, when="OLD.state = 'frozen'"),
            Guard("summaries_row_not_added", ROW, INSERT, said=_FROZEN, when=_NEW),
            Guard("summaries_row_stays", ROW, UPDATE, said=_FROZEN, when=f"{_OLD} OR {_NEW}"),
            Guard("summaries_row_kept", ROW, DELETE, said=_FROZEN, when=_OLD),
            # Files of a frozen report may still be made: once.
            Guard("summaries_file_stays", FILE, UPDATE, said=_FROZEN, when=f"{_OLD} OR {_NEW}"),
            Guard("summaries_file_kept", FILE, DELETE, said=_FROZEN, when=_OLD),
            *(Guard(f"{table}_not_emptied", table, TRUNCATE, said=_FROZEN) for table in (REPORT, ROW, FILE)),
        ],
    )
)
