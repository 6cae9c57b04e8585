"""Seconds to check and to enter a table of so many rows: ``python -m script.benchmark.intake [--rows 10000]``.

Runs in a database that is made for it and thrown away: SQLite in a temporary folder, or a PostgreSQL named by
``DATABASE_URL`` (then tables must exist; everything happens in a consultation of its own, which stays).
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Print the seconds of reading, checking and entering, and prove the counters."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VAR_DIR"] = folder
        os.environ.setdefault("PORTAL_MODE", "demonstration")
        os.environ["DJANGO_SETTINGS_MODULE"] = "lublin2030.settings"
        import django

        django.setup()
        _measure(rows, Path(folder))


def _measure(rows: int, folder: Path) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from accounts import jobs
    from accounts.models import User
    from accounts.roles import Role
    from consultations.models import Consultation, RemarkImport
    from consultations.services.tables import bring_in, choose
    from consultations.services.tallies import recount
    from lublin2030.lib.quarters import Quarter
    from script.benchmark.data import _consultation
    from stages.models import Process, Stage

    call_command("migrate", verbosity=0)
    moment = timezone.now()
    process = Process.objects.create(
        slug=f"intake-{moment:%H%M%S%f}", name="Strategia", question="Jaki?",
        first_quarter=Quarter(2018, 4), last_quarter=Quarter(2030, 4),
    )  # fmt: skip
    stage = Stage.objects.create(
        process=process, number=1, title="Etap", short_title="Etap",
        first_quarter=Quarter(2021, 4), last_quarter=Quarter(2021, 4),
    )  # fmt: skip
    consultation = _consultation(f"intake-{moment:%H%M%S%f}", process, stage, chapters=20, each=100)
    clerk, _new = User.objects.get_or_create(email="bench@example.org", defaults={"name": "Bench"})
    from django.contrib.auth.models import Group

    clerk.groups.add(Group.objects.get(name=Role.COORDINATOR.value))
    content = _table(rows, moment)
    print(f"{connection.vendor}: {rows} rows, {len(content) / 1e6:.1f} MB of XLSX")
    table = bring_in(consultation, upload=SimpleUploadedFile("bench.xlsx", content), by=clerk)
    began = time.perf_counter()
    jobs.run_due()
    checked = time.perf_counter() - began
    table = RemarkImport.objects.get(pk=table.pk)
    _prove(table.state == "checked" and (table.good_rows, table.bad_rows) == (rows, 0), table.failure or table.state)
    choose(table, everything=True, by=clerk)
    began = time.perf_counter()
    jobs.run_due()
    entered = time.perf_counter() - began
    table = RemarkImport.objects.get(pk=table.pk)
    consultation = Consultation.objects.get(pk=consultation.pk)
    _prove(table.state == "entered" and consultation.remark_count == rows, table.state)
    _prove(recount(consultation) == [], "counters")
    print(f"check {checked:.1f} s, enter {entered:.1f} s, together {checked + entered:.1f} s")
    print(f"{table.entered_submissions} submissions, {rows / entered:.0f} remarks a second entered")


def _prove(is_so: bool, what: str) -> None:
    if not is_so:
        raise SystemExit(f"The import did not do what it ought to: {what}")


def _table(rows: int, moment: dt.datetime) -> bytes:
    """A table like real ones: three remarks a letter, every second sender with an e-mail address."""
    import io
    import random

    import xlsxwriter
    from django.utils import timezone

    from consultations.table_reading import COLUMNS, SHEET
    from script.benchmark.data import _prose

    rng = random.Random(2030)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet(SHEET)
    sheet.write_row(0, 0, [names[0] for names in COLUMNS.values()])
    received = timezone.localtime(moment - dt.timedelta(days=2))
    for number in range(rows):
        letter = number // 3 + 1
        values = {
            "letter": str(letter), "channel": "paper", "received": f"{received:%d.%m.%Y}", "name": f"Nadawca {letter}",
            "email": f"nadawca{letter}@example.org" if letter % 2 else "",
            "place": f"{number % 20 + 1}.{number % 100 + 1}", "kind": "general", "change": _prose(40, rng),
            "wording": _prose(30, rng), "reason": _prose(25, rng), "topic": f"t{number % 8}",
        }  # fmt: skip
        sheet.write_row(number + 1, 0, [values.get(key, "") for key in COLUMNS])
    book.close()
    return out.getvalue()


if __name__ == "__main__":
    main()
