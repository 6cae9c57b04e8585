"""Files on the pages: added beside a half-filled form, shown to who may see them, downloaded and never opened."""

from __future__ import annotations

import re

import pytest
from django.conf import settings as portal_settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext

from accounts.roles import Role
from consultations.models import Attachment, Submission
from consultations.services.attachments import add_attachment, add_scan, publish_attachment
from consultations.services.decisions import assign_remark
from consultations.services.verification import mark_proper
from tests.consultations.residents import (
    COOKIE,
    PERSON,
    attached_to,
    full_basket,
    hidden,
    only_submission,
    sent_attachment,
    text_of,
    url,
)
from tests.factories import AFTER, DURING, DepartmentFactory, consultation_with_draft, person, submission
from tests.files_made import docx, jpeg_with_traces, pdf, picture, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

TYPED = {"sender_kind": "organisation", "name": "Zielone Podwórko", "email": "to nie adres", "phone": "81 466 00 00"}


@pytest.fixture
def basket(client, consultation):
    client.cookies["basket"] = COOKIE
    return full_basket(consultation, name="", email="")


def post(client, consultation, *files, **fields):
    return client.post(url("basket", consultation), {**TYPED, "pliki": list(files)} | fields)


def values(response) -> dict[str, str]:
    html = response.content.decode()
    return dict(re.findall(r'<input type="(?:text|email|tel)" name="(\w+)" value="([^"]*)"', html))


# -- The form -------------------------------------------------------------------------------------------------------


def test_files_are_added_and_what_is_typed_so_far_survives_unjudged(client, consultation, basket):
    answer = post(client, consultation, upload(pdf(), "mapa.pdf"), upload(picture(), "dom.png"), dolacz="1")
    assert answer.status_code == 200
    assert [one.name for one in basket.attachments.all()] == ["mapa.pdf", "dom.jpg"]
    shown = text_of(answer)
    assert "mapa.pdf" in shown
    assert "JPG" in shown
    assert {name: values(answer)[name] for name in ("name", "email", "phone")} == {
        name: TYPED[name] for name in ("name", "email", "phone")
    }
    assert re.search(r'value="organisation"[^>]*checked', answer.content.decode())
    assert 'aria-invalid="true"' not in answer.content.decode()


def test_a_wrong_file_gets_its_sentence_the_right_one_is_kept_and_nothing_typed_is_lost(client, consultation, basket):
    answer = post(client, consultation, upload(b"MZ program", "mapa.pdf"), upload(docx(), "uwagi.docx"), dolacz="1")
    assert answer.status_code == 422
    html = answer.content.decode()
    assert re.search(r"<title>\s*Błąd:", html) or "Error:" in html
    assert 'role="alert"' in html
    error = re.search(r'id="id_pliki_error">(.*?)</ul>', html, re.S)
    assert error is not None
    assert "mapa.pdf" in error[1]
    assert 'aria-describedby="id_pliki_hint id_pliki_error" aria-invalid="true"' in html
    assert values(answer)["phone"] == TYPED["phone"]
    assert [one.name for one in basket.attachments.all()] == ["uwagi.docx"]


def test_checking_everything_takes_the_chosen_files_along(client, consultation, basket):
    answer = client.post(url("basket", consultation), PERSON | {"pliki": [upload(pdf(), "mapa.pdf")]})
    assert answer.url == url("review", consultation)
    assert "mapa.pdf" in text_of(client.get(answer.url))


def test_checking_everything_with_a_wrong_file_stays_and_says_what_is_wrong_with_both(client, consultation, basket):
    answer = post(client, consultation, upload(b"x", "a.pdf"))
    assert answer.status_code == 422
    assert 'id="id_email_error"' in answer.content.decode()
    assert 'id="id_pliki_error"' in answer.content.decode()


def test_the_first_button_goes_on_so_that_enter_removes_nothing(client, consultation, basket):
    add_attachment(basket, upload=upload(pdf()), now=DURING)
    html = client.get(url("basket", consultation)).content.decode()
    form = html[html.index('enctype="multipart/form-data"') :]
    first = re.search(r"<button([^>]*)>", form)
    assert first is not None
    assert "name=" not in first[1]


def test_adding_without_choosing_asks_to_choose(client, consultation, basket):
    answer = post(client, consultation, dolacz="1")
    assert answer.status_code == 422
    assert 'id="id_pliki_error"' in answer.content.decode()


def test_more_than_five_are_refused_each_with_a_sentence(client, consultation, basket):
    answer = post(client, consultation, *[upload(docx(f"{n}"), f"{n}.docx") for n in range(12)], dolacz="1")
    assert answer.status_code == 422
    assert basket.attachments.count() == 5
    shown = text_of(answer)
    assert all(f"{n}.docx" in shown for n in range(12))


def test_a_file_is_removed_and_what_is_typed_survives(client, consultation, basket):
    kept = add_attachment(basket, upload=upload(pdf(), "mapa.pdf"), now=DURING)
    answer = post(client, consultation, usun_zalacznik=str(kept.pk))
    assert answer.status_code == 200
    assert not basket.attachments.exists()
    assert values(answer)["name"] == TYPED["name"]


@pytest.mark.parametrize("key", ["foreign", "sent", "0", "x", "99999999999999999999"])
def test_only_files_of_the_own_basket_are_removed(client, consultation, basket, key):
    foreign = add_attachment(full_basket(consultation, cookie_key="f" * 43), upload=upload(pdf()), now=DURING)
    sent = sent_attachment(consultation, cookie_key="s" * 43)
    keys = {"foreign": str(foreign.pk), "sent": str(sent.pk)}
    assert post(client, consultation, usun_zalacznik=keys.get(key, key)).status_code in {200, 422}
    assert Attachment.objects.filter(pk__in=[foreign.pk, sent.pk]).count() == 2


def test_an_expired_form_takes_no_file_and_keeps_what_is_typed(consultation, basket):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["basket"] = COOKIE
    answer = post(strict, consultation, upload(pdf()), dolacz="1")
    assert answer.status_code == 403
    assert values(answer)["phone"] == TYPED["phone"]
    assert not basket.attachments.exists()


def test_after_closing_no_file_is_taken(client, consultation, basket, during):
    during.move_to(AFTER)
    answer = post(client, consultation, upload(pdf()), dolacz="1")
    assert answer.status_code == 409
    assert not basket.attachments.exists()


def test_a_consultation_without_attachments_does_not_ask_for_them(client, consultation, basket):
    consultation.takes_attachments = False
    consultation.save()
    assert 'type="file"' not in client.get(url("basket", consultation)).content.decode()
    assert post(client, consultation, upload(pdf()), dolacz="1").status_code == 422


def test_five_files_of_ten_megabytes_pass_in_one_request(client, consultation, basket):
    start, end = pdf()[:-20], pdf()[-20:]
    files = [upload(start + b"%d" % n + b" " * (10 * 1024 * 1024 - len(pdf()) - 1) + end) for n in range(5)]
    assert post(client, consultation, *files, dolacz="1").status_code == 200
    assert [one.size for one in basket.attachments.all()] == [10 * 1024 * 1024] * 5


def test_a_request_beyond_all_bounds_is_refused_with_a_sentence(client, consultation, basket, settings):
    assert portal_settings.MOST_REQUEST_BYTES > 5 * 10 * 1024 * 1024
    settings.MOST_REQUEST_BYTES = 100_000
    answer = post(client, consultation, upload(pdf() + b" " * 100_000), dolacz="1")
    assert answer.status_code == 413
    assert "10 MB" in text_of(answer)
    assert not basket.attachments.exists()


def test_the_receipt_and_the_case_list_the_files_with_their_digest(client, consultation, basket):
    client.post(url("basket", consultation), PERSON | {"pliki": [upload(pdf(), "mapa.pdf")]})
    answer = client.post(url("review", consultation), hidden(client.get(url("review", consultation))))
    sent = only_submission()
    kept = sent.attachments.get()
    receipt, case = client.get(answer.url), client.get(sent.tracking_path)
    assert kept.sha256 in text_of(receipt)
    address = reverse("consultations:sent_attachment", args=[sent.tracking_token, kept.pk])
    for page in (receipt, case):
        assert "mapa.pdf" in text_of(page)
        assert address in page.content.decode()


# -- Downloads ------------------------------------------------------------------------------------------------------


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def downloaded(answer, data, name) -> None:
    assert answer.status_code == 200
    assert body(answer) == data
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer["Cache-Control"]


def of_public(sent: Attachment, slug: str = "") -> str:
    return reverse("consultations:attachment", args=[slug or sent.submission.consultation.slug, sent.token])


def of_desk(sent: Attachment) -> str:
    return reverse("desk:attachment", args=[sent.pk])


def of_sender(sent: Attachment, token: str = "") -> str:
    return reverse("consultations:sent_attachment", args=[token or sent.submission.tracking_token, sent.pk])


def test_a_public_file_is_saved_under_its_number_and_not_by_its_senders_name(client, consultation):
    sent = sent_attachment(consultation)
    publish_attachment(sent, by=person(Role.COORDINATOR), now=DURING)
    answer = client.get(of_public(sent), headers={"Accept-Encoding": "gzip"})
    downloaded(answer, pdf(), "zalacznik-1-2021-1.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert "Kowalski" not in str(answer.headers)


def test_a_private_file_is_not_there_for_the_public(client, consultation):
    sent = sent_attachment(consultation)
    assert client.get(of_public(sent)).status_code == 404


@pytest.mark.parametrize("token", ["x", "..%2f..%2fetc", "a" * 300])
def test_a_made_up_address_leads_nowhere(client, consultation, token):
    assert client.get(f"/konsultacje/{consultation.slug}/zalaczniki/{token}/").status_code == 404


def test_a_public_file_is_not_there_under_another_consultation(client, consultation):
    sent = sent_attachment(consultation)
    publish_attachment(sent, by=person(Role.COORDINATOR), now=DURING)
    assert client.get(of_public(sent, consultation_with_draft().slug)).status_code == 404


def test_a_file_that_is_lost_is_like_none(client, consultation):
    lost = attached_to(submission(consultation), published_at=DURING)
    assert client.get(of_public(lost)).status_code == 404


def test_the_sender_gets_the_own_file_and_no_other(client, consultation):
    sent = sent_attachment(consultation)
    other = submission(consultation)
    answer = client.get(of_sender(sent))
    downloaded(answer, pdf(), "zalacznik-1-2021-1.pdf")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert client.get(of_sender(sent, other.tracking_token)).status_code == 404
    assert client.get(of_sender(sent, "x y")).status_code == 404


def test_the_scan_of_a_letter_is_not_on_the_senders_page(client, consultation):
    scan = add_scan(submission(consultation), upload=upload(pdf()), by=person(Role.COORDINATOR))
    assert client.get(of_sender(scan)).status_code == 404


def test_of_a_scan_alone_the_desk_does_not_speak_of_making_it_public(client, consultation, sign_in):
    sign_in(Role.COORDINATOR)
    sent = submission(consultation)
    add_scan(sent, upload=upload(pdf()), by=person(Role.COORDINATOR))
    warning = gettext("Open the file before you make it public: look for names, addresses, phone numbers and faces.")
    address = reverse("desk:submission", args=[sent.pk])
    assert warning not in client.get(address).content.decode()
    attached_to(sent)
    assert client.get(address).content.decode().count(warning) == 1


# Who opens which file at the desk: a sender's, that of another department's remark, a scan, one not sent yet.
READERS = {
    "own": {Role.COORDINATOR, Role.EXPERT},
    "foreign": {Role.COORDINATOR},
    "scan": {Role.COORDINATOR},
    "unsent": set(),
}


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role or "anonymous")
@pytest.mark.parametrize("kind", READERS)
def test_a_file_opens_at_the_desk_for_its_readers_only(client, consultation, kind, role):
    coordinator = person(Role.COORDINATOR)
    sent = sent_attachment(consultation)
    mark_proper(sent.submission, by=coordinator, now=DURING)
    own, foreign = DepartmentFactory(), DepartmentFactory()
    department = foreign if kind == "foreign" else own
    assign_remark(sent.submission.remarks.get(), department=department, by=coordinator, now=DURING)
    if kind == "scan":
        sent = add_scan(sent.submission, upload=upload(jpeg_with_traces()), by=coordinator)
    elif kind == "unsent":
        sent = add_attachment(full_basket(consultation, cookie_key="u" * 43), upload=upload(pdf()), now=DURING)
    if role is not None:
        user = person(role)
        own.members.add(user)
        client.force_login(user)
    answer = client.get(of_desk(sent))
    assert answer.status_code == (302 if role is None else 200 if role in READERS[kind] else 403)


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role or "anonymous")
@pytest.mark.parametrize("action", ["publish", "hide"])
def test_only_coordinators_decide_what_is_public(client, consultation, action, role):
    sent = sent_attachment(consultation)
    if action == "hide":
        publish_attachment(sent, by=person(Role.COORDINATOR), now=DURING)
    if role is not None:
        client.force_login(person(role))
    answer = client.post(of_desk(sent), {"action": action})
    assert answer.status_code == (302 if role in {None, Role.COORDINATOR} else 403)
    done = Attachment.objects.get().is_public is (action == "publish")
    assert done is (role == Role.COORDINATOR)


def test_an_expert_of_the_department_reads_the_file_and_decides_nothing(client, consultation, sign_in):
    coordinator = person(Role.COORDINATOR)
    sent = sent_attachment(consultation)
    mark_proper(sent.submission, by=coordinator, now=DURING)
    department = DepartmentFactory()
    department.members.add(sign_in(Role.EXPERT))
    remark = sent.submission.remarks.get()
    assign_remark(remark, department=department, by=coordinator, now=DURING)
    page = client.get(reverse("desk:remark", args=[remark.pk])).content.decode()
    assert of_desk(sent) in page
    assert f'action="{of_desk(sent)}"' not in page
    assert client.post(of_desk(sent), {"action": "publish"}).status_code == 403
    assert not Attachment.objects.get().is_public


def test_the_desk_says_when_it_was_done_already_and_refuses_nonsense(client, consultation, sign_in):
    sign_in(Role.COORDINATOR)
    sent = sent_attachment(consultation)
    client.post(of_desk(sent), {"action": "publish"})
    again = client.post(of_desk(sent), {"action": "publish"}, follow=True)
    assert [str(one) for one in again.context["messages"]][-1]
    assert Attachment.objects.get().is_public
    assert client.post(of_desk(sent), {"action": "delete"}).status_code == 400


# -- Pages ----------------------------------------------------------------------------------------------------------


def test_the_public_page_of_a_remark_lists_public_files_only_and_never_their_names(client, consultation):
    sent = submission(consultation)
    rows = [attached_to(sent, name="Jan Kowalski.png") for _time in range(2)]
    scan = attached_to(sent, kind=Attachment.Kind.SCAN)
    publish_attachment(rows[1], by=person(Role.COORDINATOR), now=DURING)
    html = client.get(sent.remarks.get().get_absolute_url()).content.decode()
    assert of_public(rows[1]) in html
    assert rows[0].token not in html
    assert scan.token not in html
    assert "Kowalski" not in html


def test_the_desk_lists_everything_with_its_state(client, consultation, sign_in):
    sign_in(Role.COORDINATOR)
    sent = submission(consultation)
    private, public = attached_to(sent), attached_to(sent, published_at=DURING)
    scan = attached_to(sent, kind=Attachment.Kind.SCAN)
    html = client.get(reverse("desk:submission", args=[sent.pk])).content.decode()
    for one in (private, public, scan):
        assert of_desk(one) in html
    assert (html.count('value="publish"'), html.count('value="hide"')) == (1, 1)


PAGES = {
    "basket": lambda sent: url("basket", sent.consultation),
    "review": lambda sent: url("review", sent.consultation),
    "receipt": lambda sent: reverse("consultations:receipt", args=[sent.tracking_token]),
    "case": lambda sent: sent.tracking_path,
    "remark": lambda sent: sent.remarks.get().get_absolute_url(),
    "desk submission": lambda sent: reverse("desk:submission", args=[sent.pk]),
    "desk remark": lambda sent: reverse("desk:remark", args=[sent.remarks.get().pk]),
}


@pytest.mark.parametrize("page", PAGES)
def test_no_page_asks_more_for_more_files(client, consultation, sign_in, connection_queries, page):
    if page.startswith("desk"):
        sign_in(Role.COORDINATOR)
    sent = submission(consultation)
    client.cookies["basket"] = COOKIE
    kept = full_basket(consultation)

    def add_rows(how_many: int) -> None:
        for _time in range(how_many):
            attached_to(sent, published_at=DURING)
            unsent = attached_to(Submission.objects.get(pk=sent.pk))
            Attachment.objects.filter(pk=unsent.pk).update(submission=None, basket=kept)

    add_rows(1)
    address = PAGES[page](sent)
    client.get(address)
    few = connection_queries(lambda: client.get(address))
    add_rows(4)
    assert connection_queries(lambda: client.get(address)) == few
