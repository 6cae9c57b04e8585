"""Staff see which mail could not be sent, and send it again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from lublin2030.lib.desk import count_waiting, queues_for
from notifications.errors import NotInTrouble, NotPermitted
from notifications.models import Message
from notifications.permissions import may_resend
from notifications.services.outbox import LEASE, claim, resend, sweep
from tests.factories import DURING, UserFactory, person, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

PAGE = "/biurko/wiadomosci/"


def trouble(consultation, count=1, *, state="failed", email="jan@example.org") -> list[Message]:
    """Receipts that could not be sent."""
    for _ in range(count):
        submission(consultation, email=email)
    Message.objects.filter(attempts=0).update(
        state=state, attempts=3, last_error="SMTPRecipientsRefused 550", due_at=DURING + dt.timedelta(hours=5)
    )
    return list(Message.objects.order_by("pk"))


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.EDITOR, False),
        (Role.COORDINATOR, True),
        (Role.EXPERT, False),
        (Role.COUNCILLOR, False),
        (Role.ADMINISTRATOR, True),
        (Role.AUDITOR, False),
    ],
)
def test_who_may_send_again(consultation, client, role, may):
    (message,) = trouble(consultation)
    user = person(role)
    assert may_resend(user) is may
    if may:
        assert resend(message, by=user, now=DURING).state == "due"
    else:
        with pytest.raises(NotPermitted):
            resend(message, by=user, now=DURING)
    client.force_login(user)
    assert client.get(PAGE).status_code == (200 if may else 403)
    assert client.post(PAGE, {"one": message.pk}).status_code == (302 if may else 403)
    assert ("messages" in [queue.name for queue in queues_for(user)]) is may


def test_who_is_not_signed_in_is_asked_to(client):
    assert client.get(PAGE).status_code == 302
    assert client.post(PAGE, {"one": 1}).status_code == 302


def test_a_person_without_a_role_may_not(client):
    client.force_login(UserFactory())
    assert client.get(PAGE).status_code == 403


@pytest.mark.usefixtures("mail_server")
@pytest.mark.parametrize("state", ["failed", "due"])
def test_a_message_in_trouble_starts_anew_at_once(consultation, coordinator, state):
    (message,) = trouble(consultation, state=state)
    assert resend(message, by=coordinator, now=DURING).attempts == 0
    assert sweep(now=DURING) == 1


def test_only_a_message_in_trouble_is_sent_again(due_message, coordinator, mail_server):
    message = due_message()
    with pytest.raises(NotInTrouble):  # never tried
        resend(message, by=coordinator, now=DURING)
    claim(message.pk, now=DURING)
    with pytest.raises(NotInTrouble):  # being sent
        resend(message, by=coordinator, now=DURING)
    sweep(now=DURING + LEASE)
    with pytest.raises(NotInTrouble):  # sent
        resend(message, by=coordinator, now=DURING + LEASE)


def test_the_page_shows_kind_number_tries_error_and_next_try(consultation, client, sign_in):
    trouble(consultation, state="due")
    sign_in(Role.COORDINATOR)
    page = client.get(PAGE).content.decode()
    for part in ("potwierdzenie otrzymania", "1/2021", "SMTPRecipientsRefused 550", "1 grudnia 2021, 17:00"):
        assert part in page


def test_given_up_messages_stand_before_those_to_be_tried_again(consultation, client, sign_in):
    waits, given_up = trouble(consultation, 2, state="due")
    Message.objects.filter(pk=given_up.pk).update(state="failed")
    sign_in(Role.COORDINATOR)
    page = client.get(PAGE).content.decode()
    assert page.index(f'value="{given_up.pk}"') < page.index(f'value="{waits.pk}"')


@pytest.mark.parametrize(("role", "shown"), [(Role.COORDINATOR, True), (Role.ADMINISTRATOR, False)])
def test_the_address_is_shown_to_those_who_may_read_contact(consultation, client, sign_in, role, shown):
    trouble(consultation, email="kowalska@example.org")
    sign_in(role)
    page = client.get(PAGE).content.decode()
    assert ("kowalska@example.org" in page) is shown
    assert "1/2021" in page


def test_the_checked_ones_are_sent_again(consultation, client, sign_in):
    first, second, third = trouble(consultation, 3)
    sign_in(Role.COORDINATOR)
    answer = client.post(PAGE, {"checked": [first.pk, third.pk]}, follow=True)
    assert set(Message.objects.given_up()) == {second}
    assert "Wysyłamy ponownie 2 wiadomości." in answer.content.decode()


def test_a_rows_own_button_sends_that_row_only(consultation, client, sign_in):
    first, second = trouble(consultation, 2)
    sign_in(Role.COORDINATOR)
    client.post(PAGE, {"one": second.pk, "checked": [first.pk]})
    assert set(Message.objects.given_up()) == {first}


def test_a_second_click_says_what_happened(consultation, client, sign_in):
    (message,) = trouble(consultation)
    sign_in(Role.COORDINATOR)
    client.post(PAGE, {"one": message.pk})
    answer = client.post(PAGE, {"one": message.pk}, follow=True)
    assert "1 wiadomość została tymczasem wysłana" in answer.content.decode()


@pytest.mark.parametrize("sent", [{}, {"one": "x"}, {"checked": ["", "-1", "9" * 40]}])
def test_a_choice_of_nothing_says_so(client, sign_in, sent):
    sign_in(Role.COORDINATOR)
    assert "Wybierz co najmniej jedną wiadomość." in client.post(PAGE, sent, follow=True).content.decode()


@pytest.mark.parametrize("query", ["?after=x", "?before=%00", "?after=99999999999999999999", "?after=-1"])
def test_a_strange_page_number_is_no_error(client, sign_in, query):
    sign_in(Role.COORDINATOR)
    assert client.get(PAGE + query).status_code == 200


def test_long_lists_have_pages(consultation, client, sign_in):
    messages = trouble(consultation, 52)
    sign_in(Role.COORDINATOR)
    page = client.get(PAGE).content.decode()
    assert page.count('name="one"') == 50
    rest = client.get(f"{PAGE}?after={messages[49].pk}").content.decode()
    assert rest.count('name="one"') == 2


def test_queries_do_not_grow_with_messages(consultation, client, sign_in):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PAGE).status_code == 200
        return len(captured)

    sign_in(Role.COORDINATOR)
    trouble(consultation)
    trouble(consultation, state="due")
    few = queries()
    trouble(consultation, 10)
    trouble(consultation, 10, state="due")
    assert queries() == few


def test_the_desk_counts_what_was_given_up(consultation, client, sign_in):
    user = sign_in(Role.COORDINATOR)
    trouble(consultation, 2)
    trouble(consultation, state="due")
    (queue,) = [queue for queue in queues_for(user) if queue.name == "messages"]
    assert count_waiting([queue], user)["messages"] == 2
    assert [waiting.label for waiting in queue.oldest(user, 1)] == ["1/2021"]
    assert client.get("/biurko/").status_code == 200
