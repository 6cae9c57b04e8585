"""An auditor finds any step by filters, reads it in words, and takes the same away as a file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from consultations import audit
from consultations.audit import HistoryFilter, Line
from consultations.audit import lines as put_in_words
from consultations.models import HistoryEntry, Topic
from consultations.services.audit import export_history
from consultations.services.confirmation import REASON
from consultations.services.history import record
from consultations.services.verification import mark_improper
from consultations.words import describe_history
from lublin2030.lib.dates import WARSAW, warsaw
from tests.consultations import test_history
from tests.consultations.residents import text_of
from tests.consultations.test_history_of_work import OF_WORK
from tests.factories import DURING, DepartmentFactory, consultation_with_draft, person, remark_in_state, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]
Verb = HistoryEntry.Verb
PAGE = "/biurko/historia/"
EXPORT = "/biurko/historia/eksport/"


@pytest.fixture
def auditor(sign_in):
    return sign_in(Role.AUDITOR)


def found(**params: str) -> list[HistoryEntry]:
    return list(HistoryFilter.read(params).apply(HistoryEntry.objects.order_by("-at", "-pk")))


def at(moment: dt.datetime, **fields) -> HistoryEntry:
    """A step at the moment that concerns nothing."""
    fields = {"consultation": None, "by": None, "verb": Verb.PUBLISH_SUMMARY} | fields
    return record(fields.pop("verb"), at=moment, **fields)[0]


def taken(client, form: str, **params: str) -> str:
    answer = client.post(f"{EXPORT}?{urlencode(params)}", {"format": form})
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig")


# -- Filters --------------------------------------------------------------------------------------------------------


def test_a_consultation_is_chosen(consultation):
    other = consultation_with_draft()
    submission(consultation), submission(other)
    assert {entry.consultation for entry in found(konsultacja=other.slug)} == {other}


def test_a_verb_is_chosen(consultation):
    remark_in_state(consultation, "published")
    assert [entry.verb for entry in found(czynnosc="decide")] == ["decide"]


def test_a_person_is_chosen(consultation):
    one, other = person(Role.COORDINATOR), person(Role.COORDINATOR)
    remark_in_state(consultation, "proper", by=one), remark_in_state(consultation, "proper", by=other)
    assert {entry.by for entry in found(kto=str(other.pk))} == {other}


def test_what_senders_did_is_chosen(consultation):
    remark_in_state(consultation, "proper")
    assert [entry.verb for entry in found(kto="nadawca")] == ["receive"]


def test_days_are_those_of_warsaw_and_both_count():
    before = at(warsaw(2021, 11, 30, 23, 59))
    first, last = at(warsaw(2021, 12, 1)), at(warsaw(2021, 12, 2, 23, 59))
    after = at(warsaw(2021, 12, 3))
    assert found(od="2021-12-01", do="02.12.2021") == [last, first]
    assert found(do="2021-11-30") == [before]
    assert found(od="2021-12-03") == [after]


def test_the_number_of_a_submission_finds_its_remarks_too(consultation):
    submission(consultation)
    sent = remark_in_state(consultation, "proper", remarks=2).submission
    remark = sent.remarks.get(ordinal=2)
    record(Verb.ASSIGN, consultation=consultation, remarks=[remark], by=None, at=DURING)
    assert [entry.verb for entry in found(numer="2/2021")] == ["assign", "mark_proper", "receive"]
    assert found(numer="2") == found(numer="2/2021")


def test_the_number_of_a_remark_finds_that_remark_only(consultation):
    sent = remark_in_state(consultation, "proper", remarks=2).submission
    one, other = sent.remarks.order_by("ordinal")
    record(Verb.ASSIGN, consultation=consultation, remarks=[one, other], by=None, at=DURING)
    assert [entry.remark for entry in found(numer="1.2/2021")] == [other]


@pytest.mark.parametrize("number", ["1/2020", "7/2021", "1.9/2021"])
def test_a_number_that_nothing_has_finds_nothing(consultation, number):
    submission(consultation)
    assert found(numer=number) == []


FAULTS = {
    "konsultacja": {"konsultacja": "nie-ma"},
    "czynnosc": {"czynnosc": "dance"},
    "kto": {"kto": "999999"},
    "od": {"od": "kiedyś"},
    "do": {"od": "2021-12-02", "do": "2021-12-01"},
    "numer": {"numer": "dwanaście"},
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_be_read_finds_nothing_and_says_so(client, auditor, name):
    at(DURING)
    assert found(**FAULTS[name]) == []
    answer = client.get(PAGE, FAULTS[name])
    assert set(answer.context["filter"].faults) == {name}
    assert f'aria-describedby="h-{name}-error"' in answer.content.decode()


def test_a_file_is_not_made_of_what_cannot_be_read(client, auditor):
    answer = client.post(f"{EXPORT}?numer=x", {"format": "csv"})
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?numer=x")
    assert not HistoryEntry.objects.exists()


# -- The page -------------------------------------------------------------------------------------------------------


def test_the_newest_comes_first_and_pages_follow_each_other_without_a_gap(client, auditor, monkeypatch):
    monkeypatch.setattr("consultations.views.history.PAGE", 2)
    # Two at one moment stand on both sides of a page's end.
    made = [at(DURING), at(DURING + dt.timedelta(hours=1)), at(DURING + dt.timedelta(hours=1)), at(DURING)]
    expected = [made[2], made[1], made[3], made[0]]
    first = client.get(PAGE)
    second = client.get(PAGE, {"after": first.context["page"].after})
    back = client.get(PAGE, {"before": second.context["page"].before})
    shown = [[line.entry for line in answer.context["lines"]] for answer in (first, second, back)]
    assert shown == [expected[:2], expected[2:], expected[:2]]
    assert not second.context["page"].has_next


def test_the_pager_keeps_the_filter(client, auditor, monkeypatch):
    monkeypatch.setattr("consultations.views.history.PAGE", 1)
    at(DURING), at(DURING)
    answer = client.get(PAGE, {"czynnosc": "publish_summary", "od": "2021-12-01"})
    assert "?czynnosc=publish_summary&amp;od=2021-12-01&amp;after=" in answer.content.decode()


def test_the_page_costs_the_same_queries_however_long_the_history(client, auditor, consultation):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE, {"numer": "1/2021"}).status_code == 200
            assert client.get(PAGE).status_code == 200
        return len(queries)

    remark_in_state(consultation, "published")
    cost()
    few = cost()
    for _time in range(4):
        remark_in_state(consultation, "published", remarks=3)
    assert cost() == few


def test_neither_page_nor_file_names_a_sender(client, auditor, consultation):
    remark = remark_in_state(consultation, "published")
    told = text_of(client.get(PAGE)) + taken(client, "csv") + taken(client, "jsonl")
    assert "1.1/2021" in told
    for secret in ("Jan Przykładowy", "sender@example.org", remark.submission.tracking_token, "Więcej drzew"):
        assert secret not in told


def test_an_auditor_opens_neither_submissions_nor_remarks(client, auditor, consultation):
    remark = remark_in_state(consultation, "published")
    for address in (
        reverse("desk:submission", args=[remark.submission_id]),
        reverse("desk:remark", args=[remark.pk]),
        reverse("admin:consultations_historyentry_changelist"),
    ):
        assert client.get(address, follow=True).status_code == 403


def test_the_first_page_of_the_desk_leads_an_auditor_to_the_history(client, auditor):
    answer = client.get(reverse("desk:home"))
    assert [box["queue"].name for box in answer.context["boxes"]] == ["history"]
    assert f'href="{PAGE}"' in answer.content.decode()


# -- Words ----------------------------------------------------------------------------------------------------------


def facts_of(verb: Verb) -> list[dict[str, Any]]:
    """What a row of the verb says before and after, by the tables of the tests that do the verbs."""
    by_verb = {
        verb: case[-2:]
        for verb, case in [*test_history.CASES.items(), *test_history.OF_SENDERS.items(), *OF_WORK.items()]
    }
    by_verb[Verb.RECEIVE] = ({}, {"number": 1, "remarks": 2, "channel": "paper", "signed": False})
    by_verb[Verb.HIDE_SUMMARY] = ({}, {})
    by_verb[Verb.PUBLISH_VERSION] = ({}, {"version": 2, "published_at": DURING.isoformat()})
    link = {"kind": "opinion", "from": "Sejmik", "version": 2, "passage": "f1", "note": "Ust. 3."}
    by_verb[Verb.LINK_CHANGE] = ({}, link)
    by_verb[Verb.UNLINK_CHANGE] = (link, {})
    by_verb[Verb.EXPLAIN_UNCHANGED] = ({"note": "Jest już."}, {"version": 2, "note": "Było już."})
    by_verb[Verb.WITHDRAW_EXPLANATION] = ({"note": "Było już."}, {})
    by_verb |= {verb: ({"group": 1}, {"group": 2, "why": "x"}) for verb in (Verb.GROUP, Verb.LEAVE_GROUP)}
    by_verb[Verb.DISMISS_GROUP] = ({}, {"group": 2, "remarks": 3, "why": "x"})
    by_verb[Verb.FLAG_CONTRADICTION] = ({}, {"other": "1.2/2021", "note": "x"})
    by_verb[Verb.DISMISS_CONTRADICTION] = ({}, {"passage": "f1", "why": "x"})
    by_verb[Verb.LINK_VOICE] = ({}, {"passage": "f1", "voice": 7})
    by_verb[Verb.UNLINK_VOICE] = ({"passage": "f1", "voice": 7}, {})
    topic = Topic.objects.create(consultation=consultation_with_draft(), slug="t", name="Zieleń")
    by_verb[Verb.SET_TOPIC] = ({"topic": None}, {"topic": topic.pk})
    by_verb[Verb.FREEZE_REPORT] = ({}, {"number": "1/2022", "sha256": "0f" * 32, "remarks": 202})
    by_verb[Verb.WITHHOLD_REPORT] = ({}, {"report": "1/2022", "sha256": "0f" * 32, "why": "x"})
    numbers = {"NUMBER": 12, "DEPARTMENT": DepartmentFactory().pk}
    return [{name: numbers.get(str(value), value) for name, value in part.items()} for part in by_verb[verb]]


# The number of a submission stands in a column of its own.
SILENT = {"number"}


@pytest.mark.parametrize("verb", Verb, ids=str)
def test_every_verb_and_every_fact_of_it_has_words(verb):
    before, after = facts_of(verb)
    entry = HistoryEntry(verb=verb, by=person(Role.COORDINATOR), at=DURING, before=before, after=after)
    (said,) = describe_history([entry])
    assert said["what"]
    assert said["who"] == str(entry.by)
    for part, words in ((before, said["before"]), (after, said["after"])):
        told = sum(len(value) if isinstance(value, dict) else 1 for name, value in part.items() if is_told(name, value))
        assert len(words) == told, (part, words)


def is_told(name: str, value: object) -> bool:
    return name not in SILENT and (value not in ("", None) or name == "topic") and (name, value) != ("revision", 1)


def test_an_export_tells_by_name_whom_it_was_narrowed_to(consultation):
    one = person(Role.COORDINATOR)
    export_history(HistoryFilter.read({"kto": str(one.pk), "od": "2021-12-01"}), form="jsonl", by=one)
    (said,) = describe_history(HistoryEntry.objects.all())
    assert said["after"][0] == "JSONL"
    assert any(words.endswith(f": {one}") for words in said["after"])


def test_what_the_clock_did_is_told_so(consultation):
    sent = submission(consultation)
    entry = record(Verb.MARK_IMPROPER, consultation=consultation, submission=sent, by=None, at=DURING,
                   after={"reason": REASON})[0]  # fmt: skip
    by_clock = describe_history([entry])[0]["who"]
    assert by_clock != describe_history([at(DURING)])[0]["who"] != describe_history(sent.history.all())[0]["who"]


# -- The file -------------------------------------------------------------------------------------------------------

ASKED = [{}, {"czynnosc": "assign"}, {"kto": "nadawca"}, {"numer": "1/2021"}, {"od": "2021-12-02"}]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: urlencode(asked) or "everything")
def test_the_files_say_what_the_page_says(client, auditor, consultation, asked):
    remark_in_state(consultation, "published")
    mark_improper(
        submission(consultation), reason=consultation.improper_reasons.get(code="late"), note="=1+1",
        by=person(Role.COORDINATOR), now=DURING + dt.timedelta(days=1),
    )  # fmt: skip
    page = client.get(PAGE, asked).context["lines"]
    rows = list(csv.reader(io.StringIO(taken(client, "csv", **asked)), delimiter=";"))
    told = [json.loads(text) for text in taken(client, "jsonl", **asked).splitlines()]
    assert page
    assert rows[1:] == [
        [
            line.entry.at.astimezone(WARSAW).isoformat(), line.consultation, line.number, line.what, line.who,
            ", ".join(line.before), ", ".join(line.after),
        ]
        for line in page
    ]  # fmt: skip
    told = [one for one in told if one["verb"] != "export_history"]
    assert [(one["id"], one["verb"], one["who"], one["before"], one["after"]) for one in told] == [
        (line.entry.pk, line.entry.verb, line.who, line.entry.before, line.entry.after) for line in page
    ]


def test_a_cell_that_a_spreadsheet_would_run_is_text(client, sign_in):
    sign_in(Role.AUDITOR)
    at(DURING, by=person(Role.COORDINATOR), consultation=consultation_with_draft(title='=HYPERLINK("http://x")'))
    assert "'=HYPERLINK" in taken(client, "csv")


def test_taking_a_file_is_written_down_with_who_what_and_when(client, auditor, consultation):
    submission(consultation)
    taken(client, "csv", konsultacja=consultation.slug, czynnosc="receive")
    entry = HistoryEntry.objects.get(verb=Verb.EXPORT_HISTORY)
    assert (entry.by, entry.at, entry.consultation) == (auditor, DURING, consultation)
    assert entry.after == {"format": "csv", "filter": {"consultation": consultation.slug, "verb": "receive"}}


def test_a_file_is_not_taken_by_following_a_link(client, auditor):
    assert client.get(EXPORT).status_code == 405
    assert not HistoryEntry.objects.exists()


@pytest.mark.parametrize("form", ["", "xlsx"])
def test_another_form_is_refused(client, auditor, form):
    assert client.post(EXPORT, {"format": form}).status_code == 400


def test_a_file_is_made_piece_by_piece(monkeypatch):
    monkeypatch.setattr(audit, "AT_ONCE", 2)
    for hour in range(6):
        at(DURING + dt.timedelta(hours=hour))
    held: list[int] = []

    def lines(rows: list[HistoryEntry]) -> list[Line]:
        held.append(len(rows))
        return put_in_words(rows)

    monkeypatch.setattr(audit, "lines", lines)
    pieces = export_history(HistoryFilter.read({}), form="jsonl", by=person(Role.AUDITOR))
    assert held == []
    next(pieces)
    assert held == [2]
    assert len([*pieces]) == 5
    assert held == [2, 2, 2]


def test_a_file_costs_the_same_queries_however_long_it_is(consultation):
    by = person(Role.AUDITOR)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            list(export_history(HistoryFilter.read({}), form="csv", by=by))
        return len(queries)

    remark_in_state(consultation, "published")
    cost()
    few = cost()
    for _time in range(4):
        remark_in_state(consultation, "published", remarks=2)
    assert cost() == few


def test_a_file_is_in_the_language_of_its_page(client, auditor):
    at(DURING)
    answer = client.post(f"/en{EXPORT}", {"format": "csv"})
    assert b"summary published" in b"".join(answer.streaming_content)


@pytest.mark.parametrize("role", [*Role, None], ids=str)
def test_who_may_take_a_file(client, role):
    if role:
        client.force_login(person(role))
    answer = client.post(EXPORT, {"format": "csv"})
    may = role in {Role.AUDITOR, Role.COORDINATOR, Role.ADMINISTRATOR}
    assert answer.status_code == (302 if role is None else 200 if may else 403)
    assert HistoryEntry.objects.exists() is may
