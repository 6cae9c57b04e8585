"""Against machines: how often one internet address may begin an answer, or try a code. No address is kept."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone

from lublin2030.lib.limits import HOUR, count_in, forget_windows
from participation.errors import SurveyAskedTooOften
from participation.models import Survey, SurveyRateCount


def count_beginning(survey: Survey, *, address: str | None, now: dt.datetime | None = None) -> None:
    """Count an answer begun. Raises SurveyAskedTooOften beyond ``RATE_SURVEYS_PER_HOUR``."""
    _count("begin", survey, address, settings.RATE_SURVEYS_PER_HOUR, now)


def count_wrong_code(survey: Survey, *, address: str | None, now: dt.datetime | None = None) -> None:
    """Count a code that there is not. Raises SurveyAskedTooOften beyond ``RATE_SURVEY_CODES_PER_HOUR``."""
    _count("code", survey, address, settings.RATE_SURVEY_CODES_PER_HOUR, now)


def _count(what: str, survey: Survey, address: str | None, most: int, now: dt.datetime | None) -> None:
    count_in(
        SurveyRateCount, "survey", what, survey.pk, address=address, most=most, window=HOUR,
        refusal=SurveyAskedTooOften, now=now,
    )  # fmt: skip


def forget_old_counts(*, now: dt.datetime | None = None) -> int:
    """Delete the counters of windows that are over; how many there were."""
    return forget_windows(SurveyRateCount, now=now or timezone.now())
