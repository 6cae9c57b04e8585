"""The draft of a report while the consultation hides its remarks: staff read them all, the public nothing."""

from __future__ import annotations

import gzip
import io
import json

import pytest
from django.utils import translation

from accounts.roles import Role
from consultations.models import Consultation
from summaries.reports.data import write_csv, write_json
from tests.factories import DURING
from tests.summaries.reports.making import REPORTED, drafted, finished, frozen

SAID = "czyli więcej lip"
FROM = "21 grudnia 2021"


pytestmark = pytest.mark.usefixtures("during")


@pytest.fixture
def hiding(db):
    return finished(remarks_shown=Consultation.RemarksShown.AFTER_CLOSING)


def section(report, key):
    return next(one for one in report.document["sections"] if one["key"] == key)


def test_the_draft_has_every_remark_and_says_from_when_the_public_sees_them(hiding):
    draft = drafted(hiding, now=DURING)
    assert draft.row_count == 5
    assert sum(part["rows"] for part in draft.document["parts"]) == 5
    [notice, _count, tables] = section(draft, "remarks")["blocks"]
    assert FROM in notice["text"]
    assert tables["is"] == "remarks"
    assert draft.document["state"] == "draft"


def test_its_data_say_what_the_remarks_say(hiding):
    draft = drafted(hiding, now=DURING)
    for write in (write_json, write_csv):
        out = io.BytesIO()
        with translation.override("pl"):
            write(draft, out)
        assert SAID in out.getvalue().decode()


def test_staff_read_the_rows_without_links_that_lead_nowhere_yet(client, hiding, sign_in, during):
    drafted(hiding, now=DURING)
    sign_in(Role.EXPERT)
    page = f"/biurko/sprawozdania/{hiding.slug}/projekt/"
    assert FROM in client.get(page).content.decode()
    link = f"/konsultacje/{hiding.slug}/uwagi/1.1/"
    rows = client.get(f"{page}uwagi/2/").content.decode()
    assert SAID in rows
    assert link not in rows
    during.move_to(REPORTED)
    sign_in(Role.EXPERT)
    assert link in client.get(f"{page}uwagi/2/").content.decode()


def test_the_public_finds_nothing_of_it(client, hiding):
    drafted(hiding, now=DURING)
    base = f"/konsultacje/{hiding.slug}/"
    for page in ("", "uwagi/", "sprawozdanie/", "sprawozdanie.json", "sprawozdanie.csv"):
        address = base + page
        answer = client.get(address)
        body = gzip.decompress(answer.content) if answer.get("Content-Encoding") == "gzip" else answer.content
        assert SAID not in body.decode(), address


def test_a_draft_of_what_is_shown_says_nothing_of_that(hiding, during):
    during.move_to(REPORTED)
    assert [block["is"] for block in section(drafted(hiding), "remarks")["blocks"]] == ["paragraph", "remarks"]


def test_the_frozen_report_is_made_of_the_public_table(hiding, monkeypatch):
    """Not of what staff may see: should a report ever be frozen while the remarks are hidden, it holds none of them."""
    monkeypatch.setattr("summaries.reports.services.blockers", lambda consultation, now: [])
    report = frozen(hiding, now=DURING)
    assert not report.rows.exists()
    assert SAID not in json.dumps(report.document, ensure_ascii=False)


def test_after_closing_it_is_frozen_with_all_of_them(hiding, during):
    during.move_to(REPORTED)
    assert frozen(hiding).row_count == 5
