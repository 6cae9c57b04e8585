"""What notifications refuse."""

from __future__ import annotations


class NotificationError(Exception):
    """Any refusal of this app."""


class NotFailed(NotificationError):
    """The message was not given up, so there is nothing to send again."""


class NotPermitted(NotificationError):
    """The person may not do this."""
