"""A series is planned at once: all its events or none, and once, however often the form is sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from accounts.roles import Role
from lublin2030.lib.dates import warsaw
from lublin2030.lib.tokens import new_token
from participation.errors import EndsBeforeStart, NotPermitted, SeriesEmpty
from participation.models import Event, EventSeries
from participation.services.series import Common, Meeting, plan_series
from stages.models import Process
from tests.factories import DURING, DistrictFactory, ProcessFactory, StageFactory, person

pytestmark = pytest.mark.django_db
ADDRESS = "/biurko/wydarzenia/seria/"


def plan(*meetings: Meeting, role: Role = Role.EDITOR, token: str | None = None, **common: Any) -> EventSeries:
    common = {"process": common.pop("process", None) or ProcessFactory(), **common}
    return plan_series(
        Common(**{"kind": Event.Kind.MOBILE_POINT, "title": "Punkt mobilny", **common}),
        meetings,
        form_token=token or new_token(),
        by=person(role),
        now=DURING,
    )


def at(day: int, place: str = "", **fields: Any) -> Meeting:
    return Meeting(starts_at=warsaw(2021, 12, day, 12, 0), address=place, **fields)


def test_thirteen_points_at_once() -> None:
    series = plan(*(at(day, f"Miejsce {day}") for day in range(2, 15)))
    assert series.events.count() == 13


def test_the_place_tells_them_apart() -> None:
    series = plan(at(2, "Plac Litewski"), at(3, district=DistrictFactory(name="Rury")), at(4))
    assert [event.title for event in series.events.all()] == [
        "Punkt mobilny – Plac Litewski",
        "Punkt mobilny – Rury",
        "Punkt mobilny",
    ]


def test_addresses_are_unique_and_readable() -> None:
    plan(at(2, "Łęczyńska"))
    plan(at(2, "Łęczyńska"), at(2, "Łęczyńska"))
    assert list(Event.objects.order_by("pk").values_list("slug", flat=True)) == [
        "punkt-mobilny-leczynska-02-12-2021",
        "punkt-mobilny-leczynska-02-12-2021-2",
        "punkt-mobilny-leczynska-02-12-2021-3",
    ]


def test_the_same_form_again_makes_nothing() -> None:
    process, token = ProcessFactory(), new_token()
    assert plan(at(2), process=process, token=token) == plan(at(2), process=process, token=token)
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("is_public", "day", "state"),
    [(False, 2, "draft"), (True, 2, "planned"), (False, 1, "draft"), (True, -1, "held")],
)
def test_what_is_announced_and_over_was_held(is_public: bool, day: int, state: str) -> None:
    meeting = Meeting(starts_at=DURING + dt.timedelta(days=day))
    assert plan(meeting, is_public=is_public).events.get().state == state


def test_a_long_place_still_fits() -> None:
    assert len(plan(at(2, "x" * 200), title="Punkt " * 19).events.get().title) == 200


def test_a_series_of_nothing_is_refused() -> None:
    with pytest.raises(SeriesEmpty):
        plan()


def test_one_that_ends_before_it_starts_refuses_all() -> None:
    with pytest.raises(EndsBeforeStart):
        plan(at(2), at(3, ends_at=warsaw(2021, 12, 3, 11, 0)))
    assert not EventSeries.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.EDITOR, Role.COORDINATOR}])
def test_other_roles_plan_nothing(role: Role) -> None:
    with pytest.raises(NotPermitted):
        plan(at(2), role=role)


class TestPage:
    @pytest.fixture
    def main(self) -> Process:
        return ProcessFactory(is_main=True)

    def typed(self, main: Process, *rows: dict[str, Any], **fields: Any) -> dict[str, Any]:
        data = {
            "form_token": new_token(), "title": "Punkt mobilny", "kind": "mobile_point", "process": main.pk,
            "languages": "pl", "e-TOTAL_FORMS": len(rows), "e-INITIAL_FORMS": len(rows), **fields,
        }  # fmt: skip
        for number, row in enumerate(rows):
            data |= {f"e-{number}-{name}": value for name, value in row.items()}
        return data

    def test_rows_become_events_and_empty_ones_do_not(self, client: Client, sign_in: Any, main: Process) -> None:
        sign_in(Role.EDITOR)
        row = {"day": "2021-12-02", "starts": "12:00", "ends": "16:00", "address": "Plac Litewski"}
        client.post(ADDRESS, self.typed(main, row, {}, {"day": "2021-12-03"}))
        found = list(Event.objects.order_by("starts_at").values_list("starts_at", "ends_at", "all_day"))
        assert found == [
            (warsaw(2021, 12, 2, 12), warsaw(2021, 12, 2, 16), False),
            (warsaw(2021, 12, 3), None, True),
        ]

    @pytest.mark.parametrize(
        ("row", "field"),
        [
            ({"address": "Plac Litewski"}, "day"),
            ({"day": "2022-03-27", "starts": "02:30"}, "starts"),  # the clocks go forward
            ({"day": "2022-10-30", "starts": "02:30"}, "starts"),  # this hour comes twice
            ({"day": "2021-12-02", "starts": "12:00", "ends": "11:00"}, "ends"),
            ({"day": "2021-12-02", "ends": "11:00"}, "starts"),
            ({"day": "jutro"}, "day"),
        ],
    )
    def test_a_row_that_is_wrong_says_so_and_nothing_is_made(
        self, client: Client, sign_in: Any, main: Process, row: dict[str, str], field: str
    ) -> None:
        sign_in(Role.EDITOR)
        page = client.post(ADDRESS, self.typed(main, {"day": "2021-12-02"}, row))
        assert list(page.context["rows"].forms[1].errors) == [field]
        assert not Event.objects.exists()

    def test_more_rows_keep_what_was_typed(self, client: Client, sign_in: Any, main: Process) -> None:
        sign_in(Role.EDITOR)
        page = client.post(ADDRESS, self.typed(main, {"address": "Plac Litewski"}, title="", wiecej="1"))
        assert page.context["rows"].total_form_count() == 11
        assert 'value="Plac Litewski"' in page.content.decode()
        assert not page.context["has_errors"]

    def test_a_stage_of_another_process_is_refused(self, client: Client, sign_in: Any, main: Process) -> None:
        sign_in(Role.EDITOR)
        data = self.typed(main, {"day": "2021-12-02"}, stage=StageFactory().pk)
        assert list(client.post(ADDRESS, data).context["form"].errors) == ["stage"]

    def test_a_forged_number_of_rows_is_no_error_of_ours(self, client: Client, sign_in: Any, main: Process) -> None:
        sign_in(Role.EDITOR)
        for forged in ("1000000", "-1", "x", ""):
            assert client.post(ADDRESS, self.typed(main) | {"e-TOTAL_FORMS": forged}).status_code == 200

    @pytest.mark.parametrize(("role", "status"), [(Role.EDITOR, 200), (Role.COORDINATOR, 200), (Role.EXPERT, 403)])
    def test_who_may_open_it(self, client: Client, sign_in: Any, main: Process, role: Role, status: int) -> None:
        sign_in(role)
        assert client.get(ADDRESS).status_code == status
