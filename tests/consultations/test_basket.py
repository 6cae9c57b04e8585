"""Remarks gather in the browser's basket; nothing that was typed is lost on the way."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consultations.errors import ConsultationClosed, NothingToSend, RemarkGone, TargetNotInDraft, TooManyRemarks
from consultations.models import Basket, BasketRemark, Remark, Submission
from consultations.services import baskets
from consultations.services.submissions import MOST_REMARKS, NewRemark, Sender
from tests.consultations.residents import COOKIE, PERSON, add, full_basket, hidden, text_of, url
from tests.factories import AFTER, DURING, DistrictFactory, consultation_with_draft, passage_remark

pytestmark = pytest.mark.django_db


def put(consultation, *, text="Więcej drzew.", form="form", remark=None, now=DURING):
    return baskets.add_remark(
        consultation,
        cookie_key=COOKIE,
        remark=remark or passage_remark(consultation, change=text),
        form_token=form,
        language="pl",
        now=now,
    )


def test_the_form_shows_the_passage_and_the_limits(client, consultation, during):
    page = client.get(url("new_remark", consultation, query="?fragment=f2"))
    assert page.status_code == 200
    assert "Fragment 1.2: miasto sadzi drzewa." in text_of(page)
    assert "5 000" in text_of(page)


def test_a_form_page_is_kept_by_no_cache(client, consultation, during):
    for name in ("new_remark", "basket"):
        assert "private" in client.get(url(name, consultation))["Cache-Control"]


def test_adding_leads_back_to_the_passage_with_a_word(client, consultation, during):
    answer = add(client, consultation, query="?fragment=f5")
    assert answer.url == url("chapter", consultation, 2) + "?fragment=f5#f5"
    assert [message.level_tag for message in get_messages(answer.wsgi_request)] == ["success"]
    kept = BasketRemark.objects.get()
    assert (kept.passage.code, kept.chapter.code, kept.version.number, kept.target) == ("f5", "r2", 1, "passage")


def test_a_remark_on_a_chapter_and_on_the_whole_document(client, consultation, during):
    assert add(client, consultation, query="?rozdzial=2", place="2").url == url("chapter", consultation, 2)
    assert add(client, consultation, query="", place="document").url == url("basket", consultation)
    assert [(one.target, one.passage_id) for one in BasketRemark.objects.all()] == [
        (Remark.Target.CHAPTER, None),
        (Remark.Target.DOCUMENT, None),
    ]


def test_the_chapter_of_the_address_is_chosen_beforehand(client, consultation, during):
    page = client.get(url("new_remark", consultation, query="?rozdzial=2"))
    assert '<option value="2" selected>' in page.content.decode()


def test_htmx_gets_a_piece_that_stands_at_the_passage(client, consultation, during):
    form = client.get(url("new_remark", consultation, query="?fragment=f1"), headers={"HX-Request": "true"})
    assert form.content.lstrip().startswith(b"<form")
    wrong = client.post(url("new_remark", consultation, query="?fragment=f1"), {}, headers={"HX-Request": "true"})
    assert wrong.status_code == 200
    assert b'aria-invalid="true"' in wrong.content
    added = client.post(
        url("new_remark", consultation, query="?fragment=f1"), {"change": "A"}, headers={"HX-Request": "true"}
    )
    assert b"<html" not in added.content
    assert url("basket", consultation).encode() in added.content
    assert b'hx-swap-oob="true"' in added.content
    assert BasketRemark.objects.count() == 1


def test_the_cookie_is_a_secret_out_of_reach_and_comes_with_the_first_remark(client, consultation, during):
    assert "basket" not in client.get(url("new_remark", consultation)).cookies
    assert "basket" not in client.post(url("new_remark", consultation), {}).cookies
    cookie = add(client, consultation).cookies["basket"]
    assert len(cookie.value) == 43
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (
        True,
        "Lax",
        "/",
        30 * 24 * 3600,
    )
    assert not cookie["secure"]
    assert add(client, consultation, change="B").cookies["basket"].value == cookie.value


def test_the_cookie_is_secure_over_https(client, consultation, during):
    answer = client.post(url("new_remark", consultation, query="?fragment=f1"), {"change": "A"}, secure=True)
    assert answer.cookies["basket"]["secure"]


def test_the_same_form_twice_adds_one_remark(client, consultation, during):
    add(client, consultation, form_token="t" * 43)
    add(client, consultation, form_token="t" * 43)
    assert BasketRemark.objects.count() == 1


def test_the_same_form_with_another_text_loses_neither(client, consultation, during):
    add(client, consultation, form_token="t" * 43, change="Pierwszy tekst")
    add(client, consultation, form_token="t" * 43, change="Drugi tekst")
    assert [one.change for one in BasketRemark.objects.all()] == ["Pierwszy tekst", "Drugi tekst"]


def test_each_browser_and_each_consultation_has_its_own_basket(client, consultation, during):
    other = consultation_with_draft()
    add(client, consultation)
    add(client, other)
    assert Basket.objects.count() == 2
    assert len(set(Basket.objects.values_list("cookie_key", flat=True))) == 1
    client.cookies.clear()
    assert "Więcej drzew." not in text_of(client.get(url("basket", consultation)))


def test_the_basket_shows_every_remark_with_its_place(client, consultation, during):
    add(client, consultation, query="?fragment=f4", wording="Nowe brzmienie", reason="Bo tak")
    shown = text_of(client.get(url("basket", consultation)))
    for part in ("2.1", "Fragment 2.1: miasto sadzi drzewa.", "Więcej drzew.", "Nowe brzmienie", "Bo tak"):
        assert part in shown


def test_an_empty_basket_asks_for_no_name(client, consultation, during):
    page = client.get(url("basket", consultation))
    assert page.status_code == 200
    assert 'name="email"' not in page.content.decode()


def test_a_remark_can_be_changed(client, consultation, during):
    add(client, consultation)
    kept = BasketRemark.objects.get()
    page = client.get(url("edit_remark", consultation, kept.pk))
    assert "Więcej drzew." in text_of(page)
    answer = client.post(url("edit_remark", consultation, kept.pk), {"change": "Mniej betonu.", "revision": 1})
    assert answer.url == url("basket", consultation)
    kept.refresh_from_db()
    assert (kept.change, kept.target) == ("Mniej betonu.", "passage")


def test_the_place_of_a_chapter_remark_can_be_changed(client, consultation, during):
    add(client, consultation, query="?rozdzial=1", place="1")
    kept = BasketRemark.objects.get()
    client.post(url("edit_remark", consultation, kept.pk), {"change": "A", "place": "document", "revision": 1})
    kept.refresh_from_db()
    assert (kept.target, kept.chapter) == ("document", None)


def test_removing_asks_first(client, consultation, during):
    add(client, consultation)
    kept = BasketRemark.objects.get()
    assert "Więcej drzew." in text_of(client.get(url("remove_remark", consultation, kept.pk)))
    assert BasketRemark.objects.count() == 1
    assert client.post(url("remove_remark", consultation, kept.pk)).url == url("basket", consultation)
    assert BasketRemark.objects.count() == 0
    assert client.post(url("remove_remark", consultation, kept.pk)).url == url("basket", consultation)


@pytest.mark.parametrize("name", ["edit_remark", "remove_remark"])
def test_another_browsers_remark_is_out_of_reach(client, consultation, during, name):
    foreign = put(consultation, text="Cudza uwaga")
    add(client, consultation)
    assert "Cudza uwaga" not in text_of(client.get(url(name, consultation, foreign.pk), follow=True))
    client.post(url(name, consultation, foreign.pk), {"change": "Zmieniona"})
    foreign.refresh_from_db()
    assert foreign.change == "Cudza uwaga"


def test_a_change_to_a_remark_sent_meanwhile_is_offered_as_a_new_one(client, consultation, during):
    client.cookies["basket"] = COOKIE
    kept = put(consultation)
    full_basket(consultation)
    baskets.send_basket(Basket.objects.get(), now=DURING)
    answer = client.post(url("edit_remark", consultation, kept.pk, query="?fragment=f1"), {"change": "Późna poprawka"})
    assert answer.status_code == 409
    assert "Późna poprawka" in text_of(answer)
    again = client.post(url("new_remark", consultation, query="?fragment=f1"), {"change": "Późna poprawka"})
    assert again.status_code == 302
    assert BasketRemark.objects.get().change == "Późna poprawka"


def test_a_sent_remark_does_not_come_back_by_a_change(consultation):
    kept = full_basket(consultation).remarks.get()
    baskets.send_basket(kept.basket, now=DURING)
    with pytest.raises(RemarkGone):
        baskets.change_remark(kept, remark=passage_remark(consultation), revision=1, now=DURING)
    assert BasketRemark.objects.count() == 0


def test_a_sent_basket_does_not_come_back_with_a_used_token(consultation):
    basket = full_basket(consultation)
    stale = Basket.objects.get()
    baskets.send_basket(basket, now=DURING)
    with pytest.raises(NothingToSend):
        baskets.keep_sender(stale, sender=Sender(name="B"), now=DURING)
    assert Basket.objects.count() == 0


def test_who_sends_is_remembered_and_leads_to_the_check(client, consultation, during):
    add(client, consultation)
    district = DistrictFactory()
    answer = client.post(url("basket", consultation), PERSON | {"phone": "81 000 00 00", "district": district.pk})
    assert answer.url == url("review", consultation)
    basket = Basket.objects.get()
    assert (basket.name, basket.email, basket.phone, basket.district) == (
        "Jan Przykładowy",
        "jan@example.org",
        "81 000 00 00",
        district,
    )
    shown = text_of(client.get(url("review", consultation)))
    assert "jan@example.org" in shown
    assert "Więcej drzew." in shown


def test_the_notices_come_in_the_language_of_the_page(client, consultation, during):
    add(client, consultation)
    client.post("/uk" + url("basket", consultation), PERSON)
    assert Basket.objects.get().language == "uk"


def test_more_than_200_remarks_are_refused_and_the_text_stays(client, consultation, during):
    basket = put(consultation).basket
    first = basket.remarks.get()
    BasketRemark.objects.bulk_create(
        BasketRemark(
            basket=basket,
            form_token=f"t{n}",
            target="passage",
            passage=first.passage,
            chapter=first.chapter,
            change="x",
        )
        for n in range(MOST_REMARKS - 1)
    )
    client.cookies["basket"] = COOKIE
    answer = add(client, consultation, change="Uwaga numer 201")
    assert answer.status_code == 409
    assert "Uwaga numer 201" in text_of(answer)
    assert "200" in text_of(answer)
    with pytest.raises(TooManyRemarks):
        put(consultation, text="Jeszcze jedna", form="new")
    assert put(consultation).pk == first.pk  # the second click of the 200th is no 201st


def test_a_foreign_passage_never_gets_into_a_basket(consultation):
    foreign = passage_remark(consultation_with_draft())
    with pytest.raises(TargetNotInDraft):
        put(consultation, remark=foreign)
    kept = put(consultation)
    with pytest.raises(TargetNotInDraft):
        baskets.change_remark(kept, remark=foreign, revision=1, now=DURING)


def test_nothing_is_added_changed_or_removed_after_closing(consultation):
    basket = full_basket(consultation)
    kept = basket.remarks.get()
    for verb in (
        lambda: put(consultation, form="late", now=AFTER),
        lambda: baskets.change_remark(kept, remark=NewRemark(change="x"), revision=1, now=AFTER),
        lambda: baskets.remove_remark(kept, now=AFTER),
        lambda: baskets.keep_sender(basket, sender=Sender(name="x"), now=AFTER),
        lambda: baskets.send_basket(basket, now=AFTER),
    ):
        with pytest.raises(ConsultationClosed):
            verb()
    kept.refresh_from_db()
    assert (kept.change, Basket.objects.get().name, Submission.objects.count()) == ("Zmiana 0", "Jan Przykładowy", 0)


def test_old_baskets_are_forgotten_with_what_is_in_them(consultation):
    full_basket(consultation)
    assert baskets.forget_old_baskets(now=DURING.replace(day=30)) == 0
    assert baskets.forget_old_baskets(now=DURING.replace(year=2022)) == 1
    assert BasketRemark.objects.count() == 0


def _queries(client, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["basket", "review"])
def test_the_number_of_queries_does_not_grow_with_the_remarks(client, consultation, during, name):
    client.cookies["basket"] = COOKIE
    full_basket(consultation)
    few = _queries(client, url(name, consultation))
    full_basket(consultation, remarks=12)
    put(
        consultation,
        remark=passage_remark(consultation, "f6", topic=consultation.topics.get(), district=DistrictFactory()),
    )
    assert _queries(client, url(name, consultation)) == few


def test_the_form_of_the_basket_carries_its_token(client, consultation, during):
    add(client, consultation)
    assert hidden(client.get(url("basket", consultation)))["form_token"] == Basket.objects.get().form_token
