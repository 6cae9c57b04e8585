"""Typing in letters: what may be entered by whom and when, the page, and the passage shown while one types."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext

from accounts.roles import Role
from consultations.errors import (
    AttachmentRefused,
    KindDoesNotFit,
    LodgedAfterReceipt,
    NothingToSend,
    NotPermitted,
    NotReceivedThen,
    TargetNotInDraft,
)
from consultations.models import Attachment, Consultation, HistoryEntry, LetterDraft, Remark, Submission
from consultations.permissions import may_type_in
from consultations.services import intake
from consultations.services.attachments import inspected_file
from consultations.services.intake import proposed_reasons
from consultations.services.submissions import Sender
from consultations.services.tallies import recount
from notifications.models import Message
from tests import factories
from tests.consultations.clerks import RECEIVED, desk, letter, typed
from tests.consultations.residents import text_of
from tests.factories import CLOSES, DURING, OPENS, passage_remark, person
from tests.files_made import pdf
from tests.parallel import at_once, database_for_threads

Kind = Remark.Kind


class TestEnterLetter:
    def test_a_letter_is_a_submission_with_its_channel_its_dates_and_the_clerk(self, consultation):
        clerk = person(Role.COORDINATOR)
        submission = letter(consultation, by=clerk, lodged_on=dt.date(2021, 11, 28)).submission
        assert (submission.number, submission.channel, submission.received_at) == (1, "paper", RECEIVED)
        assert submission.lodged_on == dt.date(2021, 11, 28)
        entry = HistoryEntry.objects.get()
        assert (entry.verb, entry.by, entry.at) == ("receive", clerk, DURING)
        assert Remark.objects.get().channel == "paper"
        assert recount(Consultation.objects.get()) == []

    def test_a_letter_can_be_entered_after_the_end(self, consultation):
        late = letter(consultation, received_at=CLOSES + dt.timedelta(days=2), now=CLOSES + dt.timedelta(days=9))
        assert late.submission.number == 1

    @pytest.mark.parametrize("received", [DURING + dt.timedelta(minutes=1), OPENS - dt.timedelta(seconds=1)])
    def test_it_cannot_have_come_in_the_future_or_before_the_opening(self, consultation, received):
        with pytest.raises(NotReceivedThen):
            letter(consultation, received_at=received)
        assert Submission.objects.count() == 0

    def test_it_cannot_be_lodged_after_it_was_received(self, consultation):
        with pytest.raises(LodgedAfterReceipt):
            letter(consultation, lodged_on=dt.date(2021, 12, 1))

    def test_nothing_of_an_empty_letter_or_of_a_foreign_place_is_entered(self, consultation):
        with pytest.raises(NothingToSend):
            letter(consultation, remarks=[])
        with pytest.raises(TargetNotInDraft):
            letter(consultation, remarks=[passage_remark(factories.consultation_with_draft())])
        assert Consultation.objects.get(pk=consultation.pk).last_number == 0

    @pytest.mark.parametrize(
        ("kind", "fields"),
        [
            (Kind.REWORD, {"wording": ""}),
            (Kind.ADD, {"wording": ""}),
            (Kind.REMOVE, {"passage": None, "chapter": None}),
            (Kind.REWORD, {"passage": None, "wording": "Nowe"}),
        ],
    )
    def test_a_kind_that_does_not_fit_is_refused(self, consultation, kind, fields):
        with pytest.raises(KindDoesNotFit):
            letter(consultation, remarks=[replace(passage_remark(consultation), chosen_kind=kind, **fields)])

    def test_the_same_form_twice_is_one_letter(self, consultation):
        clerk = person(Role.COORDINATOR)
        first = letter(consultation, by=clerk)
        again = letter(consultation, by=clerk)
        assert (again.submission, again.is_new) == (first.submission, False)
        assert Submission.objects.count() == 1

    def test_a_sender_with_an_address_gets_a_receipt(self, consultation):
        letter(consultation, sender=Sender(name="Maria", email="maria@example.org"))
        assert Message.objects.get().recipient == "maria@example.org"

    @pytest.mark.parametrize("role", [*Role, None])
    def test_only_coordinators_may(self, consultation, role):
        somebody = person(role) if role else person()
        assert may_type_in(somebody) == (role == Role.COORDINATOR)
        if role != Role.COORDINATOR:
            with pytest.raises(NotPermitted):
                letter(consultation, by=somebody)


class TestProposedReasons:
    def codes(self, submission: Submission) -> list[str]:
        return [reason.code for reason in proposed_reasons(submission)]

    @pytest.mark.parametrize(
        ("received", "lodged", "codes"),
        [
            (CLOSES - dt.timedelta(seconds=1), None, []),
            (CLOSES, None, ["late"]),
            (CLOSES + dt.timedelta(days=3), dt.date(2021, 12, 20), []),
            (CLOSES + dt.timedelta(days=3), dt.date(2021, 12, 21), ["late"]),
        ],
    )
    def test_the_day_of_lodging_decides_and_without_it_that_of_receipt(self, consultation, received, lodged, codes):
        sent = letter(consultation, received_at=received, lodged_on=lodged, now=CLOSES + dt.timedelta(days=9))
        assert self.codes(sent.submission) == codes

    @pytest.mark.parametrize(("channel", "codes"), [("paper", ["unsigned"]), ("email", ["unsigned"]), ("protocol", [])])
    def test_an_unsigned_letter_is_proposed_as_unsigned(self, consultation, channel, codes):
        sent = letter(consultation, channel=Submission.Channel(channel), signed=False)
        assert self.codes(sent.submission) == codes

    def test_what_came_online_is_never_proposed(self, consultation):
        assert self.codes(factories.submission(consultation)) == []

    def test_the_page_of_verification_shows_and_chooses_it(self, consultation, client, sign_in):
        sign_in(Role.COORDINATOR)
        sent = letter(consultation, signed=False).submission
        page = client.get(reverse("desk:submission", args=[sent.pk]))
        reason = consultation.improper_reasons.get(code="unsigned")
        assert "bez podpisu" in text_of(page)
        assert f'<option value="{reason.pk}" selected>' in page.content.decode()


@pytest.mark.usefixtures("during")
class TestPage:
    @pytest.fixture(autouse=True)
    def clerk(self, db, sign_in):
        return sign_in(Role.COORDINATOR)

    def test_five_remarks_are_entered_and_the_next_letter_keeps_channel_and_days(self, consultation, client):
        remarks = [{"place": place, "change": f"Zmiana {place}"} for place in ("1.1", "2,3", "f5", "2", "0")]
        answer = client.post(desk("letter", consultation), typed(*remarks, channel="email", lodged="29.11.2021"))
        assert answer.status_code == 302
        page = client.get(answer.headers["Location"])
        assert "1/2021" in text_of(page)
        assert 'value="30.11.2021"' in page.content.decode()
        assert 'value="29.11.2021"' in page.content.decode()
        assert '<option value="email" selected>' in page.content.decode()
        assert "Maria" not in page.content.decode()
        submission = Submission.objects.get()
        assert [str(remark.passage) if remark.passage else remark.target for remark in submission.remarks.all()] == [
            "f1", "f6", "f5", "chapter", "document",
        ]  # fmt: skip
        assert submission.remarks.filter(target="chapter").get().chapter.code == "r2"
        assert set(submission.remarks.exclude(target="document").values_list("version__number", flat=True)) == {1}

    def test_for_htmx_the_form_comes_back_alone_with_the_number(self, consultation, client):
        sent = typed({"place": "1.1", "change": "Zmiana"})
        answer = client.post(desk("letter", consultation), sent, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert "<html" not in answer.content.decode()
        assert "1/2021" in text_of(answer)
        assert "typed-token" not in answer.content.decode()

    @pytest.mark.parametrize(
        ("remark", "fields", "kept"),
        [
            ({"place": "9.9", "change": "Zmiana"}, {}, "9.9"),
            ({"place": "1.1", "change": "", "reason": "Bo tak"}, {}, "Bo tak"),
            ({"place": "2", "change": "Usunąć", "kind": "remove"}, {}, "Usunąć"),
            ({"place": "1.1", "change": "Nowe", "kind": "reword"}, {}, "Nowe"),
            ({"place": "1.1", "change": "Zmiana"}, {"received": "31.02.2021"}, "31.02.2021"),
            ({"place": "1.1", "change": "Zmiana"}, {"received": "2.12.2021"}, "2.12.2021"),
            ({"place": "1.1", "change": "Zmiana"}, {"received": "14.11.2021"}, "14.11.2021"),
            ({"place": "1.1", "change": "Zmiana"}, {"lodged": "1.12.2021"}, "1.12.2021"),
            ({"place": "1.1", "change": "Zmiana"}, {"email": "maria@"}, "maria@"),
            ({"place": "1.1", "change": "Zmiana"}, {"representative": "Anna"}, "Anna"),
            ({"place": "1.1", "change": "x" * 5001}, {}, "xxx"),
            ({}, {"name": "Sama Nazwa"}, "Sama Nazwa"),
        ],
    )
    def test_a_fault_is_told_at_its_field_and_nothing_is_lost(self, consultation, client, remark, fields, kept):
        answer = client.post(desk("letter", consultation), typed(remark, **fields))
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
        assert kept in answer.content.decode()
        assert Submission.objects.count() == 0
        assert LetterDraft.objects.count() == 1

    def test_a_day_may_lack_the_year_and_counts_from_its_beginning(self, consultation, client):
        client.post(desk("letter", consultation), typed({"place": "1.1", "change": "x"}, received="15.11"))
        assert Submission.objects.get().received_at == OPENS

    def test_without_javascript_the_button_adds_a_remark(self, consultation, client):
        sent = typed({"place": "1.2", "change": "Zmiana"}, action="add")
        page = client.post(desk("letter", consultation), sent)
        assert page.status_code == 200
        assert 'name="r-1-place"' in page.content.decode()
        assert "Fragment 1.2" in text_of(page)
        assert LetterDraft.objects.get().content["remarks"][0]["change"] == "Zmiana"

    def test_the_same_sender_and_text_again_is_asked_about_first(self, consultation, client):
        client.post(desk("letter", consultation), typed({"place": "1.1", "change": "Zmiana"}))
        again = typed({"place": "1.1", "change": "Zmiana"}, form_token="another")
        answer = client.post(desk("letter", consultation), again)
        assert answer.status_code == 409
        assert "1/2021" in text_of(answer)
        assert client.post(desk("letter", consultation), again | {"known": "1"}).status_code == 302
        assert Submission.objects.count() == 2

    def test_the_scan_is_kept_by_what_it_is(self, consultation, client, clerk):
        scan = SimpleUploadedFile("../../pismo.exe", pdf(), "image/png")
        client.post(desk("letter", consultation), typed({"place": "1.1", "change": "x"}) | {"scan": scan})
        kept = Attachment.objects.get()
        assert (kept.kind, kept.content_type, kept.added_by) == ("scan", "application/pdf", clerk)
        assert "pismo" not in kept.file.name

    def test_a_letter_that_comes_back_asks_for_the_scan_again(self, consultation, client):
        sent = typed({"place": "9.9", "change": "x"}) | {"scan": SimpleUploadedFile("skan.pdf", pdf())}
        assert gettext("Choose the scan once more.") in client.post(desk("letter", consultation), sent).content.decode()

    def test_a_file_that_is_no_scan_is_refused_in_words_and_enters_nothing(self, consultation, client):
        scan = SimpleUploadedFile("pismo.pdf", b"MZ\x90\x00" * 30, "application/pdf")
        answer = client.post(desk("letter", consultation), typed({"place": "1.1", "change": "x"}) | {"scan": scan})
        assert answer.status_code == 409
        assert (Submission.objects.count(), Attachment.objects.count()) == (0, 0)
        assert Consultation.objects.get().last_number == 0

    @pytest.mark.parametrize(
        ("written", "shown"),
        [
            ("1.2", "Fragment 1.2: miasto sadzi drzewa."),
            ("1,2", "Fragment 1.2"),
            ("F6", "Fragment 2.3"),
            ("2", "Rozdział 2"),
            ("0", "całego dokumentu"),
            ("", "całego dokumentu"),
            ("7.1", "7.1"),
            ("<b>", "<b>"),
        ],
    )
    def test_the_place_is_shown_as_it_is_typed(self, consultation, client, written, shown):
        answer = client.get(desk("letter_place", consultation), {"numer": written})
        assert shown in text_of(answer)
        assert "<b>x" not in answer.content.decode()

    def test_the_number_of_queries_does_not_grow_with_the_remarks(self, consultation, client, connection_queries):
        def refused(remarks: int):
            sent = typed(*[{"place": "1.1", "change": "x"}] * remarks, received="nigdy")
            return connection_queries(lambda: client.post(desk("letter", consultation), sent))

        refused(1)
        assert refused(1) == refused(40)

    def test_a_version_published_after_the_end_is_not_what_letters_quote(self, consultation, client, during):
        adopted = consultation.draft.versions.create(number=2, published_at=CLOSES + dt.timedelta(days=30))
        during.move_to(CLOSES + dt.timedelta(days=60))
        answer = client.get(desk("letter_place", consultation), {"numer": "1.2"})
        assert "Fragment 1.2" in text_of(answer)
        chosen = client.get(desk("letter_place", consultation), {"numer": "1.2", "wersja": adopted.pk})
        assert 'class="urgent' in chosen.content.decode()

    def test_before_the_opening_there_is_no_page(self, client):
        coming = factories.consultation_with_draft(opens_at=DURING + dt.timedelta(days=1))
        assert client.get(desk("letter", coming)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_get_numbers_without_a_gap(tmp_path):
    consultation = factories.consultation_with_draft()
    clerks = [person(Role.COORDINATOR) for _ in range(2)]
    with database_for_threads(tmp_path):
        receipts = at_once(
            [partial(letter, consultation, by=clerks[n % 2], form_token=f"letter-{n}") for n in range(12)]
        )
        assert sorted(receipt.submission.number for receipt in receipts) == list(range(1, 13))
        assert recount(Consultation.objects.get()) == []


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_enter_one_letter(tmp_path):
    consultation = factories.consultation_with_draft()
    clerk = person(Role.COORDINATOR)
    with database_for_threads(tmp_path):
        receipts = at_once([partial(letter, consultation, by=clerk)] * 8)
        assert len({receipt.submission.pk for receipt in receipts}) == 1
        assert sum(receipt.is_new for receipt in receipts) == 1
        assert Consultation.objects.get().last_number == 1


def test_a_picture_keeps_no_metadata(consultation):
    import io

    from PIL import Image

    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Aparat Marii"
    Image.new("RGB", (20, 10), "white").save(out, "JPEG", exif=exif)
    assert b"Aparat Marii" in out.getvalue()
    letter(consultation, scan=SimpleUploadedFile("skan.jpg", out.getvalue()))
    assert b"Aparat Marii" not in Attachment.objects.get().file.read()


def test_a_scan_that_is_too_large_is_refused(consultation):
    with pytest.raises(AttachmentRefused):
        letter(consultation, scan=SimpleUploadedFile("skan.pdf", b"%PDF-1.7" + b" " * (10 * 1024 * 1024)))
    assert Submission.objects.count() == 0


def test_a_scan_is_looked_into_before_the_number_is_taken(consultation, monkeypatch):
    """The scanner can keep us waiting half a minute; nobody else's sending waits with us."""
    numbers = []
    real = inspected_file

    def looks(upload):
        numbers.append((Consultation.objects.get().last_number, len(connection.savepoint_ids)))
        return real(upload)

    monkeypatch.setattr(intake, "inspected_file", looks)
    before = len(connection.savepoint_ids)
    letter(consultation, scan=SimpleUploadedFile("skan.pdf", pdf()))
    assert numbers == [(0, before)]
    assert Attachment.objects.get().kind == "scan"
