"""The whole way of a remark on a phone by keyboard alone: gathered, worded, ordered, sent, corrected, withdrawn."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from consultations.models import Remark
from tests.browser.hands import Keyboard, say
from tests.browser.test_write_remarks import (
    NEW,
    OLD,
    add,
    consultation,  # noqa: F401  # a fixture
    kind,
    open_form,
    put_on_top,
    send,
)

pytestmark = pytest.mark.django_db(transaction=True)

NEWER = "Fragment 1.1: miasto sadzi, podlewa i chroni drzewa."


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_basket_edit_wording_send_correct_withdraw(consultation, visit, axe):  # noqa: F811
    page = visit("/konsultacje/zielen/", width=360)
    hands = Keyboard(page)

    open_form(page, hands, 1)
    page.locator("input[name=kind]:focus").wait_for(state="attached")
    wording = page.locator("textarea[name=wording]")
    reason = page.get_by_label(say("Why?"))
    assert wording.input_value() == OLD
    assert not page.locator("textarea[name=addition]").is_visible()
    hands.fill(wording, NEW)
    page.locator("[data-difference] ins").wait_for()
    assert page.locator("[data-difference] ins").all_inner_texts() == ["i podlewa "]
    assert fits(page)
    hands.fill(reason, "Bez wody uschną.")
    add(page, hands)

    open_form(page, hands, 2)
    hands.check(kind(page, "remove"))
    assert not wording.is_visible()
    hands.fill(reason, "Powtarza fragment 1.1.")
    add(page, hands)

    put_on_top(page, hands)
    assert fits(page)
    assert "1" in page.locator("[data-order-said]").inner_text()
    review = send(page, hands)
    assert review.split("<ins>")[1].split("</ins>")[0] == "i podlewa "
    assert "Fragment 1.2: miasto sadzi drzewa." in review.split("<del>")[1].split("</del>")[0]
    assert [(one.ordinal, one.kind, one.wording, one.reason) for one in Remark.objects.order_by("ordinal")] == [
        (1, "remove", "", "Powtarza fragment 1.1."),
        (2, "reword", NEW, "Bez wody uschną."),
    ]
    number = f"1.2/{consultation.year}"
    assert number in page.inner_text("main")
    assert fits(page)

    hands.press(page.get_by_role("link", name=say("Follow your case")))
    page.wait_for_url(re.compile(r"/zgloszenie/[^/]+/$"))
    case = page.url
    hands.press(page.get_by_role("link", name=f"{say('Correct')} {number}"))
    page.wait_for_url("**/uwaga/2/popraw/")
    assert (wording.input_value(), reason.input_value()) == (NEW, "Bez wody uschną.")
    assert axe(page) == []
    assert fits(page)
    hands.fill(wording, NEWER)
    hands.press(page.get_by_role("button", name=say("Save the change")))
    page.wait_for_url(case)
    corrected = Remark.objects.get(ordinal=2)
    assert (corrected.public_number, corrected.revision, corrected.wording) == (number, 2, NEWER)
    assert corrected.revisions.get().content["wording"] == NEW
    assert axe(page) == []
    assert fits(page)

    hands.press(page.get_by_role("link", name=f"{say('Withdraw')} {number}"))
    page.wait_for_url("**/uwaga/2/wycofaj/")
    assert NEWER in page.inner_text("main")
    assert axe(page) == []
    assert fits(page)
    hands.press(page.get_by_role("button", name=say("Withdraw the remark")))
    page.wait_for_url(case)
    assert list(Remark.objects.order_by("ordinal").values_list("state", flat=True)) == ["received", "withdrawn"]
    assert say("withdrawn") in page.inner_text("main")
    assert page.get_by_role("link", name=f"{say('Withdraw')} {number}").count() == 0

    page.goto("/konsultacje/zielen/uwagi/")
    row = page.locator("li").filter(has=page.get_by_role("link", name=number))
    assert say("withdrawn") in row.inner_text()
    assert "podlewa" not in page.inner_text("main")
