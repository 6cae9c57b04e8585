"""The desk publishes what was previewed, and nothing else; what was published stays listed."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.jobs import run_due
from accounts.models import Job
from accounts.roles import Role
from consultations.models import PublicationBatch, Remark
from consultations.services import publication
from consultations.services.decisions import correct_answer, decide_remark, publish_decision, return_decision
from consultations.services.publication import publish_batch
from tests.consultations.residents import text_of
from tests.factories import DURING, consultation_with_draft, person, remark_in_state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

PREVIEW = "/biurko/publikacja/podglad/"
ROLES = [None, *Role]


@pytest.fixture
def coordinator(sign_in):
    return sign_in(Role.COORDINATOR)


def approved(consultation, number=1, **fields) -> list[Remark]:
    return [remark_in_state(consultation, "approved", **fields) for _time in range(number)]


def preview(client, **params):
    return client.get(PREVIEW, params)


def confirm(client, page, **changed):
    """Send the form of the first part of the preview as it stands."""
    (part, *_others) = page.context["parts"]
    selection = part["selection"]
    sent = {"konsultacja": selection.consultation.slug, "digest": selection.digest, "note": ""}
    if selection.keys is not None:
        sent["checked"] = list(selection.keys)
    return client.post(PREVIEW, sent | changed, follow=True)


def states() -> list[str]:
    return list(Remark.objects.order_by("position").values_list("state", flat=True))


# -- Preview ----------------------------------------------------------------------------------------------------------


def test_the_preview_shows_the_answer_as_the_public_page_will(client, consultation, coordinator):
    (remark,) = approved(consultation)
    shown = preview(client, konsultacja=consultation.slug).content.decode()
    publish_decision(remark, by=coordinator, now=DURING)
    public = client.get(remark.get_absolute_url()).content.decode()
    begin = public.index('<div class="notice stack stack-tight">')
    answer = public[begin : public.index("</div>", public.index("Słusznie."))]
    assert answer.strip() in shown


def test_the_preview_of_a_correction_shows_its_reason_and_the_answer_it_replaces(client, consultation, coordinator):
    remark = remark_in_state(consultation, "published")
    correct_answer(
        remark, outcome=Remark.Outcome.EXPLAINED, justification="Jaśniej.", why="Zły fragment.", by=coordinator
    )
    text = text_of(preview(client, konsultacja=consultation.slug))
    assert "Zły fragment." in text
    assert "Jaśniej." in text
    assert "Słusznie." in text


def test_the_preview_changes_nothing(client, consultation, coordinator):
    approved(consultation, 2)
    preview(client, konsultacja=consultation.slug)
    assert states() == ["approved"] * 2


def test_the_preview_counts_who_is_told_and_who_is_not(client, consultation, coordinator):
    signer = person(Role.COORDINATOR)
    approved(consultation, 2, by=signer)
    approved(consultation, email="")
    approved(consultation, is_demonstration=True)
    (part,) = preview(client, konsultacja=consultation.slug).context["parts"]
    told = part["told"]
    assert (told.by_mail, told.without_address, told.invented) == (2, 1, 1)
    assert (signer, 2) in part["signers"]


def test_only_the_checked_ones_are_previewed(client, consultation, coordinator):
    first, _second = approved(consultation, 2)
    (part,) = preview(client, checked=[f"{first.pk}-1"]).context["parts"]
    assert list(part["selection"].remarks) == [first.pk]


def test_checked_answers_of_two_consultations_are_two_publications(client, consultation, coordinator):
    remarks = [*approved(consultation), *approved(consultation_with_draft())]
    page = preview(client, checked=[f"{remark.pk}-1" for remark in remarks])
    assert [list(part["selection"].remarks) for part in page.context["parts"]] == [[one.pk] for one in remarks]


def test_a_natural_persons_name_is_not_in_the_preview(client, consultation, coordinator):
    approved(consultation)
    assert "Jan Przykładowy" not in text_of(preview(client, konsultacja=consultation.slug))


def test_nothing_to_publish_leads_back_to_the_queue(client, consultation, coordinator):
    assert preview(client, konsultacja=consultation.slug).url == reverse("desk:publication")


def test_a_consultation_that_is_none_is_not_found(client, coordinator):
    assert preview(client, konsultacja="nie-ma").status_code == 404


# -- Confirmation -----------------------------------------------------------------------------------------------------


def test_what_was_previewed_is_published_as_one_batch_with_its_note(client, consultation, coordinator):
    approved(consultation, 2)
    page = confirm(client, preview(client, konsultacja=consultation.slug), note="Pierwsza tura")
    batch = PublicationBatch.objects.get()
    assert (batch.answers, batch.by, batch.note) == (2, coordinator, "Pierwsza tura")
    assert page.redirect_chain == [(reverse("desk:batch", args=[batch.pk]), 302)]


def test_the_checked_ones_alone_are_published(client, consultation, coordinator):
    first, _second = approved(consultation, 2)
    confirm(client, preview(client, checked=[f"{first.pk}-1"]))
    assert states() == ["published", "approved"]


@pytest.mark.parametrize("change", ["another came", "one was rewritten", "one was returned"])
def test_what_changed_since_the_preview_is_shown_again_and_not_published(client, consultation, coordinator, change):
    first, _second = approved(consultation, 2)
    page = preview(client, konsultacja=consultation.slug)
    if change == "another came":
        approved(consultation)
    else:
        return_decision(first, reason="Inaczej.", by=coordinator)
    if change == "one was rewritten":
        decide_remark(first, outcome=Remark.Outcome.EXPLAINED, justification="Inaczej.", by=coordinator)
    answer = confirm(client, page, note="Moja notatka")
    assert answer.status_code == 409
    assert "Moja notatka" in text_of(answer)
    assert "published" not in states()


def test_the_page_sends_only_what_it_says(client, consultation, coordinator):
    """Without the digest of the preview nothing is published."""
    approved(consultation)
    assert confirm(client, preview(client, konsultacja=consultation.slug), digest="").status_code == 200
    assert states() == ["approved"]


# -- Afterwards -------------------------------------------------------------------------------------------------------


def test_a_large_publication_shows_its_progress(client, consultation, coordinator, monkeypatch):
    monkeypatch.setattr(publication, "SMALL", 1)
    approved(consultation, 3)
    html = confirm(client, preview(client, konsultacja=consultation.slug)).content.decode()
    assert "data-job-done" not in html
    assert f'id="job-{Job.objects.get().pk}"' in html
    run_due()
    page = client.get(reverse("desk:batch", args=[PublicationBatch.objects.get().pk]))
    assert states() == ["published"] * 3
    assert page.context["job"] is None


def test_a_publication_that_stopped_goes_on_by_a_button(client, consultation, coordinator, monkeypatch):
    monkeypatch.setattr(publication, "SMALL", 1)
    confirm_page = confirm(client, (approved(consultation, 2), preview(client, konsultacja=consultation.slug))[1])
    assert confirm_page.status_code == 200
    Job.objects.update(state=Job.State.FAILED)
    address = reverse("desk:batch", args=[PublicationBatch.objects.get().pk])
    assert client.get(address).context["is_given_up"]
    client.post(address, {"action": "continue"})
    run_due()
    assert states() == ["published"] * 2


def test_publications_are_listed_with_number_moment_and_person(client, consultation, coordinator):
    (remark,) = approved(consultation)
    publish_batch(consultation, remarks={remark.pk: None}, by=coordinator, note="Uwagi mieszkańców", now=DURING)
    text = text_of(client.get(reverse("desk:batches")))
    for said in ("1 grudnia 2021", coordinator.name, "Uwagi mieszkańców"):
        assert said in text


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ["publication", "publication_preview", "batches", "batch"])
def test_only_coordinators_open_the_pages(client, consultation, sign_in, name, role):
    remark = remark_in_state(consultation, "published")
    approved(consultation)
    address = reverse(f"desk:{name}", args=[remark.decisions.get().batch_id] if name == "batch" else [])
    if role:
        sign_in(role)
    answer = client.get(address, {"konsultacja": consultation.slug})
    assert answer.status_code == (302 if role is None else 200 if role == Role.COORDINATOR else 403)


@pytest.mark.parametrize("name", ["publication", "publication_preview", "batches", "batch"])
def test_a_page_costs_the_same_queries_however_much_it_shows(client, consultation, coordinator, name):
    address = reverse("desk:publication_preview") + f"?konsultacja={consultation.slug}"

    def more(number: int) -> None:
        remarks = approved(consultation, number, by=coordinator)
        if name in {"batches", "batch"}:
            for each in ([remark.pk] for remark in remarks) if name == "batches" else [[one.pk for one in remarks]]:
                publish_batch(consultation, remarks=dict.fromkeys(each), by=coordinator, now=DURING)

    def cost() -> int:
        page = address if name == "publication_preview" else reverse(f"desk:{name}", args=latest())
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            client.get(page)
        return len(queries)

    def latest() -> list[int]:
        return [PublicationBatch.objects.order_by("-number").values_list("pk", flat=True)[0]] if name == "batch" else []

    more(1)
    few = cost()
    more(5)
    assert cost() == few
