"""``manage.py load_lublin2030``: the content the portal starts with. Safe to run again and again."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lublin2030.loading import accounts, adopted, base, current, linked, past, report, surveys, voices


class Command(BaseCommand):
    help = (
        "Load the process Lublin 2030 with its stages, figures and events, and the demonstration consultations."
        " What is loaded is never changed or created again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--without-demonstration",
            action="store_true",
            help="Only what is fact: no consultations with invented remarks, no demonstration accounts.",
        )
        parser.add_argument(
            "--add-missing",
            action="store_true",
            help="Also create records of the main process that are missing: new in the file, or deleted by staff.",
        )
        parser.add_argument("--accounts", action="store_true", help="Print the demonstration accounts.")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if base.is_loaded() and not options["add_missing"]:
            self._say("Lublin 2030: already loaded.")
        else:
            try:
                self._say(f"Lublin 2030: {base.load()} records created.")
            except base.AnotherMainProcess:
                raise CommandError(
                    "The portal has another main process. Take “the portal's main process” off it, then load again."
                ) from None
        if options["without_demonstration"]:
            return
        if settings.DEMONSTRATION and not accounts.accounts_exist():
            self._say(f"Demonstration accounts: {accounts.make_accounts()} created.")
        if past.is_loaded():
            self._say("Consultation of 2021: already loaded.")
        else:
            self._say(f"Consultation of 2021: {past.load()} demonstration remarks.")
        if not adopted.is_loaded():
            self._say(f"Adopted version of the draft of 2021: {adopted.load()} passages.")
        if not linked.is_loaded():
            self._say(f"Sources of its changes: {linked.load()} links.")
        if not voices.is_loaded():
            self._say(f"Voices of residents: {voices.load()} demonstration voices.")
        if not report.is_loaded():
            self._say(f"Report on the consultation of 2021: frozen as no. {report.load()}.")
        if not current.is_loaded():
            self._say(f"Open consultation: {current.load(now=now)} demonstration remarks.")
        elif current.follow_today(now=now):
            self._say("Open consultation: its dates follow today again.")
        else:
            self._say("Open consultation: already loaded.")
        if not surveys.is_loaded():
            self._say(f"Open survey: {surveys.load(now=now)} demonstration answers.")
        if options["accounts"] and settings.DEMONSTRATION:
            for line in accounts.lines():
                self.stdout.write(line)

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
