"""The desk's pages of drafts: bring in, look, describe, save, publish; each mistake in words, nothing lost."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts import jobs
from accounts.models import Job
from accounts.roles import Role
from consultations import errors
from consultations.import_words import failure_in_words
from consultations.models import Draft, DraftImport, DraftVersion
from consultations.services.drafts import publish_version, start_next_version
from consultations.services.imports import discard_import, save_import, set_alt_texts, start_import
from consultations.words import words_for
from lublin2030.lib.storage import private_storage
from tests.consultations.importing.documents import large_docx, nasty_docx
from tests.factories import consultation_with_draft, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


@pytest.fixture
def draft(consultation):
    return Draft.objects.get(consultation=consultation)


@pytest.fixture
def coordinator(sign_in):
    return sign_in(Role.COORDINATOR)


def run_worker() -> None:
    jobs.run_due(now=timezone.now())


def send(client, draft, **data):
    return client.post(reverse("desk:draft_import", args=[draft.pk]), {"source": "", **data})


def brought_in(draft, by, text="Rozdział 1. A\n\nPierwsze zdanie.\n\nRozdział 2. B\n\nDrugie zdanie.") -> DraftImport:
    start_import(draft, format=DraftImport.Format.TEXT, source=text, by=by)
    run_worker()
    return DraftImport.objects.latest("pk")


def press(client, found, action, **data):
    """Press a button on the import's page."""
    found.refresh_from_db()
    return client.post(reverse("desk:import", args=[found.pk]), {"action": action, "revision": found.revision, **data})


def page(client, found, query=""):
    return client.get(reverse("desk:import", args=[found.pk]) + query)


def test_a_document_goes_from_the_file_to_the_reader(client, coordinator, draft):
    """The whole way: choose the file, see it read, describe its pictures, save, publish, read as a resident."""
    answer = send(client, draft, file=SimpleUploadedFile("plan.docx", nasty_docx()))
    found = DraftImport.objects.get()
    assert answer.url == reverse("desk:import", args=[found.pk])
    waiting = page(client, found).content.decode()
    assert reverse("desk:job", args=[Job.objects.get().pk]) in waiting
    run_worker()
    preview = page(client, found).content.decode()
    assert "Diagnoza" in preview
    assert ">1.1<" in preview
    assert "Diagnoza / Zdanie z komentarzem." in preview
    refused = press(client, found, "save")
    assert refused.status_code == 409
    assert words_for(errors.AltTextMissing()) in refused.content.decode()
    fields = {
        f"alt-{sha256}": "Plan miasta"
        for sha256 in found.document["pictures"] or DraftImport.objects.get().document["pictures"]
    }
    assert press(client, found, "pictures", **fields).status_code == 302
    saved = press(client, found, "save")
    version = DraftVersion.objects.get(number=2)
    assert saved.url == reverse("desk:publish_version", args=[version.pk])
    reader = reverse("consultations:chapter", args=[draft.consultation.slug, 1])
    assert "Mieszkańcy wszyscy chcą parków." not in client.get(reader).content.decode()
    assert client.post(saved.url).status_code == 302
    assert "Mieszkańcy wszyscy chcą parków." in client.get(reader).content.decode()


def test_pasted_text_is_brought_in_too(client, coordinator, draft):
    send(client, draft, source="Rozdział 1. Miasto\n\nMiasto sadzi drzewa.")
    run_worker()
    assert "Miasto sadzi drzewa." in page(client, DraftImport.objects.get()).content.decode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"%PDF-1.7 ...", failure_in_words("wrong_type")),
        (b"PK\x03\x04 rubbish", failure_in_words("damaged")),
    ],
)
def test_a_wrong_file_gets_its_sentence_beside_the_field_and_nothing_is_kept(
    client, coordinator, draft, data, sentence
):
    answer = send(client, draft, file=SimpleUploadedFile("plan.docx", data))
    assert answer.context["form"].errors["file"] == [sentence]
    assert not DraftImport.objects.exists()


def test_neither_file_nor_text_is_told(client, coordinator, draft):
    assert send(client, draft).context["form"].errors["file"]


def test_file_and_text_at_once_are_told_and_the_text_stays(client, coordinator, draft):
    answer = send(client, draft, file=SimpleUploadedFile("a.md", b"# A\n\nb"), source="Wklejony tekst.")
    assert answer.context["form"].errors["source"]
    assert "Wklejony tekst." in answer.content.decode()


def test_while_a_version_is_in_preparation_the_page_says_so_and_keeps_the_text(client, coordinator, draft):
    start_next_version(draft, by=coordinator)
    answer = send(client, draft, source="Długo pisany tekst.")
    assert answer.status_code == 409
    assert words_for(errors.VersionInPreparation()) in answer.content.decode()
    assert "Długo pisany tekst." in answer.content.decode()


def test_a_file_that_turns_out_unreadable_says_why(client, coordinator, draft):
    start_import(draft, format=DraftImport.Format.DOCX, data=b"rubbish", file_name="a.docx", by=coordinator)
    run_worker()
    assert failure_in_words("wrong_type") in page(client, DraftImport.objects.get()).content.decode()


@pytest.mark.parametrize("state", ["waiting", "ready", "failed", "saved", "discarded"])
def test_the_page_of_an_import_opens_in_every_state(client, coordinator, draft, state):
    found = brought_in(draft, coordinator)
    DraftImport.objects.filter(pk=found.pk).update(state=state, failure="damaged" if state == "failed" else "")
    assert page(client, found).status_code == 200


def test_the_preview_shows_one_chapter_with_the_numbers_it_will_have(client, coordinator, draft):
    found = brought_in(draft, coordinator)
    text = page(client, found, "?rozdzial=2").content.decode()
    assert ">2.1<" in text
    assert "Drugie zdanie." in text
    assert "Pierwsze zdanie." not in text


@pytest.mark.parametrize("query", ["?rozdzial=3", "?rozdzial=99999999999999999"])
def test_a_chapter_that_is_not_there_is_not_found(client, coordinator, draft, query):
    assert page(client, brought_in(draft, coordinator), query).status_code == 404


@pytest.mark.parametrize("query", ["?rozdzial=x", "?rozdzial=0", "?strona=99", "?strona=x", "?rozdzial="])
def test_a_strange_address_shows_the_nearest_page(client, coordinator, draft, query):
    assert page(client, brought_in(draft, coordinator), query).status_code == 200


def test_a_long_chapter_comes_in_pages(client, coordinator, draft):
    found = brought_in(draft, coordinator, "\n\n".join(f"Zdanie {number}." for number in range(1, 201)))
    first, second = page(client, found).content.decode(), page(client, found, "?strona=2").content.decode()
    assert "Zdanie 150." in first
    assert "Zdanie 151." not in first
    assert ">1.151<" in second


def test_the_preview_of_400_pages_is_light_and_takes_few_queries(
    client, coordinator, draft, django_assert_max_num_queries
):
    start_import(draft, format=DraftImport.Format.DOCX, data=large_docx(), file_name="400.docx", by=coordinator)
    run_worker()
    found = DraftImport.objects.get()
    # Most of them are the menu's: it counts what waits in each queue.
    with django_assert_max_num_queries(24):
        answer = page(client, found, "?rozdzial=40")
    assert len(answer.content) < 100_000


def test_the_chapter_gets_its_new_title(client, coordinator, draft):
    found = brought_in(draft, coordinator)
    press(client, found, "title", chapter=1, title="Ludzie")
    assert "2. Ludzie" in page(client, found, "?rozdzial=2").content.decode()


def test_an_empty_title_is_told_beside_the_field(client, coordinator, draft):
    answer = press(client, brought_in(draft, coordinator), "title", chapter=1, title=" ")
    assert answer.context["title_form"].errors["title"]


def test_another_level_is_read_again(client, coordinator, draft):
    found = brought_in(draft, coordinator, "# S\n\n## A\n\na.\n\n## B\n\nb.")
    press(client, found, "level", level=1)
    assert DraftImport.objects.get().state == "waiting"
    run_worker()
    assert len(DraftImport.objects.get().document["chapters"]) == 1


@pytest.mark.parametrize("action", ["save", "level", "title", "pictures"])
def test_what_was_changed_in_another_window_is_told_and_not_overwritten(client, coordinator, draft, action):
    found = brought_in(draft, coordinator)
    set_alt_texts(DraftImport.objects.get(pk=found.pk), texts={}, revision=1, by=coordinator)
    answer = client.post(
        reverse("desk:import", args=[found.pk]),
        {"action": action, "revision": 1, "level": 1, "chapter": 0, "title": "X"},
    )
    assert answer.status_code == 409
    assert words_for(errors.ImportChanged()) in answer.content.decode()


def test_a_discarded_import_leads_back_to_the_drafts(client, coordinator, draft):
    found = brought_in(draft, coordinator)
    assert press(client, found, "discard").url == reverse("desk:drafts")
    assert DraftImport.objects.get().state == "discarded"


@pytest.mark.parametrize("data", [{}, {"action": "nonsense", "revision": 1}])
def test_a_button_that_does_not_exist_is_a_bad_request(client, coordinator, draft, data):
    found = brought_in(draft, coordinator)
    assert client.post(reverse("desk:import", args=[found.pk]), data).status_code == 400


def picture_address(found) -> str:
    (sha256, *_others) = found.document["pictures"]
    return reverse("desk:import_picture", args=[found.pk, sha256])


@pytest.fixture
def nasty(draft):
    start_import(
        draft, format=DraftImport.Format.DOCX, data=nasty_docx(), file_name="n.docx", by=person(Role.COORDINATOR)
    )
    run_worker()
    return DraftImport.objects.get()


def test_pictures_of_an_import_are_shown_to_staff(client, coordinator, nasty):
    answer = client.get(picture_address(nasty))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert picture_address(nasty) in page(client, nasty, "?rozdzial=2").content.decode()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.EXPERT, Role.COUNCILLOR, Role.AUDITOR])
def test_pictures_of_an_import_are_not_shown_to_others(client, sign_in, nasty, role):
    sign_in(role)
    assert client.get(picture_address(nasty)).status_code == 403


def test_pictures_are_gone_when_the_import_is_ended(client, coordinator, nasty):
    address = picture_address(nasty)
    discard_import(nasty, by=coordinator)
    assert client.get(address).status_code == 404


def test_a_picture_that_is_not_in_the_document_is_not_found(client, coordinator, nasty):
    assert client.get(reverse("desk:import_picture", args=[nasty.pk, "0" * 64])).status_code == 404
    private_storage().delete(
        f"{nasty.file.name.rpartition('.')[0]}/{next(iter(nasty.document['pictures'].values()))['name']}"
    )
    assert client.get(picture_address(nasty)).status_code == 404


def test_the_preview_runs_nothing_of_the_document(client, coordinator, draft):
    text = "Zdanie <script>alert(1)</script> & <img src=x onerror=alert(1)>"
    answer = page(client, brought_in(draft, coordinator, text)).content.decode()
    assert "<script>alert(1)" not in answer
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer


def test_an_import_that_cannot_be_saved_says_so_before_the_button(client, coordinator, draft):
    found = brought_in(draft, coordinator)
    assert 'name="action" value="save"' in page(client, found).content.decode()
    version = start_next_version(draft, by=coordinator)
    text = page(client, found).content.decode()
    assert words_for(errors.VersionInPreparation()) in text
    assert reverse("desk:publish_version", args=[version.pk]) in text
    assert 'name="action" value="save"' not in text
    publish_version(version, by=coordinator)
    text = page(client, found).content.decode()
    assert words_for(errors.ImportOutdated()) in text
    assert 'name="action" value="save"' not in text
    press(client, found, "again")
    run_worker()
    text = page(client, found).content.decode()
    assert 'name="action" value="save"' in text
    assert words_for(errors.ImportOutdated()) not in text


# -- The list of drafts, and publishing -----------------------------------------------------------------------------


def test_the_list_shows_versions_and_imports_in_hand(client, coordinator, draft):
    found = brought_in(draft, coordinator)
    text = client.get(reverse("desk:drafts")).content.decode()
    assert reverse("desk:import", args=[found.pk]) in text
    save_import(found, revision=1, by=coordinator)
    text = client.get(reverse("desk:drafts")).content.decode()
    assert reverse("desk:import", args=[found.pk]) not in text
    assert reverse("desk:publish_version", args=[DraftVersion.objects.get(number=2).pk]) in text


def test_the_number_of_queries_of_the_list_does_not_grow(client, coordinator, draft, connection_queries):
    address = reverse("desk:drafts")
    client.get(address)
    brought_in(draft, coordinator)
    few = connection_queries(lambda: client.get(address))
    for _number in range(4):
        other = Draft.objects.get(consultation=consultation_with_draft())
        brought_in(other, coordinator)
        start_import(other, format=DraftImport.Format.TEXT, source="Tekst.", by=person(Role.COORDINATOR))
    assert connection_queries(lambda: client.get(address)) == few


def test_what_waits_stands_on_the_first_page_of_the_desk(client, coordinator, draft):
    found = brought_in(draft, coordinator)
    assert reverse("desk:import", args=[found.pk]) in client.get(reverse("desk:home")).content.decode()


def test_publishing_asks_first_and_then_publishes(client, coordinator, draft):
    version = start_next_version(draft, by=coordinator)
    address = reverse("desk:publish_version", args=[version.pk])
    assert client.get(address).status_code == 200
    assert DraftVersion.objects.get(pk=version.pk).published_at is None
    assert client.post(address).url == reverse("desk:drafts")
    assert DraftVersion.objects.get(pk=version.pk).published_at is not None


def test_publishing_twice_is_told(client, coordinator, draft):
    address = reverse("desk:publish_version", args=[draft.versions.get().pk])
    answer = client.post(address)
    assert answer.status_code == 409
    assert words_for(errors.VersionAlreadyPublished()) in answer.content.decode()


def test_the_pages_hold_no_style_and_no_script_of_their_own(client, coordinator, nasty, draft):
    for address in (
        reverse("desk:drafts"),
        reverse("desk:draft_import", args=[draft.pk]),
        reverse("desk:import", args=[nasty.pk]),
        reverse("desk:publish_version", args=[draft.versions.get().pk]),
    ):
        text = client.get(address).content.decode()
        assert not re.search(r"\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)|<style", text)
