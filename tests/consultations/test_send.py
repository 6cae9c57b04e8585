"""However often and however a basket is sent, one submission comes of it, and its sender lands on its receipt."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.urls import reverse

from consultations.errors import BasketChanged, NothingToSend
from consultations.models import Basket, BasketRemark, Consultation, Remark, Submission
from consultations.services import baskets
from consultations.services.receipts import canonical_remarks, content_hash
from consultations.views.submitting import common, sending
from notifications.models import Message
from tests.consultations.residents import COOKIE, PERSON, add, full_basket, hidden, only_submission, send, text_of, url
from tests.factories import AFTER, DURING, consultation_with_draft, passage_remark, submission

pytestmark = pytest.mark.django_db


def receipt_of(sent: Submission) -> str:
    return reverse("consultations:receipt", args=[sent.tracking_token])


def test_a_resident_without_an_account_sends_two_remarks(client, consultation, during):
    add(client, consultation, query="?fragment=f2", reason="Bo jest gorąco")
    add(client, consultation, query="?fragment=f4", change="", wording="Inne brzmienie")
    answer = send(client, consultation)
    sent = only_submission()
    assert answer.url == receipt_of(sent)
    assert (sent.public_number, sent.name, sent.email, sent.channel) == (
        "1/2021",
        "Jan Przykładowy",
        "jan@example.org",
        "online",
    )
    assert [
        (one.public_number, one.passage.code, one.change, one.wording, one.reason) for one in sent.remarks.all()
    ] == [
        ("1.1/2021", "f2", "Więcej drzew.", "", "Bo jest gorąco"),
        ("1.2/2021", "f4", "", "Inne brzmienie", ""),
    ]
    assert Basket.objects.count() == 0
    assert Message.objects.get(submission=sent).recipient == "jan@example.org"


def test_reload_and_retry_land_on_the_same_receipt(client, consultation, during):
    add(client, consultation)
    client.post(url("basket", consultation), PERSON)
    form = hidden(client.get(url("review", consultation)))
    first = client.post(url("review", consultation), form)
    assert client.post(url("review", consultation), form).url == first.url
    during.move_to(AFTER)
    assert client.post(url("review", consultation), form).url == first.url
    assert client.post(url("basket", consultation), PERSON | form).url == first.url
    assert Submission.objects.count() == 1


def test_a_retry_does_not_send_a_new_basket(client, consultation, during):
    add(client, consultation)
    client.post(url("basket", consultation), PERSON)
    form = hidden(client.get(url("review", consultation)))
    first = client.post(url("review", consultation), form)
    add(client, consultation, change="Późniejsza uwaga")
    assert client.post(url("review", consultation), form).url == first.url
    assert BasketRemark.objects.get().change == "Późniejsza uwaga"
    assert send(client, consultation).url != first.url
    assert [one.number for one in Submission.objects.all()] == [1, 2]


def test_what_was_not_read_is_not_sent(client, consultation, during):
    add(client, consultation)
    client.post(url("basket", consultation), PERSON)
    form = hidden(client.get(url("review", consultation)))
    add(client, consultation, change="Dopisane w innym oknie")
    answer = client.post(url("review", consultation), form)
    assert answer.status_code == 409
    assert "Dopisane w innym oknie" in text_of(answer)
    assert Submission.objects.count() == 0
    assert client.post(url("review", consultation), hidden(answer)).status_code == 302
    assert Remark.objects.count() == 2


def test_a_changed_name_has_to_be_read_too(consultation):
    basket = full_basket(consultation)
    read = baskets.fingerprint(basket, basket.remarks.all())
    full_basket(consultation, name="Ktoś Inny")
    with pytest.raises(BasketChanged):
        baskets.send_basket(Basket.objects.get(), reviewed=read, now=DURING)
    assert Submission.objects.count() == 0


def test_without_a_remark_or_a_name_there_is_nothing_to_check(client, consultation, during):
    assert client.get(url("review", consultation)).url == url("basket", consultation)
    add(client, consultation)
    assert client.get(url("review", consultation)).url == url("basket", consultation)
    assert client.post(url("review", consultation), {"form_token": "x" * 43}).url == url("basket", consultation)
    assert Submission.objects.count() == 0


def test_an_empty_basket_is_not_sent(consultation):
    basket = full_basket(consultation)
    baskets.remove_remark(basket.remarks.get(), now=DURING)
    with pytest.raises(NothingToSend):
        baskets.send_basket(basket, now=DURING)
    Basket.objects.all().delete()
    with pytest.raises(NothingToSend):
        baskets.send_basket(basket, now=DURING)


def test_a_failure_keeps_the_basket_whole(consultation, monkeypatch):
    basket = full_basket(consultation, remarks=2)
    monkeypatch.setattr("consultations.services.submissions.record_each", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        baskets.send_basket(basket, now=DURING)
    monkeypatch.undo()
    assert BasketRemark.objects.count() == 2
    assert baskets.send_basket(basket, now=DURING).submission.number == 1


def test_the_required_fields_are_those_of_the_consultation(client, during):
    consultation = consultation_with_draft(required_fields=["name", "address", "representative"])
    add(client, consultation)
    answer = client.post(url("basket", consultation), {"sender_kind": "person"})
    assert set(answer.context["form"].errors) == {"name", "address"}
    organisation = {"sender_kind": "organisation", "name": "Fundacja", "address": "ul. Zielona 1"}
    answer = client.post(url("basket", consultation), organisation)
    assert set(answer.context["form"].errors) == {"representative"}
    answer = client.post(url("basket", consultation), organisation | {"representative": "Anna Nowak"})
    assert answer.url == url("review", consultation)


def test_a_person_has_no_representative(client, consultation, during):
    add(client, consultation)
    answer = client.post(url("basket", consultation), PERSON | {"representative": "Anna Nowak"})
    assert set(answer.context["form"].errors) == {"representative"}
    assert "Anna Nowak" in answer.content.decode()


def test_the_receipt_says_what_was_received_and_when(client, consultation, during):
    add(client, consultation, query="?fragment=f2")
    page = client.get(send(client, consultation).url)
    sent = only_submission()
    shown = text_of(page)
    for part in ("1/2021", "1.1/2021", "12:00:00", "Więcej drzew.", "Fragment 1.2", content_hash(sent.remarks.all())):
        assert part in shown
    assert "http://testserver" + sent.tracking_path in shown
    assert "j•••@example.org" in shown
    assert "jan@example.org" not in page.content.decode()


def test_without_an_address_no_mail_is_promised(client, during):
    consultation = consultation_with_draft(required_fields=[])
    add(client, consultation)
    client.post(url("basket", consultation), {"sender_kind": "person"})
    page = client.get(client.post(url("review", consultation), hidden(client.get(url("review", consultation)))).url)
    assert page.status_code == 200
    assert "•••@" not in text_of(page)
    assert Message.objects.count() == 0


def test_the_hash_is_that_of_the_canonical_text(consultation):
    sent = submission(
        consultation, new_remarks=[passage_remark(consultation, "f2", change="Zażółć", wording="gęślą", reason="jaźń")]
    )
    canonical = canonical_remarks(sent.remarks.all())
    assert canonical == (
        '[{"change":"Zażółć","chapter":"r1","number":1,"passage":"f2","reason":"jaźń","version":1,"wording":"gęślą"}]'
    )
    assert content_hash(sent.remarks.all()) == hashlib.sha256(canonical.encode()).hexdigest()


def test_the_hash_knows_the_order_and_every_character(consultation):
    sent = submission(consultation, remarks=2)
    whole = content_hash(sent.remarks.all())
    assert content_hash(reversed(sent.remarks.all())) == whole
    assert [row["number"] for row in json.loads(canonical_remarks(sent.remarks.all()))] == [1, 2]
    Remark.objects.filter(submission=sent, ordinal=2).update(reason="Jest za gorąco!")
    assert content_hash(sent.remarks.all()) != whole


def test_the_same_cookie_serves_another_consultation_after_sending(client, consultation, during):
    other = consultation_with_draft()
    client.cookies["basket"] = COOKIE
    add(client, other, change="W drugiej konsultacji")
    add(client, consultation)
    send(client, consultation)
    assert "W drugiej konsultacji" in text_of(client.get(url("basket", other)))
    assert Consultation.objects.get(pk=other.pk).last_number == 0


@pytest.mark.parametrize("moment", ["before it is read", "after it is read"])
@pytest.mark.parametrize("name", ["basket", "review"])
def test_a_basket_sent_in_the_middle_of_this_request_leads_to_its_receipt(
    client, consultation, during, monkeypatch, name, moment
):
    add(client, consultation)
    client.post(url("basket", consultation), PERSON)
    form = PERSON | hidden(client.get(url("review", consultation)))
    read = common.current_basket

    def read_while_the_other_click_sends(request, consultation):
        found = read(request, consultation)
        baskets.send_basket(Basket.objects.get(), now=DURING)
        return found if moment == "after it is read" else read(request, consultation)

    monkeypatch.setattr(sending, "current_basket", read_while_the_other_click_sends)
    assert client.post(url(name, consultation), form).url == receipt_of(only_submission())
