"""The processes of docker-compose.yml, started by hand with its own commands: a remark in, its receipt out."""

from __future__ import annotations

import http.client
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.ops.conftest import BIN, ROOT, MailSink, Running, Start, answers, clean_environment, free_port, wait_until
from tests.ops.test_containers import DOCKERFILE, SERVICES
from tests.ops.visitor import Visitor

pytestmark = pytest.mark.processes

HOST = "portal.test"
# The values with which the Dockerfile builds.
BUILD = dict(re.findall(r"(\w+)=(\S+)", re.search(r"RUN export(.*?)&&", DOCKERFILE, re.DOTALL)[1]))
SLUG = "strategia-zieleni"


DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")  # what compose puts in where .env says nothing


def command_of(service: str, tmp_path: Path) -> list[str]:
    """The command that docker-compose.yml gives the service, with the container's folder for passing things."""
    words = [str(word).replace("/tmp/", f"{tmp_path}/") for word in SERVICES[service]["command"]]  # noqa: S108
    return [str(BIN / words[0]), *words[1:]]


def once(*command: str | Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [str(word) for word in command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def built(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static files, made as while the image is built: without a database."""
    folder = tmp_path_factory.mktemp("image") / "static"
    environment = clean_environment(**BUILD | {"STATIC_ROOT": str(folder)})
    once(BIN / "python", "manage.py", "catalogues", "compile", environment=environment)
    once(BIN / "python", "manage.py", "collectstatic", "--noinput", environment=environment)
    return folder


@pytest.fixture
def environment(tmp_path: Path, built: Path, postgres_url: str, redis_url: str, mail_sink: MailSink) -> dict[str, str]:
    """The environment of the compose file's containers, with addresses of this machine."""
    values: dict[str, Any] = {
        name: DEFAULT.sub(r"\1", str(value)) for name, value in SERVICES["web"]["environment"].items()
    }
    values |= {
        "PORTAL_URL": f"https://{HOST}",
        "SECRET_KEY": "only-for-this-test-hQ3vZ9rT6wYp1LkXs8Nd4Gb7Jc2Fm5Ae0UiOxRtWqEy",
        "DATABASE_URL": postgres_url,
        "REDIS_URL": redis_url,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail_sink.port),
        "EMAIL_USE_TLS": "0",
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        "DEFAULT_FROM_EMAIL": "Portal <portal@portal.test>",
        "PORT": str(free_port()),
        "STATIC_ROOT": str(built),
        "MEDIA_ROOT": str(tmp_path / "media"),
        "PRIVATE_ROOT": str(tmp_path / "private"),
        "TIME_TRAP_SECONDS": "0",  # our visitor writes faster than people do
        "BEAT_SCHEDULE": str(tmp_path / "celerybeat-schedule"),
    }
    return clean_environment(**values)


def probe(service: str, environment: dict[str, str]) -> bool:
    """What the container's health check says."""
    words = [str(word) for word in SERVICES[service]["healthcheck"]["test"][1:]]
    return subprocess.run([BIN / words[0], *words[1:]], cwd=ROOT, env=environment, check=False).returncode == 0


@pytest.fixture
def containers(start: Start, environment: dict[str, str], tmp_path: Path) -> dict[str, Running]:
    """Web, worker and beat after the migration."""
    once(*command_of("migrate", tmp_path), environment=environment)
    running = {
        service: start(*command_of(service, tmp_path), environment=environment) for service in ("web", "worker", "beat")
    }
    running["web"].wait_for_health(int(environment["PORT"]), seconds=60, Host=HOST, **{"X-Forwarded-Proto": "https"})
    return running


def test_a_remark_sent_over_http_brings_its_receipt_by_celery(
    containers: dict[str, Running], environment: dict[str, str], mail_sink: MailSink
) -> None:
    once(BIN / "python", "manage.py", "load_lublin2030", environment=environment)
    visitor = Visitor(int(environment["PORT"]), HOST)
    for path in ("/", "/konsultacje/", f"/konsultacje/{SLUG}/projekt/1/"):
        assert visitor.get(path).status == 200
    assert visitor.cookies == {}

    page = visitor.get(f"/konsultacje/{SLUG}/zglos/uwaga/?rozdzial=1")
    form = page.form_with("change")
    visitor.send(page, form, change="Więcej cienia na przystankach.", reason="Latem jest za gorąco.")
    page = visitor.get(f"/konsultacje/{SLUG}/zglos/")
    page = visitor.send(
        page,
        page.form_with("email"),
        sender_kind="person",
        name="Halina Testowa",
        email="halina@resident.test",
        address="ul. Testowa 1, Lublin",
    )
    assert page.path.startswith(f"/konsultacje/{SLUG}/zglos/sprawdz/"), page.text
    page = visitor.send(page, page.form_with("reviewed"))
    assert re.fullmatch(r"/zgloszenie/[\w-]+/potwierdzenie/", page.path), page.text

    wait_until(lambda: bool(mail_sink.sent_to("halina@resident.test")), "the receipt arrives", seconds=30)
    receipt = mail_sink.sent_to("halina@resident.test")[0]
    text = receipt.get_body(("plain",))
    assert text is not None
    assert "Więcej cienia na przystankach." in text.get_content()
    assert f"https://{HOST}{page.path.removesuffix('potwierdzenie/')}" in text.get_content()
    for running in containers.values():
        assert running.is_running, running.output
        assert "halina" not in running.output.lower(), "no personal data in the logs"


def test_health_checks_tell_well_from_unwell_and_sigterm_ends_every_container(
    containers: dict[str, Running], environment: dict[str, str]
) -> None:
    for service in containers:
        wait_until(lambda service=service: probe(service, environment), f"{service} is well", seconds=60)  # type: ignore[misc]
    for service, running in containers.items():
        assert running.end() == 0, running.output
        if service != "beat":  # whose silence is noticed after minutes
            assert not probe(service, environment), service


def test_only_the_portals_own_name_is_answered_and_only_over_https(
    containers: dict[str, Running], environment: dict[str, str]
) -> None:
    port = int(environment["PORT"])
    assert answers(port, Host=HOST), "the health check may speak plain HTTP"
    assert not answers(port, Host="someone-else.test")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/etapy/", headers={"Host": HOST})
    answer = connection.getresponse()
    connection.close()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/etapy/")
