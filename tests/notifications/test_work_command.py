"""The embedded worker does every job, outlives failures, ends when told, and any number may run at once."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from email import message_from_bytes
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from consultations.models import Basket
from notifications.management.commands.work import Job
from notifications.models import Subscription
from notifications.services import happenings
from tests.factories import DURING
from tests.notifications.backends import sent_to
from tests.parallel import copy_to


def python(*arguments: str, env: dict[str, str], **options) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603  our own interpreter and words
        [sys.executable, *arguments], env=env, cwd=settings.BASE_DIR, text=True, stdout=subprocess.PIPE, **options
    )


MOST_SECONDS_TO_END = 5  # an idle machine takes one; waiting for the mail server would take 15


def run(*arguments: str, env: dict[str, str]) -> str:
    process = python(*arguments, env=env)
    out, _err = process.communicate(timeout=120)
    assert process.returncode == 0, out
    return out


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_server", "during")
def test_once_does_every_job_once(consultation, due_message):
    due_message("one", recipient="other@example.org")
    Basket.objects.create(consultation=consultation, cookie_key="k", updated_at=DURING - dt.timedelta(days=31))
    Subscription.objects.create(
        consultation=consultation, email="never@example.org", created_at=DURING - dt.timedelta(days=15)
    )
    consultation.closes_at = DURING + dt.timedelta(days=2)
    consultation.save()
    call_command("work", "--once")
    # The message that was due, and the news of the closing, which the same round has written.
    assert sorted(sent_to()) == ["follower@example.org", "other@example.org"]
    assert not Basket.objects.exists()
    assert not Subscription.objects.unconfirmed().exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_server", "during")
def test_a_job_that_fails_does_not_keep_the_others_from_their_work(due_message, monkeypatch, caplog):
    due_message()
    monkeypatch.setattr(happenings, "record_happenings", lambda: 1 / 0)
    with pytest.raises(CommandError):
        call_command("work", "--once")
    assert sent_to() == ["follower@example.org"]
    assert "record-happenings failed (ZeroDivisionError)" in caplog.text


def broken() -> None:
    raise OperationalError("no such row: jan@example.org")


def test_a_job_waits_longer_after_each_failure_up_to_a_minute():
    job = Job("sweep", 1, broken)
    waits = []
    for _ in range(9):
        assert not job.do(now=100.0)
        waits.append(job.due - 100.0)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_an_hourly_job_that_failed_is_tried_again_within_a_minute():
    job = Job("housekeeping", 3600, broken)
    job.do(now=0.0)
    assert job.due == 60


def test_after_a_success_a_job_keeps_its_pace_again():
    job = Job("sweep", 1, broken)
    job.do(now=0.0)
    job.do(now=0.0)
    job.run = lambda: None
    assert job.do(now=50.0)
    assert (job.due, job.failures) == (51, 0)


def test_the_log_of_a_failure_holds_no_address(caplog):
    Job("sweep", 1, broken).do(now=0.0)
    assert "sweep failed (OperationalError)" in caplog.text
    assert "jan@example.org" not in caplog.text


@pytest.fixture
def elsewhere(tmp_path: Path, transactional_db: None) -> dict[str, str]:
    """The environment of processes of their own, on the test's PostgreSQL or on a copy of its SQLite in a file."""
    env = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    env |= {"PORTAL_MODE": "demonstration", "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "lublin2030.settings"}
    env.pop("EMAIL_HOST", None)
    if connection.vendor == "postgresql":
        has = connection.settings_dict
        place = f"{quote(has['HOST'], safe='')}:{has['PORT']}" if has["PORT"] else quote(has["HOST"], safe="")
        env["DATABASE_URL"] = f"postgres://{has['USER']}:{quote(has['PASSWORD'])}@{place}/{has['NAME']}"
    else:
        copy_to(tmp_path / "portal.sqlite3")
    return env


WRITE = """
import django; django.setup()
import datetime as dt
from django.utils import timezone
from consultations.models import Consultation
from notifications.models import Subscription
from stages.models import Process
from lublin2030.lib.quarters import Quarter
now = timezone.now()
day = dt.timedelta(days=1)
before = now - 10 * day
process = Process.objects.create(slug="p", name="P", first_quarter=Quarter(2021, 4), last_quarter=Quarter(2021, 4))
consultation = Consultation.objects.create(
    process=process, slug="k", title="K", opens_at=now - 30 * day, closes_at=now + 2 * day, published_at=now - 30 * day
)
Subscription.objects.bulk_create(
    Subscription(consultation=consultation, email=f"f{n}@example.org", created_at=before, confirmed_at=before)
    for n in range(60)
)
"""


def recipients(folder: Path) -> Counter[str]:
    return Counter(str(message_from_bytes(path.read_bytes())["To"]) for path in (folder / "mail").glob("*.eml"))


@pytest.mark.processes
def test_workers_at_once_send_each_message_once(elsewhere, tmp_path):
    run("-c", WRITE, env=elsewhere)
    workers = [python("manage.py", "work", "--once", env=elsewhere) for _ in range(3)]
    for worker in workers:
        worker.communicate(timeout=120)
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    run("manage.py", "work", "--once", env=elsewhere)  # what a worker wrote after another's sweep
    assert recipients(tmp_path) == {f"f{n}@example.org": 1 for n in range(60)}


@pytest.mark.processes
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_worker_within_a_second(elsewhere, number):
    worker = python("manage.py", "work", env=elsewhere)
    assert worker.stdout is not None
    assert "Worker: sends mail every second." in worker.stdout.readline()
    start = time.monotonic()
    worker.send_signal(number)
    out, _err = worker.communicate(timeout=10)
    assert time.monotonic() - start < MOST_SECONDS_TO_END
    assert worker.returncode == 0
    assert "Worker: ended." in out


@pytest.mark.processes
def test_a_mail_server_that_keeps_us_waiting_does_not_delay_the_end(elsewhere):
    run("-c", WRITE, env=elsewhere)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and never says a word
        port = silent.getsockname()[1]
        worker = python("manage.py", "work", env=elsewhere | {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port)})
        silent.settimeout(30)
        line, _address = silent.accept()
        start = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=10)
        line.close()
    assert time.monotonic() - start < MOST_SECONDS_TO_END
    assert worker.returncode == 0
