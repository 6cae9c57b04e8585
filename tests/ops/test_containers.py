"""docker-compose.yml, Dockerfile and Caddyfile, as far as they can be proved without Docker."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ops.conftest import BIN, ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
APP = ("migrate", "web", "worker", "beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
VARIABLE = re.compile(r"\$\{(\w+)(:?[-?])?([^}]*)\}")


def variables() -> dict[str, set[str]]:
    """Each variable of the compose file with how it is asked for: ``:?`` must be set, ``:-`` has a default."""
    text = "\n".join(
        line for line in (ROOT / "docker-compose.yml").read_text(encoding="utf-8").splitlines() if "$" in line
    )
    found: dict[str, set[str]] = {}
    for name, how, _words in VARIABLE.findall(text):
        found.setdefault(name, set()).add(how)
    return found


def test_the_compose_file_fits_the_compose_specification() -> None:
    answer = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "docker-compose.yml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_runs_as_root_or_may_become_it(service: str) -> None:
    definition = SERVICES[service]
    assert str(definition["user"]).split(":")[0] not in {"", "0", "root"}
    assert "no-new-privileges:true" in definition["security_opt"]
    assert definition["cap_drop"] == ["ALL"]
    assert definition["read_only"] is True


@pytest.mark.parametrize("service", SERVICES)
def test_every_lasting_service_has_a_health_check_and_comes_back(service: str) -> None:
    definition = SERVICES[service]
    if service == "migrate":
        assert definition["restart"] == "no"
        assert definition["healthcheck"] == {"disable": True}
    else:
        assert definition["restart"] == "unless-stopped"
        assert definition["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_nothing_starts_before_the_migrations_are_through(service: str) -> None:
    needed = {name: needs["condition"] for name, needs in SERVICES[service]["depends_on"].items()}
    assert needed == {
        "db": "service_healthy",
        "redis": "service_healthy",
        "migrate": "service_completed_successfully",
    }


def test_there_are_several_web_containers_and_one_beat() -> None:
    assert SERVICES["web"]["deploy"]["replicas"] == "${WEB_REPLICAS:-2}"
    assert "deploy" not in SERVICES["beat"]
    assert not any("container_name" in definition for definition in SERVICES.values())


def test_the_database_and_the_broker_are_reached_from_inside_only() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for service in ("db", "redis"):
        assert SERVICES[service]["networks"] == ["inside"]
    assert [name for name, definition in SERVICES.items() if "ports" in definition] == ["proxy"]


def test_every_volume_is_named() -> None:
    used = {volume.split(":")[0] for definition in SERVICES.values() for volume in definition.get("volumes", ())}
    assert used == set(COMPOSE["volumes"])


@pytest.mark.parametrize("service", APP)
def test_commands_of_the_portal_name_programs_that_exist(service: str) -> None:
    for command in (SERVICES[service]["command"], SERVICES[service]["healthcheck"].get("test", ["CMD"])[1:]):
        if command:
            assert (BIN / command[0]).exists()
            for word in command[1:]:
                if word.endswith(".py"):
                    assert (ROOT / word).exists()
                elif word.startswith("lublin2030."):
                    assert (ROOT / word.replace(".", "/")).with_suffix(".py").exists()


def test_secrets_have_no_default() -> None:
    asked = variables()
    for name in ("PORTAL_HOST", "SECRET_KEY", "POSTGRES_PASSWORD", "EMAIL_HOST", "DEFAULT_FROM_EMAIL"):
        assert asked[name] == {":?"}, name


def test_the_example_of_env_names_every_variable() -> None:
    example = (ROOT / "docker" / "env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    assert variables().keys() - {"PORTAL_VERSION"} == named


def test_the_images_run_without_root_and_without_what_only_developers_need() -> None:
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    assert [stage.split()[2] for stage in stages] == ["build", "app", "proxy"]
    for stage in stages[1:]:
        assert re.search(r"^USER 10001:10001$", stage, re.MULTILINE)
        assert re.search(r"^HEALTHCHECK ", stage, re.MULTILINE)
    assert "requirements-dev" not in DOCKERFILE
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".env", "var", ".git", ".venv", "tests", "requirements-dev.txt"} <= set(ignored)


def test_what_the_images_copy_exists_and_is_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists()
            assert source not in ignored


def test_the_proxy_serves_what_the_portal_puts_where(settings: Any) -> None:
    caddyfile = (ROOT / "docker" / "Caddyfile").read_text(encoding="utf-8")
    places = dict(re.findall(r"handle_path (/\w+/)\* \{\s+root \* (\S+)", caddyfile))
    environment = dict(re.findall(r"(STATIC_ROOT|MEDIA_ROOT)=(\S+)", DOCKERFILE.split("AS app")[1]))
    assert places == {
        settings.STATIC_URL: environment["STATIC_ROOT"],
        settings.MEDIA_URL: environment["MEDIA_ROOT"],
    }
    assert "media:/srv/media:ro" in SERVICES["proxy"]["volumes"]
    assert "{$PORTAL_HOST} {" in caddyfile
    assert "PORTAL_HOST" in SERVICES["proxy"]["environment"]
    assert "dynamic a web 8000" in caddyfile
    assert "WEB_BIND=0.0.0.0:8000" in DOCKERFILE


@pytest.mark.parametrize(
    "path", [*sorted((ROOT / "script").glob("*")), ROOT / ".ci" / "run"], ids=lambda path: path.name
)
def test_scripts_can_be_run_as_they_are(path: Path) -> None:
    if path.is_dir() or path.suffix:
        return
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("#!"), "says who runs it"
    assert path.stat().st_mode & 0o111 == 0o111
    if first == "#!/bin/sh":
        assert subprocess.run(["sh", "-n", path], check=False).returncode == 0
