"""``manage.py prepare``: everything a start needs, in one process, and nothing that was done before."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from lublin2030 import catalogues
from lublin2030.lib.guarded_rows import make_guards
from lublin2030.loading import accounts

STAMP = ".collected"


class Command(BaseCommand):
    help = (
        "Compile the catalogues, migrate, load the content and collect the static files, each only if needed;"
        " then print the address and the demonstration accounts."
    )
    # The processes that serve check the system at their own start; doing it here too would cost a second.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--without-demonstration", action="store_true", help="Load only what is fact: see load_lublin2030."
        )
        parser.add_argument("--without-content", action="store_true", help="Load no content at all.")

    def handle(self, *args: Any, **options: Any) -> None:
        catalogues.compile_all()
        if migrations_wait():
            self.stdout.write("Database: migrating …")
            call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        if guards := make_guards(connection):
            self.stdout.write(
                f"History and reports: {guards} triggers that guard them were missing and are there again."
            )
        if not options["without_content"]:
            call_command(
                "load_lublin2030",
                without_demonstration=options["without_demonstration"],
                skip_checks=True,
                stdout=self.stdout,
            )
        call_command("reindex", missing=True, stdout=self.stdout)
        if collect_static():
            self.stdout.write("Static files: collected.")
        self.stdout.write(f"\nThe portal: {settings.PORTAL_URL}/")
        if settings.DEMONSTRATION_MAILBOX:
            self.stdout.write(f"Mail it sends: {settings.PORTAL_URL}/dev/poczta/")
        if settings.DEMONSTRATION:
            self.stdout.write(f"Demonstration accounts, at {settings.PORTAL_URL}/biurko/ (e-mail, password, role):")
            for line in accounts.lines():
                self.stdout.write(line)
        self.stdout.write("")


def migrations_wait() -> bool:
    """Whether the database lacks a migration."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def collect_static() -> bool:
    """Collect the static files if ours or those of an installed package changed since; whether it was needed."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    fingerprint = static_fingerprint()
    if stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, skip_checks=True)
    # Last, so that a collection that was broken off is done again.
    stamp.write_text(fingerprint, encoding="ascii")
    return True


def static_fingerprint() -> str:
    """A digest that changes with every file of ours and with every version of a package that brings files."""
    digest = hashlib.sha256()
    for folder in map(Path, settings.STATICFILES_DIRS):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            facts = path.stat()
            digest.update(f"{path.relative_to(folder)} {facts.st_mtime_ns} {facts.st_size}\n".encode())
    # A package's folder is made anew when another version is installed.
    for app in apps.get_app_configs():
        folder = Path(app.path) / "static"
        if folder.is_dir():
            digest.update(f"{folder} {folder.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()
