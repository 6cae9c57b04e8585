"""When and where an event is: what is told when it is moved."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lublin2030.lib.dates import warsaw_day

if TYPE_CHECKING:
    from participation.models import Event


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """Time (aware) and place of an event as they were at a moment. A district is kept by its name."""

    starts_at: dt.datetime
    ends_at: dt.datetime | None = None
    all_day: bool = False
    address: str = ""
    district_name: str = ""
    is_online: bool = False

    @classmethod
    def of(cls, event: Event) -> Occasion:
        """The event's as it stands."""
        return cls(
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            all_day=event.all_day,
            address=event.address,
            district_name=event.district.name if event.district else "",
            is_online=event.is_online,
        )

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Occasion:
        moments = {name: kept[name] and dt.datetime.fromisoformat(kept[name]) for name in ("starts_at", "ends_at")}
        return cls(**{**kept, **moments})

    def as_json(self) -> dict[str, Any]:
        return {
            "starts_at": self.starts_at.astimezone(dt.UTC).isoformat(),
            "ends_at": self.ends_at.astimezone(dt.UTC).isoformat() if self.ends_at else None,
            "all_day": self.all_day,
            "address": self.address,
            "district_name": self.district_name,
            "is_online": self.is_online,
        }

    @property
    def fingerprint(self) -> str:
        """As a form carries it, to tell whether the event was changed meanwhile."""
        return "|".join(str(value) for value in self.as_json().values())

    @property
    def is_over_days(self) -> bool:
        """Whether it ends on another day than it begins."""
        return warsaw_day(self.ends_at or self.starts_at) != warsaw_day(self.starts_at)

    @property
    def time(self) -> tuple[dt.datetime, dt.datetime | None, bool]:
        return self.starts_at, self.ends_at, self.all_day

    @property
    def place(self) -> tuple[str, str, bool]:
        return self.address, self.district_name, self.is_online
