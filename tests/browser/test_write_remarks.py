"""A resident edits a passage in place, gathers, orders and sends without JavaScript; what tabs and fields keep.

``test_whole_way`` plays the same with a keyboard on a phone, to the end.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from consultations.models import BasketRemark, Consultation, PassageText, Remark
from consultations.services import basket_links
from tests import factories
from tests.browser.hands import Hands, Mouse, say

pytestmark = pytest.mark.django_db(transaction=True)

OLD = "Fragment 1.1: miasto sadzi drzewa."
NEW = "Fragment 1.1: miasto sadzi i podlewa drzewa."


@pytest.fixture
def consultation() -> Consultation:
    now = timezone.now()
    return factories.consultation_with_draft(
        slug="zielen", opens_at=now - timedelta(days=2), closes_at=now + timedelta(days=10),
        published_at=now - timedelta(days=2),
    )  # fmt: skip


def kind(page: Page, value: str):
    return page.locator(f"input[type=radio][name=kind][value={value}]")


def open_form(page: Page, hands: Hands, number: int) -> None:
    page.goto("/konsultacje/zielen/projekt/1/")
    hands.press(page.locator(f"#f{number}").get_by_role("link", name=say("Send a remark on this passage")))
    page.locator(".remark-form").wait_for()


def add(page: Page, hands: Hands) -> None:
    hands.press(page.get_by_role("button", name=say("Add to my submission")))
    page.get_by_role("status").first.wait_for()
    page.locator("#koszyk ol li").first.wait_for()


def arrow(page: Page, place: int, word: str):
    return page.locator("#lista > li").nth(place - 1).get_by_role("button", name=say(word))


def put_on_top(page: Page, hands: Hands) -> None:
    """Move the second remark above the first."""
    page.goto("/konsultacje/zielen/zglos/")
    moved = page.locator("#lista > li").nth(1).get_attribute("id")
    hands.press(arrow(page, 2, "Up"))
    page.locator(f"#lista > li:first-child#{moved}").wait_for()
    assert page.evaluate("document.activeElement.id") == (moved or "").replace("uwaga", "nizej")


def send(page: Page, hands: Hands) -> str:
    hands.fill(page.get_by_label(say("Name and surname, or the organisation's name")), "Anna Przykładowa")
    hands.fill(page.locator("input[name=email]"), "anna@example.org")
    hands.press(page.get_by_role("button", name=say("Check everything")))
    page.wait_for_url("**/zglos/sprawdz/")
    review = page.inner_html("main")
    hands.press(page.get_by_role("button", name=say("Send"), exact=True))
    page.wait_for_url("**/potwierdzenie/")
    return review


def test_edit_in_place_order_and_send_without_javascript(consultation, visit):
    page = visit("/konsultacje/zielen/", javascript=False)
    hands = Mouse()

    open_form(page, hands, 1)
    field = page.locator("textarea[name=wording]")
    assert field.input_value() == OLD
    assert not page.locator("textarea[name=addition]").is_visible()
    hands.fill(field, NEW)
    hands.fill(page.get_by_label(say("Why?")), "Bez wody uschną.")
    add(page, hands)

    open_form(page, hands, 2)
    hands.check(kind(page, "remove"))
    assert not page.locator("textarea[name=wording]").is_visible()
    hands.fill(page.get_by_label(say("Why?")), "Powtarza fragment 1.1.")
    add(page, hands)

    put_on_top(page, hands)
    review = send(page, hands)
    assert "<ins>" in review
    assert "Fragment 1.2: miasto sadzi drzewa." in review.split("<del>")[1].split("</del>")[0]
    assert [(one.kind, one.wording, one.reason) for one in Remark.objects.order_by("ordinal")] == [
        ("remove", "", "Powtarza fragment 1.1."),
        ("reword", NEW, "Bez wody uschną."),
    ]


def test_what_was_not_typed_is_not_kept_and_what_was_comes_back_with_its_kind(consultation, visit):
    page = visit("/konsultacje/zielen/zglos/uwaga/?fragment=f1")
    kept = "Object.keys(localStorage).filter(name => name.startsWith('remark:')).length"
    page.locator("textarea[name=wording]").press("End")
    page.get_by_label(say("Why?")).fill("x")
    page.get_by_label(say("Why?")).fill("")
    assert page.evaluate(kept) == 0
    kind(page, "add").check()
    page.locator("textarea[name=addition]").fill("Także zimą.")
    PassageText.objects.filter(passage__code="f1").update(wording="Fragment 1.1: miasto sadzi dęby.")
    page.reload()
    assert kind(page, "add").is_checked()
    assert page.locator("textarea[name=addition]").input_value() == "Także zimą."
    assert page.locator("textarea[name=wording]").input_value() == "Fragment 1.1: miasto sadzi dęby."
    page.locator("[data-forget]").click()
    assert kind(page, "reword").is_checked()
    assert page.evaluate(kept) == 0


def test_a_text_that_does_not_show_is_not_sent(consultation, visit):
    page = visit("/konsultacje/zielen/zglos/uwaga/?fragment=f1")
    kind(page, "general").check()
    page.locator("textarea[name=change]").fill("Jednak nie to")
    kind(page, "remove").check()
    page.get_by_role("button", name=say("Add to my submission")).click()
    page.wait_for_url("**/projekt/1/**")
    assert [(one.kind, one.change) for one in BasketRemark.objects.all()] == [("remove", "")]


def test_two_tabs_show_both_texts_and_keep_both(consultation, visit, axe):
    page = visit("/konsultacje/zielen/zglos/uwaga/?fragment=f1")
    page.locator("textarea[name=wording]").fill(NEW)
    page.get_by_role("button", name=say("Add to my submission")).click()
    page.wait_for_url("**/projekt/1/**")
    address = f"/konsultacje/zielen/zglos/uwaga/{BasketRemark.objects.get().pk}/"
    page.goto(address)
    other = page.context.new_page()
    other.goto(address)
    for tab, text in ((other, "Pierwszy zapis."), (page, "Drugi zapis.")):
        kind(tab, "general").check()
        tab.locator("textarea[name=change]").fill(text)
        tab.get_by_role("button", name=say("Save the change")).click()
        tab.wait_for_load_state()
    assert "Pierwszy zapis." in page.inner_text("main")
    assert axe(page) == []
    page.get_by_role("button", name=say("Keep both: add mine as a new remark")).click()
    page.wait_for_url("**/zglos/")
    assert sorted(BasketRemark.objects.values_list("change", flat=True)) == ["Drugi zapis.", "Pierwszy zapis."]


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_the_pages_of_writing_are_accessible(consultation, visit, axe, width, dark):
    page = visit("/konsultacje/zielen/zglos/uwaga/?fragment=f1", width=width, dark=dark)
    found = {}

    def look(name: str) -> None:
        problems = axe(page)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            problems.append("the page is wider than the screen")
        if problems:
            found[name] = problems

    page.locator("textarea[name=wording]").fill(NEW)
    page.locator("[data-difference] ins").wait_for()
    for value in ("reword", "remove", "add", "general", "question"):
        kind(page, value).check()
        look(value)
    for value, field in (("reword", ""), ("remove", ""), ("add", "addition"), ("question", "change")):
        page.goto("/konsultacje/zielen/zglos/uwaga/?fragment=f1")
        kind(page, value).check()
        if value == "reword":
            page.locator("textarea[name=wording]").fill(NEW)
        if field:
            page.locator(f"textarea[name={field}]").fill("Także zimą?")
        page.get_by_role("button", name=say("Add to my submission")).click()
        page.wait_for_url("**/projekt/1/**")
    page.goto("/konsultacje/zielen/zglos/")
    page.locator("details.panel > summary").click()
    look("basket")
    page.locator("input[name=name]").fill("Anna")
    page.locator("input[name=email]").fill("anna@example.org")
    page.get_by_role("button", name=say("Check everything")).click()
    page.wait_for_url("**/sprawdz/")
    look("review")
    kept = BasketRemark.objects.first()
    assert kept is not None
    basket = basket_links.send_basket_link(kept.basket, email="anna@example.org", language="pl")
    page.goto(f"/konsultacje/zielen/zglos/wroc/{basket.link_token}/")
    look("link")
    page.goto("/konsultacje/zielen/zglos/wroc/nie-ma/")
    look("no link")
    assert not found, "\n".join(f"{name}: {problem}" for name, all_of in found.items() for problem in all_of)
