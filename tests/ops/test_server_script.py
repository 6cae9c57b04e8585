"""script/server: one command serves web and worker, a second start changes nothing, and nothing is left behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
from pathlib import Path

import psycopg2
import pytest

from tests.ops.conftest import (
    BIN,
    ROOT,
    Running,
    Start,
    answers,
    clean_environment,
    descendants,
    free_port,
    processes,
    wait_until,
)

pytestmark = pytest.mark.processes

FIRST_START_SECONDS = 180
SECOND_START_SECONDS = 5
# What changes by the portal's own work, not by its start: notices are sent, signed-in people come and go, and the
# worker makes comparisons and documents of the versions when it comes to it, which may be after the first end.
LIVELY_TABLES = {
    "notifications_message",
    "django_session",
    "accounts_job",
    "consultations_versioncomparison",
    "consultations_passagechange",
    "consultations_draftfile",
    "sqlite_sequence",
    # The worker notes when it last looked for news, and what it saw.
    "notifications_watch",
    "notifications_sighting",
    "notifications_happening",
}


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table whose content a start might change."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)  # noqa: S608
            for name in names
            if name not in LIVELY_TABLES
        }


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def end_and_look(running: Running, port: int, signal_number: int, worker: str = "manage.py work") -> None:
    """End the script: it must say 0, leave no process behind and free the port."""

    def all_run() -> bool:
        mine = descendants(running.process.pid)
        commands = [command for pid, (_, command) in processes().items() if pid in mine]
        return sum("gunicorn" in command for command in commands) == 3 and any(worker in one for one in commands)

    wait_until(all_run, "the web server, its two workers and the worker run", seconds=30)
    family = descendants(running.process.pid)
    assert running.end(signal_number) == 0, running.output
    left = {pid: command for pid, (_, command) in processes().items() if pid in family}
    assert left == {}
    assert port_is_free(port)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return clean_environment(VAR_DIR=str(tmp_path / "var"), PORT=str(free_port()))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated database without content, so that a start need not make it."""
    folder = tmp_path_factory.mktemp("prepared") / "var"
    subprocess.run(
        [BIN / "python", "manage.py", "prepare", "--without-content"],
        cwd=ROOT,
        env=clean_environment(VAR_DIR=str(folder), PORTAL_MODE="demonstration"),
        check=True,
    )
    return folder


def test_a_second_start_is_quick_and_changes_no_data(start: Start, environment: dict[str, str], tmp_path: Path) -> None:
    port = int(environment["PORT"])
    # From another folder, for the script may be started from anywhere.
    portal = start("/bin/sh", "-c", f'cd / && exec "{ROOT}/script/server"', environment=environment)
    portal.wait_for_health(port, seconds=FIRST_START_SECONDS)
    for path in ("/", "/konsultacje/", "/liczby/", "/biurko/", "/dev/poczta/", "/api/schema/"):
        assert answers(port, path), path
    assert f"http://127.0.0.1:{port}/" in portal.output
    assert "coordinator@example.org" in portal.output
    end_and_look(portal, port, signal.SIGTERM)
    before = contents(tmp_path / "var" / "portal.sqlite3")
    assert before["consultations_remark"]

    seconds: list[float] = []
    # The other tests of this run take their share of the machine: one quick start of three is enough.
    while not seconds or (min(seconds) >= SECOND_START_SECONDS and len(seconds) < 3):
        again = start(ROOT / "script" / "server", environment=environment)
        seconds.append(again.wait_for_health(port, seconds=60))
        end_and_look(again, port, signal.SIGINT)
    after = contents(tmp_path / "var" / "portal.sqlite3")
    assert [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)] == []
    assert min(seconds) < SECOND_START_SECONDS


@pytest.mark.parametrize("victim", ["manage.py work", "gunicorn"])
def test_when_one_process_dies_the_other_is_ended_and_the_script_fails(
    start: Start, prepared: Path, environment: dict[str, str], victim: str
) -> None:
    shutil.copytree(prepared, environment["VAR_DIR"])
    portal = start(ROOT / "script" / "server", environment=environment)
    portal.wait_for_health(int(environment["PORT"]), seconds=FIRST_START_SECONDS)
    family = descendants(portal.process.pid)
    pid = next(pid for pid, (_, command) in sorted(processes().items()) if pid in family and victim in command)
    os.kill(pid, signal.SIGKILL)
    assert portal.process.wait(timeout=30) == 1
    assert "ended by itself" in portal.output
    wait_until(lambda: not family & processes().keys(), "all processes are gone", seconds=10)
    assert port_is_free(int(environment["PORT"]))


def test_a_taken_port_is_said_in_a_sentence(start: Start, environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(environment["PORT"])))
        taken.listen()
        running = start(ROOT / "script" / "server", environment=environment)
        assert running.process.wait(timeout=60) == 1
    assert running.output.strip() == (
        f"Port {environment['PORT']} is taken. Choose another one, for example: PORT=8001 script/server"
    )


@pytest.mark.parametrize("port", ["0", "70000", "abc"])
def test_a_port_that_is_none_is_refused(start: Start, environment: dict[str, str], port: str) -> None:
    running = start(ROOT / "script" / "server", environment=environment | {"PORT": port})
    assert running.process.wait(timeout=60) == 1
    assert f"PORT={port} is no port." in running.output


def test_with_postgresql_and_redis_it_runs_on_these(
    start: Start, environment: dict[str, str], postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    running = start(
        ROOT / "script" / "server", environment=environment | {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url}
    )
    port = int(environment["PORT"])
    running.wait_for_health(port, seconds=FIRST_START_SECONDS)
    assert answers(port, "/konsultacje/")
    assert not (tmp_path / "var" / "portal.sqlite3").exists()
    with psycopg2.connect(postgres_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM consultations_remark")
        row = cursor.fetchone()
    connection.close()
    assert row is not None
    assert row[0] > 200
    # Celery's worker ends warmly: what it has begun it finishes.
    wait_until(lambda: any((tmp_path / "var").glob("celerybeat-schedule*")), "beat has started", seconds=60)
    end_and_look(running, port, signal.SIGTERM, worker="celery")
