"""The map of the districts: what it counts, in which steps, for whom; and a district's own page."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from lublin2030.lib.dates import warsaw
from participation.district_map import MapFilters, draw_map, scale, step_of
from participation.measures import Narrowed, measures
from participation.models import District, Event
from stages.models import Process
from tests.factories import (
    AFTER,
    DistrictFactory,
    EventFactory,
    ProcessFactory,
    StageFactory,
    consultation_with_draft,
    passage_remark,
    submission,
)
from tests.factories_ledger import noted_event
from tests.factories_participation import VoiceFactory, public_voice

MEASURES = ["wydarzenia", "uczestnicy", "glosy", "uwagi"]


@pytest.fixture
def main(db: None) -> Process:
    return ProcessFactory(is_main=True)


@pytest.fixture
def rury(db: None) -> District:
    return DistrictFactory(slug="rury", name="Rury")


def counted(name: str, **narrowed: object) -> dict[int, int]:
    measure = next(one for one in measures() if one.name == name)
    return measure.per_district(Narrowed(**narrowed))  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 5000), max_size=30))
def test_the_steps_cover_every_value_without_gap_or_overlap_and_are_five_at_most(values: list[int]) -> None:
    steps = scale(values)
    assert len(steps) <= 5
    assert [value for value in values if (step_of(value, steps) == 0) != (value == 0)] == []
    if steps:
        assert (steps[0][0], steps[-1][1]) == (1, max(values))
        assert all(later[0] == earlier[1] + 1 for earlier, later in pairwise(steps))


# -- What is counted --------------------------------------------------------------------------------------------------


def test_every_app_has_added_its_measure() -> None:
    assert [measure.name for measure in measures()] == MEASURES


def test_events_are_counted_without_drafts_and_those_called_off(main: Process, rury: District) -> None:
    for state in Event.State:
        EventFactory(process=main, district=rury, state=state)
    EventFactory(process=main)
    assert counted("wydarzenia") == {rury.pk: 2}


def test_people_are_the_attendance_that_holds(main: Process, rury: District) -> None:
    noted_event(40, process=main, district=rury)
    noted_event(5, process=main, district=rury)
    hidden = noted_event(99, process=main, district=rury)
    Event.objects.filter(pk=hidden.pk).update(state=Event.State.DRAFT)
    assert counted("uczestnicy") == {rury.pk: 45}


def test_only_published_voices_are_counted(main: Process, rury: District) -> None:
    public_voice(process=main, district=rury)
    VoiceFactory(process=main, district=rury)
    assert counted("glosy") == {rury.pk: 1}


@pytest.mark.usefixtures("during")
@pytest.mark.parametrize(("shown", "found"), [("at_once", 2), ("after_closing", 0)])
def test_remarks_are_counted_where_the_public_sees_them(rury: District, shown: str, found: int) -> None:
    consultation = consultation_with_draft(remarks_shown=shown)
    remarks = [passage_remark(consultation, district=district) for district in (rury, rury, None)]
    submission(consultation, new_remarks=remarks)
    assert counted("uwagi").get(rury.pk, 0) == found
    assert counted("uwagi", first=dt.date(2021, 12, 1)).get(rury.pk, 0) == found


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.usefixtures("during")
def test_stage_and_days_narrow_every_measure(main: Process, rury: District, name: str) -> None:
    stage = StageFactory(process=main, number=6)
    noted_event(7, process=main, district=rury, stage=stage, starts_at=warsaw(2021, 12, 1, 0, 0))
    event = Event.objects.get()
    public_voice(process=main, district=rury, event=event, spoken_on=dt.date(2021, 12, 1))
    consultation = consultation_with_draft(process=main, stage=stage)
    submission(consultation, new_remarks=[passage_remark(consultation, district=rury)], now=warsaw(2021, 12, 1, 8))
    day, before, after = dt.date(2021, 12, 1), dt.date(2021, 11, 30), dt.date(2021, 12, 2)
    expected = {rury.pk: 7 if name == "uczestnicy" else 1}
    assert counted(name, stage=stage, first=day, last=day) == expected
    assert counted(name, last=before) == counted(name, first=after) == {}
    assert counted(name, stage=StageFactory(process=main, number=7)) == {}


# -- The page ---------------------------------------------------------------------------------------------------------


def test_every_district_is_a_link_with_its_name_and_number_and_stands_in_the_table(
    client: Client, main: Process, rury: District
) -> None:
    felin = DistrictFactory(slug="felin", name="Felin")
    for _place in range(3):
        EventFactory(process=main, district=rury)
    page = client.get("/wydarzenia/mapa/").content.decode()
    tiles = dict(re.findall(r'<a href="/dzielnice/([a-z]+)/"[^>]*><title>([^<]+)<', page))
    assert set(tiles) == {rury.slug, felin.slug}
    assert re.fullmatch(r"Rury: 3 \w+", tiles["rury"])
    assert page.count('class="level-3"') == 1
    table = page[page.index("<tbody>") :]
    assert table.index("Rury") < table.index("Felin")


def test_without_numbers_of_residents_no_rate_is_offered(client: Client, main: Process, rury: District) -> None:
    assert 'name="na"' not in client.get("/wydarzenia/mapa/?na=mieszkancy").content.decode()


def test_per_resident_divides_where_the_number_is_known_and_says_where_it_is_not(main: Process, rury: District) -> None:
    District.objects.filter(pk=rury.pk).update(
        population=20_000, population_on=dt.date(2021, 12, 31), population_source="BDL"
    )
    other = DistrictFactory(slug="felin", name="Felin")
    for district in (rury, rury, rury, other):
        EventFactory(process=main, district=district)
    drawn = {place.district: place for place in draw_map(MapFilters.read({"na": "mieszkancy"}), None).places}
    assert (drawn[rury].number, drawn[rury].level) == ("0,2", 2)
    assert (drawn[other].number, drawn[other].level) == ("–", None)


def test_the_day_before_and_after_one_another_find_nothing_and_say_so(
    client: Client, main: Process, rury: District
) -> None:
    EventFactory(process=main, district=rury)
    page = client.get("/wydarzenia/mapa/?od=2022-01-01&do=2021-01-01").content.decode()
    assert "notice bad" in page
    assert 'class="level-1"' not in page.split("map-legend")[0]


def test_queries_are_as_many_for_one_and_for_all_districts(client: Client, main: Process) -> None:
    def fill(count: int) -> int:
        for _place in range(count):
            EventFactory(process=main, district=DistrictFactory())
        with CaptureQueriesContext(connection) as queries:
            client.get("/wydarzenia/mapa/")
        return len(queries)

    assert fill(1) == fill(12)


class TestNonsense(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(
        st.dictionaries(
            st.sampled_from(["miara", "etap", "od", "do", "na", "x"]), st.text(max_size=20) | st.dates().map(str)
        )
    )
    def test_no_value_breaks_the_map(self, values: dict[str, str]) -> None:
        query = "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in values.items())
        assert self.client.get(f"/wydarzenia/mapa/?{query}").status_code == 200


# -- A district -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("during")
def test_a_districts_page_has_its_numbers_and_its_events_alone(client: Client, main: Process, rury: District) -> None:
    noted_event(40, process=main, district=rury, title="Punkt w parku")
    EventFactory(process=main, district=rury, title="Spotkanie jutro", starts_at=AFTER)
    EventFactory(process=main, district=DistrictFactory(), title="Gdzie indziej")
    EventFactory(process=main, district=rury, title="Szkic", state="draft")
    page = client.get("/dzielnice/rury/").content.decode()
    assert "Punkt w parku" in page
    assert "Spotkanie jutro" in page
    assert "Gdzie indziej" not in page
    assert "Szkic" not in page
    assert "40 osób" in page
    assert client.get("/dzielnice/nie-ma/").status_code == 404


@pytest.mark.usefixtures("during")
def test_a_districts_queries_do_not_grow_with_its_events(client: Client, main: Process, rury: District) -> None:
    def fill(count: int) -> int:
        for place in range(count):
            stage = StageFactory(process=main, number=main.stages.count() + 1)
            EventFactory(process=main, stage=stage, district=rury, starts_at=AFTER if place % 2 else warsaw(2021, 1, 1))
        with CaptureQueriesContext(connection) as queries:
            client.get("/dzielnice/rury/")
        return len(queries)

    assert fill(2) == fill(10)


@pytest.mark.parametrize(
    "fields",
    [{"population": 5}, {"population": 0, "population_on": dt.date(2021, 1, 1), "population_source": "x"}],
)
def test_a_number_of_residents_comes_with_its_day_and_its_source(rury: District, fields: dict[str, Any]) -> None:
    from django.core.exceptions import ValidationError
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        District.objects.filter(pk=rury.pk).update(**fields)
    with pytest.raises(ValidationError):
        District(**fields).clean()
