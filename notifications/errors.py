"""What notifications refuse."""

from __future__ import annotations


class NotificationError(Exception):
    """Any refusal of this app."""


class NotInTrouble(NotificationError):
    """The message was sent, is being sent, or was never tried, so there is nothing to send again."""


class NotPermitted(NotificationError):
    """The person may not do this."""


class OutOfDate(NotificationError):
    """What the message tells is no longer so; it must not be sent."""


class LinkNotValid(NotificationError):
    """The secret of the link belongs to nobody: it is wrong, used up or too old."""


class FollowedIsOver(NotificationError):
    """It ended so long ago that there is nothing left to follow."""
