"""What a filter offers to choose from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """One value of a filter as its form shows it."""

    value: str
    label: str
    selected: bool
