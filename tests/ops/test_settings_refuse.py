"""Production does not start on settings that are missing or unsafe, and says which."""

from __future__ import annotations

import subprocess

import pytest

from tests.ops.conftest import BIN, ROOT, clean_environment

COMPLETE = {
    "PORTAL_MODE": "production",
    "SECRET_KEY": "only-for-this-test-hQ3vZ9rT6wYp1LkXs8Nd4Gb7Jc2Fm5Ae0UiOxRtWqEy",
    "PORTAL_URL": "https://portal.test",
    "DATABASE_URL": "postgres://portal@127.0.0.1/portal",
    "REDIS_URL": "redis://127.0.0.1/0",
    "EMAIL_HOST": "mail.test",
    "DEFAULT_FROM_EMAIL": "portal@portal.test",
}


def load_wsgi(**changes: str | None) -> subprocess.CompletedProcess[str]:
    """Import the module that a web server imports."""
    values = {key: value for key, value in (COMPLETE | changes).items() if value is not None}
    return subprocess.run(
        [BIN / "python", "-c", "import lublin2030.wsgi"],
        cwd=ROOT,
        env=clean_environment(**values),
        capture_output=True,
        text=True,
        check=False,
    )


def test_complete_settings_are_accepted() -> None:
    answer = load_wsgi()
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("name", [name for name in COMPLETE if name != "PORTAL_MODE"])
def test_a_missing_value_is_named(name: str) -> None:
    answer = load_wsgi(**{name: None})
    assert answer.returncode != 0
    assert f"Set the environment variable {name}." in answer.stderr


def test_without_a_mode_it_is_production() -> None:
    answer = load_wsgi(PORTAL_MODE=None, SECRET_KEY=None)
    assert "Set the environment variable SECRET_KEY." in answer.stderr


def test_mail_readable_by_everyone_is_refused() -> None:
    answer = load_wsgi(DEMONSTRATION_MAILBOX="1")
    assert answer.returncode != 0
    assert "lublin2030.E001" in answer.stderr


def test_an_unknown_mode_is_refused() -> None:
    assert "neither production nor demonstration" in load_wsgi(PORTAL_MODE="produkcja").stderr
