"""``manage.py catalogues update|check|compile|set FILE``: the portal's words in its three languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lublin2030 import catalogues


class Command(BaseCommand):
    help = "Update, check, compile or fill the message catalogues."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["update", "check", "compile", "set", "missing"])
        parser.add_argument("file", nargs="?", help="JSON for set: {id: {pl: text or [forms], uk: …}}")

    def handle(self, *args: Any, **options: Any) -> None:
        match options["action"]:
            case "update":
                catalogues.update()
            case "compile":
                catalogues.compile_all()
            case "missing":
                for problem in catalogues.problems():
                    self.stdout.write(problem)
            case "check":
                found = catalogues.problems()
                if found:
                    raise CommandError("\n".join(found))
                self.stdout.write("Catalogues: complete.")
            case "set":
                unknown = catalogues.translate(json.loads(Path(options["file"]).read_text(encoding="utf-8")))
                if unknown:
                    raise CommandError("Not in the catalogue:\n" + "\n".join(unknown))
