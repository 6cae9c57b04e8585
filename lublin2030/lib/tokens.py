"""Secrets that open a page without an account: made here, and recognised before the database is asked."""

from __future__ import annotations

import re
import secrets

TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def new_token() -> str:
    """A secret nobody can guess: 256 bits."""
    return secrets.token_urlsafe(32)


def is_token(text: str | None) -> bool:
    """Whether a text from outside can be such a secret at all; what cannot never reaches the database."""
    return text is not None and TOKEN.fullmatch(text) is not None
