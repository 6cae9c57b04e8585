"""Every verb leaves a row: who, when, what, before and after; refused verbs leave none."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.roles import Role
from consultations.errors import ConsultationError
from consultations.models import HistoryEntry, Remark
from consultations.public_text import PublicText
from consultations.services.attachments import hide_attachment, publish_attachment
from consultations.services.confirmation import confirm_email
from consultations.services.corrections import correct_remark, withdraw_remark
from consultations.services.decisions import (
    approve_answer,
    assign_remark,
    correct_answer,
    decide_remark,
    publish_decision,
    return_decision,
    review_answer,
)
from consultations.services.redaction import redact_text
from consultations.services.submissions import renew_tracking_link
from consultations.services.summaries import hide_summary, publish_summary
from consultations.services.verification import mark_improper, mark_proper, reopen_verification
from consultations.words import describe_history
from tests.consultations.residents import attached_to
from tests.consultations.test_history_of_work import OF_WORK
from tests.factories import (
    DURING,
    DepartmentFactory,
    consultation_with_draft,
    passage_remark,
    person,
    remark_in_state,
    submission,
)

pytestmark = pytest.mark.django_db
Verb = HistoryEntry.Verb


@pytest.fixture
def coordinator():
    return person(Role.COORDINATOR)


@pytest.fixture
def department():
    return DepartmentFactory(name="Wydział Zieleni")


CASES: dict[Any, Any] = {
    Verb.MARK_PROPER: (
        "received",
        lambda remark, by, department: mark_proper(remark.submission, by=by, now=DURING),
        {"verification": "pending"},
        {"verification": "proper", "reason": "", "note": ""},
    ),
    Verb.MARK_IMPROPER: (
        "received",
        lambda remark, by, department: mark_improper(
            remark.submission,
            reason=remark.consultation.improper_reasons.get(code="late"),
            note="Za późno.",
            by=by,
            now=DURING,
        ),
        {"verification": "pending"},
        {"verification": "improper", "reason": "late", "note": "Za późno."},
    ),
    Verb.REOPEN_VERIFICATION: (
        "proper",
        lambda remark, by, department: reopen_verification(remark.submission, reason="Pomyłka.", by=by, now=DURING),
        {"verification": "proper"},
        {"verification": "pending", "why": "Pomyłka."},
    ),
    Verb.RENEW_LINK: (
        "received",
        lambda remark, by, department: renew_tracking_link(remark.submission, by=by, now=DURING),
        {},
        {},
    ),
    Verb.ASSIGN: (
        "proper",
        lambda remark, by, department: assign_remark(remark, department=department, by=by, now=DURING),
        {"state": "proper", "department": None},
        {"state": "assigned", "department": "DEPARTMENT", "due_on": "2021-12-15"},
    ),
    Verb.DECIDE: (
        "assigned",
        lambda remark, by, department: decide_remark(
            remark, outcome=Remark.Outcome.ACCEPTED, justification="Tak.", by=by, now=DURING
        ),
        {"state": "assigned"},
        {"state": "approved", "outcome": "accepted", "revision": 1},
    ),
    Verb.REVIEW: (
        "drafted",
        lambda remark, by, department: review_answer(remark, by=by, now=DURING),
        {"state": "drafted"},
        {"state": "reviewed", "outcome": "accepted", "revision": 1},
    ),
    Verb.APPROVE: (
        "reviewed",
        lambda remark, by, department: approve_answer(remark, by=by, now=DURING),
        {"state": "reviewed"},
        {"state": "approved", "outcome": "accepted", "revision": 1},
    ),
    Verb.CORRECT_ANSWER: (
        "published",
        lambda remark, by, department: correct_answer(
            remark, outcome=Remark.Outcome.EXPLAINED, justification="Jaśniej.", why="Pomyłka.", by=by, now=DURING
        ),
        {"outcome": "accepted"},
        {"outcome": "explained", "revision": 2, "why": "Pomyłka."},
    ),
    Verb.RETURN: (
        "approved",
        lambda remark, by, department: return_decision(remark, reason="Szerzej.", by=by, now=DURING),
        {"state": "approved", "outcome": "accepted"},
        {"state": "assigned", "why": "Szerzej."},
    ),
    Verb.PUBLISH: (
        "approved",
        lambda remark, by, department: publish_decision(remark, by=by, now=DURING),
        {"state": "approved", "outcome": "accepted"},
        {"state": "published", "outcome": "accepted", "revision": 1},
    ),
    Verb.PUBLISH_ATTACHMENT: (
        "received",
        lambda remark, by, department: publish_attachment(attached_to(remark.submission), by=by, now=DURING),
        {},
        {"attachment": 1},
    ),
    Verb.HIDE_ATTACHMENT: (
        "received",
        lambda remark, by, department: hide_attachment(
            attached_to(remark.submission, published_at=DURING), by=by, now=DURING
        ),
        {},
        {"attachment": 1},
    ),
    Verb.REDACT: (
        "proper",
        lambda remark, by, department: redact_text(
            remark, shown=PublicText("[…]", "", "[…]"), grounds="dane osobowe", revision=1, by=by, now=DURING
        ),
        {"text": "open"},
        {"text": "redacted", "why": "dane osobowe"},
    ),
    Verb.PUBLISH_SUMMARY: (
        "received",
        lambda remark, by, department: publish_summary(remark.consultation, by=by, now=DURING),
        {},
        {},
    ),
}


# What senders do: no person stands in the row.
OF_SENDERS: dict[Any, Any] = {
    Verb.CORRECT: (
        lambda remark: correct_remark(
            remark, content=passage_remark(remark.consultation, change="Inaczej."), revision=1, now=DURING
        ),
        {"revision": 1},
        {"revision": 2},
    ),
    Verb.WITHDRAW: (
        lambda remark: withdraw_remark(remark, now=DURING),
        {"state": "assigned"},
        {"state": "withdrawn"},
    ),
    Verb.CONFIRM_EMAIL: (lambda remark: confirm_email(remark.submission, now=DURING), {}, {}),
}


@pytest.mark.parametrize("verb", OF_SENDERS, ids=str)
def test_what_a_sender_does_leaves_one_row_without_a_person(db, verb):
    act, before, after = OF_SENDERS[verb]
    remark = remark_in_state(consultation_with_draft(confirmation_hours=48), "assigned")
    known = set(HistoryEntry.objects.values_list("pk", flat=True))
    act(remark)
    row = HistoryEntry.objects.exclude(pk__in=known).get()
    assert (row.verb, row.by, row.at, row.before, row.after) == (verb, None, DURING, before, after)


@pytest.mark.parametrize("verb", CASES, ids=str)
def test_a_verb_leaves_one_row_with_who_when_what_before_and_after(consultation, coordinator, department, verb):
    state, act, before, after = CASES[verb]
    remark = remark_in_state(consultation, state)
    known = set(HistoryEntry.objects.values_list("pk", flat=True))
    act(remark, coordinator, department)
    row = HistoryEntry.objects.exclude(pk__in=known).get()
    after = {name: department.pk if value == "DEPARTMENT" else value for name, value in after.items()}
    assert (row.verb, row.by, row.at, row.before, row.after) == (verb, coordinator, DURING, before, after)
    assert row.consultation == consultation


def test_hiding_the_summary_leaves_a_row_and_doing_so_twice_only_one(consultation, coordinator):
    publish_summary(consultation, by=coordinator, now=DURING)
    hide_summary(consultation, by=coordinator, now=DURING)
    hide_summary(consultation, by=coordinator, now=DURING)
    assert [row.verb for row in HistoryEntry.objects.all()] == [Verb.PUBLISH_SUMMARY, Verb.HIDE_SUMMARY]


def test_every_verb_is_in_this_table():
    # Of versions test_publish_version.py tells, of links between decisions and words test_link_changes.py, of reports
    # tests/summaries/reports, of groups and topics test_groups.py, test_contradictions.py and test_suggest_topics.py.
    of_voices = {Verb.LINK_VOICE, Verb.UNLINK_VOICE}  # test_voice_links.py
    of_links = {Verb.LINK_CHANGE, Verb.UNLINK_CHANGE, Verb.EXPLAIN_UNCHANGED, Verb.WITHDRAW_EXPLANATION}
    of_groups = {Verb.GROUP, Verb.LEAVE_GROUP, Verb.DISMISS_GROUP, Verb.FLAG_CONTRADICTION, Verb.DISMISS_CONTRADICTION}
    of_reports = {Verb.FREEZE_REPORT, Verb.WITHHOLD_REPORT}
    elsewhere = {Verb.RECEIVE, Verb.HIDE_SUMMARY, Verb.PUBLISH_VERSION, Verb.SET_TOPIC} | of_reports
    assert set(CASES) | set(OF_SENDERS) | set(OF_WORK) | elsewhere | of_voices | of_links | of_groups == set(Verb)


def test_receiving_leaves_a_row_without_a_person(consultation):
    sent = submission(consultation, remarks=2)
    row = sent.history.get()
    assert (row.verb, row.by, row.at) == (Verb.RECEIVE, None, DURING)
    assert row.after == {"number": 1, "remarks": 2, "channel": "online"}


@pytest.mark.parametrize("role", [Role.EDITOR, Role.EXPERT, Role.COUNCILLOR, Role.ADMINISTRATOR, Role.AUDITOR])
@pytest.mark.parametrize("verb", CASES, ids=str)
def test_a_refused_verb_leaves_no_row(consultation, department, verb, role):
    state, act, _before, _after = CASES[verb]
    remark = remark_in_state(consultation, state)
    known = HistoryEntry.objects.count()
    with pytest.raises(ConsultationError):
        act(remark, person(role), department)
    assert HistoryEntry.objects.count() == known


def test_the_history_holds_neither_name_nor_contact(consultation):
    remark = remark_in_state(consultation, "published")
    text = str(list(HistoryEntry.objects.filter(consultation=consultation).values_list("before", "after")))
    for secret in ("Jan Przykładowy", "sender@example.org", remark.submission.tracking_token):
        assert secret not in text


def test_the_history_is_told_in_words_with_the_department_by_name(consultation, department):
    remark = remark_in_state(consultation, "published", department=department)
    rows = describe_history(remark.history.select_related("by").order_by("pk"))
    assert [row["after"] for row in rows] == [
        ["przydzielona", "Wydział Zieleni", "do 15 grudnia 2021"],
        ["zatwierdzona, nieopublikowana", "uwzględniona"],
        ["z odpowiedzią", "uwzględniona"],
    ]


def test_the_words_of_a_history_cost_one_query_however_long_it_is(
    consultation, coordinator, department, django_assert_num_queries
):
    remark = remark_in_state(consultation, "assigned", department=department)
    for _time in range(5):
        assign_remark(remark, department=DepartmentFactory(), by=coordinator, now=DURING)
    rows = list(remark.history.select_related("by"))
    with django_assert_num_queries(1):
        describe_history(rows)
