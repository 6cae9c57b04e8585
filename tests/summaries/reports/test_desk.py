"""The desk's pages of reports: who opens which, texts, the draft, freezing."""

from __future__ import annotations

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.jobs import run_due
from accounts.roles import Role
from lublin2030.lib.desk import count_waiting, queues_for
from summaries.models import ConsultationReport, ReportText
from summaries.reports.errors import TextsChanged
from summaries.reports.services import save_texts
from tests.factories import person, remark_in_state
from tests.summaries.reports.making import REPORTED, an_office, drafted, finished, frozen

State = ConsultationReport.State


@pytest.fixture(autouse=True)
def _then():
    with time_machine.travel(REPORTED, tick=False):
        yield


def address(consultation, page=""):
    return f"/biurko/sprawozdania/{consultation.slug}/{page}"


@pytest.mark.parametrize(
    ("role", "makes", "reads"),
    [
        (Role.COORDINATOR, 200, 200),
        (Role.EXPERT, 403, 200),
        (Role.ADMINISTRATOR, 403, 200),
        (Role.COUNCILLOR, 403, 403),
        (Role.EDITOR, 403, 403),
    ],
)
def test_who_opens_the_pages(client, over, sign_in, role, makes, reads):
    drafted(over)
    sign_in(role)
    making = ["/biurko/sprawozdania/", address(over), address(over, "zamroz/")]
    reading = [address(over, "projekt/"), address(over, "projekt/uwagi/1/")]
    assert {client.get(one).status_code for one in making} == {makes}
    assert {client.get(one).status_code for one in reading} == {reads}


def test_a_stranger_has_to_sign_in(client, over):
    drafted(over)
    for one in (address(over), address(over, "projekt/"), address(over, "projekt/sprawozdanie.pdf")):
        assert client.get(one).status_code == 302


def test_a_draft_is_kept_by_no_cache_and_marked(client, over, sign_in):
    drafted(over)
    sign_in(Role.COORDINATOR)
    answer = client.get(address(over, "projekt/"))
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer.content.decode()
    assert "notice bad" in answer.content.decode()


def test_one_button_makes_a_draft_with_all_its_files(client, over, sign_in):
    sign_in(Role.COORDINATOR)
    assert client.post(address(over), {"action": "draft"}).status_code == 302
    run_due(now=REPORTED)
    draft = ConsultationReport.objects.get()
    assert (draft.state, draft.files.count()) == (State.DRAFT, 5)
    answer = client.get(address(over, "projekt/sprawozdanie.pdf"))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert "no-store" in answer["Cache-Control"]


def test_asking_twice_says_that_it_is_being_made(client, over, sign_in):
    sign_in(Role.COORDINATOR)
    client.post(address(over), {"action": "draft"})
    assert client.post(address(over), {"action": "draft"}).status_code == 409
    assert ConsultationReport.objects.count() == 1
    assert "<progress" in client.get(address(over)).content.decode()


def test_the_page_says_what_blocks_and_offers_no_freezing(client, over, sign_in):
    remark = remark_in_state(over, "assigned")
    sign_in(Role.COORDINATOR)
    said = client.get(address(over)).content.decode()
    assert remark.public_number in said
    assert address(over, "zamroz/") not in said
    refused = client.post(address(over, "zamroz/"), {"office": an_office().pk})
    assert refused.status_code == 409
    assert not ConsultationReport.objects.exists()


def test_freezing_is_asked_once_more_and_done_by_the_worker(client, over, sign_in):
    office = an_office()
    sign_in(Role.COORDINATOR)
    assert address(over, "zamroz/") in client.get(address(over)).content.decode()
    assert client.get(address(over, "zamroz/")).status_code == 200
    assert not ConsultationReport.objects.exists()
    assert client.post(address(over, "zamroz/"), {"office": office.pk}).status_code == 302
    run_due(now=REPORTED)
    report = ConsultationReport.objects.get()
    assert (report.state, report.number, report.files.count()) == (State.FROZEN, "1/2022", 5)


def test_a_correction_has_to_say_what_it_changes(client, over, sign_in):
    report = frozen(over)
    sign_in(Role.COORDINATOR)
    assert client.post(address(over, "zamroz/"), {"office": report.office.pk}).status_code == 200
    assert ConsultationReport.objects.count() == 1
    client.post(address(over, "zamroz/"), {"office": report.office.pk, "what_changed": "Data."})
    run_due(now=REPORTED)
    assert ConsultationReport.objects.latest_of(over).supersedes == report


def texts(**fields):
    return {"revision": "0", "information": "", "summary": "", "annexes": ""} | fields


def test_texts_are_saved(client, over, sign_in):
    sign_in(Role.COORDINATOR)
    assert client.post(address(over), texts(action="save", summary="**Wnioski**")).status_code == 302
    saved = ReportText.objects.get()
    assert (saved.summary, saved.revision) == ("**Wnioski**", 1)


def test_a_preview_shows_and_saves_nothing(client, over, sign_in):
    sign_in(Role.COORDINATOR)
    said = client.post(address(over), texts(action="preview", summary="**Wnioski** <script>")).content.decode()
    assert "<strong>Wnioski</strong> &lt;script&gt;" in said
    assert not ReportText.objects.exists()


def test_nobody_writes_over_what_a_colleague_has_saved(client, over, sign_in):
    by = person(Role.COORDINATOR)
    save_texts(over, information="", summary="Kolega.", annexes="", revision=0, by=by)
    sign_in(Role.COORDINATOR)
    answer = client.post(address(over), texts(action="save", summary="Moje."))
    assert answer.status_code == 409
    assert "Moje." in answer.content.decode()
    assert "Kolega." in answer.content.decode()
    assert ReportText.objects.get().summary == "Kolega."
    with pytest.raises(TextsChanged):
        save_texts(over, information="", summary="", annexes="", revision=0, by=by)


def test_the_queue_holds_what_is_over_and_has_no_report(over, client, sign_in):
    user = sign_in(Role.COORDINATOR)
    other = finished()
    [queue] = [one for one in queues_for(user) if one.name == "reports"]
    assert count_waiting([queue], user)["reports"] == 2
    frozen(over)
    assert count_waiting([queue], user)["reports"] == 1
    assert [one.url for one in queue.oldest(user, 5)] == [address(other)]


def test_the_list_costs_the_same_however_many_there_are(client, over, sign_in):
    sign_in(Role.COORDINATOR)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get("/biurko/sprawozdania/")
        return len(queries)

    before = cost()
    frozen(finished())
    drafted(finished())
    assert cost() == before


def test_the_page_of_one_costs_the_same_however_many_remarks(client, over, sign_in):
    sign_in(Role.COORDINATOR)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(address(over))
        return len(queries)

    remark_in_state(over, "assigned")
    before = cost()
    for _ in range(4):
        remark_in_state(over, "assigned")
    assert cost() == before
