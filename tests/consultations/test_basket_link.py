"""A submission is continued on another device by a link that its sender has sent to oneself."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from consultations.errors import ConsultationClosed, LinkAskedTooOften, LinkNotFound, NothingToSend
from consultations.models import Attachment, Basket, BasketRemark, Remark
from consultations.services import basket_links, baskets
from consultations.services.submissions import MOST_REMARKS, Sender
from notifications.errors import OutOfDate
from notifications.models import Message
from notifications.rendering import render
from notifications.services import outbox
from notifications.services.housekeeping import forget_old_addresses
from tests.consultations.residents import COOKIE, PERSON, add, full_basket, send, text_of, url
from tests.factories import AFTER, DURING, consultation_with_draft, passage_remark
from tests.parallel import at_once, database_for_threads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

PHONE = "p" * 43


@pytest.fixture
def basket(consultation):
    return full_basket(consultation, remarks=2)


def ask(basket, email="ja@example.org", now=DURING, language="pl"):
    return basket_links.send_basket_link(basket, email=email, language=language, now=now)


def link_of(basket):
    return url("open_link", basket.consultation, basket.link_token)


def device(cookie_key=None):
    client = Client()
    if cookie_key:
        client.cookies["basket"] = cookie_key
    return client


def put(consultation, text, cookie_key=PHONE, now=DURING):
    return baskets.add_remark(
        consultation, cookie_key=cookie_key, remark=passage_remark(consultation, change=text), form_token=text,
        language="pl", now=now,
    )  # fmt: skip


def texts(found):
    return [one.change for one in found.remarks.all()]


# -- Asking for it --------------------------------------------------------------------------------------------------


def test_the_form_sends_a_mail_with_the_link_and_says_where(client, consultation, basket):
    client.cookies["basket"] = COOKIE
    answer = client.post(url("basket_link", consultation), {"link_email": "ja@example.org"})
    assert answer.url == url("basket", consultation)
    (word,) = get_messages(answer.wsgi_request)
    assert "@example.org" in word.message
    assert "ja@example.org" not in word.message
    outbox.sweep()
    (sent,) = mail.outbox
    assert sent.to == ["ja@example.org"]
    basket.refresh_from_db()
    assert f"https://portal.test{link_of(basket)}" in sent.body


def test_the_mail_tells_nothing_of_what_was_written_and_of_whom(basket):
    ask(basket)
    outbox.sweep()
    (sent,) = mail.outbox
    assert isinstance(sent, EmailMultiAlternatives)
    for text in (str(sent.subject), str(sent.body), str(sent.alternatives[0][0])):
        assert "Zmiana 0" not in text
        assert "Przykładowy" not in text
        assert "jan@example.org" not in text


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
def test_the_mail_comes_in_the_readers_language_with_a_link_to_that_page(basket, language):
    ask(basket, language=language)
    prefix = "" if language == "pl" else f"/{language}"
    assert f"https://portal.test{prefix}/konsultacje/" in render(Message.objects.get()).text


def test_the_address_is_kept_on_the_message_only(basket):
    ask(basket)
    message = Message.objects.get()
    assert message.recipient == "ja@example.org"
    assert message.context == {"basket": basket.pk}
    assert "ja@example.org" not in message.key
    assert Basket.objects.get().email == "jan@example.org"


def test_the_link_stays_the_same_when_it_is_asked_for_again(basket):
    first = ask(basket).link_token
    assert ask(basket, email="inny@example.org").link_token == first


def test_a_second_click_writes_one_mail(basket):
    ask(basket)
    ask(basket)
    assert Message.objects.count() == 1


def test_three_mails_an_hour_and_then_words(client, consultation, basket):
    client.cookies["basket"] = COOKIE
    for minute in range(3):
        ask(basket, now=DURING - dt.timedelta(minutes=10 * minute))
    with pytest.raises(LinkAskedTooOften):
        ask(basket, email="czwarty@example.org")
    answer = client.post(url("basket_link", consultation), {"link_email": "czwarty@example.org"})
    assert answer.status_code == 429
    assert "czwarty@example.org" in answer.content.decode()
    assert Message.objects.count() == 3
    ask(basket, now=DURING + dt.timedelta(hours=1))
    assert Message.objects.count() == 4


def test_a_refused_mail_leaves_no_secret_behind(basket, monkeypatch):
    monkeypatch.setattr("notifications.receivers.MOST_LINKS_AN_HOUR", 0)
    with pytest.raises(LinkAskedTooOften):
        ask(basket)
    basket.refresh_from_db()
    assert basket.link_token is None


@pytest.mark.parametrize("address", ["", "ja", "ja@", "ja\x00@example.org", "a@b.pl\nBcc: c@d.pl", "j" * 260 + "@b.pl"])
def test_an_address_that_is_none_is_refused_beside_the_field(client, consultation, basket, address):
    client.cookies["basket"] = COOKIE
    answer = client.post(url("basket_link", consultation), {"link_email": address})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert re.search(r'<input[^>]*name="link_email"[^>]*aria-invalid="true"', html)
    assert '<details class="panel" open>' in html
    assert Message.objects.count() == 0


def test_an_empty_or_sent_basket_has_no_link(client, consultation, basket):
    assert client.post(url("basket_link", consultation), {"link_email": "ja@example.org"}).status_code == 409
    stale = Basket.objects.get()
    for one in basket.remarks.all():
        baskets.remove_remark(one, now=DURING)
    with pytest.raises(NothingToSend):
        ask(basket)
    basket.delete()
    with pytest.raises(NothingToSend):
        ask(stale)


def test_nothing_is_asked_for_or_opened_after_closing(client, consultation, basket, during):
    ask(basket)
    with pytest.raises(ConsultationClosed):
        ask(basket, now=AFTER)
    with pytest.raises(ConsultationClosed):
        basket_links.open_basket_link(consultation, token=Basket.objects.get().link_token, own=None, now=AFTER)
    basket.refresh_from_db()
    during.move_to(AFTER)
    client.cookies["basket"] = COOKIE
    assert client.post(url("basket_link", consultation), {"link_email": "ja@example.org"}).status_code == 409
    assert client.get(link_of(basket)).status_code == 403


def test_an_expired_form_sends_nothing_and_keeps_the_address(consultation, basket):
    client = Client(enforce_csrf_checks=True)
    client.cookies["basket"] = COOKIE
    answer = client.post(url("basket_link", consultation), {"link_email": "ja@example.org"})
    assert answer.status_code == 403
    assert "ja@example.org" in answer.content.decode()
    assert Message.objects.count() == 0


@pytest.mark.parametrize("reason", ["sent", "deleted", "closed"])
def test_a_mail_that_would_lead_nowhere_is_not_sent(basket, reason):
    ask(basket)
    if reason == "sent":
        baskets.send_basket(Basket.objects.get(), now=DURING)
    elif reason == "deleted":
        Basket.objects.all().delete()
    with pytest.raises(OutOfDate):
        render(Message.objects.get(kind="basket_link"), now=AFTER if reason == "closed" else DURING)


def test_the_address_is_forgotten_when_the_link_is_too_old_to_work(basket):
    ask(basket)
    assert forget_old_addresses(now=DURING + dt.timedelta(days=29)) == 0
    assert forget_old_addresses(now=DURING + dt.timedelta(days=31)) == 1


# -- Opening it -----------------------------------------------------------------------------------------------------


def test_opening_shows_what_it_is_and_only_the_button_takes_it(consultation, basket):
    ask(basket)
    basket.refresh_from_db()
    phone = device()
    page = phone.get(link_of(basket))
    assert page.status_code == 200
    assert "basket_links" not in page.cookies
    assert "2" in text_of(page)
    assert "Zmiana 0" not in text_of(page)
    assert page["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page["X-Robots-Tag"]
    assert "no-store" in page["Cache-Control"]
    answer = phone.post(link_of(basket))
    assert answer.url == url("basket", consultation)
    cookie = answer.cookies["basket_links"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 30 * 24 * 3600)
    assert "Zmiana 1" in text_of(phone.get(url("basket", consultation)))


def test_both_devices_share_the_one_basket(client, consultation, basket):
    ask(basket)
    basket.refresh_from_db()
    client.cookies["basket"] = COOKIE
    phone = device()
    phone.post(link_of(basket))
    assert add(phone, consultation, change="Z telefonu").status_code == 302
    assert "Z telefonu" in text_of(client.get(url("basket", consultation)))
    add(client, consultation, change="Z komputera")
    assert "Z komputera" in text_of(phone.get(url("basket", consultation)))
    kept = BasketRemark.objects.get(change="Z komputera")
    assert phone.post(url("remove_remark", consultation, kept.pk)).status_code == 302
    assert Basket.objects.count() == 1
    assert texts(basket) == ["Zmiana 0", "Zmiana 1", "Z telefonu"]


def test_what_the_reader_shows_beside_the_draft_is_the_shared_basket(consultation, basket):
    ask(basket)
    basket.refresh_from_db()
    phone = device()
    phone.post(link_of(basket))
    page = phone.get(url("chapter", consultation, 1))
    assert "Zmiana 0" in text_of(page)
    assert "no-store" in page["Cache-Control"]


def test_what_the_device_has_gathered_itself_is_added_and_told(consultation, basket):
    ask(basket)
    basket.refresh_from_db()
    put(consultation, "Z telefonu 1")
    put(consultation, "Z telefonu 2")
    phone = device(PHONE)
    assert "2" in text_of(phone.get(link_of(basket)))
    answer = phone.post(link_of(basket))
    assert any("2" in word.message for word in get_messages(answer.wsgi_request))
    assert texts(basket) == ["Zmiana 0", "Zmiana 1", "Z telefonu 1", "Z telefonu 2"]
    assert Basket.objects.count() == 1
    phone.post(link_of(basket))
    assert len(texts(basket)) == 4


def test_the_same_text_on_both_devices_is_kept_twice(consultation, basket):
    ask(basket)
    basket.refresh_from_db()
    full_basket(consultation, cookie_key=PHONE)
    device(PHONE).post(link_of(basket))
    assert texts(basket) == ["Zmiana 0", "Zmiana 1", "Zmiana 0"]


def test_remarks_that_find_no_room_stay_and_come_back_after_sending(consultation, basket):
    ask(basket)
    basket.refresh_from_db()
    first = basket.remarks.first()
    BasketRemark.objects.bulk_create(
        BasketRemark(
            basket=basket, form_token=f"t{n}", target="passage", passage=first.passage, chapter=first.chapter,
            change="x", position=n + 3,
        )
        for n in range(MOST_REMARKS - 3)
    )  # fmt: skip
    put(consultation, "Mieści się")
    put(consultation, "Nie mieści się")
    phone = device(PHONE)
    phone.post(link_of(basket))
    assert basket.remarks.count() == MOST_REMARKS
    assert texts(Basket.objects.get(cookie_key=PHONE)) == ["Nie mieści się"]
    send(phone, consultation)
    assert "Nie mieści się" in text_of(phone.get(url("basket", consultation)))


def attach(found, number):
    return Attachment.objects.create(
        basket=found,
        file=f"zalaczniki/{found.pk}-{number}",
        name=f"{number}.pdf",
        content_type="application/pdf",
        size=1,
        sha256=f"{number:064d}",
        added_at=DURING,
    )


def test_files_come_along_and_none_twice(consultation, basket):
    ask(basket)
    basket.refresh_from_db()
    own = put(consultation, "Z telefonu").basket
    for number in range(3):
        attach(basket, number)
    for number in range(2, 6):
        attach(own, number)
    basket_links.open_basket_link(consultation, token=basket.link_token, own=own, now=DURING)
    assert [one.name for one in basket.attachments.all()] == [f"{number}.pdf" for number in range(6)]
    assert texts(basket) == ["Zmiana 0", "Zmiana 1", "Z telefonu"]


def test_who_sends_is_taken_over_only_where_it_is_not_known(consultation):
    shared = put(consultation, "Wspólna", cookie_key=COOKIE).basket
    own = full_basket(consultation, cookie_key=PHONE, name="Z Telefonu")
    ask(shared)
    shared.refresh_from_db()
    basket_links.open_basket_link(consultation, token=shared.link_token, own=own, now=DURING)
    shared.refresh_from_db()
    assert shared.name == "Z Telefonu"
    other = full_basket(consultation, cookie_key="o" * 43, name="Ktoś Inny")
    basket_links.open_basket_link(consultation, token=shared.link_token, own=other, now=DURING)
    shared.refresh_from_db()
    assert shared.name == "Z Telefonu"


def test_the_device_that_asked_can_open_its_own_link(client, consultation, basket):
    ask(basket)
    basket.refresh_from_db()
    client.cookies["basket"] = COOKIE
    client.post(link_of(basket))
    assert texts(basket) == ["Zmiana 0", "Zmiana 1"]
    assert "Zmiana 0" in text_of(client.get(url("basket", consultation)))


def test_a_link_opens_no_basket_of_another_consultation(basket):
    other = consultation_with_draft()
    put(other, "Gdzie indziej", cookie_key=COOKIE)
    ask(basket)
    basket.refresh_from_db()
    phone = device()
    phone.post(link_of(basket))
    assert "Gdzie indziej" not in text_of(phone.get(url("basket", other)))
    assert phone.get(url("open_link", other, basket.link_token)).status_code == 404


def test_after_sending_on_one_device_the_other_begins_anew(client, consultation, basket):
    ask(basket)
    basket.refresh_from_db()
    phone = device()
    phone.post(link_of(basket))
    client.cookies["basket"] = COOKIE
    assert send(client, consultation).status_code == 302
    assert Remark.objects.count() == 2
    assert phone.get(link_of(basket)).status_code == 404
    add(phone, consultation, change="Następna uwaga")
    assert "Następna uwaga" in text_of(phone.get(url("basket", consultation)))
    assert "Następna uwaga" not in text_of(client.get(url("basket", consultation)))


def test_a_remark_added_while_the_shared_basket_is_sent_goes_into_the_devices_own(consultation, basket):
    ask(basket)
    stale = Basket.objects.get()
    baskets.send_basket(Basket.objects.get(), now=DURING)
    kept = baskets.add_remark(
        consultation, cookie_key=PHONE, remark=passage_remark(consultation, change="Późna"), form_token="f",
        language="pl", shared=stale, now=DURING,
    )  # fmt: skip
    assert (kept.basket.cookie_key, kept.change) == (PHONE, "Późna")


@pytest.mark.parametrize("token", ["x" * 43, "zażółć", "' OR 1=1 --", "x" * 3000, "None"])
def test_a_wrong_link_is_a_page_with_words(client, consultation, basket, token):
    ask(basket)
    for answer in (
        client.get(url("open_link", consultation, token)),
        client.post(url("open_link", consultation, token)),
    ):
        assert answer.status_code == 404
        assert url("basket", consultation) in answer.content.decode()
        assert "basket_links" not in answer.cookies


def test_a_link_works_for_30_days_after_the_last_change(consultation, basket):
    consultation.closes_at = DURING + dt.timedelta(days=90)
    consultation.save()
    token = ask(basket).link_token
    late = DURING + dt.timedelta(days=29)
    assert basket_links.find_linked_basket(consultation, tokens=[token], now=late) == basket
    put(consultation, "Jeszcze jedna", cookie_key=COOKIE, now=late)
    assert basket_links.find_linked_basket(consultation, tokens=[token], now=DURING + dt.timedelta(days=50)) == basket
    too_late = DURING + dt.timedelta(days=60)
    assert basket_links.find_linked_basket(consultation, tokens=[token], now=too_late) is None
    with pytest.raises(LinkNotFound):
        basket_links.open_basket_link(consultation, token=token, own=None, now=too_late)


def test_a_form_from_another_site_joins_nothing(consultation, basket):
    ask(basket)
    basket.refresh_from_db()
    phone = Client(enforce_csrf_checks=True)
    phone.cookies["basket"] = put(consultation, "Moja uwaga").basket.cookie_key
    answer = phone.post(link_of(basket))
    assert answer.status_code == 403
    assert "basket_links" not in answer.cookies
    assert texts(basket) == ["Zmiana 0", "Zmiana 1"]


@pytest.mark.parametrize("cookie", ["", ".", "x" * 5000, "\xf3.x", "..a..b", ".".join("abcdefghijkl")])
def test_a_cookie_of_links_may_be_anything(client, consultation, basket, cookie):
    client.cookies["basket_links"] = cookie
    client.cookies["basket"] = COOKIE
    assert "Zmiana 0" in text_of(client.get(url("basket", consultation)))


def test_a_browser_remembers_the_links_of_several_consultations(basket):
    other = put(consultation_with_draft(), "Druga konsultacja", cookie_key="q" * 43).basket
    phone = device()
    for shared in (basket, other):
        ask(shared)
        shared.refresh_from_db()
        phone.post(link_of(shared))
    assert "Zmiana 0" in text_of(phone.get(url("basket", basket.consultation)))
    assert "Druga konsultacja" in text_of(phone.get(url("basket", other.consultation)))


def test_every_change_keeps_both_cookies_for_another_30_days(consultation, basket):
    ask(basket)
    basket.refresh_from_db()
    phone = device(PHONE)
    phone.post(link_of(basket))
    first, second = basket.remarks.all()
    changes = [
        (url("edit_remark", consultation, first.pk), {"change": "Inaczej", "revision": "1"}),
        (url("move_remark", consultation, second.pk), {"before": first.pk}),
        (url("basket", consultation), PERSON),
        (url("remove_remark", consultation, first.pk), {}),
    ]
    for address, fields in changes:
        answer = phone.post(address, fields)
        assert answer.status_code == 302
        assert [answer.cookies[name]["max-age"] for name in ("basket", "basket_links")] == [30 * 24 * 3600] * 2


@pytest.mark.parametrize("cookie", ["", "x y", "a;b", "<script>"])
def test_a_cookie_that_is_none_of_ours_is_not_renewed(client, consultation, basket, cookie):
    client.cookies["basket"] = COOKIE
    client.cookies["basket_links"] = cookie
    assert "basket_links" not in client.post(url("basket", consultation), PERSON).cookies


def test_the_first_remark_dates_the_basket(consultation):
    assert put(consultation, "Pierwsza").basket.created_at == DURING
    later = put(consultation, "Druga", now=DURING + dt.timedelta(hours=1)).basket
    assert (later.created_at, later.updated_at) == (DURING, DURING + dt.timedelta(hours=1))


def test_who_opened_a_link_can_name_the_sender_and_send(consultation, basket):
    baskets.keep_sender(basket, sender=Sender(), now=DURING)
    ask(basket)
    basket.refresh_from_db()
    phone = device()
    phone.post(link_of(basket))
    assert phone.post(url("basket", consultation), PERSON).url == url("review", consultation)
    assert send(phone, consultation).url.endswith("/potwierdzenie/")


@pytest.mark.django_db(transaction=True)
def test_two_devices_that_open_the_link_at_once_lose_nothing(tmp_path):
    consultation = consultation_with_draft()
    shared = ask(full_basket(consultation))
    own = [put(consultation, f"Urządzenie {n}", cookie_key=f"{n:043d}").basket for n in range(4)]
    with database_for_threads(tmp_path):
        calls = [
            partial(basket_links.open_basket_link, consultation, token=shared.link_token, own=one, now=DURING)
            for one in own
        ]
        assert [joined.added for joined in at_once(calls)] == [1] * 4
        assert sorted(texts(shared)) == sorted(["Zmiana 0", *(f"Urządzenie {n}" for n in range(4))])
        assert [one.position for one in shared.remarks.all()] == [1, 2, 3, 4, 5]
