"""The demonstration shows the mail it would send; a portal in production refuses to start with that."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.core.checks import run_checks
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.test import override_settings

from lublin2030.mailbox import latest_mails
from notifications.services.outbox import sweep
from tests.factories import DURING, submission

PAGE = "/dev/poczta/"


@pytest.fixture
def folder(settings, tmp_path: Path) -> Path:
    """An empty mailbox that real mail goes to."""
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.EMAIL_BACKEND = "lublin2030.mail.MailFileBackend"
    return tmp_path / "mail"


def put(subject="Temat", body="Treść https://portal.test/x/", html="", to="jan@example.org") -> None:
    message = EmailMultiAlternatives(subject, body, to=[to], connection=get_connection())
    if html:
        message.attach_alternative(html, "text/html")
    message.send()


def test_an_empty_mailbox_says_so(client, folder):
    assert "Nie ma jeszcze wiadomości." in client.get(PAGE).content.decode()


def test_the_latest_mail_stands_first_and_the_list_is_bounded(client, folder, monkeypatch):
    for number in range(5):
        put(f"Mail {number}")
    assert [mail.subject for mail in latest_mails(limit=3)] == ["Mail 4", "Mail 3", "Mail 2"]
    page = client.get(PAGE).content.decode()
    assert page.index("Mail 4") < page.index("Mail 0")


@pytest.mark.django_db
def test_a_receipt_is_written_and_read(consultation, client, folder, during):
    sent = submission(consultation)
    assert sweep(now=DURING) == 1
    (mail,) = latest_mails()
    page = client.get(f"{PAGE}{mail.name}/").content.decode()
    assert "Otrzymaliśmy Twoje zgłoszenie 1/2021" in page
    assert page.count(f'href="https://portal.test/zgloszenie/{sent.tracking_token}/"') == 2  # text and HTML
    assert "style=" not in page


def test_html_mail_is_shown_without_what_could_run(client, folder):
    put(html='<title>T</title><body><h1>Tytuł</h1><script>alert(1)</script><p onclick="x()">Dzień</p></body>')
    (mail,) = latest_mails()
    page = client.get(f"{PAGE}{mail.name}/").content.decode()
    assert "<h3>Tytuł</h3>" in page
    assert "alert(1)" not in page
    assert "onclick" not in page


def test_text_mail_is_escaped_and_its_links_work(client, folder):
    put("<b>Temat</b>", "<script>alert(1)</script> https://portal.test/x/")
    (mail,) = latest_mails()
    page = client.get(f"{PAGE}{mail.name}/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert '<a href="https://portal.test/x/"' in page
    assert "<b>Temat</b>" not in page


@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2fsecret_key",
        "..",
        "secret_key",
        "1700000000000000-0123456z",
        "1700000000000000-01234567",
        "%00",
        "a/b",
    ],
)
def test_no_other_file_is_read(client, folder, name):
    folder.mkdir()
    (folder.parent / "secret_key").write_text("Subject: secret")
    (folder / "secret_key.eml").write_text("Subject: secret")
    assert client.get(f"{PAGE}{name}/").status_code == 404


def test_half_written_and_foreign_files_are_not_listed(folder):
    folder.mkdir()
    (folder / "1700000000000000-01234567.part").write_text("Subject: half")
    (folder / "notes.eml").write_text("Subject: foreign")
    assert latest_mails() == []


def test_search_engines_and_caches_keep_nothing(client, folder):
    put()
    (mail,) = latest_mails()
    for url in (PAGE, f"{PAGE}{mail.name}/"):
        answer = client.get(url)
        assert 'content="noindex, nofollow"' in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]


def test_a_mail_is_written_whole_under_its_name(folder):
    EmailMessage("Temat", "Treść", to=["jan@example.org"], connection=get_connection()).send()
    assert [path.suffix for path in folder.iterdir()] == [".eml"]


def test_the_check_refuses_a_mailbox_in_production():
    with override_settings(DEMONSTRATION=False, DEMONSTRATION_MAILBOX=True):
        assert "lublin2030.E001" in [error.id for error in run_checks()]
    with override_settings(DEMONSTRATION=False, DEMONSTRATION_MAILBOX=False):
        assert "lublin2030.E001" not in [error.id for error in run_checks()]


CHECK, WORK, WEB = ["manage.py", "check"], ["manage.py", "work", "--once"], ["-c", "import lublin2030.wsgi"]


@pytest.mark.processes
@pytest.mark.parametrize(
    ("arguments", "mailbox", "starts"),
    [(CHECK, "1", False), (WORK, "1", False), (WEB, "1", False), (CHECK, "0", True), (WEB, "0", True)],
)
def test_production_starts_without_the_mailbox_only(tmp_path, arguments, mailbox, starts):
    env = {
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(tmp_path),
        "PORTAL_MODE": "production",
        "SECRET_KEY": "k" * 60,
        "PORTAL_URL": "https://portal.test",
        "DATABASE_URL": f"sqlite:///{tmp_path}/portal.sqlite3",
        "REDIS_URL": "redis://127.0.0.1:6399/0",
        "DEFAULT_FROM_EMAIL": "portal@portal.test",
        "EMAIL_HOST": "mail.test",
        "DEMONSTRATION_MAILBOX": mailbox,
    }
    done = subprocess.run(  # noqa: S603  our own interpreter and words
        [sys.executable, *arguments],
        env=env,
        cwd=portal.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode == 0) is starts, done.stderr
    assert ("lublin2030.E001" in done.stderr) is not starts
