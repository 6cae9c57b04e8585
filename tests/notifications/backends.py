"""A mail server for tests that can be down, refuse an address, or count how often it was called."""

from __future__ import annotations

import smtplib
from typing import Any

from django.core import mail
from django.core.mail.backends.locmem import EmailBackend


class Moody(EmailBackend):
    """The in-memory mail server with moods; ``reset`` gives the good mood back."""

    is_down = False
    refused: set[str] = set()
    opened = 0
    on_send: Any = None

    @classmethod
    def reset(cls) -> None:
        cls.is_down, cls.refused, cls.opened, cls.on_send = False, set(), 0, None

    def open(self) -> bool:
        type(self).opened += 1
        if self.is_down:
            raise ConnectionRefusedError(111, "refused for jan@example.org")
        return True

    def send_messages(self, messages: Any) -> int:
        for message in messages:
            for address in message.to:
                if address in self.refused:
                    raise smtplib.SMTPRecipientsRefused({address: (550, f"no {address} here".encode())})
            if self.on_send is not None:
                type(self).on_send(message)
        return super().send_messages(messages)


def sent_to() -> list[str]:
    """To whom mail went, in order."""
    return [address for message in mail.outbox for address in message.to]
