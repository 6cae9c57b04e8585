"""The whole way of a registration: a place, the waiting list, cancelling by the link, moving up; and the door."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.roles import Role
from notifications.services import outbox
from participation.models import Registration
from tests import factories
from tests.browser.hands import Hands, Keyboard, Mouse
from tests.factories_events import open_event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def event():
    """An event in a week with one place."""
    starts = timezone.now() + timedelta(days=7)
    return open_event(starts_at=starts, ends_at=starts + timedelta(hours=2), capacity=1, asks_needs=True)


def register(page, hands: Hands, event, name: str, email: str) -> None:
    page.goto(event.get_absolute_url())
    hands.press(page.locator("#zapisy ~ p a.btn"))
    hands.fill(page.locator("#id_name"), name)
    hands.fill(page.locator("#id_email"), email)
    hands.press(page.locator("main form button"))
    page.wait_for_url("**/?wyslano=1")


def link_of(email: str) -> str:
    """The link in the latest mail to the address."""
    outbox.sweep()
    body = next(message for message in reversed(mail.outbox) if message.to == [email]).body
    found = re.search(r"/zapisy/[\w-]+/", str(body))
    assert found is not None
    return found[0]


def press_by_the_link(page, hands: Hands, link: str, what: str) -> None:
    page.goto(link)
    hands.press(page.locator(f"button[value={what}]"))
    page.locator(f"button[value={what}]").wait_for(state="detached")


@pytest.mark.parametrize(("way", "javascript"), [("keyboard", True), ("mouse", False)])
def test_whoever_waits_gets_the_place_of_one_who_cancels(event, visit, way, javascript):
    page = visit("/", width=360, javascript=javascript)
    hands: Hands = Keyboard(page) if way == "keyboard" else Mouse()
    first, second = "anna@example.org", "bartek@example.org"
    register(page, hands, event, "Anna Przykładowa", first)
    press_by_the_link(page, hands, link_of(first), "potwierdz")
    register(page, hands, event, "Bartek Przykładowy", second)
    waiting = link_of(second)
    press_by_the_link(page, hands, waiting, "potwierdz")
    assert re.search(r"\b1\b", page.locator("#kolejka").inner_text())

    press_by_the_link(page, hands, link_of(first), "zrezygnuj")
    outbox.sweep()
    assert mail.outbox[-1].to == [second]
    page.goto(waiting)
    assert page.locator("#kolejka").count() == 0
    assert list(Registration.objects.order_by("number").values_list("state", flat=True)) == ["cancelled", "place"]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_at_the_door_one_tap_on_a_phone_checks_in_and_the_count_goes_up(event, visit, sign_in_to):
    now = timezone.now()
    event.starts_at, event.ends_at = now - timedelta(seconds=60), now + timedelta(hours=2)
    event.capacity = None
    event.save()
    clerk = factories.person(Role.EDITOR)
    page = visit("/", width=360)
    sign_in_to(page, clerk)
    page.goto(f"/biurko/wydarzenia/{event.pk}/")
    for name in ("Celina Przykładowa", "Darek Przykładowy"):
        page.locator("#add_name").fill(name)
        page.locator("button[value=dopisz]").click()
        page.get_by_role("rowheader", name=name).wait_for()
    page.locator("#z2 button[value=jest]").click()
    page.locator("#z2 button[value=nie-ma]").wait_for()
    assert page.locator("#licznik b").inner_text() == "1"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
