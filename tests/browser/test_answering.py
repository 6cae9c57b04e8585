"""Answering with the keyboard alone: a template, a lost connection, a reload, handing over; and two at one remark."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.roles import Role
from consultations.models import AnswerDraft, Decision, JustificationTemplate, Presence
from tests import factories
from tests.browser.hands import Keyboard, say

pytestmark = pytest.mark.django_db(transaction=True)

TEMPLATE = "Dziękujemy. Zapis jest już w tekście."
OFFLINE = " Dopisane bez połączenia."


@pytest.fixture
def remarks():
    now = timezone.now()
    consultation = factories.consultation_with_draft(
        slug="zielen", opens_at=now - timedelta(days=9), closes_at=now + timedelta(days=10),
        published_at=now - timedelta(days=9),
    )  # fmt: skip
    JustificationTemplate.objects.create(title="Jest w tekście", text=TEMPLATE)
    times = [now - timedelta(hours=hours) for hours in (3, 2)]
    return [factories.remark_in_state(consultation, "assigned", now=at) for at in times]


@pytest.fixture
def at_desk(visit, sign_in_to):
    """Open a remark as a coordinator of that name, each in a browser of their own."""

    pages: list[Page] = []

    def open_remark(remark, name: str, **options) -> Page:
        page: Page = visit("/konto/login/", **options)
        pages.append(page)
        sign_in_to(page, factories.UserFactory(name=name, roles=[Role.COORDINATOR]))
        page.goto(f"/biurko/uwagi/{remark.pk}/")
        return page

    yield open_remark
    # A page that is left still reports that; the database is emptied after the last report.
    for page in pages:
        page.goto("about:blank")
    for _try in range(50):
        pages[-1].wait_for_timeout(100)
        if not Presence.objects.exists():
            break


def text_of(page: Page):
    return page.locator("form[data-answer] [name=justification]")


def test_no_mouse_and_no_connection_for_a_while_and_no_word_is_lost(at_desk, remarks, axe):
    page = at_desk(remarks[0], "Anna Nowak")
    saving = page.locator("[data-saving]")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert axe(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("4")
    expect(page.locator("[name=outcome][value=in_text]")).to_be_checked()
    page.keyboard.press("t")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(text_of(page)).to_be_focused()
    expect(text_of(page)).to_have_value(TEMPLATE)
    expect(saving).to_have_text(say("Saved at %(time)s.") % {"time": _time(AnswerDraft, page)})

    page.context.set_offline(True)
    page.keyboard.type(OFFLINE)
    expect(saving).to_have_text(say("No connection: the text is in this browser."))
    # The connection is back, but the portal takes nothing yet: the browser alone has the words.
    page.route("**/szkic/", lambda route: route.abort())
    page.context.set_offline(False)
    page.reload()
    expect(text_of(page)).to_have_value(TEMPLATE + OFFLINE)
    expect(page.get_by_text(say("Restored: these words were in this browser and not saved yet."))).to_be_visible()
    page.unroute("**/szkic/")
    page.keyboard.press("a")
    page.keyboard.press("Control+s")
    page.wait_for_function("() => !Object.keys(localStorage).some(key => key.startsWith('remark:answer'))")
    assert AnswerDraft.objects.get().justification == TEMPLATE + OFFLINE

    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/biurko/uwagi/{remarks[1].pk}/")
    decision = Decision.objects.get()
    assert (decision.outcome, decision.justification) == ("in_text", TEMPLATE + OFFLINE)
    assert not AnswerDraft.objects.exists()
    page.wait_for_function("() => !Object.keys(localStorage).some(key => key.startsWith('remark:answer'))")


def _time(model, page: Page) -> str:
    page.wait_for_function("() => document.querySelector('[name=draft_revision]').value > 0")
    return timezone.localtime(model.objects.get().updated_at).strftime("%H:%M")


def test_two_at_one_remark_are_warned_and_neither_loses_a_word(at_desk, remarks):
    anna = at_desk(remarks[0], "Anna Nowak")
    anna.wait_for_function("() => document.querySelector('[data-others]').hidden")
    for _try in range(100):
        if Presence.objects.exists():
            break
        anna.wait_for_timeout(50)
    jan = at_desk(remarks[0], "Jan Lis")
    expect(jan.locator("[data-others]")).to_contain_text("Anna Nowak")
    text_of(anna).fill("Słowa Anny.")
    anna.wait_for_function("() => document.querySelector('[name=draft_revision]').value > 0")
    text_of(jan).fill("Słowa Jana.")
    conflict = jan.locator("[data-conflict]")
    expect(conflict).to_contain_text("Słowa Anny.")
    hands = Keyboard(jan)
    hands.press(conflict.get_by_role("button", name=say("Keep mine; the others stay readable")))
    jan.wait_for_function("() => document.querySelector('[name=draft_revision]').value > 1")
    draft = AnswerDraft.objects.get()
    assert (draft.justification, draft.earlier["justification"]) == ("Słowa Jana.", "Słowa Anny.")


def test_at_offers_colleagues_and_enter_takes_one(at_desk, remarks):
    factories.UserFactory(name="Ewa Zielona", roles=[Role.EXPERT])
    page = at_desk(remarks[0], "Anna Nowak")
    page.keyboard.press("n")
    page.keyboard.type("Proszę @ew")
    expect(page.get_by_role("option", name="Ewa Zielona")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.type("o zdanie")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note")).to_contain_text("@Ewa Zielona o zdanie")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_nothing_stands_in_the_way_of_anyone(at_desk, remarks, axe, width, dark):
    page = at_desk(remarks[0], "Anna Nowak", width=width, dark=dark)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
