"""Personal data shown back so that its owner knows it and nobody else learns it."""

from __future__ import annotations

DOTS = "•••"


def mask_words(text: str) -> str:
    """The first letter of each word: “Jan Kowalski” becomes “J••• K•••”."""
    return " ".join(word[0] + DOTS for word in text.split())


def mask_email(address: str) -> str:
    """The first letter and the host: “jan@example.org” becomes “j•••@example.org”; an empty address stays empty."""
    name, at, host = address.partition("@")
    return f"{name[:1]}{DOTS}{at}{host}" if at else ""
