"""A message as a mail in its reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field

from notifications.models import Message


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A mail's subject, its two bodies and extra headers."""

    subject: str
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)


def render(message: Message) -> Rendered:
    raise NotImplementedError
