"""``manage.py recount_surveys [slug]``: prove the tallies of surveys against the answers, and mend what differs."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from participation.models import Survey
from participation.services.surveys.tallies import recount


class Command(BaseCommand):
    help = "Count answers to surveys anew. Prints each difference, mends it, and then ends with exit code 1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", help="The address of one survey; without it, all are counted.")

    def handle(self, *args: Any, **options: Any) -> None:
        surveys = Survey.objects.order_by("pk")
        if options["slug"]:
            surveys = surveys.filter(slug=options["slug"])
            if not surveys.exists():
                raise CommandError(f"There is no survey at the address “{options['slug']}”.")
        found = 0
        for survey in surveys:
            differences = recount(survey)
            found += len(differences)
            self.stdout.write(f"{survey.slug}: {len(differences)} differences" + (", mended" if differences else ""))
            for difference in differences:
                self.stdout.write(f"  {difference}")
        if found:
            sys.exit(1)
