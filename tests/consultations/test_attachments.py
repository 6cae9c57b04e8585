"""Files in a basket and of a submission: taken, kept, moved, opened to the public, deleted, without a trace left."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from accounts.roles import Role
from consultations.errors import (
    AttachmentNotPublishable,
    AttachmentRefused,
    AttachmentsNotTaken,
    BasketChanged,
    ConsultationClosed,
    NothingToSend,
    NotPermitted,
    TooManyAttachments,
)
from consultations.models import Attachment, DraftImport, HistoryEntry, Remark, RemarkImport
from consultations.services import attachments, basket_links, baskets
from consultations.services.attachments import (
    MOST_ATTACHMENTS,
    add_attachment,
    add_scan,
    delete_orphan_files,
    hide_attachment,
    publish_attachment,
    remove_attachment,
)
from lublin2030.lib.storage import private_storage
from tests.consultations.residents import attached_to, full_basket, sent_attachment
from tests.factories import AFTER, DURING, person, submission
from tests.files_made import docx, jpeg_with_traces, pdf, upload
from tests.test_scanner import EICAR, clamd

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage():
    """A store of this test's own: what lies in it at the end was put there by the test."""
    store = private_storage()
    for name in [*stored(), *attachments._files_in(attachments.TABLES), *attachments._files_in(attachments.DOCUMENTS)]:
        store.delete(name)
    return store


def stored() -> set[str]:
    return set(attachments._files())


@pytest.fixture
def basket(consultation):
    return full_basket(consultation)


@pytest.fixture
def coordinator():
    return person(Role.COORDINATOR)


def add(basket, data=None, name="Uwagi.pdf", now=DURING):
    return add_attachment(basket, upload=upload(data or pdf(), name), now=now)


# -- Adding and removing --------------------------------------------------------------------------------------------


def test_a_file_is_kept_under_a_random_name_with_its_real_format(basket):
    kept = add(basket, docx(), "../Jan Kowalski: uwagi.pdf")
    assert (kept.name, kept.extension, kept.size) == ("Jan Kowalski: uwagi.docx", "docx", len(docx()))
    assert stored() == {kept.file.name}
    assert "Kowalski" not in kept.file.name
    assert len(kept.token) == 43
    assert kept.file.open().read() == docx()


def test_a_photograph_is_kept_without_what_it_tells(basket):
    kept = add(basket, jpeg_with_traces(), "dom.jpg")
    assert b"Leonarda" not in kept.file.open().read()


def test_the_same_file_again_is_there_once(basket):
    assert add(basket) == add(basket, name="kopia.pdf")
    assert (Attachment.objects.count(), len(stored())) == (1, 1)


def test_the_sixth_file_is_refused_and_leaves_nothing(basket):
    for number in range(MOST_ATTACHMENTS):
        add(basket, docx(f"{number}"))
    with pytest.raises(TooManyAttachments):
        add(basket)
    assert (MOST_ATTACHMENTS, basket.attachments.count(), len(stored())) == (5, 5, 5)
    add(basket, docx("0"))  # one of the five: nothing new


@pytest.mark.parametrize(("data", "fault"), [(b"Ala", "unknown"), (b"", "empty"), (pdf(b"/JS (x)"), "active")])
def test_a_refused_file_leaves_nothing(basket, data, fault):
    with pytest.raises(AttachmentRefused) as refused:
        add_attachment(basket, upload=upload(data), now=DURING)
    assert refused.value.fault == fault
    assert (Attachment.objects.count(), stored()) == (0, set())


def test_after_closing_no_file_is_taken(basket):
    with pytest.raises(ConsultationClosed):
        add(basket, now=AFTER)


def test_a_consultation_can_do_without_attachments(basket):
    basket.consultation.takes_attachments = False
    with pytest.raises(AttachmentsNotTaken):
        add(basket)


def test_a_basket_that_was_sent_takes_no_file(basket):
    baskets.send_basket(basket, now=DURING)
    with pytest.raises(NothingToSend):
        add(basket)
    assert stored() == set()


def test_what_fails_at_the_last_moment_leaves_no_file(basket, monkeypatch):
    monkeypatch.setattr(Attachment, "save", lambda *_args, **_kwargs: (_ for _ in ()).throw(IntegrityError))
    with pytest.raises(IntegrityError):
        add(basket)
    assert stored() == set()


def test_a_removed_file_is_gone_after_the_commit_only(basket, django_capture_on_commit_callbacks):
    kept = add(basket)
    with django_capture_on_commit_callbacks(execute=True):
        remove_attachment(kept, now=DURING)
        assert len(stored()) == 1
        assert not Attachment.objects.exists()
    assert stored() == set()
    remove_attachment(kept, now=DURING)  # twice does no harm


def test_a_sent_file_cannot_be_removed(consultation):
    sent = sent_attachment(consultation)
    remove_attachment(sent, now=DURING)
    assert Attachment.objects.filter(pk=sent.pk).exists()


# -- Sending and forgetting -----------------------------------------------------------------------------------------


def test_files_go_with_the_submission(basket, django_capture_on_commit_callbacks):
    kept = add(basket)
    with django_capture_on_commit_callbacks(execute=True):
        sent = baskets.send_basket(basket, now=DURING).submission
    kept.refresh_from_db()
    assert (kept.submission, kept.basket_id, kept.published_at) == (sent, None, None)
    assert stored() == {kept.file.name}


@pytest.mark.parametrize(
    "change", [lambda basket: add(basket, docx()), lambda b: remove_attachment(b.attachments.get())]
)
def test_a_file_that_came_or_went_since_the_review_is_not_sent_unseen(basket, change):
    add(basket)
    reviewed = baskets.fingerprint(basket, basket.remarks.all())
    change(basket)
    with pytest.raises(BasketChanged):
        baskets.send_basket(basket, reviewed=reviewed, now=DURING)


def test_a_failed_sending_keeps_the_files_in_the_basket(basket, monkeypatch):
    add(basket)
    monkeypatch.setattr(baskets, "enter_submission", lambda *_args, **_kwargs: (_ for _ in ()).throw(IntegrityError))
    with pytest.raises(IntegrityError), transaction.atomic():
        baskets.send_basket(basket, now=DURING)
    assert (basket.attachments.count(), len(stored())) == (1, 1)


def test_a_forgotten_basket_takes_its_files_along(basket, consultation, django_capture_on_commit_callbacks):
    add(basket)
    sent = sent_attachment(consultation, cookie_key="l" * 43, data=docx())
    with django_capture_on_commit_callbacks(execute=True):
        assert baskets.forget_old_baskets(now=DURING + dt.timedelta(days=31)) == 1
    assert stored() == {sent.file.name}


def test_orphans_are_deleted_a_day_later_and_nothing_else(basket, storage):
    kept = add(basket)
    storage.save("zalaczniki/xx/sierota", ContentFile(b"x"))
    made = storage.get_modified_time("zalaczniki/xx/sierota")
    assert delete_orphan_files(now=made + dt.timedelta(hours=23)) == 0
    assert delete_orphan_files(now=made + dt.timedelta(hours=25)) == 1
    assert stored() == {kept.file.name}


@pytest.mark.parametrize(
    ("state", "left"),
    [("waiting", 1), ("checked", 1), ("entering", 1), ("entered", 0), ("failed", 0), ("discarded", 0)],
)
def test_a_table_full_of_personal_data_is_kept_only_while_it_is_needed(consultation, storage, state, left):
    """Also where its deletion failed, or its row was never committed."""
    name = storage.save("importy-uwag/tabela", ContentFile(b"x"))
    never_committed = storage.save("importy-uwag/inna", ContentFile(b"x"))
    made = storage.get_modified_time(never_committed)
    RemarkImport.objects.create(consultation=consultation, file=name, sha256="0", state=state, at=DURING)
    delete_orphan_files(now=made + dt.timedelta(hours=25))
    assert storage.exists(name) == bool(left)
    assert not storage.exists(never_committed)
    storage.delete(name)


def test_the_document_of_an_import_stays_and_one_of_no_import_goes(consultation, storage):
    kept = storage.save("importy/dokument.docx", ContentFile(b"x"))
    orphan = storage.save("importy/sierota.docx", ContentFile(b"x"))
    made = storage.get_modified_time(orphan)
    DraftImport.objects.create(draft=consultation.draft, format="docx", file=kept, at=DURING)
    delete_orphan_files(now=made + dt.timedelta(hours=25))
    assert (storage.exists(kept), storage.exists(orphan)) == (True, False)
    storage.delete(kept)


def test_without_any_file_there_is_no_orphan():
    assert delete_orphan_files(now=AFTER) == 0


def test_two_devices_that_join_keep_every_file_once_and_send_no_more_than_five(
    basket, consultation, django_capture_on_commit_callbacks
):
    """Files of a device that opens the link of another basket come along; what both have stays once."""
    other = full_basket(consultation, cookie_key="d" * 43)
    for number in range(3):
        add(basket, docx(f"{number}"))
        add(other, docx(f"{number + 2}"))
    with django_capture_on_commit_callbacks(execute=True):
        token = basket_links.send_basket_link(basket, email="a@example.org", language="pl", now=DURING).link_token
        joined = basket_links.open_basket_link(consultation, token=token or "", own=other, now=DURING).basket
    assert (joined.attachments.count(), len(stored())) == (5, 5)
    surplus = Attachment.objects.create(
        basket=joined, name="x.pdf", content_type="application/pdf", size=1, sha256="1" * 64, added_at=DURING, file="x"
    )
    with pytest.raises(TooManyAttachments):
        baskets.send_basket(joined, now=DURING)
    remove_attachment(surplus, now=DURING)
    assert baskets.send_basket(joined, now=DURING).submission.attachments.count() == 5


# -- Opening to the public ------------------------------------------------------------------------------------------


def test_a_coordinator_opens_a_file_to_the_public_and_takes_it_back(consultation, coordinator):
    sent = sent_attachment(consultation)
    assert not Attachment.objects.public(DURING).exists()
    publish_attachment(sent, by=coordinator, now=DURING)
    assert Attachment.objects.public(DURING).get() == sent
    assert sent.published_by == coordinator
    hide_attachment(sent, by=coordinator, now=DURING)
    assert not Attachment.objects.public(DURING).exists()
    verbs = HistoryEntry.objects.filter(submission=sent.submission, by=coordinator).values_list("verb", flat=True)
    assert list(verbs) == ["publish_attachment", "hide_attachment"]


def test_doing_it_twice_is_refused_and_leaves_one_row(consultation, coordinator):
    sent = sent_attachment(consultation)
    publish_attachment(sent, by=coordinator, now=DURING)
    with pytest.raises(AttachmentNotPublishable):
        publish_attachment(sent, by=coordinator, now=DURING)
    assert HistoryEntry.objects.filter(verb="publish_attachment").count() == 1


@pytest.mark.parametrize("verb", [publish_attachment, hide_attachment])
def test_a_scan_is_never_public(consultation, coordinator, verb):
    scan = add_scan(submission(consultation), upload=upload(pdf()), by=coordinator, now=DURING)
    with pytest.raises(AttachmentNotPublishable):
        verb(scan, by=coordinator, now=DURING)


def test_an_unsent_file_is_not_public(basket, coordinator):
    with pytest.raises(AttachmentNotPublishable):
        publish_attachment(add(basket), by=coordinator, now=DURING)
    kept = basket.attachments.get()
    kept.published_at = DURING
    with pytest.raises(IntegrityError, match="attachment_public_only_when_sent"):
        kept.save()


def test_a_file_of_a_withdrawn_submission_is_not_public(consultation):
    sent = submission(consultation, remarks=2)
    attached_to(sent, published_at=DURING)
    sent.remarks.filter(ordinal=1).update(state=Remark.State.WITHDRAWN)
    assert Attachment.objects.public(DURING).count() == 1
    sent.remarks.update(state=Remark.State.WITHDRAWN)
    assert Attachment.objects.public(DURING).count() == 0


def test_a_file_is_not_public_before_the_remarks_are(consultation):
    consultation.remarks_shown = "after_closing"
    consultation.save()
    attached_to(submission(consultation), published_at=DURING)
    assert Attachment.objects.public(DURING).count() == 0
    assert Attachment.objects.public(AFTER).count() == 1


def test_a_file_keeps_its_number_whatever_is_public(consultation):
    sent = submission(consultation)
    rows = [attached_to(sent) for _time in range(3)]
    attached_to(sent, kind=Attachment.Kind.SCAN)
    Attachment.objects.filter(pk=rows[2].pk).update(published_at=DURING)
    numbered = Attachment.objects.filter(submission=sent).numbered()
    assert [vars(one)["ordinal"] for one in numbered.added_by_senders()] == [1, 2, 3]
    assert [(one.pk, vars(one)["ordinal"]) for one in numbered.public(DURING)] == [(rows[2].pk, 3)]
    assert attachments.ordinal_of(rows[2]) == 3


# -- Scans ----------------------------------------------------------------------------------------------------------


def test_a_scan_belongs_to_the_letter_and_to_who_added_it(consultation, coordinator):
    letter = submission(consultation)
    scan = add_scan(letter, upload=upload(jpeg_with_traces(), "skan.pdf"), by=coordinator, now=DURING)
    assert (scan.submission, scan.added_by, scan.kind, scan.name) == (letter, coordinator, "scan", "skan.jpg")
    assert add_scan(letter, upload=upload(jpeg_with_traces()), by=coordinator) == scan


def test_a_refused_scan_leaves_nothing(consultation):
    with pytest.raises(NotPermitted):
        add_scan(submission(consultation), upload=upload(pdf()), by=person(Role.EXPERT))
    assert stored() == set()


# -- The scanner ----------------------------------------------------------------------------------------------------


def test_a_virus_is_refused_and_not_kept(basket, settings):
    with clamd() as (url, _received):
        settings.CLAMD_URL = url
        with pytest.raises(AttachmentRefused) as refused:
            add(basket, pdf(EICAR))
    assert refused.value.fault == AttachmentRefused.HARMFUL
    assert stored() == set()


def test_a_clean_file_passes_the_scanner_and_is_kept_whole(basket, settings):
    with clamd() as (url, received):
        settings.CLAMD_URL = url
        kept = add(basket)
    assert received == [pdf()] == [kept.file.open().read()]


@pytest.mark.parametrize("required", [True, False])
def test_without_an_answer_it_depends_on_whether_the_scanner_is_required(basket, settings, tmp_path, required):
    settings.CLAMD_URL, settings.CLAMD_REQUIRED = f"unix://{tmp_path}/none", required
    if required:
        with pytest.raises(AttachmentRefused) as refused:
            add(basket)
        assert refused.value.fault == AttachmentRefused.UNCHECKED
    assert (add(basket) if not required else None) == basket.attachments.first()
