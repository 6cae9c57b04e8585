"""The truth table of the resident's way: phase × what is done. The server's clock decides."""

from __future__ import annotations

import datetime as dt

import pytest

from consultations.models import Basket, BasketRemark, Submission
from consultations.services import baskets
from tests.consultations.residents import COOKIE, PERSON, full_basket, hidden, text_of, url
from tests.factories import AFTER, CLOSES, DURING, OPENS

pytestmark = pytest.mark.django_db

BEFORE = OPENS - dt.timedelta(seconds=1)
LAST_SECOND = CLOSES - dt.timedelta(seconds=1)
MOMENTS = {"before": BEFORE, "first": OPENS, "during": DURING, "last": LAST_SECOND, "closing": CLOSES, "after": AFTER}
OPEN = {"first", "during", "last"}


def _form(client, consultation, kept):
    return client.get(url("new_remark", consultation, query="?fragment=f1"))


def _add(client, consultation, kept):
    return client.post(url("new_remark", consultation, query="?fragment=f1"), {"change": "Tekst dodany"})


def _edit_page(client, consultation, kept):
    return client.get(url("edit_remark", consultation, kept.pk))


def _edit(client, consultation, kept):
    return client.post(
        url("edit_remark", consultation, kept.pk), {"change": "Tekst zmieniony", "revision": kept.revision}
    )


def _remove_page(client, consultation, kept):
    return client.get(url("remove_remark", consultation, kept.pk))


def _remove(client, consultation, kept):
    return client.post(url("remove_remark", consultation, kept.pk))


def _move(client, consultation, kept):
    other = kept.basket.remarks.exclude(pk=kept.pk).get()
    return client.post(url("move_remark", consultation, kept.pk), {"after": other.pk})


def _ask_link(client, consultation, kept):
    return client.post(url("basket_link", consultation), {"link_email": "ja@example.org"})


def _basket(client, consultation, kept):
    return client.get(url("basket", consultation))


def _name(client, consultation, kept):
    return client.post(url("basket", consultation), PERSON | {"name": "Nowe Nazwisko"})


def _review(client, consultation, kept):
    return client.get(url("review", consultation))


def _send(client, consultation, kept):
    basket = Basket.objects.get()
    form = {"form_token": basket.form_token, "reviewed": baskets.fingerprint(basket, basket.remarks.all())}
    return client.post(url("review", consultation), form)


# What it answers while the consultation is open; otherwise a page is shut with 403, a sending with 409.
ACTIONS = {
    _form: 200,
    _add: 302,
    _edit_page: 200,
    _edit: 302,
    _remove_page: 200,
    _remove: 302,
    _move: 302,
    _ask_link: 302,
    _basket: 200,
    _name: 302,
    _review: 200,
    _send: 302,
}
CHANGES = {_add, _edit, _remove, _move, _ask_link, _name, _send}


@pytest.fixture
def kept(client, consultation):
    client.cookies["basket"] = COOKIE
    return full_basket(consultation, remarks=2).remarks.earliest("position")


def _everything():
    return (
        list(BasketRemark.objects.values_list("change", flat=True)),
        list(Basket.objects.values_list("name", "link_token")),
        Submission.objects.count(),
    )


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.__name__.strip("_"))
@pytest.mark.parametrize("moment", MOMENTS)
def test_what_is_open_when(client, consultation, kept, during, moment, action):
    consultation.published_at = BEFORE
    consultation.save()
    during.move_to(MOMENTS[moment])
    before = _everything()
    answer = action(client, consultation, kept)
    if moment in OPEN:
        assert answer.status_code == ACTIONS[action]
        assert (_everything() != before) == (action in CHANGES)
    else:
        assert answer.status_code == (409 if action in CHANGES else 403)
        assert _everything() == before


def test_the_closed_form_says_when_it_closed_and_gives_the_text_back(client, consultation, kept, during):
    during.move_to(AFTER)
    answer = client.post(
        url("new_remark", consultation, query="?fragment=f1"),
        {"change": "Pisane do ostatniej chwili", "wording": "Nowe brzmienie", "reason": "Bo tak"},
    )
    shown = text_of(answer)
    for part in ("20 grudnia 2021", "23:59", "Pisane do ostatniej chwili", "Nowe brzmienie", "Bo tak", "Zmiana 0"):
        assert part in shown
    assert url("register", consultation) in answer.content.decode()
    assert url("draft", consultation) in answer.content.decode()


def test_the_closed_basket_gives_name_and_remarks_back(client, consultation, kept, during):
    during.move_to(AFTER)
    shown = text_of(client.post(url("basket", consultation), PERSON | {"address": "ul. Zielona 7"}))
    for part in ("ul. Zielona 7", "Jan Przykładowy", "Zmiana 0"):
        assert part in shown


def test_the_form_that_is_not_open_yet_says_when_it_opens(client, consultation, during):
    consultation.published_at = BEFORE
    consultation.save()
    during.move_to(BEFORE)
    assert "15 listopada 2021, 00:00" in text_of(client.get(url("new_remark", consultation)))


def test_closing_between_the_check_and_the_click_keeps_everything(client, consultation, kept, during):
    form = hidden(client.get(url("review", consultation)))
    during.move_to(CLOSES)
    answer = client.post(url("review", consultation), form)
    assert answer.status_code == 409
    assert "Zmiana 0" in text_of(answer)
    assert (BasketRemark.objects.count(), Submission.objects.count()) == (2, 0)


def test_an_unpublished_consultation_has_no_form(client, consultation, during):
    consultation.published_at = None
    consultation.save()
    for name in ("new_remark", "basket", "review"):
        assert client.get(url(name, consultation)).status_code == 404
        assert client.post(url(name, consultation), {"change": "x"}).status_code == 404
