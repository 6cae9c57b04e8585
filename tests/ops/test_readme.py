"""What the README and the other pages for newcomers promise is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import resolve

from lublin2030.loading import accounts
from tests.ops.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
ASKED = re.compile(r"env_(?:str|int|bool|list)\(\s*\"(\w+)\"")


def code_of(document: Path) -> str:
    """The document's blocks of shell commands."""
    return "\n".join(re.findall(r"```sh\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL))


@pytest.mark.parametrize("document", PAGES, ids=lambda document: str(document.relative_to(ROOT)))
def test_links_and_commands_lead_to_something(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
        if not target.startswith(("http:", "https:")):
            assert (document.parent / target).exists(), target
    for path in re.findall(r"(?<![\w/.])((?:script|docs|docker|\.ci|tests|lublin2030)/[\w./-]*\w)", text):
        assert (ROOT / path).exists(), path
    for command in re.findall(r"manage\.py (\w+)", code_of(document)):
        assert command in get_commands(), command


def test_the_two_commands_stand_in_the_readme_alone_in_their_block() -> None:
    assert "```sh\nscript/server\n```" in README
    assert "```sh\nscript/test\n```" in README


def test_the_readme_names_every_demonstration_account_and_the_password() -> None:
    for account in accounts.ACCOUNTS:
        assert f"`{account.email}`" in README
    assert f"`{accounts.PASSWORD}`" in README


def test_the_readme_names_every_variable_that_configures_the_portal() -> None:
    asked = {
        name
        for path in ("settings.py", "serving.py")
        for name in ASKED.findall((ROOT / "lublin2030" / path).read_text(encoding="utf-8"))
    }
    named = set(re.findall(r"`([A-Z][A-Z_]+)`", README))
    assert asked - {"PORT", "DEMONSTRATION_MAILBOX"} <= named
    assert "PORT=" in README


@pytest.mark.parametrize("address", sorted(set(re.findall(r"http://127\.0\.0\.1:8000(/[\w/-]*)", README))))
def test_addresses_in_the_readme_lead_to_pages(address: str) -> None:
    assert resolve(address)


def test_the_licence_is_the_eupl() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\nEUPL © the European Union 2007, 2016\n")
    for number in range(1, 16):
        assert re.search(rf"^{number}\.", licence, re.MULTILINE)


def test_the_screenshot_is_light() -> None:
    assert (ROOT / "docs" / "screenshot.png").stat().st_size <= 200_000
