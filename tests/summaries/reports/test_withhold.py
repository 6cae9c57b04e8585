"""Withholding a frozen report: who may, what the public finds afterwards, and that nothing of it is lost."""

from __future__ import annotations

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from consultations.errors import NotPermitted
from consultations.models import HistoryEntry
from lublin2030.lib.dates import warsaw
from lublin2030.lib.desk import count_waiting, queues_for
from summaries.models import ConsultationReport
from summaries.reports.data import content_hash
from summaries.reports.errors import NothingToWithhold, WithholdingUnexplained
from summaries.reports.files import make_files
from summaries.reports.services import withhold_report
from tests.factories import person
from tests.summaries.reports.making import REPORTED, corrected, drafted, finished, frozen, withheld

LATER = warsaw(2022, 2, 1, 9)
FORMATS = ["pdf", "docx", "xlsx", "csv", "json"]


@pytest.fixture(autouse=True)
def _then():
    with time_machine.travel(LATER, tick=False):
        yield


def base(report):
    return f"/konsultacje/{report.consultation.slug}/sprawozdanie"


def own_addresses(report):
    """Everything that a report has under its number."""
    own = f"{base(report)}/{report.slug}"
    tables = [f"{own}/uwagi/{part['key']}/" for part in report.document["parts"]]
    return [f"{own}/", *tables, *(f"{own}/sprawozdanie.{format}" for format in FORMATS)]


def latest_addresses(report):
    return [f"{base(report)}/", *(f"{base(report)}.{format}" for format in FORMATS)]


def desk(report, page):
    return f"/biurko/sprawozdania/{report.consultation.slug}/{page}/{report.slug}/"


# -- The verb ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COORDINATOR])
def test_only_a_coordinator_withholds(consultation, role):
    with pytest.raises(NotPermitted):
        withhold_report(ConsultationReport(consultation=consultation), why="Dane.", by=person(role), now=LATER)


def test_it_keeps_when_why_and_who_and_nothing_else_changes(report):
    before = ConsultationReport.objects.values().get()
    by = person(Role.COORDINATOR)
    withhold_report(report, why=" Dane osobowe.\n", by=by, now=LATER)
    changed = {"withheld_at": LATER, "withheld_why": "Dane osobowe.", "withheld_by_id": by.pk}
    assert ConsultationReport.objects.values().get() == before | changed
    assert content_hash(report) == report.sha256


def test_it_leaves_its_row_in_the_history(report):
    withheld(report, now=LATER)
    entry = HistoryEntry.objects.get(verb=HistoryEntry.Verb.WITHHOLD_REPORT)
    assert entry.after == {"report": "1/2022", "sha256": report.sha256, "why": "Zawiera dane osobowe."}
    assert (entry.by, entry.at, entry.consultation) == (report.withheld_by, LATER, report.consultation)


@pytest.mark.parametrize("why", ["", " \n"])
def test_it_has_to_be_explained(report, why):
    with pytest.raises(WithholdingUnexplained):
        withhold_report(report, why=why, by=person(Role.COORDINATOR), now=LATER)


def test_of_two_who_withhold_the_second_changes_nothing(report):
    stale = ConsultationReport.objects.get()
    withheld(report, now=LATER)
    with pytest.raises(NothingToWithhold):
        withhold_report(stale, why="Inny powód.", by=person(Role.COORDINATOR), now=LATER)
    assert ConsultationReport.objects.get().withheld_why == "Zawiera dane osobowe."
    assert HistoryEntry.objects.filter(verb=HistoryEntry.Verb.WITHHOLD_REPORT).count() == 1


def test_a_draft_is_not_withheld(over):
    with pytest.raises(NothingToWithhold):
        withheld(drafted(over), now=LATER)


@pytest.mark.parametrize(
    "change",
    [
        {"withheld_at": None, "withheld_why": "", "withheld_by": None},
        {"withheld_at": REPORTED},
        {"withheld_why": "Co innego."},
    ],
    ids=lambda change: ",".join(change),
)
def test_the_database_keeps_it_withheld(report, change):
    withheld(report, now=LATER)
    with pytest.raises(IntegrityError, match="once and for all"), transaction.atomic():
        ConsultationReport.objects.update(**change)


@pytest.mark.parametrize("missing", ["withheld_at", "withheld_why", "withheld_by"])
def test_the_database_knows_no_half_withholding(report, missing):
    whole = {"withheld_at": LATER, "withheld_why": "x", "withheld_by": report.made_by}
    whole.pop(missing)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsultationReport.objects.update(**whole)


def test_the_database_withholds_no_draft(over):
    draft = drafted(over)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsultationReport.objects.update(withheld_at=LATER, withheld_why="x", withheld_by=draft.made_by)


# -- For everybody ----------------------------------------------------------------------------------------------------


def test_everything_of_it_is_gone_and_says_so(client, report):
    make_files(report, lambda done, total: None, now=REPORTED)
    withheld(report, now=LATER)
    for address in [*own_addresses(report), *latest_addresses(report)]:
        answer = client.get(address)
        assert (answer.status_code, answer["Cache-Control"]) == (410, "no-store"), address
        said = answer.content.decode()
        for words in ("1/2022", report.sha256, "Zawiera dane osobowe.", "2022-02-01", 'content="noindex"'):
            assert words in said, (address, words)
        assert "Słusznie." not in said


def test_what_a_browser_has_kept_is_not_confirmed(client, report):
    make_files(report, lambda done, total: None, now=REPORTED)
    kept = client.get(f"{base(report)}.csv")
    assert kept["Cache-Control"] == "no-cache"
    withheld(report, now=LATER)
    assert client.get(f"{base(report)}.csv", headers={"If-None-Match": kept["ETag"]}).status_code == 410


def test_it_leads_to_the_corrected_one_wherever_that_comes_first(client, report):
    withheld(report, now=LATER)
    assert "2/2022" not in client.get(own_addresses(report)[0]).content.decode()
    new = corrected(report, now=LATER)
    assert client.get(f"{base(report)}/").status_code == 200
    for address in own_addresses(report):
        answer = client.get(address)
        assert answer.status_code == 410
        assert new.number in answer.content.decode()
        assert f'href="{base(report)}/"' in answer.content.decode()


def test_a_correction_that_is_withheld_too_leads_nowhere(client, report):
    new = corrected(report, now=LATER)
    withheld(new, now=LATER)
    assert {client.get(address).status_code for address in latest_addresses(report)} == {410}
    assert client.get(own_addresses(report)[0]).status_code == 200
    withheld(report, now=LATER)
    assert new.number not in client.get(own_addresses(report)[0]).content.decode()


def test_the_consultation_s_page_says_it(client, report):
    withheld(report, now=LATER)
    said = client.get(report.consultation.get_absolute_url()).content.decode()
    assert said.count(f'href="{base(report)}/"') == 1
    assert "1 lutego 2022" in said


def test_the_api_says_the_same(client, report):
    withheld(report, now=LATER)
    answer = client.get(f"/api/v1/consultations/{report.consultation.slug}/report/")
    assert answer.status_code == 410
    said = answer.json()
    assert (said["number"], said["sha256"], said["withheld_why"]) == ("1/2022", report.sha256, "Zawiera dane osobowe.")
    assert said["url"].endswith(f"{base(report)}/1-2022/")
    assert "files" not in said


def test_the_api_tells_of_a_withheld_one_beside_its_correction(client, report):
    withheld(report, now=LATER)
    corrected(report, now=LATER)
    said = client.get(f"/api/v1/consultations/{report.consultation.slug}/report/").json()
    assert (said["number"], said["earlier"]) == ("2/2022", [])
    assert [one["number"] for one in said["withheld"]] == ["1/2022"]


def test_a_superseded_report_is_not_for_search_engines_and_the_latest_is(client, report):
    make_files(report, lambda done, total: None, now=REPORTED)
    assert "noindex" not in client.get(f"{base(report)}/1-2022/").content.decode()
    assert "X-Robots-Tag" not in client.get(f"{base(report)}/1-2022/sprawozdanie.csv")
    corrected(report, now=LATER)
    assert "noindex" not in client.get(f"{base(report)}/").content.decode()
    for page in ("", "uwagi/1/"):
        assert 'content="noindex"' in client.get(f"{base(report)}/1-2022/{page}").content.decode()
    assert client.get(f"{base(report)}/1-2022/sprawozdanie.csv")["X-Robots-Tag"] == "noindex"


# -- At the desk ------------------------------------------------------------------------------------------------------


def test_who_withholds_and_who_reads_what_is_withheld(client, report, sign_in):
    make_files(report, lambda done, total: None, now=REPORTED)
    withheld(report, now=LATER)
    pages = [desk(report, "wycofaj"), desk(report, "wycofane"), f"{desk(report, 'wycofane')}uwagi/1/"]
    pages.append(f"{desk(report, 'wycofane')}sprawozdanie.json")
    answers = {}
    for role in Role:
        sign_in(role)
        answers[role] = {client.get(address).status_code for address in pages}
    assert answers == {role: {200} if role == Role.COORDINATOR else {403} for role in Role}


def test_a_stranger_has_to_sign_in(client, report):
    withheld(report, now=LATER)
    assert client.get(desk(report, "wycofane")).status_code == 302
    assert client.post(desk(report, "wycofaj"), {"why": "x"}).status_code == 302


def test_staff_still_read_all_of_it_and_no_cache_keeps_it(client, report, sign_in):
    make_files(report, lambda done, total: None, now=REPORTED)
    withheld(report, now=LATER)
    sign_in(Role.COORDINATOR)
    page = client.get(desk(report, "wycofane"))
    assert "no-store" in page["Cache-Control"]
    said = page.content.decode()
    assert report.sha256 in said
    for further in (f"{desk(report, 'wycofane')}uwagi/1/", f"{desk(report, 'wycofane')}sprawozdanie.json"):
        assert f'href="{further}"' in said
    assert "Słusznie." in client.get(f"{desk(report, 'wycofane')}uwagi/1/").content.decode()
    file = client.get(f"{desk(report, 'wycofane')}sprawozdanie.json")
    assert "no-store" in file["Cache-Control"]
    assert report.sha256.encode() in b"".join(file.streaming_content)


def test_a_public_report_has_no_second_address_at_the_desk(client, report, sign_in):
    sign_in(Role.COORDINATOR)
    assert client.get(desk(report, "wycofane")).status_code == 404


def test_it_is_asked_once_more_and_done_by_the_button(client, report, sign_in):
    user = sign_in(Role.COORDINATOR)
    listed = f"/biurko/sprawozdania/{report.consultation.slug}/"
    assert desk(report, "wycofaj") in client.get(listed).content.decode()
    assert client.get(desk(report, "wycofaj")).status_code == 200
    assert not ConsultationReport.objects.get().is_withheld
    assert client.post(desk(report, "wycofaj"), {"why": "Zawierało dane."}).status_code == 302
    kept = ConsultationReport.objects.get()
    assert (kept.withheld_why, kept.withheld_by) == ("Zawierało dane.", user)
    said = client.get(listed).content.decode()
    assert desk(report, "wycofane") in said
    assert desk(report, "wycofaj") not in said


@pytest.mark.parametrize("why", ["", "  ", "x" * 2001, "\x00"])
def test_without_a_proper_reason_nothing_happens(client, report, sign_in, why):
    sign_in(Role.COORDINATOR)
    answer = client.post(desk(report, "wycofaj"), {"why": why})
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not ConsultationReport.objects.get().is_withheld


def test_a_second_press_says_that_it_is_done(client, report, sign_in):
    sign_in(Role.COORDINATOR)
    client.post(desk(report, "wycofaj"), {"why": "Raz."})
    answer = client.post(desk(report, "wycofaj"), {"why": "Dwa."})
    assert answer.status_code == 409
    assert ConsultationReport.objects.get().withheld_why == "Raz."


def test_a_withheld_report_without_a_correction_waits_in_the_queue(report, sign_in):
    user = sign_in(Role.COORDINATOR)
    [queue] = [one for one in queues_for(user) if one.name == "reports"]
    assert count_waiting([queue], user)[queue.name] == 0
    withheld(report, now=LATER)
    assert (count_waiting([queue], user)[queue.name], len(queue.oldest(user, 5))) == (1, 1)
    corrected(report, now=LATER)
    assert count_waiting([queue], user)[queue.name] == 0


def test_the_list_and_the_page_cost_the_same_however_many_are_withheld(client, over, sign_in):
    sign_in(Role.COORDINATOR)
    first = withheld(frozen(over), now=LATER)

    def cost(address):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    addresses = ["/biurko/sprawozdania/", f"/biurko/sprawozdania/{over.slug}/"]
    before = [cost(address) for address in addresses]
    withheld(corrected(first, now=LATER), now=LATER)
    withheld(frozen(finished()), now=LATER)
    assert [cost(address) for address in addresses] == before
