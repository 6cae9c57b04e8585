"""The record pages show messages and followers to those who may see them, and change nothing."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from notifications.models import Message
from tests.factories import submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

MESSAGES, FOLLOWERS = "/zaplecze/notifications/message/", "/zaplecze/notifications/subscription/"


@pytest.mark.parametrize(
    ("role", "messages", "followers"),
    [
        (Role.EDITOR, 403, 403),
        (Role.COORDINATOR, 200, 200),
        (Role.EXPERT, 403, 403),
        (Role.ADMINISTRATOR, 200, 403),
    ],
)
def test_who_sees_what(client, sign_in, consultation, follower, role, messages, followers):
    submission(consultation)
    sign_in(role)
    assert client.get(MESSAGES).status_code == messages
    assert client.get(FOLLOWERS).status_code == followers


@pytest.mark.parametrize(("role", "shown"), [(Role.COORDINATOR, True), (Role.ADMINISTRATOR, False)])
def test_the_address_is_shown_to_those_who_may_read_contact(client, sign_in, consultation, role, shown):
    submission(consultation, email="kowalska@example.org")
    sign_in(role)
    page = client.get(f"{MESSAGES}{Message.objects.get().pk}/change/").content.decode()
    assert "1/2021" in page
    assert ("kowalska@example.org" in page) is shown


def test_nothing_can_be_changed_added_or_deleted(client, sign_in, consultation, follower):
    submission(consultation)
    sign_in(Role.COORDINATOR, Role.ADMINISTRATOR)
    for page, pk in ((MESSAGES, Message.objects.get().pk), (FOLLOWERS, follower.pk)):
        assert client.get(f"{page}add/").status_code == 403
        assert client.post(f"{page}{pk}/delete/").status_code == 403
        assert client.post(f"{page}{pk}/change/", {"state": "sent"}).status_code == 403


def test_the_secret_of_a_follower_is_shown_to_nobody(client, sign_in, follower):
    sign_in(Role.COORDINATOR, Role.ADMINISTRATOR)
    for page in (FOLLOWERS, f"{FOLLOWERS}{follower.pk}/change/"):
        assert follower.token not in client.get(page).content.decode()


def test_nobody_reads_who_follows(client, sign_in, follower):
    sign_in(Role.COORDINATOR, Role.ADMINISTRATOR)
    for page in (FOLLOWERS, f"{FOLLOWERS}{follower.pk}/change/", f"{FOLLOWERS}?q={follower.email.upper()}"):
        assert follower.email not in client.get(page).content.decode()


def test_queries_do_not_grow_with_messages(client, sign_in, consultation):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(MESSAGES).status_code == 200
        return len(captured)

    sign_in(Role.COORDINATOR)
    submission(consultation)
    few = queries()
    for _ in range(8):
        submission(consultation)
    assert queries() == few
