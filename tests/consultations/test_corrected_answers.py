"""A correction is seen by nobody before it is published, and by everybody, with date and reason, afterwards."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.roles import Role
from consultations.models import Consultation, Remark
from consultations.services.decisions import (
    correct_answer,
    decide_remark,
    publish_decision,
    return_decision,
    review_answer,
)
from consultations.services.submissions import Sender
from consultations.services.summaries import publish_summary
from consultations.services.tallies import recount
from notifications.errors import OutOfDate
from notifications.models import Message
from notifications.rendering import render
from tests.consultations.residents import text_of
from tests.factories import DURING, person, remark_in_state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

LATER = DURING + dt.timedelta(days=2)
WHY = "Pomyliliśmy ulice."
SAID = "Ulica jest inna, niż napisaliśmy."


@pytest.fixture
def coordinator():
    return person(Role.COORDINATOR)


@pytest.fixture
def remark(consultation, coordinator) -> Remark:
    publish_summary(consultation, by=coordinator, now=DURING)
    return remark_in_state(consultation, "published", by=coordinator)


def correct(remark, coordinator) -> None:
    correct_answer(remark, outcome=Remark.Outcome.NOT_ACCEPTED, justification=SAID, why=WHY, by=coordinator, now=LATER)


def places(remark: Remark) -> list[str]:
    """Every address at which the public or the sender reads an answer."""
    slug = remark.consultation.slug
    api = f"/api/v1/consultations/{slug}"
    return [
        remark.get_absolute_url(),
        reverse("consultations:register", args=[slug]),
        remark.submission.tracking_path,
        reverse("summary", args=[slug]),
        f"{api}/remarks/",
        f"{api}/remarks/1.1/",
        f"{api}/summary/",
    ]


@pytest.mark.parametrize("step", ["drafted", "reviewed", "approved"])
def test_until_it_is_published_nobody_sees_it_anywhere(client, remark, coordinator, step):
    before = {place: client.get(place).content for place in places(remark)}
    Consultation.objects.update(answer_path="direct" if step == "approved" else "steps")
    correct(remark, coordinator)
    if step == "reviewed":
        review_answer(remark, by=coordinator, now=LATER)
    Consultation.objects.update(answer_path="direct")
    assert Remark.objects.get().correction == step
    assert {place: client.get(place).content for place in places(remark)} == before
    assert Message.objects.filter(kind="decision").count() == 1
    assert recount(remark.consultation) == []


def test_once_it_is_published_it_stands_everywhere_with_its_reason(client, remark, coordinator):
    correct(remark, coordinator)
    publish_decision(remark, by=coordinator, now=LATER)
    for place in places(remark):
        assert WHY in client.get(place).content.decode(), place


@pytest.mark.parametrize("place", ["remark", "tracking"])
def test_the_earlier_answer_stays_readable(client, remark, coordinator, place):
    correct(remark, coordinator)
    publish_decision(remark, by=coordinator, now=LATER)
    page = remark.get_absolute_url() if place == "remark" else remark.submission.tracking_path
    text = text_of(client.get(page))
    assert "Słusznie." in text
    assert SAID in text
    assert "3 grudnia 2021" in text


def test_the_api_gives_both_answers_with_the_reason_of_the_later(client, remark, coordinator):
    correct(remark, coordinator)
    publish_decision(remark, by=coordinator, now=LATER)
    said = client.get(places(remark)[5]).json()
    assert [(one["revision"], one["outcome"], one["corrects_why"]) for one in said["answers"]] == [
        (1, "accepted", ""),
        (2, "not_accepted", WHY),
    ]
    assert said["standing"] == "not_accepted"


def test_an_answer_that_was_returned_before_it_was_published_is_no_correction(client, consultation, coordinator):
    """Its revision is the second, but the public never had another."""
    one = remark_in_state(consultation, "reviewed", by=coordinator)
    return_decision(one, reason="Krócej.", by=coordinator, now=DURING)
    decide_remark(one, outcome=Remark.Outcome.ACCEPTED, justification="Tak.", by=coordinator, now=DURING)
    publish_decision(one, by=coordinator, now=DURING)
    assert "Opublikowaliśmy odpowiedź" in text_of(client.get(one.submission.tracking_path))


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
def test_the_mail_says_what_changed(consultation, coordinator, language):
    sender = Sender(name="Jan Przykładowy", email="jan@example.org", language=language)
    one = remark_in_state(consultation, "published", by=coordinator, sender=sender)
    correct(one, coordinator)
    publish_decision(one, by=coordinator, now=LATER)
    first, second = Message.objects.filter(kind="decision").select_related("submission__consultation").order_by("pk")
    mail = render(second, now=LATER)
    for body in (mail.text, mail.html):
        for said in (WHY, SAID, "Słusznie."):
            assert said in body
    assert one.public_number in mail.subject
    assert first.key != second.key


def test_of_two_publications_that_wait_only_what_still_holds_is_told(consultation, coordinator):
    one = remark_in_state(consultation, "published", by=coordinator)
    correct(one, coordinator)
    publish_decision(one, by=coordinator, now=LATER)
    first = Message.objects.filter(kind="decision").select_related("submission__consultation").earliest("pk")
    with pytest.raises(OutOfDate):
        render(first, now=LATER)
