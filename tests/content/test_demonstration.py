"""The demonstration: the consultation of 2021 with its story, and one that is open now."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from accounts.models import User
from accounts.roles import Role
from consultations.models import ChapterText, Consultation, Decision, Department, HistoryEntry, Remark, Submission
from consultations.services import tallies
from lublin2030.lib.dates import WARSAW, warsaw
from lublin2030.loading import accounts
from notifications.models import Message
from participation.models import Event
from stages.models import News, Process
from summaries.reports.data import content_hash
from tests.content.conftest import LOADED_AT

pytestmark = pytest.mark.usefixtures("content")


@pytest.fixture
def past():
    return Consultation.objects.get(slug="projekt-strategii-lublin-2030")


@pytest.fixture
def current():
    return Consultation.objects.get(slug="strategia-zieleni")


def test_the_register_of_2021_yields_202_remarks_199_proper_59_senders(past):
    assert (past.remark_count, past.proper_count, past.sender_count) == (202, 199, 59)


def test_the_numbers_have_no_gaps(past):
    assert list(past.submissions.order_by("number").values_list("number", flat=True)) == list(range(1, 60))


def test_the_term_is_the_city_s(past):
    assert (past.opens_at, past.closes_at) == (warsaw(2021, 11, 15), warsaw(2021, 12, 21))
    assert past.last_day == dt.date(2021, 12, 20)
    assert past.report_due_on == dt.date(2022, 1, 19)


def test_every_proper_remark_is_answered_in_public_within_the_term_of_the_report(past):
    answers = Decision.objects.published().filter(remark__consultation=past, corrects_why="")
    moments = answers.values_list("published_at", flat=True)
    assert len(moments) == 199
    assert {moment.astimezone(WARSAW).date() for moment in moments if moment} <= {
        dt.date(2022, 1, day) for day in (12, 13, 14)
    }


def test_the_outcomes_of_those_years_and_many_channels_and_many_departments_and_districts_occur(past):
    remarks = past.remarks.all()
    assert set(remarks.values_list("standing", flat=True)) == {
        "accepted", "partly_accepted", "not_accepted", "forwarded", "explained", "improper",
    }  # fmt: skip
    assert set(remarks.values_list("channel", flat=True)) >= {"online", "paper", "email", "service_desk", "epuap"}
    assert remarks.exclude(department=None).values("department").distinct().count() == 8
    assert remarks.exclude(district=None).values("district").distinct().count() == 27
    assert set(remarks.values_list("target", flat=True)) == set(Remark.Target.values)


def test_every_verb_left_its_row(past):
    rows = HistoryEntry.objects.filter(consultation=past)
    assert {verb: rows.filter(verb=verb).count() for verb in rows.values_list("verb", flat=True).distinct()} == {
        "receive": 59, "mark_proper": 57, "mark_improper": 2, "assign": 199, "decide": 199, "publish": 200,
        "correct_answer": 1, "publish_summary": 1, "link_change": 138, "freeze_report": 1, "link_voice": 14,
    }  # fmt: skip


def test_each_step_came_after_the_one_before(past):
    for remark in past.remarks.filter(state="published").prefetch_related("history", "submission__history"):
        steps = {entry.verb: entry.at for entry in [*remark.history.all(), *remark.submission.history.all()]}
        order = [steps[verb] for verb in ("receive", "mark_proper", "assign", "decide", "publish")]
        assert order == sorted(order)
        assert steps["mark_proper"].astimezone(WARSAW).weekday() < 5
        assert steps["assign"] <= warsaw(2021, 12, 28, 15)


def test_the_answers_were_published_in_three_batches_and_one_was_corrected(past):
    batches = past.batches.order_by("number").values_list("published_at", "answers", "corrections")
    assert list(batches) == [
        (warsaw(2022, 1, 12, 13), 67, 0),
        (warsaw(2022, 1, 13, 13), 67, 0),
        (warsaw(2022, 1, 14, 13), 65, 0),
        (warsaw(2022, 1, 18, 9, 30), 1, 1),
    ]


def test_the_correction_says_more_and_decides_the_same(past):
    (correction,) = Decision.objects.corrections().filter(remark__consultation=past).select_related("remark")
    first = correction.remark.decisions.get(revision=1)
    assert correction.remark.is_demonstration
    assert (correction.outcome, correction.justification == first.justification) == (first.outcome, False)


def test_the_summary_of_2021_is_public(past):
    assert past.summary_published_at == warsaw(2022, 1, 14, 14)


def test_the_expert_decided_what_the_own_departments_have(past):
    expert = User.objects.get(email="expert@example.org")
    decided = Decision.objects.filter(decided_by=expert, remark__consultation=past)
    assert set(decided.values_list("department__slug", flat=True)) == {"zielen-i-klimat", "mobilnosc", "edukacja"}


@pytest.mark.parametrize("slug", ["projekt-strategii-lublin-2030", "strategia-zieleni"])
def test_the_draft_has_five_chapters_and_sixty_passages_at_least(slug):
    draft = Consultation.objects.get(slug=slug).draft
    version = draft.versions.get(number=1)
    assert version.chapters.count() >= 5
    assert version.passages.count() >= 60
    assert {passage.code for passage in draft.passages.all()} == {
        f"f{number}" for number in range(1, draft.passages.count() + 1)
    }


def test_every_chapter_holds_passages_numbered_from_one(past):
    for chapter in ChapterText.objects.filter(version__draft=past.draft):
        positions = list(chapter.passages.order_by("position").values_list("position", flat=True))
        assert positions == list(range(1, len(positions) + 1))
        assert chapter.chapter.code == f"r{chapter.number}"


def test_the_other_consultation_is_open_now_for_three_weeks(current):
    assert list(Consultation.objects.open(LOADED_AT)) == [current]
    assert (current.opens_at, current.closes_at) == (warsaw(2026, 2, 24), warsaw(2026, 3, 31))


def test_it_belongs_to_a_child_of_the_main_process_whose_second_stage_is_under_way(current):
    process = current.process
    assert process.parent == Process.objects.main()
    assert [stage.state for stage in process.stages.all()] == ["done", "current", "upcoming"]
    assert current.stage.number == 2


def test_its_submissions_wait_in_every_state(current):
    assert set(current.remarks.values_list("state", flat=True)) == {
        "received", "proper", "assigned", "approved", "published",
    }  # fmt: skip
    assert current.submissions.filter(received_at__gt=LOADED_AT).count() == 0
    assert HistoryEntry.objects.filter(consultation=current, at__gt=LOADED_AT).count() == 0


def test_it_has_a_past_event_and_coming_ones(current):
    events = Event.objects.filter(process=current.process)
    assert [event.state for event in events.past(LOADED_AT)] == ["held"]
    assert [event.starts_at.astimezone(WARSAW).hour for event in events.coming(LOADED_AT)] == [15, 17]


def test_every_invented_record_says_so():
    invented = [
        Consultation.objects.all(),
        Department.objects.all(),
        Submission.objects.all(),
        Remark.objects.all(),
        User.objects.all(),
        Process.objects.filter(parent__isnull=False),
        Event.objects.filter(process__parent__isnull=False),
        News.objects.filter(process__parent__isnull=False),
    ]
    for records in invented:
        assert records.exists()
        assert not records.filter(is_demonstration=False).exists()


def test_what_the_city_told_is_not_marked_as_invented():
    main = Process.objects.get(is_main=True)
    assert not main.is_demonstration
    assert not main.events.filter(is_demonstration=True).exists()
    assert not main.news.filter(is_demonstration=True).exists()


def test_no_letter_is_written_to_people_who_do_not_exist():
    assert not Message.objects.exists()


def test_addresses_of_invented_people_reach_nobody():
    for address in Submission.objects.exclude(email="").values_list("email", flat=True):
        assert address.rpartition("@")[2] in {"example.org", "example.com", "example.net"}


def test_recounting_finds_nothing():
    assert [tallies.recount(consultation) for consultation in Consultation.objects.all()] == [[], []]


@pytest.mark.parametrize("account", accounts.ACCOUNTS, ids=lambda account: account.role)
def test_the_account_signs_in_with_the_printed_password_and_has_its_one_role(account):
    user = authenticate(RequestFactory().post("/"), email=account.email, password=accounts.PASSWORD)
    assert isinstance(user, User)
    assert user.roles == {account.role}


def test_there_is_an_account_of_every_role():
    assert {account.role for account in accounts.ACCOUNTS} == set(Role)


def test_the_expert_is_a_member_of_three_departments():
    assert User.objects.get(email="expert@example.org").departments.count() == 3


def test_the_consultation_of_2021_has_its_frozen_report_within_the_term(past):
    [report] = past.reports.all()
    document = report.document
    assert (report.state, report.number) == ("frozen", "1/2022")
    assert report.frozen_at.astimezone(WARSAW).date() <= past.report_due_on
    counts = document["counts"]
    assert (report.row_count, counts["proper"], counts["senders"]) == (202, 199, 59)
    assert content_hash(report) == report.sha256


def test_the_report_of_2021_is_marked_as_demonstration(past):
    report = past.reports.get()
    assert report.is_demonstration
    assert report.office.is_demonstration
    assert report.document["demonstration"]


def test_the_report_of_2021_has_the_events_of_its_stage(past):
    course = next(one for one in past.reports.get().document["sections"] if one["key"] == "course")
    events = [row[0] for row in course["blocks"][0]["rows"]]
    assert len(events) == 7  # two debates, district councils, councillors, three days of the hearing
