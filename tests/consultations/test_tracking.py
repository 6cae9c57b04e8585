"""Behind the secret link its owner sees every step that may be told, and nothing that is not public yet."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from consultations.models import Remark
from consultations.services.decisions import assign_remark, decide_remark, publish_decision, return_decision
from consultations.services.submissions import Sender, renew_tracking_link
from consultations.services.verification import mark_improper, mark_proper, reopen_verification
from tests.consultations.residents import text_of
from tests.factories import DURING, DepartmentFactory, passage_remark, person, remark_in_state, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

HOUR = dt.timedelta(hours=1)


def shown(client, sent):
    page = client.get(sent.tracking_path)
    assert page.status_code == 200
    return text_of(page)


def test_every_step_of_an_answered_remark_is_told_in_order(client, consultation):
    coordinator, department = person(Role.COORDINATOR), DepartmentFactory(name="Wydział Zieleni")
    sent = submission(consultation)
    mark_proper(sent, by=coordinator, now=DURING + HOUR)
    remark = assign_remark(sent.remarks.get(), department=department, by=coordinator, now=DURING + 2 * HOUR)
    decide_remark(
        remark,
        outcome=Remark.Outcome.PARTLY_ACCEPTED,
        justification="Posadzimy połowę.",
        by=coordinator,
        now=DURING + 3 * HOUR,
    )
    publish_decision(remark, by=coordinator, now=DURING + 4 * HOUR)
    steps = client.get(sent.tracking_path).context["remarks"][0].steps
    assert [(step.verb, step.at) for step in steps] == [
        ("receive", DURING),
        ("mark_proper", DURING + HOUR),
        ("assign", DURING + 2 * HOUR),
        ("publish", DURING + 4 * HOUR),
    ]
    page = shown(client, sent)
    assert "Wydział Zieleni" in page
    assert "Posadzimy połowę." in page
    assert str(Remark.Outcome.PARTLY_ACCEPTED.label) in page


@pytest.mark.parametrize("state", ["received", "improper", "proper", "assigned", "approved", "published"])
def test_an_answer_shows_only_once_it_is_published(client, consultation, state):
    remark = remark_in_state(consultation, state)
    assert ("Słusznie." in shown(client, remark.submission)) == (state == "published")


def test_a_decided_remark_looks_like_an_assigned_one(client, consultation):
    remark = remark_in_state(consultation, "assigned")
    before = client.get(remark.submission.tracking_path).content
    decide_remark(
        remark, outcome=Remark.Outcome.ACCEPTED, justification="Tak.", by=person(Role.COORDINATOR), now=DURING + HOUR
    )
    assert client.get(remark.submission.tracking_path).content == before


def test_what_was_returned_inside_the_office_is_not_told(client, consultation):
    coordinator = person(Role.COORDINATOR)
    remark = remark_in_state(consultation, "approved", by=coordinator)
    return_decision(remark, reason="Za krótko.", by=coordinator, now=DURING)
    page = shown(client, remark.submission)
    assert "Za krótko." not in page
    assert "Słusznie." not in page


def test_an_improper_submission_says_why(client, consultation):
    sent = submission(consultation, remarks=2)
    reason = consultation.improper_reasons.get(code="unsigned")
    mark_improper(
        sent, reason=reason, note="Brakuje podpisu na drugiej stronie.", by=person(Role.COORDINATOR), now=DURING
    )
    page = shown(client, sent)
    assert "bez podpisu" in page
    assert page.count("Brakuje podpisu na drugiej stronie.") == 1


def test_a_reopened_check_is_told_without_the_inner_reason(client, consultation):
    coordinator = person(Role.COORDINATOR)
    sent = submission(consultation)
    mark_improper(sent, reason=consultation.improper_reasons.first(), by=coordinator, now=DURING)
    reopen_verification(sent, reason="Pomyłka referenta", by=coordinator, now=DURING + HOUR)
    verbs = [step.verb for step in client.get(sent.tracking_path).context["steps"]]
    assert verbs == ["receive", "mark_improper", "reopen_verification"]
    assert "Pomyłka referenta" not in shown(client, sent)


def test_who_works_on_it_is_not_named(client, consultation):
    coordinator = person(Role.COORDINATOR)
    remark = remark_in_state(consultation, "published", by=coordinator)
    html = client.get(remark.submission.tracking_path).content.decode()
    assert coordinator.name not in html
    assert coordinator.email not in html


@pytest.mark.parametrize("name", ["tracking", "receipt"])
def test_the_senders_own_data_come_back_masked(client, consultation, name):
    sender = Sender(
        name="Jan Przykładowy", email="jan.p@example.org", phone="81 466 10 00", address="ul. Zielona 7, Lublin"
    )
    sent = submission(consultation, sender=sender)
    html = client.get(reverse(f"consultations:{name}", args=[sent.tracking_token])).content.decode()
    assert "J••• P•••" in html
    assert "j•••@example.org" in html
    for secret in ("Przykładowy", "jan.p@", "466", "Zielona 7"):
        assert secret not in html


@pytest.mark.parametrize("name", ["tracking", "receipt"])
def test_the_page_is_kept_found_and_told_by_nobody(client, consultation, name):
    sent = submission(consultation)
    answer = client.get(reverse(f"consultations:{name}", args=[sent.tracking_token]))
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "strict-origin"
    assert '<meta name="robots" content="noindex' in answer.content.decode()
    assert not answer.cookies


def test_an_old_link_stops_working_at_once(client, consultation):
    sent = submission(consultation)
    old = sent.tracking_path
    renew_tracking_link(sent, by=person(Role.COORDINATOR), now=DURING)
    assert client.get(old).status_code == 404
    assert client.get(old + "potwierdzenie/").status_code == 404
    assert client.get(sent.tracking_path).status_code == 200


def test_it_leads_to_the_public_pages(client, consultation):
    sent = submission(consultation)
    html = client.get(sent.tracking_path).content.decode()
    assert sent.remarks.get().get_absolute_url() in html
    assert reverse("consultations:register", args=[consultation.slug]) in html


@pytest.mark.parametrize("prefix", ["/en", "/uk"])
def test_it_speaks_the_readers_language(client, consultation, prefix):
    sent = remark_in_state(consultation, "published").submission
    assert client.get(prefix + sent.tracking_path).status_code == 200


def test_each_text_says_in_which_language_it_is_written(client, consultation):
    sender = Sender(name="Jan Przykładowy", email="jan@example.org", language="uk")
    remark = remark_in_state(consultation, "published", sender=sender)
    html = client.get("/en" + remark.submission.tracking_path).content.decode()
    assert 'lang="uk">Więcej drzew.<' in html
    assert 'lang="pl">Słusznie.<' in html


def _queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("tail", ["", "potwierdzenie/"])
def test_the_number_of_queries_does_not_grow_with_the_remarks(client, consultation, tail):
    coordinator = person(Role.COORDINATOR)

    def answered(remarks):
        sent = submission(
            consultation, new_remarks=[passage_remark(consultation, f"f{n % 6 + 1}") for n in range(remarks)]
        )
        mark_proper(sent, by=coordinator, now=DURING)
        for remark in sent.remarks.all():
            assign_remark(remark, department=DepartmentFactory(), by=coordinator, now=DURING)
            decide_remark(remark, outcome=Remark.Outcome.ACCEPTED, justification="Tak.", by=coordinator, now=DURING)
            publish_decision(remark, by=coordinator, now=DURING)
        return sent

    assert _queries(client, answered(8).tracking_path + tail) == _queries(client, answered(1).tracking_path + tail)
