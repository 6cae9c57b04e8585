"""The summary page: who may read it, what it prints, and that its cost stays the same."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from consultations.services.submissions import Sender
from consultations.services.summaries import hide_summary, publish_summary
from tests.factories import AFTER, DURING, passage_remark, person, remark_in_state, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


@pytest.fixture
def address(consultation) -> str:
    return f"/podsumowanie/{consultation.slug}/"


def publish(consultation) -> None:
    publish_summary(consultation, by=person(Role.COORDINATOR), now=DURING)


def test_before_publication_nobody_learns_of_it(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.COUNCILLOR, 200),
        (Role.COORDINATOR, 200),
        (Role.EXPERT, 200),
        (Role.ADMINISTRATOR, 200),
        (Role.EDITOR, 404),
        (Role.AUDITOR, 404),
    ],
)
def test_before_publication_it_opens_for_those_who_work_with_it(client, address, sign_in, role, status):
    sign_in(role)
    answer = client.get(address)
    assert answer.status_code == status
    if status == 200:
        assert answer["Cache-Control"] == "private, no-store"
        assert "noindex" in answer.content.decode()


def test_once_published_everybody_reads_it_and_it_may_be_kept(client, consultation, address):
    publish(consultation)
    answer = client.get(address)
    assert answer.status_code == 200
    assert "no-store" not in answer.get("Cache-Control", "")
    assert "Cookie" not in answer.get("Vary", "")
    assert not answer.cookies


def test_hidden_again_it_is_gone(client, consultation, address):
    publish(consultation)
    hide_summary(consultation, by=person(Role.COORDINATOR), now=DURING)
    assert client.get(address).status_code == 404


def test_a_consultation_that_is_not_public_has_no_summary(client, consultation, address):
    publish(consultation)
    consultation.published_at = AFTER
    consultation.save()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("language", ["/", "/en/", "/uk/"])
def test_an_empty_consultation_says_so(client, consultation, address, language):
    publish(consultation)
    answer = client.get(language + address.lstrip("/"))
    assert answer.status_code == 200
    assert "<table" not in answer.content.decode()


def test_the_numbers_stand_on_the_page(client, consultation, address):
    for _ in range(3):
        remark_in_state(consultation, "published")
    submission(consultation, remarks=2)
    publish(consultation)
    page = client.get("/en" + address).content.decode()
    for name, number in {"proper remarks": 3, "people and organisations": 4, "remarks answered": 3}.items():
        assert f"<dt>{name}</dt><dd>{number}</dd>" in page
    assert "/uwagi/?rozdzial=1" in page
    assert "/uwagi/?fragment=f1" in page
    assert "/uwagi/?stan=accepted" in page
    assert f"/api/v1/consultations/{consultation.slug}/summary/" in page


def test_after_the_term_the_page_names_its_day(client, consultation, address, during):
    publish(consultation)
    assert "due on 19 January 2022" in client.get("/en" + address).content.decode()
    during.move_to(AFTER + dt.timedelta(days=60))
    assert "the term passed on 19 January 2022" in client.get("/en" + address).content.decode()


def test_no_natural_person_is_named(client, consultation, address):
    remark_in_state(consultation, "published", sender=Sender(name="Żaneta Tajna", email="tajna@example.org"))
    publish(consultation)
    page = client.get(address).content.decode()
    assert "Żaneta" not in page
    assert "tajna@example.org" not in page


def test_what_staff_wrote_is_text_and_not_markup(client, consultation, address):
    new = [passage_remark(consultation, change="<script>alert(1)</script>")]
    remark_in_state(consultation, "published", new_remarks=new)
    text = consultation.draft.versions.get().passages.get(passage__code="f1")
    text.wording = "<img src=x onerror=alert(1)>"
    text.save()
    publish(consultation)
    page = client.get(address).content.decode()
    assert "<img src=x" not in page
    assert "<script>alert" not in page


def test_the_number_of_queries_does_not_grow(client, consultation, address):
    publish(consultation)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    remark_in_state(consultation, "published")
    few = queries()
    for code in ("f1", "f2", "f3", "f4"):
        remark_in_state(consultation, "published", new_remarks=[passage_remark(consultation, code)] * 3)
    assert queries() == few <= 13
