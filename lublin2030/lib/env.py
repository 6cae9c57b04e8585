"""Read settings from the environment and fail loudly, naming what is missing or wrong."""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


def env_str(name: str, default: str | None = None) -> str:
    """The variable's text; ImproperlyConfigured when it is unset and there is no default."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return value


def env_bool(name: str, default: bool = False) -> bool:
    """A yes or a no; any other word is refused, so that a typing error never means “no”."""
    word = os.environ.get(name, "1" if default else "0").strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name}={word!r} is neither yes nor no.")


def env_int(name: str, default: int) -> int:
    """A whole number; ImproperlyConfigured when the text is none."""
    text = os.environ.get(name, str(default))
    try:
        return int(text)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={text!r} is not a whole number.") from None


def env_list(name: str, default: str = "") -> list[str]:
    """Words separated by commas, without blanks and without empty ones."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]
