"""Participation's rows that are added and never changed: what figures said before (docs/adr/0020)."""

from __future__ import annotations

from lublin2030.lib.guarded_rows import DELETE, UPDATE, Guard, GuardedRows, register_guarded_rows

TABLES = ("participation_figurerevision",)

REVISIONS = register_guarded_rows(
    GuardedRows(
        "participation",
        [
            Guard(f"{table}_no_{event}", table, event, said=f"Rows of {table} are added, never changed.")
            for table in TABLES
            for event in (UPDATE, DELETE)
        ],
    )
)

# For migrations.
guard_rows = REVISIONS.guard_rows
leave_rows_open = REVISIONS.leave_rows_open
