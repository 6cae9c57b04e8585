"""Pages by key: every row once, in order, whatever the size of a page."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lublin2030.lib.paging import page_by_key, read_key
from participation.models import District

pytestmark = pytest.mark.django_db


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.integers(0, 23), size=st.integers(1, 7))
def test_going_forward_and_back_shows_every_row_once(rows, size):
    District.objects.all().delete()
    District.objects.bulk_create(District(slug=f"d{n}", name=f"D{n}", latitude=0, longitude=0) for n in range(rows))
    everything = list(District.objects.order_by("pk"))
    pages = [page_by_key(District.objects.all(), key="pk", size=size)]
    while pages[-1].has_next:
        pages.append(page_by_key(District.objects.all(), key="pk", size=size, after=pages[-1].after))
    assert [row for page in pages for row in page.rows] == everything
    back = [pages[-1]]
    while back[-1].has_previous:
        back.append(page_by_key(District.objects.all(), key="pk", size=size, before=back[-1].before))
    assert [row for page in reversed(back) for row in page.rows] == everything


@pytest.mark.parametrize("text", [None, "", "abc", "-1", "1.5", "9" * 19, "١"])
def test_a_key_that_is_none_counts_as_none(text):
    assert read_key(text) is None
