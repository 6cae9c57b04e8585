"""A portal of its own process for the tablets' page: it can be killed and started again; and a worker's hands."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from tests.ops.conftest import ROOT, free_port
from tests.parallel import copy_to

PIN = "274913"


class PortalProcess:
    """The portal in a process of its own, on a copy of the test's database (SQLite) or on it itself (PostgreSQL)."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "portal.log"
        self.file = folder / "portal.sqlite3"
        self.process: subprocess.Popen[bytes] | None = None

    def copy_database(self) -> None:
        """What the test has made so far is what the process begins with."""
        if connection.vendor == "sqlite":
            copy_to(self.file)

    def start(self) -> None:
        """Start, and wait until it answers."""
        names = connection.settings_dict
        server = f"{names['USER']}:{names['PASSWORD'] or ''}@{names['HOST']}:{names['PORT'] or 5432}"
        in_file = connection.vendor == "sqlite"
        url = f"sqlite:///{self.file}" if in_file else f"postgres://{server}/{names['NAME']}"
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "ALLOWED_HOSTS": "127.0.0.1",
            "WEB_WORKERS": "1",
            "WEB_LOG_LEVEL": "error",
            "PORT": str(self.port),
        }
        command = [Path(sys.executable).parent / "gunicorn", "--config", "python:lublin2030.serving", "lublin2030.wsgi"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  our own server
                [str(word) for word in command], cwd=ROOT, env=environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + 30
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"The portal does not start.\n{self.log.read_text()}")
            time.sleep(0.05)

    def answers(self) -> bool:
        """Whether the portal is up."""
        try:
            return bool(urllib.request.urlopen(f"{self.url}/zdrowie/", timeout=5).status)  # noqa: S310  our own address
        except OSError:
            return False

    def kill(self) -> None:
        """The power goes: all its processes at once, none may finish anything."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the process has committed."""
        if connection.vendor == "sqlite":
            with contextlib.closing(sqlite3.connect(self.file, timeout=20)) as file:
                return list(file.execute(query).fetchall())
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def change(self, query: str) -> None:
        """Change something under the process, as somebody else would."""
        if connection.vendor == "sqlite":
            with contextlib.closing(sqlite3.connect(self.file, timeout=20)) as file, file:
                file.execute(query)
        else:
            with connection.cursor() as cursor:
                cursor.execute(query)


@contextlib.contextmanager
def portal_process(folder: Path) -> Iterator[PortalProcess]:
    process = PortalProcess(folder)
    try:
        process.copy_database()
        process.start()
        yield process
    finally:
        process.kill()


def session_of(user: Any) -> str:
    """A session of the user; made before the database is copied."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def sign_in(context: BrowserContext, url: str, key: str) -> None:
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": url}])


def prepare(page: Page, pin: str = PIN) -> None:
    """Before the day: with network, signed in."""
    page.goto("/teren/")
    page.locator("#new_pin").fill(pin)
    page.locator("#again_pin").fill(pin)
    page.locator("#prepare button").click()
    page.locator("#work").wait_for()


def unlock(page: Page, pin: str = PIN) -> None:
    page.goto("/teren/")
    page.locator("#pin").fill(pin)
    page.locator("#unlock button").click()
    page.locator("#work").wait_for()


def go_to(page: Page, part: str) -> None:
    page.locator(f"[data-part={part}]").click()


def write_card(page: Page, text: str) -> None:
    """By the page's own form; it is kept when the field is empty again."""
    page.locator("#text").fill(text)
    page.locator("#keep").click()
    page.locator("#text:placeholder-shown, #text:not(:valid)").wait_for()


def write_many(page: Page, texts: list[str]) -> None:
    """By the function that the form calls."""
    page.evaluate(
        """async ([texts, app]) => {
            const { queue } = await import(app);
            const event = Number(document.getElementById("event").value);
            for (const text of texts) {
                await queue.addCard({ event, event_title: "", question: "", text, theme: "", district: "", age_band: "",
                                      language: "pl", wording: "transcript" });
            }
        }""",
        [texts, page.locator("script[type=module]").get_attribute("src")],
    )
