"""``manage.py rotate_field_key E-MAIL``: another key for a worker's new cards, after a tablet was lost."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from participation.services.field import rotate_field_key


class Command(BaseCommand):
    help = "Give a worker another key for new cards on tablets. Cards that wait under the old one still open."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="The worker's e-mail address.")

    def handle(self, *args: Any, **options: Any) -> None:
        worker = User.objects.filter(email__iexact=options["email"]).first()
        if worker is None:
            raise CommandError("There is no account with this e-mail address.")
        rotate_field_key(worker)
        self.stdout.write("New cards get another key as soon as the worker prepares a tablet anew.")
