"""A survey on a phone by the keyboard alone, with a branch, a break and another device; and a kiosk that forgets."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.roles import Role
from participation.models import Survey, SurveyDraft, SurveyResponse
from participation.services.surveys.building import publish_results
from participation.services.surveys.invitations import open_kiosk
from tests.browser.hands import Keyboard, say
from tests.factories import person
from tests.factories_surveys import open_survey, sent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def survey() -> Survey:
    now = timezone.now()
    return open_survey(
        slug="zielen", asks_age=True, opens_at=now - timedelta(days=2), closes_at=now + timedelta(days=10)
    )  # fmt: skip


def at(path: str) -> re.Pattern[str]:
    """An address that ends so; a link to a question may have left its anchor behind."""
    return re.compile(re.escape(path) + r"(#.*)?$")


def press(page: Page, hands: Keyboard, words: str) -> None:
    hands.press(page.get_by_role("main").get_by_role("button", name=say(words), exact=True))


def tick(hands: Keyboard, box: Locator) -> None:
    hands.reach(box)
    hands.page.keyboard.press("Space")


def pick(hands: Keyboard, page: Page, anchor: str) -> None:
    """A radio button, whose name has a full stop: Tab leads into its group, arrows go through it."""
    button = page.locator(f"[id='{anchor}']")
    name = button.get_attribute("name")
    group = page.locator(f"input[type=radio][name='{name}']")
    for _ in range(100):
        if group.evaluate_all("all => all.includes(document.activeElement)"):
            break
        page.keyboard.press("Tab")
    for _ in range(20):
        if button.is_checked():
            return
        focused = button.evaluate("element => element === document.activeElement")
        page.keyboard.press("Space" if focused else "ArrowDown")
    raise AssertionError(f"The keyboard does not reach {anchor}")


def test_by_keyboard_with_a_branch_and_a_break(survey, visit, axe) -> None:
    page = visit("/ankiety/zielen/", width=360)
    hands = Keyboard(page)
    problems = axe(page)
    press(page, hands, "Begin")

    page.wait_for_url(at("/strona/1/"))
    press(page, hands, "Go on")  # nothing answered: the summary of errors has the focus
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    problems += axe(page)
    hands.press(alert.get_by_role("link").first)
    pick(hands, page, "p-bus-1")
    press(page, hands, "Go on")  # the answer brings one more question onto this page
    hands.fill(page.locator("[id='p-why']"), "Bo jest szybko.")
    problems += axe(page)
    press(page, hands, "Go on")

    page.wait_for_url(at("/strona/2/"))
    tick(hands, page.locator("[id='p-like-2']"))
    pick(hands, page, "p-safe-2")
    pick(hands, page, "p-areas-1-1")
    pick(hands, page, "p-areas-2-2")
    problems += axe(page)
    press(page, hands, "Save and return later")
    page.wait_for_url(at("/zapisane/"))
    problems += axe(page)
    link = page.locator(".secret-link").inner_text()

    other = visit("/ankiety/", width=360, dark=True)
    hands = Keyboard(other)
    problems += axe(other)
    other.goto(urlsplit(link).path)
    expect(other.locator("[id='p-areas-2-2']")).to_be_checked()
    press(other, hands, "Go on")
    other.wait_for_url(at("/strona/3/"))
    press(other, hands, "Back")
    other.wait_for_url(at("/strona/2/"))
    press(other, hands, "Go on")
    other.wait_for_url(at("/strona/3/"))
    press(other, hands, "Go on")
    other.wait_for_url(at("/strona/4/"))
    pick(hands, other, "age-25_39")
    problems += axe(other)
    press(other, hands, "Send my answers")
    other.wait_for_url(at("/dziekujemy/"))
    problems += axe(other)

    answer = SurveyResponse.objects.get()
    assert (answer.answers, answer.age_band) == (
        {"bus": 1, "like": [2], "safe": 2, "areas": {"1": 1, "2": 2}}, "25_39",
    )  # fmt: skip
    assert answer.open_answers.get().text == "Bo jest szybko."
    assert problems == []


def test_a_kiosk_begins_anew_when_nobody_touches_it(survey, visit, axe) -> None:
    _kiosk, token = open_kiosk(survey, office="BOM", by=person(Role.EDITOR))
    page = visit("/ankiety/", width=800)
    page.clock.install()
    page.goto(f"/ankiety/zielen/kiosk/{token}/")
    assert axe(page) == []
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url(at("/strona/1/"))
    assert axe(page) == []
    page.locator("[id='p-bus-1']").check()
    page.get_by_role("button", name=say("Go on")).click()
    page.locator("[id='p-why']").fill("Zdanie osoby przede mną")
    page.get_by_role("button", name=say("Go on")).click()
    page.wait_for_url(at("/strona/2/"))
    page.clock.fast_forward(80_000)
    expect(page.locator("[data-idle-warning]")).to_be_visible()
    page.clock.fast_forward(11_000)
    page.wait_for_url(at("/kiosk/"))
    assert not SurveyDraft.objects.exists()
    page.go_back()
    page.wait_for_url(at("/kiosk/"))
    assert "Zdanie osoby przede mną" not in page.content()


@pytest.mark.parametrize("width", [1280, 360])
def test_results_and_the_desk(survey, visit, axe, sign_in_to, width) -> None:
    editor = person(Role.EDITOR)
    now = timezone.now()
    for _n in range(6):
        sent(survey, now=now)
    publish_results(survey, public=True, by=editor)
    page = visit("/", width=width)
    sign_in_to(page, editor)
    found = {}
    base = "/biurko/ankiety/zielen/"
    for path in [
        "/ankiety/zielen/wyniki/", "/ankiety/zielen/wyniki/?przekroj=wiek", "/biurko/ankiety/",
        "/biurko/ankiety/nowa/", base, *[
            base + rest for rest in (
                "ustawienia/", "pytania/nowe/?rodzaj=matrix", "pytania/safe/", "podglad/", "podglad/?szerokosc=telefon",
                "publikacja/", "zaproszenia/", "kioski/", "papier/", "slowa/",
            )
        ],
    ]:  # fmt: skip
        page.goto(path)
        problems = axe(page)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            problems.append("the page is wider than the screen")
        if problems:
            found[path] = problems
    assert not found, "\n".join(f"{path}: {problem}" for path, all_of in found.items() for problem in all_of)


def test_sheets_of_paper_by_the_keyboard(survey, visit, sign_in_to) -> None:
    page = visit("/", width=1280)
    sign_in_to(page, person(Role.EXPERT))
    page.goto("/biurko/ankiety/zielen/papier/")
    for number in (1, 2):
        expect(page.locator("[id='p-bus']")).to_be_focused()
        for typed in ("1", "Bo tak.", "1 3", "7", "1", "2", "2 1 3", "Pomysł", ""):
            page.keyboard.type(typed)
            page.keyboard.press("Enter")
        page.keyboard.press("Enter")  # the age, left out, is the last field
        expect(page.get_by_role("status").first).to_be_visible()
        assert SurveyResponse.objects.filter(channel="paper").count() == number
    assert SurveyResponse.objects.latest("pk").answers["order"] == [2, 1, 3]
