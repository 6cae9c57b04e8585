"""The report's pages, files and API for everybody."""

from __future__ import annotations

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.jobs import run_due
from accounts.models import Job
from consultations.models import Consultation
from summaries.models import ReportFile, SigningOffice
from summaries.reports.files import make_files
from tests.summaries.reports.making import REPORTED, corrected, drafted, finished, frozen, published_remark

FORMATS = ["pdf", "docx", "xlsx", "csv", "json"]


@pytest.fixture(autouse=True)
def _then():
    """All of it is read on the day of the report."""
    with time_machine.travel(REPORTED, tick=False):
        yield


def base(consultation):
    return f"/konsultacje/{consultation.slug}/sprawozdanie"


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_before_it_is_frozen_nobody_learns_of_a_report(client, over):
    drafted(over)
    addresses = [f"{base(over)}/", f"{base(over)}/1-2022/", f"{base(over)}/1-2022/uwagi/1/"]
    addresses += [f"{base(over)}.{format}" for format in FORMATS]
    assert {client.get(address).status_code for address in addresses} == {404}


def test_a_consultation_that_is_not_public_shows_no_report(client, report):
    Consultation.objects.update(published_at=None)
    assert client.get(f"{base(report.consultation)}/").status_code == 404


def test_the_page_says_number_office_digest_and_every_chapter(client, report):
    said = page(client, f"{base(report.consultation)}/")
    for words in ("1/2022", "Wydział Strategii", report.sha256, "<strong>ustawy</strong>"):
        assert words in said
    for section in report.document["sections"]:
        assert f'<h2 id="{section["key"]}"' in said
        assert f'href="#{section["key"]}"' in said


def test_it_may_be_kept_and_asks_nobody_who_reads_it(client, report):
    answer = client.get(f"{base(report.consultation)}/")
    assert "Cookie" not in answer.get("Vary", "")
    assert not answer.cookies
    assert "no-store" not in answer.get("Cache-Control", "")


def test_a_table_of_remarks_says_each_with_its_stance_and_links_it(client, report):
    over = report.consultation
    said = page(client, f"{base(over)}/1-2022/uwagi/1/")
    for number in ("1.2", "2.1"):
        assert reverse("consultations:remark", args=[over.slug, number]) in said
    assert "Słusznie." in said
    assert 'lang="uk">Більше дерев.' in said
    assert "1.1/2021" not in said


def test_a_long_table_is_paged_by_key(client, report, monkeypatch):
    monkeypatch.setattr("summaries.reports.html.ROWS_OF_PAGE", 1)
    first = page(client, f"{base(report.consultation)}/1-2022/uwagi/1/")
    assert "?after=1002" in first
    assert "2.1/2021" not in first
    second = page(client, f"{base(report.consultation)}/1-2022/uwagi/1/?after=1002")
    assert "2.1/2021" in second
    assert "?before=2001" in second


@pytest.mark.parametrize("part", ["99", "0"])
def test_a_table_that_the_report_does_not_have_is_not_found(client, report, part):
    assert client.get(f"{base(report.consultation)}/1-2022/uwagi/{part}/").status_code == 404


def test_the_page_stays_what_it_was_when_the_register_changes(client, report):
    before = page(client, f"{base(report.consultation)}/1-2022/uwagi/1/")
    report.consultation.remarks.update(change="Coś innego.")
    assert page(client, f"{base(report.consultation)}/1-2022/uwagi/1/") == before


def test_an_earlier_report_stays_at_its_address_and_says_that_it_was_corrected(client, report):
    corrected(report)
    over = report.consultation
    assert "2/2022" in page(client, f"{base(over)}/")
    assert "Poprawiono datę." in page(client, f"{base(over)}/")
    earlier = page(client, f"{base(over)}/1-2022/")
    assert "2/2022" in earlier
    assert report.sha256 in earlier


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_is_served_with_its_kind_and_is_not_served_twice(client, report, format):
    make_files(report, lambda done, total: None, now=REPORTED)
    for address in (
        f"{base(report.consultation)}.{format}",
        f"{base(report.consultation)}/1-2022/sprawozdanie.{format}",
    ):
        answer = client.get(address)
        made = ReportFile.objects.get(format=format)
        assert len(b"".join(answer.streaming_content)) == made.size == int(answer["Content-Length"])
        assert answer["Content-Disposition"].startswith('attachment; filename="sprawozdanie-1-2022-')
        assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize("name", ["sprawozdanie-tom-1.pdf", "sprawozdanie-tom-2.pdf", "sprawozdanie-tom-2.csv"])
def test_a_volume_that_there_is_not_is_not_found(client, report, name):
    make_files(report, lambda done, total: None, now=REPORTED)
    assert client.get(f"/konsultacje/{report.consultation.slug}/{name}").status_code == 404


def test_a_missing_file_is_made_by_the_worker_and_the_page_says_so(client, report):
    Job.objects.all().delete()
    for _ in range(2):
        answer = client.get(f"{base(report.consultation)}.csv")
        assert (answer.status_code, answer["Cache-Control"]) == (202, "no-store")
    assert Job.objects.count() == 1
    run_due(now=REPORTED)
    assert client.get(f"{base(report.consultation)}.csv").status_code == 200


def test_work_that_failed_is_not_asked_for_again_within_the_hour(client, report):
    Job.objects.update(state=Job.State.FAILED, finished_at=REPORTED)
    client.get(f"{base(report.consultation)}.csv")
    assert Job.objects.count() == 1


def test_the_consultation_s_page_leads_to_the_report(client, report):
    assert f"{base(report.consultation)}/" in page(client, report.consultation.get_absolute_url())


def test_without_a_report_the_consultation_s_page_has_no_link(client, over):
    assert f"{base(over)}/" not in page(client, over.get_absolute_url())


def test_the_api_says_number_digest_files_and_the_earlier_reports(client, report):
    new = corrected(report)
    make_files(new, lambda done, total: None, now=REPORTED)
    said = client.get(f"/api/v1/consultations/{report.consultation.slug}/report/").json()
    assert (said["number"], said["sha256"], said["corrects"], said["remarks"]) == ("2/2022", new.sha256, "1/2022", 5)
    assert [file["format"] for file in said["files"]] == sorted(FORMATS)
    assert client.get(said["files"][0]["url"]).status_code == 200
    assert said["earlier"] == [f"http://testserver{base(report.consultation)}/1-2022/"]


def test_the_api_names_the_office_as_it_was_called_when_the_report_was_frozen(client, report):
    name = report.office.name
    SigningOffice.objects.update(name="Biuro po zmianie")
    assert client.get(f"/api/v1/consultations/{report.consultation.slug}/report/").json()["office"] == name


def test_the_api_has_no_report_before_there_is_one(client, over):
    drafted(over)
    assert client.get(f"/api/v1/consultations/{over.slug}/report/").status_code == 404


def test_the_queries_of_no_page_follow_the_remarks(client, over):
    def queries(report):
        counts = []
        parts = [f"{base(report.consultation)}/{report.slug}/uwagi/1/"]
        api = f"/api/v1/consultations/{report.consultation.slug}/report/"
        for address in [f"{base(report.consultation)}/", *parts, api]:
            with CaptureQueriesContext(connection) as captured:
                page(client, address)
            counts.append(len(captured))
        return counts

    few, many = frozen(over), finished()
    for _ in range(5):
        published_remark(many)
    assert queries(few) == queries(frozen(many))


@pytest.mark.parametrize("language", ["en", "uk"])
def test_in_other_languages_the_page_is_theirs_and_the_report_polish(client, report, language):
    said = page(client, f"/{language}{base(report.consultation)}/")
    assert f'<html lang="{language}">' in said
    assert '<h1 lang="pl">' in said
