"""The main job, whole: two remarks sent, verified, assigned, decided, published; then seen by all whom it concerns.

Played three times: with a mouse, with the keyboard alone, and with JavaScript off.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page

from accounts.roles import Role
from consultations.models import Consultation
from notifications.services import outbox
from tests import factories
from tests.browser.hands import Hands, Keyboard, Mouse, say

pytestmark = pytest.mark.django_db(transaction=True)

CHANGE = "Drzewa sadźmy <b>także</b> przy przystankach."


@pytest.fixture
def consultation() -> Consultation:
    now = timezone.now()
    return factories.consultation_with_draft(
        slug="zielen", opens_at=now - timedelta(days=2), closes_at=now + timedelta(days=10),
        published_at=now - timedelta(days=2), summary_published_at=now,
    )  # fmt: skip


def button(page: Page, words: str):
    return page.get_by_role("button", name=say(words))


def add_remark(page: Page, hands: Hands, consultation: Consultation, number: int) -> None:
    page.goto(f"/konsultacje/{consultation.slug}/projekt/1/")
    place = page.locator(f"#f{number}")
    hands.press(place.get_by_role("link", name=say("Send a remark on this passage")))
    hands.check(page.locator("input[type=radio][name=kind][value=general]"))
    hands.fill(page.get_by_label(say("Your remark or question")), f"{CHANGE} {number}")
    hands.fill(page.get_by_label(say("Why?")), "Latem na przystankach jest za gorąco.")
    hands.press(button(page, "Add to my submission"))
    page.get_by_text(say("The remark is in your submission.")).or_(page.get_by_role("status")).first.wait_for()


def send(page: Page, hands: Hands, consultation: Consultation) -> str:
    """Send what is in the basket; the secret address of the case."""
    page.goto(f"/konsultacje/{consultation.slug}/zglos/")
    hands.fill(page.get_by_label(say("Name and surname, or the organisation's name")), "Anna Przykładowa")
    sender = page.get_by_role("region", name=say("Who sends them"))
    hands.fill(sender.get_by_label(say("E-mail address")), "anna@example.org")
    hands.press(button(page, "Check everything"))
    page.wait_for_url("**/zglos/sprawdz/")
    hands.press(button(page, "Send"))
    page.wait_for_url("**/potwierdzenie/")
    assert f"1/{consultation.year}" in page.inner_text("main")
    return page.url.removesuffix("potwierdzenie/")


def verify(page: Page, hands: Hands, consultation: Consultation) -> None:
    page.goto("/biurko/weryfikacja/")
    hands.press(page.get_by_role("main").get_by_role("link", name=f"1/{consultation.year}").first)
    hands.press(button(page, "It is proper"))
    page.get_by_role("status").wait_for()


def answer(page: Page, hands: Hands, remark_id: int, department_id: int) -> None:
    page.goto(f"/biurko/uwagi/{remark_id}/")
    hands.choose(page.get_by_label(say("Department")), str(department_id))
    hands.press(page.get_by_role("main").get_by_role("button", name=say("Assign")).first)
    page.get_by_role("status").wait_for()
    page.goto(f"/biurko/uwagi/{remark_id}/")
    hands.check(page.locator("input[type=radio][value=partly_accepted]"))
    hands.fill(page.get_by_label(say("Justification")), "Sadzimy tam, gdzie pozwala na to podziemna sieć.")
    hands.press(button(page, "Hand over for publication"))
    page.get_by_role("status").wait_for()
    page.goto(f"/biurko/uwagi/{remark_id}/")
    hands.press(button(page, "Publish the answer"))
    page.get_by_role("status").wait_for()


@pytest.mark.parametrize("way", ["mouse", "keyboard", "mouse without JavaScript"])
def test_from_the_remark_to_the_published_answer(consultation, visit, sign_in_to, way):
    page = visit(f"/konsultacje/{consultation.slug}/", javascript="without" not in way)
    hands: Hands = Keyboard(page) if way == "keyboard" else Mouse()
    department = factories.DepartmentFactory()

    add_remark(page, hands, consultation, 1)
    add_remark(page, hands, consultation, 2)
    case = send(page, hands, consultation)

    staff = visit("/", javascript="without" not in way)
    staff_hands: Hands = Keyboard(staff) if way == "keyboard" else Mouse()
    sign_in_to(staff, factories.person(Role.COORDINATOR))
    verify(staff, staff_hands, consultation)
    for remark in consultation.remarks.order_by("position"):
        answer(staff, staff_hands, remark.pk, department.pk)

    outbox.sweep()
    assert [message.to for message in mail.outbox] == [["anna@example.org"]] * 4  # receipt, verification, two answers
    assert "podziemna sieć" in mail.outbox[-1].body
    assert case in mail.outbox[0].body or case.split("/zgloszenie/")[1] in mail.outbox[0].body

    page.goto(case)
    assert page.inner_text("main").count("podziemna sieć") == 2

    page.goto(f"/konsultacje/{consultation.slug}/uwagi/")
    register = page.inner_text("main")
    partly = say("partly accepted")
    assert f"1.2/{consultation.year}" in register
    assert register.count(partly) >= 2
    assert "<b>także</b>" in register
    assert "Przykładowa" not in register

    page.goto(f"/podsumowanie/{consultation.slug}/")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=partly)).first
    assert "2" in row.inner_text()
