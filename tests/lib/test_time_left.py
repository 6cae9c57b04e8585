"""The time to a report is red only when it runs out."""

from __future__ import annotations

import datetime as dt

import pytest
from django.template import Context, Template

from lublin2030.lib.dates import WARSAW

NOW = dt.datetime(2021, 12, 1, 12, tzinfo=WARSAW)


@pytest.mark.parametrize(
    ("days", "is_red"),
    [(50, False), (8, False), (7, True), (0, True), (-3, True)],
)
def test_the_days_left_are_red_in_the_last_week_and_after_the_term(days, is_red):
    due = NOW.date() + dt.timedelta(days=days)
    shown = Template('{% include "desk/_days_left.html" %}').render(Context({"due": due, "now": NOW}))
    assert ('class="urgent"' in shown) == is_red
