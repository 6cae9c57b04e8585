"""``manage.py prepare`` does what a start needs, once."""

from __future__ import annotations

import io
import os

import pytest
from django.core.management import call_command
from django.db import connection

from lublin2030.lib.guarded_rows import drop_guards, missing_guards
from lublin2030.management.commands import prepare


@pytest.fixture
def static(settings, tmp_path):
    """One static file of ours, and an empty place to collect to."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "own.css").write_text("a{}", encoding="ascii")
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    return source


def said(*options: str) -> str:
    out = io.StringIO()
    call_command("prepare", *options, stdout=out)
    return out.getvalue()


def test_static_files_are_collected_once(static, settings):
    assert prepare.collect_static()
    assert (settings.STATIC_ROOT / "own.css").exists()
    assert not prepare.collect_static()


@pytest.mark.parametrize("folder", ["rest_framework", "axe-core"])
def test_what_no_page_loads_is_not_collected(static, settings, folder):
    (static / folder).mkdir()
    (static / folder / "large.js").write_text("", encoding="ascii")
    prepare.collect_static()
    assert {path.name for path in settings.STATIC_ROOT.iterdir()} >= {"own.css"}
    assert not (settings.STATIC_ROOT / folder).exists()


@pytest.mark.parametrize("change", ["content", "time", "new file"])
def test_a_changed_static_file_is_collected_again(static, change):
    prepare.collect_static()
    match change:
        case "content":
            (static / "own.css").write_text("a{color:red}", encoding="ascii")
        case "time":
            os.utime(static / "own.css", (1, 1))
        case "new file":
            (static / "other.css").write_text("", encoding="ascii")
    assert prepare.collect_static()


def test_a_collection_that_was_broken_off_is_done_again(static, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(prepare, "call_command", fail)
        with pytest.raises(OSError):
            prepare.collect_static()
    assert prepare.collect_static()


@pytest.mark.django_db
def test_a_migrated_database_is_not_migrated_again(static):
    assert "migrating" not in said("--without-content")


@pytest.mark.django_db
def test_it_prints_the_address_and_the_accounts_that_can_sign_in(static, settings):
    settings.PORTAL_URL = "http://127.0.0.1:8123"
    text = said("--without-content")
    assert "The portal: http://127.0.0.1:8123/" in text
    assert "editor@example.org" not in text
    from lublin2030.loading import accounts

    accounts.make_accounts()
    text = said("--without-content")
    for account in accounts.ACCOUNTS:
        assert any(account.email in line and account.role in line for line in text.splitlines())


@pytest.mark.django_db
def test_production_prints_no_account_and_no_mailbox(static, settings):
    from lublin2030.loading import accounts

    accounts.make_accounts()
    settings.DEMONSTRATION = settings.DEMONSTRATION_MAILBOX = False
    text = said("--without-content")
    assert accounts.PASSWORD not in text
    assert "poczta" not in text


@pytest.mark.django_db
def test_content_is_loaded_and_a_second_start_says_so(static):
    said("--without-demonstration")
    assert "already loaded" in said("--without-demonstration")


@pytest.mark.django_db
def test_triggers_that_guard_rows_are_made_again_where_they_are_missing(static):
    drop_guards(connection)
    assert "triggers that guard them were missing" in said("--without-content")
    assert missing_guards(connection) == []
    assert "triggers" not in said("--without-content")
