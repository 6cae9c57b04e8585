"""A clerk with the keyboard alone: a letter of five remarks, the next one, a lost window, a lost connection."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.roles import Role
from consultations.models import Consultation, LetterDraft, Submission
from consultations.services.tallies import recount
from tests import factories
from tests.browser.hands import say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def consultation() -> Consultation:
    now = timezone.now()
    return factories.consultation_with_draft(
        slug="zielen", opens_at=now - timedelta(days=9), closes_at=now + timedelta(days=10),
        published_at=now - timedelta(days=9),
    )  # fmt: skip


@pytest.fixture
def clerk(visit, sign_in_to, consultation):
    """A coordinator's own window; more windows of the same browser by ``page.context.new_page()``."""
    page = visit("/konto/login/")
    person = factories.person(Role.COORDINATOR)
    sign_in_to(page, person)
    page.goto("/biurko/wpisz/zielen/")
    return page


def to(page: Page, name: str) -> None:
    """With Tab alone to the field of that name."""
    field = page.locator(f"#letter [name='{name}']")
    for _ in range(60):
        if field.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {name}")


def saved(page: Page, revision: int) -> None:
    page.wait_for_function(
        "least => Number(document.querySelector('#letter [name=revision]').value) >= least", arg=revision
    )


def test_five_remarks_and_the_next_letter_without_mouse_and_without_a_page_load(clerk, consultation):
    page = clerk
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    to(page, "name")
    page.keyboard.type("Maria Przykładowa")
    to(page, "r-0-place")
    for number, place in enumerate(["1.1", "1,2", "f6", "2", "0"]):
        focused = page.evaluate("document.activeElement.name")
        assert focused == f"r-{number}-place"
        page.keyboard.type(place)
        says = page.locator("[data-remark]").nth(number).locator("[data-says]")
        expect(says).not_to_be_empty()
        to(page, f"r-{number}-change")
        page.keyboard.type(f"Zmiana {number}")
        to(page, f"r-{number}-reason")
        page.keyboard.type("Bo tak")
        if number < 4:
            page.keyboard.press("Enter")
    expect(page.locator("[data-remark]").nth(1).locator("[data-says]")).to_contain_text("Fragment 1.2")
    expect(page.locator("[data-remark]").nth(2).locator("[data-says]")).to_contain_text("Fragment 2.3")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-entered]")).to_contain_text(f"1/{consultation.year}")
    assert loads == []

    submission = Submission.objects.get()
    assert [remark.change for remark in submission.remarks.order_by("ordinal")] == [f"Zmiana {n}" for n in range(5)]
    assert LetterDraft.objects.count() == 0

    # The next letter is there: same channel and day, nobody's name, one empty remark.
    assert page.locator("[name=name]").input_value() == ""
    assert page.locator("[name=received]").input_value() != ""
    expect(page.locator("[data-remark]")).to_have_count(1)
    to(page, "name")
    page.keyboard.type("Jan Inny")
    to(page, "r-0-change")
    page.keyboard.type("Druga zmiana")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-entered]")).to_contain_text(f"2/{consultation.year}")
    assert loads == []
    assert recount(Consultation.objects.get()) == []


def test_a_fault_is_shown_in_place_and_nothing_typed_is_lost(clerk):
    page = clerk
    to(page, "r-0-place")
    page.keyboard.type("9.9")
    to(page, "r-0-change")
    page.keyboard.type("Nie zgub mnie")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#letter [role=alert]")).to_be_focused()
    assert page.locator("[name='r-0-change']").input_value() == "Nie zgub mnie"
    assert page.locator("[name='r-0-place']").input_value() == "9.9"
    assert Submission.objects.count() == 0


def test_the_draft_outlives_the_closed_window_and_a_second_window_overwrites_nothing(clerk):
    page = clerk
    to(page, "name")
    page.keyboard.type("Maria Niedokończona")
    to(page, "r-0-change")
    page.keyboard.type("Pierwsze zdanie")
    page.keyboard.press("Enter")
    saved(page, 1)
    again = page.context.new_page()
    page.close()
    again.goto("/biurko/wpisz/zielen/")
    assert again.locator("[name=name]").input_value() == "Maria Niedokończona"
    assert "Pierwsze zdanie" in again.locator("[name='r-0-change']").input_value()

    behind = again.context.new_page()
    behind.goto("/biurko/wpisz/zielen/")
    before = int(again.locator("[name=revision]").input_value())
    again.locator("[name=phone]").fill("111")
    saved(again, before + 1)
    behind.locator("[name=phone]").fill("222")
    expect(behind.locator("[data-saving]")).to_have_class("small urgent")
    assert behind.locator("[name=phone]").input_value() == "222"
    assert LetterDraft.objects.get().content["fields"]["phone"] == "111"


def test_without_a_connection_the_text_stays_and_is_saved_when_it_is_back(clerk):
    page = clerk
    to(page, "name")
    page.context.set_offline(True)
    page.keyboard.type("Maria Bez Sieci")
    expect(page.locator("[data-saving]")).to_have_class("small urgent")
    page.keyboard.press("Control+Enter")
    assert page.locator("[name=name]").input_value() == "Maria Bez Sieci"
    assert LetterDraft.objects.count() == 0
    page.context.set_offline(False)
    saved(page, 1)
    assert LetterDraft.objects.get().content["fields"]["name"] == "Maria Bez Sieci"


def test_a_portal_in_trouble_is_not_called_a_lost_connection(clerk):
    page = clerk
    page.route("**/szkic/", lambda route: route.fulfill(status=502, content_type="text/html", body="<h1>502</h1>"))
    to(page, "name")
    page.keyboard.type("Maria Za Pośrednikiem")
    told = say("Not saved yet: the portal is in trouble. What you typed stays here, we try again.")
    expect(page.locator("[data-saving]")).to_have_text(told)
    page.unroute("**/szkic/")
    saved(page, 1)


def test_a_browser_that_keeps_no_token_is_told_to_reload_instead_of_asking_for_ever(clerk):
    page = clerk
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/szkic/") else None)
    page.route("**/szkic/", lambda route: route.fulfill(status=403, json={"token": "x" * 64}))
    to(page, "name")
    page.keyboard.type("M")
    expect(page.locator("[data-saving]")).to_have_text(page.locator("#letter").get_attribute("data-word-reload"))
    assert len(asked) == 2


def test_a_clerk_who_was_signed_out_is_told_so_and_keeps_the_letter(clerk):
    page = clerk
    to(page, "r-0-change")
    page.keyboard.type("Nie zgub mnie")
    saved(page, 1)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.keyboard.press("Control+Enter")
    told = say("You have been signed out. What you typed is still here: sign in again in another window.")
    expect(page.locator("[data-saving]")).to_have_text(told)
    assert page.locator("[name='r-0-change']").input_value() == "Nie zgub mnie"
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing(consultation, visit, sign_in_to, axe, width):
    page = visit("/konto/login/", width=width)
    sign_in_to(page, factories.person(Role.COORDINATOR))
    for address in ("/biurko/wpisz/zielen/", "/biurko/wpisz/zielen/tabela/"):
        page.goto(address)
        assert axe(page) == []
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.goto("/biurko/wpisz/zielen/")
    page.locator("[name='r-0-place']").fill("9.9")
    page.locator("[name='r-0-reason']").fill("Bo tak")
    page.locator("[name='r-0-reason']").press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#letter [role=alert]")).to_be_visible()
    assert axe(page) == []
