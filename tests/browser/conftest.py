"""Real Chromium against a running portal: the one the machine has, started once, a fresh profile per test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

# Playwright's own event loop runs in this thread; Django would refuse the ORM here although nothing is asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

AXE = f"{settings.STATIC_URL}vendor/axe-core/axe.min.js"
WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
Scheme = Literal["light", "dark"]
IS_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"
# The rules that look at colours. tests/test_styles.py sees to it that the schemes differ in nothing else.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


def find_chromium() -> str | None:
    """The Chromium to use, or none."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        path = shutil.which(name)
        if path:
            return path
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark this folder's tests; without Chromium they are skipped aloud, or fail where all must run."""
    missing = find_chromium() is None and not os.environ.get("REQUIRE_ALL")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    assert path is not None, "Chromium is missing."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Open a page in a profile of its own: ``visit("/etapy/", width=360, dark=True, javascript=False)``.

    The test fails when the page breaks the Content-Security-Policy, throws, or asks another host for anything.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(path: str, *, width: int = 1280, dark: bool = False, javascript: bool = True, **options: Any) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            base_url=live_server.url,
            locale="pl-PL",
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"error in {page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{page.url}: {message.text}")
                if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text
                else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((live_server.url, "data:", "blob:"))
                else complaints.append(f"asked another host: {request.url}")
            ),
        )
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """What axe-core finds on the page: WCAG 2.2 AA and best practices, in both colour schemes, one line a finding."""

    def run(page: Page, rules: dict[str, Any]) -> list[str]:
        found = page.evaluate("rules => axe.run(document, {runOnly: rules}).then(r => r.violations)", rules)
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in found
            for node in violation["nodes"]
        ]

    def check(page: Page) -> list[str]:
        page.add_script_tag(url=AXE)  # from our own host, so that the browser keeps it from page to page
        found = run(page, WCAG)
        own: Scheme = "dark" if page.evaluate(IS_DARK) else "light"
        other: Scheme = "light" if own == "dark" else "dark"
        page.emulate_media(color_scheme=other)
        assert page.evaluate(IS_DARK) == (other == "dark")
        found += [f"in {other} colours: {finding}" for finding in run(page, COLOURS)]
        page.emulate_media(color_scheme=own)
        return found

    return check


@pytest.fixture
def sign_in_to(live_server: Any) -> Callable[[Page, Any], None]:
    """Give the page's profile a session of the user, as if signed in."""

    def sign_in(page: Page, user: Any) -> None:
        client = Client()
        client.force_login(user)
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": live_server.url,
                }
            ]
        )

    return sign_in
