"""What the digest of a report covers, in reports of the first form too, and how it is verified."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from lublin2030.lib.guarded_rows import drop_guards, make_guards
from summaries.models import ConsultationReport, ReportRow
from summaries.reports import content
from summaries.reports.data import content_hash, write_json
from summaries.reports.files import make_files
from summaries.reports.html import RECIPE
from tests.summaries.reports.making import REPORTED, corrected, drafted, frozen


@pytest.fixture
def of_first_form(over, monkeypatch):
    """A report as it was frozen before its rows said in which table they stand."""
    with monkeypatch.context() as earlier:
        earlier.setattr(content, "SCHEMA", 1)
        return frozen(over)


def behind_the_triggers(change):
    drop_guards(connection)
    change()
    make_guards(connection)


def moved(report):
    """Put a row into another table of the report."""
    row = report.rows.order_by("position").first()
    ReportRow.objects.filter(pk=row.pk).update(part=2 if row.part == 1 else 1)


def written(report):
    out = io.BytesIO()
    write_json(report, out)
    return out.getvalue()


def test_a_row_in_another_table_is_another_digest(report):
    behind_the_triggers(lambda: moved(report))
    assert content_hash(report) != report.sha256


def test_the_data_say_in_which_table_each_remark_stands(report):
    data = json.loads(written(report))
    titles = {part["key"]: part["title"] for part in data["report"]["parts"]}
    assert data["report"]["schema"] == 2
    assert [titles[row["part"]] for row in data["remarks"] if row["number"] == "1.1/2021"] == ["2. Rozdział 2"]
    assert all(row["part"] in titles for row in data["remarks"])


def test_a_report_of_the_first_form_keeps_its_digest_and_its_data(of_first_form):
    assert content_hash(of_first_form) == of_first_form.sha256
    data = json.loads(written(of_first_form))
    assert data["report"]["schema"] == 1
    assert all("part" not in row for row in data["remarks"])


def test_the_printed_recipe_computes_the_first_form_too(of_first_form, tmp_path):
    (tmp_path / "sprawozdanie.json").write_bytes(written(of_first_form))
    done = subprocess.run([sys.executable, "-c", RECIPE], cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == of_first_form.sha256


def verified():
    out = io.StringIO()
    call_command("verify_reports", stdout=out)
    return out.getvalue()


def test_the_command_verifies_reports_of_both_forms_withheld_ones_and_their_files(of_first_form):
    new = corrected(of_first_form)
    make_files(new, lambda done, total: None, now=REPORTED)
    said = verified()
    assert "1/2022" in said
    assert "2/2022" in said
    assert "2 reports, 5 files" in said


def test_the_command_leaves_drafts_alone(over):
    draft = drafted(over)
    ConsultationReport.objects.filter(pk=draft.pk).update(sha256="0" * 64)
    assert "0 reports, 0 files" in verified()


@pytest.mark.parametrize(
    "change",
    [
        lambda report: ConsultationReport.objects.update(content=report.content.replace("1/2022", "9/2022")),
        lambda report: report.rows.filter(position=1001).update(line="{}"),
        moved,
        lambda report: report.rows.filter(position=1001).delete(),
        lambda report: report.files.filter(format="csv").update(sha256="0" * 64),
        lambda report: report.files.get(format="csv").file.storage.delete(report.files.get(format="csv").file.name),
    ],
    ids=["content", "row", "table of a row", "missing row", "digest of a file", "missing file"],
)
def test_the_command_tells_of_whatever_is_not_as_it_was_frozen(report, change):
    make_files(report, lambda done, total: None, now=REPORTED)
    behind_the_triggers(lambda: change(report))
    with pytest.raises(CommandError, match="1/2022"):
        verified()
