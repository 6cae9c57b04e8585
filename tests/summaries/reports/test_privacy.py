"""No personal data of a natural person is in any public output of a report."""

from __future__ import annotations

import gzip
import io
import re
import zipfile

import pytest

from summaries.models import ReportFile
from summaries.reports.files import make_files
from tests.pdf_reading import words
from tests.summaries.reports.making import PERSONAL, REPORTED, REPRESENTATIVE

SECRETS = [*PERSONAL.values(), REPRESENTATIVE, "Zenobia", "Wścieklicowa", "Niezapominajkowa", "600700801", "Hipolit"]
BOTH = ["Fundacja", "Zielony"]  # an organisation's name is public: the search below does find what is there


def plain(format: str, content: bytes) -> str:
    """All that a file says, as text."""
    if format == "pdf":
        return words(content)
    if format in {"docx", "xlsx"}:
        book = zipfile.ZipFile(io.BytesIO(content))
        return "\n".join(
            re.sub(r"<[^>]+>", "", book.read(name).decode())
            for name in book.namelist()
            if name.endswith(("xml", "rels"))
        )
    return content.decode()


@pytest.fixture
def made(report):
    make_files(report, lambda done, total: None, now=REPORTED)
    return report


@pytest.mark.parametrize("format", ReportFile.Format.values)
def test_no_file_names_a_natural_person(made, format):
    content = made.files.get(format=format).file.open("rb").read()
    text = plain(format, content)
    assert [secret for secret in SECRETS if secret in text] == []
    assert all(word in text for word in BOTH)
    assert "osoba fizyczna" in text or ("osoba" in text and "fizyczna" in text)


def test_no_page_and_no_answer_of_the_api_names_a_natural_person(client, made):
    slug = made.consultation.slug
    page = f"/konsultacje/{slug}/sprawozdanie/"
    addresses = [page, f"{page}1-2022/", f"/api/v1/consultations/{slug}/report/"]
    addresses += [f"{page}1-2022/uwagi/{part['key']}/" for part in made.document["parts"]]
    said = ""
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200
        body = answer.content
        said += (gzip.decompress(body) if answer.get("Content-Encoding") == "gzip" else body).decode()
    assert [secret for secret in SECRETS if secret in said] == []
    assert all(word in said for word in BOTH)


def test_what_is_kept_of_the_report_names_no_natural_person(report):
    kept = report.content + "".join(report.rows.values_list("line", flat=True))
    assert [secret for secret in SECRETS if secret in kept] == []
