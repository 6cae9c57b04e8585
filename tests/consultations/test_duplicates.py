"""The same text again: staff see it on every remark, a sender is told what the register shows anyway, and no more."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.roles import Role
from consultations.models import Remark
from consultations.services import baskets
from consultations.services.duplicates import already_public, same_texts, text_hash
from tests.consultations.residents import COOKIE, add, full_basket, text_of, url
from tests.factories import AFTER, DURING, passage_remark, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


def said(change="", wording="", reason=""):
    return SimpleNamespace(change=change, wording=wording, reason=reason)


SAME = [
    said("Więcej drzew!", reason="Jest za gorąco"),
    said("  WIĘCEJ   drzew", reason="jest za gorąco."),
    said("Więcej\ndrzew…", reason="– Jest „za gorąco”"),
]
OTHER = [
    said("Więcej drzew", reason="Jest gorąco"),
    said("Wiecej drzew", reason="Jest za gorąco"),
    said("Jest za gorąco", reason="Więcej drzew"),
    said("Więcej drzew", wording="Jest za gorąco"),
]


def test_case_blanks_and_punctuation_make_no_other_text():
    assert len({text_hash(one) for one in SAME}) == 1


@pytest.mark.parametrize("other", OTHER)
def test_other_words_or_other_places_for_them_make_another_text(other):
    assert text_hash(other) != text_hash(SAME[0])


@pytest.mark.parametrize("nothing", [said(), said(" ", "\n", "…")])
def test_no_text_has_no_digest(nothing):
    assert text_hash(nothing) == ""


@given(st.text(), st.text(), st.text())
def test_any_text_has_a_digest_of_32_characters_or_none(change, wording, reason):
    assert len(text_hash(said(change, wording, reason))) in {0, 32}


def test_every_received_remark_carries_its_digest(consultation):
    stored = submission(consultation).remarks.get()
    assert stored.text_hash == text_hash(stored) != ""


# -- For staff ------------------------------------------------------------------------------------------------------


def test_staff_see_how_many_sent_the_same_and_who_was_first(consultation, django_assert_num_queries):
    first = submission(consultation, email="a@example.org")
    for number in range(3):
        submission(consultation, email=f"b{number}@example.org")
    again = submission(consultation, email="A@Example.org")
    remark = again.remarks.get()
    with django_assert_num_queries(1):
        same = same_texts([remark], submission=again)[remark.pk]
    assert (same.submissions, same.first, same.senders_first) == (5, "1.1", "1.1")
    middle = Remark.objects.get(submission__number=3)
    same = same_texts([middle], submission=middle.submission)[middle.pk]
    assert (same.submissions, same.first, same.senders_first) == (5, "1.1", "")
    own = first.remarks.get()
    assert same_texts([own], submission=first)[own.pk].first == ""


def test_the_same_text_twice_in_one_submission_is_no_duplicate_of_another(consultation):
    sent = submission(consultation, remarks=2)
    assert same_texts(sent.remarks.all(), submission=sent) == {}


def test_the_desk_says_it_at_the_remark(consultation, client, sign_in):
    sign_in(Role.COORDINATOR)
    submission(consultation)
    again = submission(consultation)
    for address in (
        reverse("desk:submission", args=[again.pk]),
        reverse("desk:remark", args=[again.remarks.get().pk]),
    ):
        assert "1.1/2021" in text_of(client.get(address))


# -- For the sender -------------------------------------------------------------------------------------------------


def test_the_review_names_the_same_text_on_the_same_place_and_offers_to_take_it_out(client, consultation):
    earlier = submission(consultation, new_remarks=[passage_remark(consultation, change="Zmiana 0")])
    client.cookies["basket"] = COOKIE
    kept = full_basket(consultation).remarks.get()
    html = client.get(url("review", consultation)).content.decode()
    assert reverse("consultations:remark", args=[consultation.slug, "1.1"]) in html
    assert url("remove_remark", consultation, kept.pk) in html
    assert earlier.number == 1
    basket = kept.basket
    assert baskets.send_basket(basket, now=DURING).is_new  # sending anyway is the sender's choice


def test_the_warning_does_not_depend_on_the_address_of_mail(consultation):
    """Else whoever types a stranger's address and a public text would learn who wrote it."""
    text = passage_remark(consultation, change="Zmiana 0")
    submission(consultation, email="autor@example.org", new_remarks=[text])
    answers = [
        already_public(consultation, full_basket(consultation, cookie_key=key, email=email).remarks.all(), now=DURING)
        for key, email in (("a" * 43, "autor@example.org"), ("b" * 43, "ktos@example.org"))
    ]
    assert [list(one.values()) for one in answers] == [["1.1"], ["1.1"]]


@pytest.mark.parametrize(
    ("name", "value"), [("state", "withdrawn"), ("text_state", "waiting"), ("text_state", "redacted")]
)
def test_what_the_register_does_not_show_is_not_told(consultation, name, value):
    submission(consultation, new_remarks=[passage_remark(consultation, change="Zmiana 0")])
    Remark.objects.update(**{name: value})
    assert already_public(consultation, full_basket(consultation).remarks.all(), now=DURING) == {}


def test_before_the_remarks_are_shown_nothing_is_told(consultation):
    consultation.remarks_shown = "after_closing"
    submission(consultation, new_remarks=[passage_remark(consultation, change="Zmiana 0")])
    remarks = full_basket(consultation).remarks.all()
    assert already_public(consultation, remarks, now=DURING) == {}
    assert len(already_public(consultation, remarks, now=AFTER)) == 1


def test_the_same_text_on_another_place_is_another_remark(consultation):
    submission(consultation, new_remarks=[passage_remark(consultation, "f2", change="Zmiana 0")])
    assert already_public(consultation, full_basket(consultation).remarks.all(), now=DURING) == {}


def test_the_review_asks_no_more_for_more_remarks(client, consultation, connection_queries):
    add(client, consultation)
    client.post(url("basket", consultation), {"sender_kind": "person", "name": "Jan", "email": "jan@example.org"})
    few = connection_queries(lambda: client.get(url("review", consultation)))
    for number in range(5):
        add(client, consultation, change=f"Inna {number}")
    assert connection_queries(lambda: client.get(url("review", consultation))) == few
