"""Quarters of years: the measure in which a strategy's stages are planned (domain.md §5)."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.roman import to_roman

CODE = re.compile(r"(\d{4})-([1-4])")


@dataclass(frozen=True, order=True)
class Quarter:
    """One quarter of one year. Quarters order by time; ``str()`` gives the code ``2018-4``."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 4:
            raise ValueError(f"A year has four quarters, not a {self.number}th.")

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number}"

    @classmethod
    def parse(cls, code: str) -> Quarter:
        """The quarter of a code like ``2018-4``; ValueError for anything else."""
        match = CODE.fullmatch(code)
        if match is None:
            raise ValueError(f"{code!r} is not a quarter like 2018-4.")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: dt.date) -> Quarter:
        """The quarter in which the day lies."""
        return cls(day.year, (day.month + 2) // 3)

    @property
    def roman(self) -> str:
        return to_roman(self.number)

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.number * 3 - 2, 1)

    @property
    def last_day(self) -> dt.date:
        return self.next().first_day - dt.timedelta(days=1)

    def next(self) -> Quarter:
        """The quarter after this one."""
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)


class QuarterField(models.CharField[Any, Any]):
    """A quarter stored as its code, ``2018-4``: text order is time order, so the database can compare."""

    # What django-stubs reads: the field takes a quarter or its code and gives a quarter.
    _pyi_private_set_type: Quarter | str  # type: ignore[assignment]
    _pyi_private_get_type: Quarter  # type: ignore[assignment]

    description = _("Quarter of a year")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 6
        kwargs.setdefault("help_text", _("Year and quarter, for example 2018-4."))
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def from_db_value(self, value: str | None, *_unused: object) -> Quarter | None:
        return Quarter.parse(value) if value else None

    def to_python(self, value: object) -> Quarter | None:
        if value is None or isinstance(value, Quarter):
            return value
        if value == "":
            return None
        try:
            return Quarter.parse(str(value))
        except ValueError:
            raise ValidationError(_("Write a year and a quarter, for example 2018-4.")) from None

    def run_validators(self, value: object) -> None:
        # A text's validators (of its length) understand the code, not the quarter.
        super().run_validators(str(value) if isinstance(value, Quarter) else value)

    def get_prep_value(self, value: object) -> str | None:
        quarter = self.to_python(value)
        return None if quarter is None else str(quarter)

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)
