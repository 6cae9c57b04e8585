"""A resident sends, corrects and withdraws on a phone by keyboard alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from consultations.models import Consultation, Remark
from tests import factories
from tests.browser.hands import Keyboard, say
from tests.browser.test_main_job import CHANGE, add_remark, button
from tests.browser.test_write_remarks import send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def consultation() -> Consultation:
    now = timezone.now()
    return factories.consultation_with_draft(
        slug="zielen", opens_at=now - timedelta(days=2), closes_at=now + timedelta(days=10),
        published_at=now - timedelta(days=2),
    )  # fmt: skip


def test_send_correct_and_withdraw_by_keyboard_on_a_phone(consultation, visit, axe):
    page = visit(f"/konsultacje/{consultation.slug}/", width=360)
    hands = Keyboard(page)
    add_remark(page, hands, consultation, 1)
    page.goto(f"/konsultacje/{consultation.slug}/zglos/")
    send(page, hands)
    case = page.url.removesuffix("potwierdzenie/")

    page.goto(case)
    hands.press(page.get_by_role("link", name=say("Correct"), exact=False).filter(has_text="1.1"))
    page.wait_for_url("**/popraw/")
    assert page.locator("textarea[name=change]").input_value() == f"{CHANGE} 1"
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    hands.fill(page.locator("textarea[name=change]"), "Więcej krzewów.")
    hands.press(button(page, "Save the change"))
    page.wait_for_url(case)
    remark = Remark.objects.get()
    assert (remark.revision, remark.change) == (2, "Więcej krzewów.")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    hands.press(page.get_by_role("link", name=say("Withdraw"), exact=False).filter(has_text="1.1"))
    page.wait_for_url("**/wycofaj/")
    assert axe(page) == []
    hands.press(button(page, "Withdraw the remark"))
    page.wait_for_url(case)
    assert Remark.objects.get().state == "withdrawn"
    assert say("withdrawn") in page.inner_text("main")

    page.goto(f"/konsultacje/{consultation.slug}/uwagi/")
    register = page.inner_text("main")
    assert f"1.1/{consultation.year}" in register
    assert "krzewów" not in register
