"""No natural person who sent remarks shows in what the public can reach: every page, file and API answer is read."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.test import Client

from consultations.models import Consultation, Submission
from tests.content.conftest import LOADED_AT
from tests.walking import walk

pytestmark = pytest.mark.usefixtures("content")

START = ("/", "/en/", "/uk/", "/api/v1/")
OF_A_CONSULTATION = ("draft/", "remarks/", "remarks/?per_page=200", "summary/")


@pytest.fixture(scope="module")
def everything_public(_loaded, django_db_blocker) -> dict[str, str]:
    """Address → text of everything that links lead to from the front pages and the API's root."""
    with django_db_blocker.unblock(), time_machine.travel(LOADED_AT, tick=False):
        api = [f"/api/v1/consultations/{slug}/" for slug in Consultation.objects.values_list("slug", flat=True)]
        start = [*START, *api, *(base + more for base in api for more in OF_A_CONSULTATION)]
        return walk(Client(raise_request_exception=False), start)


@pytest.fixture(scope="module")
def people(_loaded, django_db_blocker) -> set[str]:
    """Names of natural persons, of those who act for organisations, and every address and phone."""
    with django_db_blocker.unblock():
        rows = Submission.objects.values_list("sender_kind", "name", "representative", "email", "phone", "address")
        return {
            text
            for kind, name, *contact in rows
            for text in ([name] if kind == Submission.SenderKind.PERSON else []) + contact
            if text
        }


def test_the_walk_reaches_every_kind_of_public_thing(everything_public):
    for pattern in (
        r"^/$", r"^/konsultacje/[^/]+/$", r"^/konsultacje/[^/]+/uwagi/$", r"/uwagi/\d+\.\d+/$", r"/projekt/", r"\.docx",
        r"\.pdf", r"^/liczby/", r"^/wydarzenia/", r"^/api/v1/consultations/[^/]+/remarks/",
    ):  # fmt: skip
        assert any(re.search(pattern, address) for address in everything_public), pattern
    assert len(everything_public) > 300


def test_every_public_thing_answers(everything_public):
    assert [address for address, text in everything_public.items() if not text] == []


def test_no_natural_person_shows_anywhere(everything_public, people):
    assert len(people) > 100
    shown = [f"{address}: {one}" for address, text in everything_public.items() for one in people if one in text]
    assert shown == []


def test_an_organisation_is_shown_by_name(everything_public):
    name = Submission.objects.filter(sender_kind="organisation").values_list("name", flat=True)[0]
    assert any(name in text for text in everything_public.values())
