"""A day and an hour typed into two boxes, by Warsaw's clock, also on the days when the clocks are changed.

Of an hour that does not exist, and of one that comes twice, nobody can say when it is: both are refused in words.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.dates import WARSAW


class HourLeftOut(ValueError):
    """In the night in which clocks go forward, this hour does not exist."""


class HourTwice(ValueError):
    """In the night in which clocks go back, this hour comes twice."""


def warsaw_moment(day: dt.date, hour: dt.time) -> dt.datetime:
    """The aware moment of a day and an hour by Warsaw's clock. Raises HourLeftOut, HourTwice."""
    first = dt.datetime.combine(day, hour.replace(fold=0), WARSAW)
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    back = first.astimezone(dt.UTC).astimezone(WARSAW)
    raise HourTwice if back.replace(tzinfo=None) == first.replace(tzinfo=None) else HourLeftOut


class WarsawDateTimeField(forms.SplitDateTimeField):
    """A day and an hour in two boxes, as one aware moment."""

    default_error_messages = {
        **forms.SplitDateTimeField.default_error_messages,
        "left_out": _(
            "This hour does not exist: that night clocks go forward from 2:00 to 3:00. Write an hour before 2:00 or "
            "from 3:00 on."
        ),
        "twice": _(
            "This hour comes twice: that night clocks go back from 3:00 to 2:00. Write an hour before 2:00 or "
            "from 3:00 on."
        ),
    }

    def compress(self, data_list: Any) -> dt.datetime | None:
        if not data_list:
            return None
        day, hour = data_list
        if day in self.empty_values:
            raise ValidationError(self.error_messages["invalid_date"], code="invalid_date")
        if hour in self.empty_values:
            raise ValidationError(self.error_messages["invalid_time"], code="invalid_time")
        try:
            return warsaw_moment(day, hour)
        except HourLeftOut as error:
            raise ValidationError(self.error_messages["left_out"], code="left_out") from error
        except HourTwice as error:
            raise ValidationError(self.error_messages["twice"], code="twice") from error
