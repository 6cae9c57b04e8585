"""``manage.py recount [slug]``: prove the counters that pages show against the remarks, and mend what differs."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consultations.models import Consultation
from consultations.services import tallies


class Command(BaseCommand):
    help = "Count remarks anew. Prints each difference, mends it, and then ends with exit code 1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", help="The address of one consultation; without it, all are counted.")

    def handle(self, *args: Any, **options: Any) -> None:
        consultations = Consultation.objects.order_by("pk")
        if options["slug"]:
            consultations = consultations.filter(slug=options["slug"])
            if not consultations.exists():
                raise CommandError(f"There is no consultation at the address “{options['slug']}”.")
        found = 0
        for consultation in consultations:
            differences = tallies.recount(consultation)
            found += len(differences)
            self.stdout.write(
                f"{consultation.slug}: {len(differences)} differences" + (", mended" if differences else "")
            )
            for difference in differences:
                self.stdout.write(f"  {difference}")
        if found:
            sys.exit(1)
