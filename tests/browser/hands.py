"""Two ways to use a page: with a mouse, and with the keyboard alone."""

from __future__ import annotations

from typing import Protocol

from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Locator, Page

MOST_TABS = 250


def say(message: str) -> str:
    """The message as a Polish page says it."""
    with translation.override("pl"):
        return gettext(message)


class Hands(Protocol):
    """What a person does on a page; every word is an English msgid, looked for as the Polish page says it."""

    def press(self, locator: Locator) -> None: ...
    def fill(self, locator: Locator, text: str) -> None: ...
    def choose(self, locator: Locator, value: str) -> None: ...
    def check(self, locator: Locator) -> None: ...


class Mouse:
    """Points and clicks."""

    def press(self, locator: Locator) -> None:
        locator.click()

    def fill(self, locator: Locator, text: str) -> None:
        locator.fill(text)

    def choose(self, locator: Locator, value: str) -> None:
        locator.select_option(value)

    def check(self, locator: Locator) -> None:
        locator.check()


class Keyboard:
    """Reaches everything by Tab, like someone who has no mouse; fails when Tab does not lead there."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, locator: Locator) -> None:
        locator.wait_for(state="visible")
        for _ in range(MOST_TABS):
            if locator.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {locator}")

    def press(self, locator: Locator) -> None:
        self.reach(locator)
        self.page.keyboard.press("Enter")

    def fill(self, locator: Locator, text: str) -> None:
        self.reach(locator)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(text)

    def choose(self, locator: Locator, value: str) -> None:
        self.reach(locator)
        for _ in range(50):
            if locator.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"The arrow keys do not reach {value!r}")

    def check(self, locator: Locator) -> None:
        """A radio button: Tab leads into its group, arrows go through it."""
        group = self.page.locator(f"input[type=radio][name={locator.get_attribute('name')}]")
        for _ in range(MOST_TABS):
            if group.evaluate_all("all => all.includes(document.activeElement)"):
                break
            self.page.keyboard.press("Tab")
        for _ in range(20):
            if locator.is_checked():
                return
            focused = locator.evaluate("element => element === document.activeElement")
            self.page.keyboard.press("Space" if focused else "ArrowDown")
        raise AssertionError("The arrow keys do not reach the choice")
