"""Rows that are added and never changed: the history, earlier texts of remarks, redactions (docs/adr/0020)."""

from __future__ import annotations

from lublin2030.lib.guarded_rows import DELETE, TRUNCATE, UPDATE, Guard, GuardedRows, register_guarded_rows

TABLES = ("consultations_historyentry", "consultations_remarkrevision", "consultations_redaction")

HISTORY = register_guarded_rows(
    GuardedRows(
        "consultations",
        [
            Guard(f"{table}_no_{event}", table, event, said=f"Rows of {table} are added, never changed.")
            for table in TABLES
            for event in (UPDATE, DELETE, TRUNCATE)
        ],
    )
)

# For migrations.
guard_rows = HISTORY.guard_rows
leave_rows_open = HISTORY.leave_rows_open
