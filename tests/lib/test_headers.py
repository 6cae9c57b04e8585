"""Headers and the few pages that belong to no app."""

from __future__ import annotations

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/etapy/", "/konsultacje/", "/konto/login/", "/nie-ma/", "/en/liczby/"])
def test_the_content_security_policy_allows_nothing_inline_and_nobody_else(client, path):
    policy = client.get(path).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_other_protections(client):
    headers = client.get("/").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_health_asks_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert client.get(reverse("health")).json() == {"status": "ok"}


def test_secret_and_staff_pages_are_closed_to_search_engines(client):
    rules = client.get("/robots.txt").content.decode()
    for path in ("/zgloszenie/", "/obserwowanie/", "/biurko/", "/zaplecze/"):
        for language in ("", "/en", "/uk"):
            assert f"Disallow: {language}{path}\n" in rules


@pytest.mark.parametrize("path", ["/", "/etapy/", "/konsultacje/", "/liczby/"])
def test_a_public_page_sets_no_cookie_for_an_anonymous_reader(client, path):
    assert not client.get(path).cookies
