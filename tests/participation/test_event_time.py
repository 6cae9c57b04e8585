"""Whether an event is over: one rule, told by the event and asked of the database."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from lublin2030.lib.dates import WARSAW, start_of_day, warsaw
from participation.models import Event
from stages.models import Process

# Around the two days of 2021 on which Warsaw's clocks turn, so that a day is not always 24 hours.
MOMENTS = st.builds(
    lambda turn, minutes: turn + dt.timedelta(minutes=minutes),
    st.sampled_from([dt.datetime(2021, 3, 28, tzinfo=dt.UTC), dt.datetime(2021, 10, 31, tzinfo=dt.UTC)]),
    st.integers(-3 * 1440, 3 * 1440),
)


class TestOver(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(
        start=MOMENTS,
        hours=st.none() | st.integers(0, 60),
        all_day=st.booleans(),
        now=MOMENTS,
        in_warsaw=st.booleans(),
    )
    @example(start=warsaw(2021, 10, 31), hours=None, all_day=True, now=warsaw(2021, 10, 31, 23, 30), in_warsaw=True)
    @example(start=warsaw(2021, 3, 28), hours=None, all_day=True, now=warsaw(2021, 3, 29), in_warsaw=True)
    def test_the_event_and_the_database_agree(
        self, start: dt.datetime, hours: int | None, all_day: bool, now: dt.datetime, in_warsaw: bool
    ) -> None:
        start = start_of_day(start) if all_day else start
        now = now.astimezone(WARSAW) if in_warsaw else now
        process = Process.objects.create(slug="p", name="P", first_quarter="2021-1", last_quarter="2021-4")
        event = Event.objects.create(
            process=process,
            slug="e",
            kind="debate",
            state="planned",
            title="E",
            starts_at=start,
            ends_at=None if hours is None else start.astimezone(dt.UTC) + dt.timedelta(hours=hours),
            all_day=all_day,
        )
        over = Event.objects.past(now).exists()
        assert over is not Event.objects.coming(now).exists()
        assert event.is_past(now) is over
        event.refresh_from_db()
        assert event.is_past(now) is over


@pytest.mark.parametrize(
    ("fields", "last_moment"),
    [
        ({"starts_at": warsaw(2021, 12, 1, 17)}, warsaw(2021, 12, 1, 17)),
        ({"starts_at": warsaw(2021, 12, 1, 17), "ends_at": warsaw(2021, 12, 1, 20)}, warsaw(2021, 12, 1, 20)),
        ({"starts_at": warsaw(2021, 12, 1), "all_day": True}, warsaw(2021, 12, 1, 23, 59)),
        ({"starts_at": warsaw(2021, 10, 31), "all_day": True}, warsaw(2021, 10, 31, 23, 59)),
        (
            {"starts_at": warsaw(2021, 12, 1), "ends_at": warsaw(2021, 12, 3), "all_day": True},
            warsaw(2021, 12, 3, 23, 59),
        ),
    ],
)
def test_an_event_is_over_after_its_last_moment(fields: dict[str, object], last_moment: dt.datetime) -> None:
    event = Event(**fields)
    assert not event.is_past(last_moment)
    assert event.is_past(last_moment + dt.timedelta(minutes=1))
