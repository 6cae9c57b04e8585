"""Staff sign in by e-mail on our own pages; nobody makes an account for himself."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user
from django.core import mail
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from accounts.roles import Role
from tests.factories import UserFactory, person

pytestmark = pytest.mark.django_db

PASSWORD = "bardzo-dobre-haslo-2030"


@pytest.fixture
def coordinator():
    user = person(Role.COORDINATOR)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client, email, password=PASSWORD, **extra):
    return client.post(reverse("account_login"), {"login": email, "password": password, **extra})


@pytest.mark.parametrize("written", [str.lower, str.upper, lambda email: f"  {email} "])
def test_the_address_opens_the_desk_however_it_is_written(client, coordinator, written):
    answer = sign_in(client, written(coordinator.email))
    assert answer.url == reverse("desk:home")
    assert get_user(client) == coordinator


def test_after_signing_in_one_comes_where_one_wanted(client, coordinator):
    wanted = client.get(reverse("desk:verification")).url
    page = client.get(wanted)
    assert 'name="next"' in page.content.decode()
    assert sign_in(client, coordinator.email, next=reverse("desk:verification")).url == reverse("desk:verification")


def test_one_is_never_led_to_another_site(client, coordinator):
    assert sign_in(client, coordinator.email, next="https://evil.example/").url == reverse("desk:home")


NO_PAGES = ["abc", "a\x00b", "admin:index", "é"]


@pytest.mark.parametrize("wanted", NO_PAGES)
def test_an_address_that_leads_nowhere_does_no_harm(client, coordinator, wanted):
    assert sign_in(client, coordinator.email, next=wanted).status_code == 302


@pytest.mark.parametrize("wanted", NO_PAGES)
def test_nor_does_it_for_one_who_is_signed_in(client, coordinator, wanted):
    client.force_login(coordinator)
    assert client.get(reverse("admin:login"), {"next": wanted}).status_code == 302


def test_the_records_lead_to_no_other_site(client, coordinator):
    client.force_login(coordinator)
    answer = client.get(reverse("admin:login"), {"next": "https://evil.example/"})
    assert answer.url == reverse("admin:index")


@pytest.mark.parametrize("email", ["nobody@example.org", "", "x", "a" * 300 + "@example.org"])
def test_wrong_sign_in_gets_a_sentence(client, coordinator, email):
    answer = sign_in(client, email)
    assert answer.status_code == 200
    assert 'class="error"' in answer.content.decode() or 'role="alert"' in answer.content.decode()


def test_a_wrong_password_does_not_say_whether_the_account_exists(client, coordinator):
    known = sign_in(client, coordinator.email, "zle").context["form"].errors
    unknown = sign_in(client, "nobody@example.org", "zle").context["form"].errors
    assert known == unknown


def test_a_closed_account_does_not_sign_in(client, coordinator):
    User.objects.update(is_active=False)
    sign_in(client, coordinator.email)
    assert not get_user(client).is_authenticated


def test_signing_out_needs_a_button(client, coordinator):
    client.force_login(coordinator)
    assert client.get(reverse("account_logout")).status_code == 200
    assert get_user(client) == coordinator
    client.post(reverse("account_logout"))
    assert not get_user(client).is_authenticated


def test_nobody_makes_an_account_for_himself(client):
    page = client.get(reverse("account_signup"))
    assert "Konto nie jest potrzebne" in page.content.decode()
    client.post(reverse("account_signup"), {"email": "me@example.org", "password1": PASSWORD})
    assert not User.objects.exists()


def test_the_address_of_an_account_is_changed_by_administrators_only():
    for name in ("account_email", "account_reauthenticate"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


def ask_for_link(client, email) -> str:
    client.post(reverse("account_reset_password"), {"email": email})
    found = re.search(r"http://testserver(/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


@pytest.mark.parametrize("has_password", [True, False])
def test_a_password_is_set_by_a_link_that_works_once(client, has_password):
    user = UserFactory(email="osoba@example.org")
    if not has_password:
        user.set_unusable_password()
        user.save()
    link = ask_for_link(client, user.email)
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0]
    new = "calkiem-nowe-haslo-2030"
    done = client.post(address, {"password1": new, "password2": new}, follow=True)
    assert "Hasło jest ustawione" in done.content.decode()
    assert sign_in(client, user.email, new).status_code == 302
    client.logout()
    assert "Ten link już nie działa" in client.get(link, follow=True).content.decode()


def test_asking_for_a_link_does_not_say_whether_the_account_exists(client, coordinator):
    known = client.post(reverse("account_reset_password"), {"email": coordinator.email}, follow=True)
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert [sent.to for sent in mail.outbox] == [[coordinator.email], ["nobody@example.org"]]
    assert "/signup" not in mail.outbox[1].body


def test_the_password_is_changed_on_the_own_page(client, coordinator):
    client.force_login(coordinator)
    new = "calkiem-nowe-haslo-2030"
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert User.objects.get().check_password(new)


PAGES = ["account_login", "account_reset_password", "account_reset_password_done", "account_signup"]
PAGES += ["account_inactive", "account_reset_password_from_key_done"]


@pytest.mark.parametrize(("language", "words"), [("pl", "Hasło"), ("en", "Password"), ("uk", "пароль")])
@pytest.mark.parametrize("name", PAGES)
def test_the_pages_wear_our_dress_in_every_language(client, name, language, words):
    prefix = "" if language == "pl" else f"/{language}"
    text = client.get(prefix + reverse(name)).content.decode()
    assert f'<html lang="{language}">' in text
    assert "css/site.css" in text
    assert "style=" not in text
