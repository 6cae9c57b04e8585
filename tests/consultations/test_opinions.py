"""Institutions' opinions: who was asked, when, in which term, with which stance, and what silence means."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.roles import Role
from consultations.models import Institution, Opinion
from tests.consultations.changes import compared, linked, opinion_of
from tests.consultations.residents import text_of
from tests.factories import DURING

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

ASKED = dt.date(2021, 11, 15)


def shown(client, consultation):
    return text_of(client.get(f"/en/konsultacje/{consultation.slug}/"))


def test_without_opinions_nothing_is_said_of_them(client, consultation):
    assert "Opinions of institutions" not in shown(client, consultation)


def test_a_given_opinion_shows_its_stance_its_days_and_its_words(client, consultation):
    opinion_of(
        consultation,
        asked_on=ASKED,
        received_on=dt.date(2021, 11, 29),
        content="Popieramy **korytarze**. <script>",
        answer="Dziękujemy.",
    )
    words = shown(client, consultation)
    for part in ("Zarząd Województwa", "positive with remarks", "Asked on 15 November 2021", "until 15 December 2021",
                 "Received on 29 November 2021", "Popieramy korytarze . <script>", "Dziękujemy."):  # fmt: skip
        assert part in words


@pytest.mark.parametrize(
    ("is_consent", "said"), [(True, "counts as agreement"), (False, "does not count as agreement")]
)
def test_silence_after_the_term_means_what_was_configured(client, consultation, is_consent, said):
    opinion_of(consultation, asked_on=ASKED, term_days=10, received_on=None, stance="", silence_is_consent=is_consent)
    words = shown(client, consultation)
    assert "no answer within the term" in words
    assert said in words
    assert ("does not count" in words) is not is_consent


def test_within_the_term_it_is_waited_for(client, consultation):
    opinion_of(consultation, asked_on=ASKED, term_days=30, received_on=None, stance="")
    assert "waiting for the opinion" in shown(client, consultation)


def test_the_page_asks_the_same_for_many_opinions(client, consultation, connection_queries):
    def ask():
        return connection_queries(lambda: shown(client, consultation))

    opinion_of(consultation, "Urząd 0")
    few = ask()
    for number in range(1, 6):
        opinion_of(consultation, f"Urząd {number}")
    assert ask() == few


def test_a_mistake_in_the_record_is_told_in_words(client, consultation, sign_in):
    sign_in(Role.COORDINATOR)
    institution = Institution.objects.create(name="Rada")
    posted = {"consultation": consultation.pk, "institution": institution.pk, "asked_on": "2021-11-15", "term_days": 30}
    add = reverse("admin:consultations_opinion_add")
    for wrong in ({"received_on": "2021-11-20"}, {"stance": "positive"},
                  {"received_on": "2021-11-01", "stance": "positive"}):  # fmt: skip
        answer = client.post(add, posted | wrong)
        assert answer.status_code == 200
        assert "opinion_received" not in answer.content.decode()
    assert not Opinion.objects.exists()
    assert client.post(add, posted).status_code == 302
    assert Opinion.objects.get().due_on == dt.date(2021, 12, 15)


def test_what_changed_the_text_stays(client, consultation, sign_in):
    sign_in(Role.COORDINATOR)
    opinion = opinion_of(consultation)
    linked(compared(consultation), opinion=opinion)
    for name, key in (("opinion", opinion.pk), ("institution", opinion.institution_id)):
        address = reverse(f"admin:consultations_{name}_delete", args=[key])
        assert client.post(address, {"post": "yes"}).status_code == 403
    assert opinion.is_silent(DURING) is False
