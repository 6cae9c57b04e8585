"""Pictures of a draft: public with a version that shows them, before that only to who sets consultations up."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from consultations.models import DraftImage, DraftVersion, PassageText
from tests.consultations.drafts import picture, rich_consultation
from tests.consultations.residents import url
from tests.factories import consultation_with_draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


@pytest.fixture
def consultation(during):
    return rich_consultation()


def look(client, consultation, sha256=None, **options):
    sha256 = sha256 or DraftImage.objects.get(draft=consultation.draft).sha256
    return client.get(url("draft_image", consultation, sha256), **options)


def test_a_published_picture_is_everybodys_and_may_be_kept(client, consultation):
    response = look(client, consultation)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"].startswith("public, max-age=")
    assert b"".join(response.streaming_content).startswith(b"\x89PNG")
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_who_has_it_is_told_so(client, consultation):
    etag = look(client, consultation)["ETag"]
    assert look(client, consultation, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    "hide",
    [
        lambda one: DraftVersion.objects.update(published_at=None),
        lambda one: type(one).objects.update(published_at=None),
        lambda one: PassageText.objects.filter(kind="image").delete(),
    ],
    ids=["version", "consultation", "no passage shows it"],
)
@pytest.mark.parametrize(
    ("role", "status"),
    [
        (None, 404),
        (Role.EXPERT, 404),
        (Role.COUNCILLOR, 404),
        (Role.AUDITOR, 404),
        (Role.COORDINATOR, 200),
        (Role.ADMINISTRATOR, 200),
    ],
)
def test_a_picture_that_is_not_public_is_for_those_who_set_up(client, consultation, sign_in, hide, role, status):
    hide(consultation)
    if role:
        sign_in(role)
    response = look(client, consultation)
    assert response.status_code == status
    if status == 200:
        assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("sha256", ["0" * 64, "x", "..", "%00"])
def test_there_is_no_other_picture(client, consultation, sha256):
    assert client.get(f"/konsultacje/{consultation.slug}/projekt/obrazy/{sha256}/").status_code == 404


def test_another_consultations_picture_is_not_here(client, consultation):
    other = consultation_with_draft()
    assert look(client, consultation, picture(other, colour="red").sha256).status_code == 404


@pytest.mark.parametrize("kind", ["image/svg+xml", "text/html", "application/pdf"])
def test_what_could_run_is_never_served(client, consultation, kind):
    DraftImage.objects.update(content_type=kind)
    assert look(client, consultation).status_code == 404


def test_the_number_of_queries_is_constant(client, consultation, connection_queries):
    assert connection_queries(lambda: look(client, consultation)) <= 3  # one is the test's own
