"""Real processes for tests: started as the scripts and docker-compose.yml start them, ended with the test."""

from __future__ import annotations

import email
import email.policy
import os
import secrets
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
import redis
from psycopg2 import sql

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
# What this test run's own environment says must not reach the processes.
OURS = ("DATABASE_URL", "REDIS_URL", "VAR_DIR", "PORT", "DJANGO_SETTINGS_MODULE", "SECRET_KEY", "EMAIL_HOST")


def clean_environment(**values: str) -> dict[str, str]:
    """The environment without what configures the portal, plus the given values."""
    kept = {key: value for key, value in os.environ.items() if key not in OURS and not key.startswith("PORTAL_")}
    return kept | values


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(holds: Callable[[], bool], what: str, *, seconds: float) -> None:
    """Return as soon as it holds; fail with its name after so many seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            pytest.fail(f"Not within {seconds:.0f} s: {what}.")
        time.sleep(0.05)


def answers(port: int, path: str = "/zdrowie/", **headers: str) -> bool:
    """Whether the address is answered with 200."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def processes() -> dict[int, tuple[int, str]]:
    """Parent and command line of every process that runs: ``{pid: (parent, command)}``.

    One that has ended and only waits for somebody to ask how (a zombie) does not run.
    """
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True)
    rows = (line.split(None, 3) for line in listing.stdout.splitlines())
    return {int(row[0]): (int(row[1]), row[3] if len(row) > 3 else "") for row in rows if not row[2].startswith("Z")}


def descendants(pid: int) -> set[int]:
    """The process's children, theirs, and so on."""
    table = processes()
    found: set[int] = set()
    while new := {child for child, (parent, _) in table.items() if parent in found | {pid}} - found:
        found |= new
    return found


class Running:
    """One started process and what it has written."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def wait_for_health(self, port: int, *, seconds: float, **headers: str) -> float:
        """Seconds until the portal's health page answers on the port."""
        start = time.monotonic()
        while not answers(port, **headers):
            if not self.is_running or time.monotonic() - start > seconds:
                pytest.fail(f"The portal does not answer after {time.monotonic() - start:.0f} s.\n{self.output}")
            time.sleep(0.05)
        return time.monotonic() - start

    def end(self, signal_number: int = signal.SIGTERM) -> int:
        """Send the signal; the exit code."""
        self.process.send_signal(signal_number)
        return self.process.wait(timeout=30)


Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a program in a session of its own; whatever of it is left is ended after the test."""
    started: list[Running] = []

    def run(*command: str | Path, environment: dict[str, str]) -> Running:
        log = tmp_path / f"{len(started)}-{Path(command[0]).name}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started.append(Running(process, log))
        return started[-1]

    yield run
    for running in reversed(started):
        if running.is_running:
            running.process.terminate()
            try:
                running.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(running.process.pid, signal.SIGKILL)
                running.process.wait()


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """DATABASE_URL if it is PostgreSQL's. .ci/run gives it, and runs the tests that need it on its second round."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith(("postgres:", "postgresql:")):
        pytest.skip("needs PostgreSQL: set DATABASE_URL")
    return given


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A PostgreSQL database of the test's own on the server of DATABASE_URL, dropped afterwards."""
    name = f"portal_ops_{secrets.token_hex(4)}"
    connection = psycopg2.connect(postgres_server)  # given but out of reach is a failure, never a skip
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield urlunsplit(urlsplit(postgres_server)._replace(path=f"/{name}"))
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    connection.close()


@pytest.fixture
def redis_url() -> Iterator[str]:
    """An empty Redis database of the test's own on the server of REDIS_URL, emptied afterwards."""
    given = os.environ.get("REDIS_URL", "")
    if not given:
        pytest.skip("needs Redis: set REDIS_URL")
    for number in range(15, 0, -1):
        url = urlunsplit(urlsplit(given)._replace(path=f"/{number}"))
        client = redis.Redis.from_url(url)
        if client.dbsize() == 0 and client.set("portal-ops", "taken", nx=True):
            break
    else:
        pytest.fail("Every database of this Redis is in use.")
    yield url
    client.flushdb()
    client.close()


class _Conversation(socketserver.StreamRequestHandler):
    """Just enough of SMTP (RFC 5321) to take a message from Python's smtplib."""

    server: MailSink

    def handle(self) -> None:
        self.say("220 sink")
        while line := self.rfile.readline():
            verb = line.strip().upper()
            if verb == b"DATA":
                self.say("354 go on")
                self.server.take(self._text())
                self.say("250 taken")
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 yes")

    def say(self, words: str) -> None:
        self.wfile.write(words.encode("ascii") + b"\r\n")

    def _text(self) -> bytes:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)


class MailSink(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it is given."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.messages: list[EmailMessage] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def take(self, content: bytes) -> None:
        self.messages.append(email.message_from_bytes(content, policy=email.policy.default))

    def sent_to(self, recipient: str) -> list[EmailMessage]:
        return [message for message in self.messages if recipient in str(message["To"])]


@pytest.fixture
def mail_sink() -> Iterator[MailSink]:
    """A mail server on a port of its own."""
    with MailSink() as sink:
        threading.Thread(target=sink.serve_forever, daemon=True).start()
        yield sink
        sink.shutdown()
