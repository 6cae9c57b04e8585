"""The database keeps a frozen report as it is; a draft can go."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from summaries.models import ConsultationReport, ReportFile, ReportRow
from tests.summaries.reports.making import REPORTED, drafted

pytestmark = pytest.mark.django_db


def a_file(report):
    file = ReportFile(report=report, format="csv", size=1, sha256="0" * 64, made_at=REPORTED)
    file.file.save("x.csv", ContentFile(b"x"), save=False)
    file.save()
    return file


def changes(report):
    reports, rows = ConsultationReport.objects.filter(pk=report.pk), ReportRow.objects.filter(report=report)
    files = ReportFile.objects.filter(report=report)
    a_file(report)
    return {
        "its content": lambda: reports.update(content="{}"),
        "its number": lambda: reports.update(number="9/2022"),
        "its digest": lambda: reports.update(sha256="1" * 64),
        "its state": lambda: reports.update(state="draft"),
        "its time of making": lambda: reports.update(made_at=REPORTED - dt.timedelta(days=1)),
        "itself": lambda: reports._raw_delete("default"),
        "a row's text": lambda: rows.update(line="{}"),
        "a row": lambda: rows.delete(),
        "a new row": lambda: ReportRow.objects.create(report=report, part=1, position=999_999, line="{}"),
        "a file's digest": lambda: files.update(sha256="1" * 64),
        "a file": lambda: files.delete(),
    }


def test_of_a_frozen_report_nothing_changes(report):
    changed = []
    for name, change in changes(report).items():
        try:
            with transaction.atomic():
                change()
        except IntegrityError:
            continue
        changed.append(name)
    assert changed == []


def test_of_a_draft_all_of_it_can_change(over):
    refused = []
    for name, change in changes(drafted(over)).items():
        if name == "itself":  # its rows and files hang on it
            continue
        try:
            with transaction.atomic():
                change()
        except IntegrityError:
            refused.append(name)
    assert refused == []


def test_a_row_cannot_be_moved_into_a_frozen_report(over, report):
    draft = drafted(over)
    with pytest.raises(IntegrityError), transaction.atomic():
        draft.rows.update(report=report)


def test_a_draft_can_be_deleted_with_its_rows(over):
    draft = drafted(over)
    draft.delete()
    assert not ReportRow.objects.exists()
