"""Anybody can follow a consultation by e-mail; only the address's owner confirms; leaving takes one click."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.test import Client

from notifications.errors import FollowedIsOver, LinkNotValid
from notifications.models import Message, Subscription
from notifications.services import following, outbox
from notifications.services.following import ASK_AGAIN_AFTER, MOST_OPEN_REQUESTS
from notifications.targets import KEPT_AFTER_END
from tests.factories import CLOSES, DURING, OPENS, consultation_with_draft

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
LONG_AFTER = CLOSES + KEPT_AFTER_END + HOUR


def address(consultation) -> str:
    return f"/konsultacje/{consultation.slug}/obserwuj/"


def ask(consultation, email="new@example.org", now=DURING, language="pl"):
    following.follow(consultation, email=email, language=language, now=now)


def confirmations() -> int:
    return Message.objects.filter(kind="confirm_following").count()


def test_asking_writes_a_confirmation_and_follows_nothing_yet(consultation):
    ask(consultation)
    assert confirmations() == 1
    assert not Subscription.objects.confirmed().exists()


def test_the_whole_way_from_the_form_to_the_end(consultation, client, during, mail_server):
    answer = client.post(address(consultation), {"email": "New@Example.org"})
    assert (answer.status_code, answer.url) == (302, address(consultation) + "?wyslano=1")
    assert "Sprawdź swoją skrzynkę" in client.get(answer.url).content.decode()
    assert outbox.sweep(now=DURING) == 1
    (sent,) = mail.outbox
    link = next(word for word in sent.body.split() if word.endswith("/potwierdz/"))
    path = link.removeprefix("https://portal.test")
    assert "<form" in client.get(path).content.decode()
    assert not Subscription.objects.confirmed().exists()
    done = client.post(path).content.decode()
    follower = Subscription.objects.confirmed().get()
    assert f"/obserwowanie/{follower.token}/" in done
    assert follower.email == "new@example.org"
    assert client.post(path.replace("potwierdz", "wypisz")).status_code == 200
    assert not Subscription.objects.exists()


def test_opening_the_link_confirms_nothing(consultation, client, during):
    ask(consultation)
    token = Subscription.objects.get().token
    for _ in range(2):
        assert client.get(f"/obserwowanie/{token}/potwierdz/").status_code == 200
        assert client.head(f"/obserwowanie/{token}/potwierdz/").status_code == 200
    assert not Subscription.objects.confirmed().exists()


def test_confirming_twice_keeps_the_first_time(consultation):
    ask(consultation)
    token = Subscription.objects.get().token
    following.confirm(token, now=DURING)
    assert following.confirm(token, now=DURING + HOUR).confirmed_at == DURING


@pytest.mark.parametrize("text", ["a\x00b", "x" * 65, "", "ą"])
def test_what_can_be_no_secret_never_reaches_the_database(django_assert_num_queries, text):
    with django_assert_num_queries(0):
        for verb in (following.find, following.confirm):
            with pytest.raises(LinkNotValid):
                verb(text)


def test_the_answer_does_not_tell_who_follows(consultation, follower, client, during):
    known = client.post(address(consultation), {"email": follower.email})
    unknown = client.post(address(consultation), {"email": "unknown@example.org"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert list(Message.objects.values_list("recipient", flat=True)) == ["unknown@example.org"]


def test_capitals_make_no_second_follower(consultation):
    ask(consultation, "Jan@Example.org")
    ask(consultation, "jan@example.org", now=DURING + 2 * HOUR)
    assert Subscription.objects.count() == 1


def test_a_confirmation_goes_out_once_an_hour_at_most(consultation):
    for minutes in (0, 1, 59):
        ask(consultation, now=DURING + dt.timedelta(minutes=minutes))
    assert confirmations() == 1
    ask(consultation, now=DURING + ASK_AGAIN_AFTER)
    assert confirmations() == 2
    ask(consultation, now=DURING + ASK_AGAIN_AFTER + dt.timedelta(minutes=59))
    assert confirmations() == 2


def test_asking_again_uses_the_language_of_the_latest_request(consultation):
    ask(consultation)
    ask(consultation, now=DURING + HOUR, language="uk")
    assert Message.objects.order_by("-pk")[0].language == "uk"
    assert Subscription.objects.get().language == "uk"


def test_an_address_cannot_be_flooded_over_many_consultations(db):
    for number in range(MOST_OPEN_REQUESTS + 2):
        ask(consultation_with_draft(slug=f"k{number}", chapters=1, passages=1))
    assert confirmations() == MOST_OPEN_REQUESTS
    ask(consultation_with_draft(slug="next-day", chapters=1, passages=1), now=DURING + dt.timedelta(days=1))
    assert confirmations() == MOST_OPEN_REQUESTS + 1


def test_a_closed_consultation_can_be_followed_for_its_answers_and_report(consultation):
    ask(consultation, now=CLOSES + KEPT_AFTER_END)
    assert confirmations() == 1


def test_a_consultation_long_closed_cannot_be_followed(consultation):
    with pytest.raises(FollowedIsOver):
        ask(consultation, now=LONG_AFTER)
    assert not Subscription.objects.exists()


def test_a_consultation_long_closed_says_so(consultation, client, time_machine):
    time_machine.move_to(LONG_AFTER, tick=False)
    page = client.get(address(consultation))
    assert page.status_code == 200
    assert "<form" not in page.content.decode().split("<main")[1].split("</main")[0]
    assert client.post(address(consultation), {"email": "a@example.org"}).status_code == 409


def test_a_consultation_can_be_followed_before_it_opens(consultation):
    consultation.published_at = OPENS - dt.timedelta(days=10)
    consultation.save()
    ask(consultation, now=OPENS - dt.timedelta(days=5))
    assert confirmations() == 1


def test_an_unpublished_consultation_has_no_form(consultation, client, during):
    consultation.published_at = None
    consultation.save()
    assert client.get(address(consultation)).status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Wpisz swój adres e-mail."),
        ("jan", "To nie jest adres e-mail."),
        ("jan@example.org\nBcc: a@example.org", "To nie jest adres e-mail."),
        ("<script>@example.org", "To nie jest adres e-mail."),
        ("a" * 300 + "@example.org", "Ten adres jest za długi."),
        ("a" * 1_000_000, "Ten adres jest za długi."),
        ("jan\x00@example.org", "To nie jest adres e-mail."),
    ],
)
def test_bad_addresses_get_a_sentence_and_keep_what_was_typed(consultation, client, during, typed, said):
    answer = client.post(address(consultation), {"email": typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "<script>@" not in page
    if typed and "\x00" not in typed:
        assert typed.split("\n")[0].replace("<", "&lt;").replace(">", "&gt;") in page
    assert not Subscription.objects.exists()


def test_a_machine_that_fills_the_hidden_field_changes_nothing(consultation, client, during):
    answer = client.post(address(consultation), {"email": "a@example.org", "website": "http://spam.example"})
    assert answer.url == address(consultation) + "?wyslano=1"
    assert not Subscription.objects.exists()


def test_an_expired_form_keeps_the_address_and_sends_nothing(consultation, during):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(address(consultation), {"email": "jan@example.org"})
    assert answer.status_code == 403
    assert 'value="jan@example.org"' in answer.content.decode()
    assert not Subscription.objects.exists()


def test_a_mail_program_unsubscribes_with_one_post(consultation, follower):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(f"/obserwowanie/{follower.token}/wypisz/", {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert answer.cookies == {}
    assert not Subscription.objects.exists()


def test_opening_the_unsubscribe_link_ends_nothing(follower, client):
    assert "<form" in client.get(f"/obserwowanie/{follower.token}/wypisz/").content.decode()
    assert Subscription.objects.exists()


def test_unsubscribing_takes_waiting_mail_along_and_nobody_elses(consultation, follower, due_message):
    due_message("mine")
    due_message("others", recipient="other@example.org")
    following.unsubscribe(follower.token)
    assert list(Message.objects.values_list("key", flat=True)) == ["others"]


def test_unsubscribing_twice_reads_the_same(follower, client):
    url = f"/obserwowanie/{follower.token}/wypisz/"
    first, second, later = client.post(url), client.post(url), client.get(url)
    assert first.content == second.content == later.content
    assert "<form" not in first.content.decode().split("<main")[1].split("</main")[0]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_confirmation_link_reveals_nothing(client, db, method):
    answer = getattr(client, method)("/obserwowanie/wrong/potwierdz/")
    assert answer.status_code == 404
    assert "Ten link nie działa" in answer.content.decode()


def test_a_wrong_secret_belongs_to_nobody(db):
    with pytest.raises(LinkNotValid):
        following.find("wrong")


@pytest.mark.parametrize("page", ["potwierdz", "wypisz"])
def test_pages_behind_a_secret_are_kept_nowhere(follower, client, page):
    answer = client.get(f"/obserwowanie/{follower.token}/{page}/")
    assert "no-store" in answer["Cache-Control"]
    assert 'content="noindex"' in answer.content.decode()
    assert follower.email not in answer.content.decode()


@pytest.mark.parametrize(
    ("prefix", "word"), [("", "Obserwuj te konsultacje"), ("/en", "Follow this consultation"), ("/uk", "Стежити за")]
)
def test_the_form_speaks_three_languages(consultation, client, during, prefix, word):
    assert word in client.get(prefix + address(consultation)).content.decode()
    client.post(prefix + address(consultation), {"email": "a@example.org"})
    assert Message.objects.get().language == (prefix.strip("/") or "pl")
