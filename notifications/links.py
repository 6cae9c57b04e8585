"""Secrets and words in the addresses of following."""

from __future__ import annotations

import datetime as dt

from django.core import signing

from notifications.errors import LinkNotValid
from notifications.models import Frequency

LINK_WORKS = dt.timedelta(days=1)  # to the page of everything that an address follows
SALT = "notifications.everything"

WORD_OF = {Frequency.AT_ONCE: "od-razu", Frequency.DAILY: "codziennie", Frequency.WEEKLY: "co-tydzien"}
FREQUENCY_OF = {word: frequency for frequency, word in WORD_OF.items()}


def link_to_everything(reader_token: str) -> str:
    """The secret of the page of everything that an address follows. It works for a day."""
    return signing.TimestampSigner(salt=SALT, sep=".").sign(reader_token)


def reader_of(link: str) -> str:
    """The secret of the address of such a link. Raises LinkNotValid when the link is wrong or old."""
    try:
        return signing.TimestampSigner(salt=SALT, sep=".").unsign(link, max_age=LINK_WORKS)
    except signing.BadSignature as wrong:
        raise LinkNotValid from wrong
