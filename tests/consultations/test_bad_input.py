"""Whatever is typed or sent: a clear sentence beside the field, nothing lost, nothing changed, never a 500."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils.html import escape

from consultations.models import Basket, BasketRemark, Submission, Topic
from consultations.services import baskets
from tests.consultations.residents import COOKIE, PERSON, add, full_basket, hidden, only_submission, send, text_of, url
from tests.factories import DURING, consultation_with_draft, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

ONE_MEGABYTE = "ą" * 500_000
MARKUP = '<script>alert("x")</script><b>tłusto</b> & {{ 7|add:1 }}'


def error_beside(answer, name):
    """The sentence that the field's control points to, as screen readers follow it."""
    html = answer.content.decode()
    control = re.search(rf'<(?:input|textarea|select)[^>]*\bname="{name}"[^>]*>', html)
    assert control is not None, f"no field {name}"
    assert 'aria-invalid="true"' in control[0]
    described = re.search(r'aria-describedby="([^"]*)"', control[0])
    assert described is not None
    sentences = [re.search(rf'<p class="error" id="{part}">(.+?)</p>', html) for part in described[1].split()]
    return " ".join(found[1] for found in sentences if found)


def refused(answer, name, status=422):
    """The page with the fault: its status, its title, its summary at the top, and the sentence at the field."""
    assert answer.status_code == status
    html = answer.content.decode()
    assert re.search(r"<title>\s*Błąd:", html)
    assert 'role="alert"' in html
    assert BasketRemark.objects.count() == 0
    sentence = error_beside(answer, name)
    assert sentence
    return sentence


def test_an_empty_remark(client, consultation):
    answer = add(client, consultation, change="  \n ", reason="Bo tak")
    refused(answer, "change")
    assert "Bo tak" in text_of(answer)
    assert '<a href="#id_f1_change">' in answer.content.decode()


@pytest.mark.parametrize("name", ["change", "wording", "reason"])
def test_a_text_that_is_too_long(client, consultation, name):
    typed = "x" * 5003
    answer = add(client, consultation, **{name: typed})
    sentence = refused(answer, name)
    assert "3" in sentence
    assert "5000" in sentence
    assert typed in answer.content.decode()
    assert add(client, consultation, **{name: "x" * 5000}).status_code == 302


def test_a_megabyte_of_text(client, consultation):
    answer = add(client, consultation, change=ONE_MEGABYTE)
    refused(answer, "change")
    assert ONE_MEGABYTE in answer.content.decode()


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\u202e", "\u2066", "\x85"])
@pytest.mark.parametrize("name", ["change", "wording", "reason"])
def test_control_characters(client, consultation, character, name):
    answer = add(client, consultation, **{name: f"przed{character}po"})
    refused(answer, name)
    assert f"przed{character}po" in answer.content.decode()


@pytest.mark.parametrize("character", ["\x00", "\u202e"])
@pytest.mark.parametrize("name", ["name", "email", "phone", "address"])
def test_control_characters_in_who_sends(client, consultation, character, name):
    full = full_basket(consultation)
    client.cookies["basket"] = full.cookie_key
    answer = client.post(url("basket", consultation), PERSON | {name: f"jan{character}@example.org"})
    assert answer.status_code == 422
    assert error_beside(answer, name)
    assert Basket.objects.get().name == full.name


@pytest.mark.parametrize(
    "address", ["jan", "jan@", "@example.org", "jan@example", "jan@exa mple.org", "a@b.pl\nBcc: c@d.pl"]
)
def test_an_address_that_is_none(client, consultation, address):
    client.cookies["basket"] = full_basket(consultation).cookie_key
    answer = client.post(url("basket", consultation), PERSON | {"email": address, "name": "Anna Zachowana"})
    assert answer.status_code == 422
    assert "jan@example.org" in error_beside(answer, "email")
    assert escape(address) in answer.content.decode()
    assert "Anna Zachowana" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "limit"), [("name", 200), ("representative", 200), ("phone", 40), ("address", 300), ("email", 254)]
)
def test_who_sends_is_too_long(client, consultation, name, limit):
    client.cookies["basket"] = full_basket(consultation).cookie_key
    typed = "j" * (limit - 10) + "@example.org"
    fields = PERSON | {"sender_kind": "organisation", name: typed}
    answer = client.post(url("basket", consultation), fields)
    assert answer.status_code == 422
    assert str(limit) in error_beside(answer, name)
    assert typed in answer.content.decode()


@pytest.mark.parametrize("name", ["name", "email"])
def test_who_sends_is_empty(client, consultation, name):
    client.cookies["basket"] = full_basket(consultation).cookie_key
    answer = client.post(url("basket", consultation), PERSON | {name: ""})
    assert answer.status_code == 422
    assert error_beside(answer, name)
    assert (PERSON | {name: "Jan"})["name" if name == "email" else "email"] in answer.content.decode()


UNKNOWN_PLACES = [
    "?fragment=f999",
    "?fragment=%00",
    "?fragment=%ff",
    "?fragment=f1%27--",
    "?fragment=" + "f" * 500,
    "?rozdzial=99",
    "?rozdzial=-1",
    "?rozdzial=x",
    "?rozdzial=99999999999999999999",
]


@pytest.mark.parametrize("query", UNKNOWN_PLACES)
def test_an_unknown_place_keeps_the_text_and_asks_for_another(client, consultation, query):
    assert client.get(url("new_remark", consultation, query=query)).status_code == 404
    answer = add(client, consultation, query=query, change="Ważny tekst")
    refused(answer, "place")
    assert "Ważny tekst" in text_of(answer)
    assert add(client, consultation, query=query, change="Ważny tekst", place="2").status_code == 302
    assert BasketRemark.objects.get().chapter.code == "r2"


@pytest.mark.parametrize("query", ["?fragment=f1&wersja=%00", "?fragment=f1&wersja=99", "?wersja=x&inne=%00%ff"])
def test_other_strange_parameters_do_no_harm(client, consultation, query):
    assert client.get(url("new_remark", consultation, query=query)).status_code == 200


def test_another_consultations_passage_is_unknown_here(client, consultation):
    consultation_with_draft(passages=9)  # has f18, which this one has not
    answer = add(client, consultation, query="?fragment=f18", change="Ważny tekst")
    refused(answer, "place")
    assert "Ważny tekst" in text_of(answer)


@pytest.mark.parametrize("value", ["99", "x", "\x00", "9" * 30, "document "])
def test_an_invented_place(client, consultation, value):
    refused(add(client, consultation, query="", place=value), "place")


@pytest.mark.parametrize("name", ["topic", "district"])
@pytest.mark.parametrize("value", ["0", "x", "\x00", "9" * 30, "-1"])
def test_an_invented_topic_or_district(client, consultation, name, value):
    answer = add(client, consultation, change="Ważny tekst", **{name: value})
    refused(answer, name)
    assert "Ważny tekst" in text_of(answer)


def test_another_consultations_topic(client, consultation):
    foreign = Topic.objects.create(consultation=consultation_with_draft(), slug="inny", name="Inny temat")
    refused(add(client, consultation, topic=foreign.pk), "topic")


def test_an_invented_kind_of_sender(client, consultation):
    client.cookies["basket"] = full_basket(consultation).cookie_key
    answer = client.post(url("basket", consultation), PERSON | {"sender_kind": "\x00robot"})
    assert answer.status_code == 422
    assert error_beside(answer, "sender_kind")


@pytest.mark.parametrize("cookie", ["\x00", "x" * 5000, "za\xbf\xf3", "' OR 1=1 --", "a b"])
def test_a_cookie_that_is_none(client, consultation, cookie):
    client.cookies["basket"] = cookie
    assert client.get(url("basket", consultation)).status_code == 200
    answer = add(client, consultation)
    assert answer.status_code == 302
    assert re.fullmatch(r"[\w-]{43}", answer.cookies["basket"].value)


@pytest.mark.parametrize("token", ["", "\x00", "x" * 5000, "<b>"])
def test_a_form_token_that_is_none(client, consultation, token):
    assert add(client, consultation, form_token=token).status_code == 302
    client.post(url("basket", consultation), PERSON | {"form_token": token})
    assert client.post(url("review", consultation), {"form_token": token, "reviewed": token}).status_code == 409
    assert Submission.objects.count() == 0


def test_bytes_that_are_no_text(client, consultation):
    answer = client.post(
        url("new_remark", consultation, query="?fragment=f1"),
        b"change=przed%ff%fepo&reason=\xff",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 302
    assert BasketRemark.objects.get().change == "przed\ufffd\ufffdpo"


def test_markup_in_every_field_is_shown_as_text(client, consultation):
    add(client, consultation, change=MARKUP, wording=MARKUP, reason=MARKUP)
    sender = {"sender_kind": "organisation", "email": "jan@example.org"} | dict.fromkeys(
        ("name", "representative", "address"), MARKUP
    )
    pages = [
        client.get(url("basket", consultation)),
        client.post(url("basket", consultation), sender | {"phone": MARKUP}),
    ]
    assert pages[1].status_code == 422  # too long for a phone
    client.post(url("basket", consultation), sender)
    pages.append(client.get(url("review", consultation)))
    receipt = client.post(url("review", consultation), hidden(pages[-1])).url
    pages += [client.get(receipt), client.get(only_submission().tracking_path)]
    for page in pages:
        html = page.content.decode()
        assert "<script>alert" not in html
        assert "<b>tłusto" not in html
        assert escape(MARKUP) in html
    assert only_submission().remarks.get().change == MARKUP


def test_more_than_five_megabytes(client, consultation):
    answer = client.post(url("new_remark", consultation, query="?fragment=f1"), {"change": "x" * 6_000_000})
    assert answer.status_code == 413
    assert "wróć" in text_of(answer).lower()
    assert BasketRemark.objects.count() == 0


def test_more_than_five_megabytes_with_the_guard_on(consultation):
    guarded = Client(enforce_csrf_checks=True)
    body = "change=" + "x" * 6_000_000
    answer = guarded.post(url("basket", consultation), body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413


@pytest.mark.parametrize("query", ["?fragment=f1", ""])
def test_an_expired_form_comes_back_with_the_text(consultation, query):
    guarded = Client(enforce_csrf_checks=True)
    typed = {"change": "Długo pisane", "reason": "Bo tak", "place": "document", "csrfmiddlewaretoken": "old"}
    answer = guarded.post(url("new_remark", consultation, query=query), typed)
    assert answer.status_code == 403
    assert re.search(r"<title>\s*Błąd:", answer.content.decode())
    assert "Długo pisane" in text_of(answer)
    assert "Bo tak" in text_of(answer)
    assert BasketRemark.objects.count() == 0
    fresh = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.content.decode())
    again = guarded.post(url("new_remark", consultation, query=query), typed | {"csrfmiddlewaretoken": fresh[1]})
    assert again.status_code == 302
    assert BasketRemark.objects.get().change == "Długo pisane"


def test_every_form_survives_its_expiry_and_changes_nothing(consultation):
    basket = full_basket(consultation)
    kept = basket.remarks.get()
    guarded = Client(enforce_csrf_checks=True)
    guarded.cookies["basket"] = COOKIE
    edited = guarded.post(url("edit_remark", consultation, kept.pk), {"change": "Zmieniony tekst"})
    named = guarded.post(url("basket", consultation), PERSON | {"name": "Nowe Nazwisko"})
    removed = guarded.post(url("remove_remark", consultation, kept.pk))
    reviewed = guarded.post(
        url("review", consultation),
        {"form_token": basket.form_token, "reviewed": baskets.fingerprint(basket, [kept])},
    )
    assert [answer.status_code for answer in (edited, named, removed, reviewed)] == [403] * 4
    assert "Zmieniony tekst" in text_of(edited)
    assert "Nowe Nazwisko" in named.content.decode()
    assert "Zmiana 0" in text_of(removed)
    assert "Zmiana 0" in text_of(reviewed)
    kept.refresh_from_db()
    basket.refresh_from_db()
    assert (kept.change, basket.name, Submission.objects.count()) == ("Zmiana 0", "Jan Przykładowy", 0)


def test_an_expired_form_that_was_sent_before_still_leads_to_its_receipt(client, consultation):
    add(client, consultation)
    client.post(url("basket", consultation), PERSON)
    form = hidden(client.get(url("review", consultation)))
    first = client.post(url("review", consultation), form)
    again = Client(enforce_csrf_checks=True).post(url("review", consultation), form)
    assert (again.status_code, again["Location"]) == (302, first.url)


def test_a_form_of_a_vanished_basket_keeps_who_sends(client, consultation):
    answer = client.post(url("basket", consultation), PERSON | {"name": "Anna Zachowana"})
    assert answer.status_code == 409
    assert "Anna Zachowana" in answer.content.decode()


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 40])
def test_a_remark_that_is_none(client, consultation, pk):
    for name in ("edit_remark", "remove_remark"):
        address = url(name, consultation, 1).replace("/1/", f"/{pk}/")
        assert client.get(address).url == url("basket", consultation)
    typed = client.post(url("edit_remark", consultation, 1).replace("/1/", f"/{pk}/"), {"change": "Ważny tekst"})
    assert typed.status_code == 409
    assert "Ważny tekst" in text_of(typed)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(client, consultation, method):
    for name in ("new_remark", "basket", "review"):
        assert getattr(client, method)(url(name, consultation)).status_code == 405


@pytest.mark.parametrize("token", ["x" * 43, "%00", "%ff", "zażółć", "' OR 1=1 --", "x" * 3000, "<b>"])
@pytest.mark.parametrize("tail", ["", "potwierdzenie/"])
def test_a_wrong_tracking_link_is_like_any_unknown_page(client, consultation, token, tail):
    submission(consultation)
    unknown = client.get("/nie-ma-takiej-strony/")
    answer = client.get(f"/zgloszenie/{token}/{tail}")
    assert answer.status_code == 404

    def without_own_address(response):
        return re.sub(r'(href|content)="[^"]*(zgloszenie|nie-ma-takiej)[^"]*"', "", response.content.decode())

    assert without_own_address(answer) == without_own_address(unknown)
    assert {k: v for k, v in answer.items() if k not in {"Content-Length", "Server-Timing"}} == {
        k: v for k, v in unknown.items() if k not in {"Content-Length", "Server-Timing"}
    }


def test_the_whole_way_in_decomposed_letters_is_kept_composed(client, consultation):
    add(client, consultation, change="Zaz\u0307o\u0301łc\u0301")
    send(client, consultation)
    assert only_submission().remarks.get().change == "Zażółć"
    assert only_submission().received_at == DURING
