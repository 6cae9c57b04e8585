"""One remark: what its author read and proposed, and the city's answer once it is public."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from consultations.models import ChapterText, DraftVersion, PassageText, Remark, Submission
from consultations.services.decisions import correct_answer, publish_decision
from consultations.services.submissions import NewRemark, Sender
from tests.factories import (
    DURING,
    ConsultationFactory,
    DepartmentFactory,
    DistrictFactory,
    consultation_with_draft,
    passage_remark,
    person,
    remark_in_state,
    submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


def page(client, consultation, number="1.1"):
    return client.get(reverse("consultations:remark", args=[consultation.slug, number]))


def html_of(client, consultation, number="1.1"):
    response = page(client, consultation, number)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    "number",
    [
        "abc",
        "1",
        "0.1",
        "1.0",
        "01.1",
        "1.01",
        "1.2",
        "2.1",
        "1.1.1",
        "-1.1",
        "1.1 ",
        "١.١",
        "99999999999999.1",
        "1.9999",
    ],
)
def test_no_such_remark(client, consultation, number):
    submission(consultation)
    assert page(client, consultation, number).status_code == 404


def test_another_consultations_remark_is_not_here(client, consultation):
    submission(consultation_with_draft())
    assert page(client, consultation).status_code == 404


def test_it_shows_everything_public(client, consultation):
    remark = passage_remark(
        consultation,
        "f4",
        change="Więcej lip.",
        reason="Dają cień.",
        topic=consultation.topics.get(),
        district=DistrictFactory(name="Rury"),
    )
    submission(consultation, new_remarks=[remark], channel=Submission.Channel.PAPER)
    html = html_of(client, consultation)
    for words in [
        "Uwaga 1.1/2021", "Fragment 2.1", "2. Rozdział 2", "Fragment 2.1: miasto sadzi drzewa.", "Więcej lip.",
        "Dają cień.", "Zieleń", "Rury", "list", "osoba fizyczna", "1 grudnia 2021", "wpłynęła",
    ]:  # fmt: skip
        assert words in html
    assert reverse("consultations:chapter", args=[consultation.slug, 2]) + "?fragment=f4#f4" in html


def test_a_remark_on_a_chapter_names_it(client, consultation):
    version = consultation.draft.versions.get()
    chapter = version.chapters.get(number=2).chapter
    submission(consultation, new_remarks=[NewRemark(change="x", chapter=chapter, version=version)])
    assert "2. Rozdział 2" in html_of(client, consultation)


def test_a_remark_on_the_whole_document_says_so(client):
    consultation = ConsultationFactory()
    submission(consultation, new_remarks=[NewRemark(change="x")])
    assert "Cały dokument" in html_of(client, consultation)


def test_the_passage_is_shown_as_its_author_read_it(client, consultation):
    submission(consultation)
    newer = DraftVersion.objects.create(draft=consultation.draft, number=2, published_at=DURING)
    old = PassageText.objects.select_related("chapter").get(passage__code="f1")
    chapter = ChapterText.objects.create(version=newer, chapter=old.chapter.chapter, number=1, title="Nowy")
    PassageText.objects.create(version=newer, chapter=chapter, passage=old.passage, position=1, wording="Inaczej.")
    html = html_of(client, consultation)
    assert "Fragment 1.1: miasto sadzi drzewa." in html
    assert "Inaczej." not in html
    assert reverse("consultations:chapter", args=[consultation.slug, 1]) + "?wersja=1&amp;fragment=f1#f1" in html


@pytest.mark.parametrize("field", ["change", "wording", "reason"])
def test_what_was_written_is_in_the_senders_language_whoever_reads_it(client, consultation, field):
    sender = Sender(name="Jan Przykładowy", email="jan@example.org", language="uk")
    submission(consultation, sender=sender, new_remarks=[passage_remark(consultation, **{field: "Більше дерев."})])
    html = client.get("/en" + reverse("consultations:remark", args=[consultation.slug, "1.1"])).content.decode()
    assert re.search(r'lang="uk">Більше дерев\.<', html)


def test_the_citys_answer_is_in_polish_whoever_reads_it(client, consultation):
    remark_in_state(consultation, "published")
    html = client.get("/en" + reverse("consultations:remark", args=[consultation.slug, "1.1"])).content.decode()
    assert re.search(r'lang="pl">Słusznie\.<', html)


# -- Proposed wording -----------------------------------------------------------------------------------------------


def test_a_proposed_wording_is_compared_word_by_word(client, consultation):
    PassageText.objects.filter(passage__code="f1").update(wording="Miasto sadzi drzewa.")
    submission(consultation, new_remarks=[passage_remark(consultation, wording="Miasto sadzi lipy i drzewa.")])
    html = html_of(client, consultation)
    assert re.search(r"Miasto sadzi\s*<ins>\s*lipy i\s*</ins>\s*drzewa\.", html)
    assert "Miasto sadzi lipy i drzewa." in html


def test_without_a_proposed_wording_nothing_is_compared(client, consultation):
    submission(consultation)
    html = html_of(client, consultation)
    assert "<ins>" not in html
    assert "Proponowane brzmienie" not in html


def test_markup_is_text_everywhere(client, consultation):
    typed = "<script>alert(1)</script>"
    PassageText.objects.filter(passage__code="f1").update(wording=f"Miasto {typed} sadzi drzewa.")
    submission(
        consultation,
        sender=Sender(kind=Submission.SenderKind.ORGANISATION, name=typed, email="x@example.org"),
        new_remarks=[passage_remark(consultation, change=typed, wording=f"Miasto sadzi {typed} lipy.", reason=typed)],
    )
    html = html_of(client, consultation)
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4


# -- The answer -----------------------------------------------------------------------------------------------------


def test_a_published_answer_shows_outcome_reasons_department_and_day(client, consultation):
    remark_in_state(consultation, "published", department=DepartmentFactory(name="Wydział Zieleni"))
    html = html_of(client, consultation)
    for words in ["uwzględniona", "Słusznie.", "Wydział Zieleni", "1 grudnia 2021", "opublikowano odpowiedź"]:
        assert words in html


@pytest.mark.parametrize("state", ["received", "proper", "assigned", "approved"])
def test_before_publication_nothing_of_an_answer_shows(client, consultation, state):
    remark_in_state(consultation, state, department=DepartmentFactory(name="Wydział Zieleni"))
    html = html_of(client, consultation)
    for words in ["Słusznie.", "Wydział Zieleni", "tag accepted", "rozstrzygnięto"]:
        assert words not in html
    assert "19 stycznia 2022" in html


def test_an_improper_remark_tells_its_reason_but_not_the_note_to_the_sender(client, consultation):
    remark = remark_in_state(consultation, "improper")
    Submission.objects.filter(pk=remark.submission_id).update(improper_note="Zadzwoń do pani Zenobii")
    html = html_of(client, consultation)
    assert "po terminie" in html
    assert "Zenobii" not in html


def test_a_corrected_answer_leads_and_the_earlier_one_stays(client, consultation):
    coordinator = person(Role.COORDINATOR)
    remark = remark_in_state(consultation, "published", by=coordinator)
    correct_answer(
        remark, outcome=Remark.Outcome.ACCEPTED, justification="Po namyśle.", why="Pomyłka.", by=coordinator, now=DURING
    )
    publish_decision(remark, by=coordinator, now=DURING)
    html = html_of(client, consultation)
    assert html.index("Po namyśle.") < html.index("Wcześniejsze odpowiedzi") < html.index("Słusznie.")


def test_steps_have_dates_but_no_people(client, consultation):
    coordinator = person(Role.COORDINATOR)
    remark_in_state(consultation, "published", by=coordinator)
    response = page(client, consultation)
    assert [step.verb for step in response.context["steps"]] == ["receive", "mark_proper", "assign", "publish"]
    html = response.content.decode()
    assert coordinator.name not in html
    assert coordinator.email not in html


# -- Whose it is ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Submission.SenderKind)
def test_contact_and_natural_persons_are_never_shown(client, consultation, kind):
    sender = Sender(
        kind=kind, name="Zenobia Tajna", representative="Gerwazy Skryty", email="zenobia@example.org",
        phone="600700800", address="Ulica Ukryta 7",
    )  # fmt: skip
    sent = submission(consultation, sender=sender)
    with CaptureQueriesContext(connection) as queries:
        html = html_of(client, consultation)
    for secret in [
        "Gerwazy Skryty",
        "zenobia@example.org",
        "600700800",
        "Ukryta",
        sent.tracking_token,
        sent.form_token,
    ]:
        assert secret not in html
        assert secret not in str(queries.captured_queries)
    assert ("Zenobia Tajna" in html) is (kind == Submission.SenderKind.ORGANISATION)
    assert ("osoba fizyczna" in html) is (kind == Submission.SenderKind.PERSON)


# -- The way on -----------------------------------------------------------------------------------------------------


def test_neighbours_follow_the_register(client, consultation):
    submission(consultation_with_draft())
    submission(consultation, remarks=2)
    submission(consultation)
    ways = [page(client, consultation, number).context for number in ("1.1", "1.2", "2.1")]
    assert [(way["previous"], way["next"]) for way in ways] == [(None, "1.2"), ("1.1", "2.1"), ("1.2", None)]


def test_the_page_takes_few_queries_however_many_remarks(client, consultation, connection_queries):
    remark_in_state(consultation, "published", remarks=3)
    few = connection_queries(lambda: page(client, consultation, "1.2"))
    for _more in range(5):
        submission(consultation, remarks=10)
    assert connection_queries(lambda: page(client, consultation, "1.2")) == few <= 10
