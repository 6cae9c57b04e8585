"""``manage.py reindex [--missing]``: write the words by which the register finds remarks anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from consultations.services import search


class Command(BaseCommand):
    help = "Index the public texts of remarks for the register's search, by batches; it may be run at any time."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--missing", action="store_true", help="Only remarks that are not indexed yet.")

    def handle(self, *args: Any, **options: Any) -> None:
        done = search.reindex(only_missing=options["missing"], progress=self._tell)
        if done or not options["missing"]:
            self.stdout.write(f"Search: {done} remarks indexed.")

    def _tell(self, done: int) -> None:
        if done % 50_000 == 0:
            self.stdout.write(f"  {done} …")
