"""Who sits in the working groups."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains

from participation.models import Seats
from stages.models import Process
from tests.factories import ProcessFactory, WorkingGroupFactory

pytestmark = pytest.mark.django_db
SEATS = {"leader": 1, "city_staff": 3, "residents": 3, "third_sector": 1, "business": 1, "university": 1}


def fill(process: Process, groups: int) -> None:
    for _place in range(groups):
        group = WorkingGroupFactory(process=process)
        for kind, count in SEATS.items():
            Seats.objects.create(group=group, kind=kind, count=count)


def test_twelve_groups_of_ten_are_a_hundred_and_twenty_people(client: Client) -> None:
    main = ProcessFactory(is_main=True)
    fill(main, 12)
    WorkingGroupFactory(process=ProcessFactory(), name="Grupa innego procesu")
    answer = client.get("/grupy-robocze/")
    foot = re.search(r"<tfoot>(.*?)</tfoot>", answer.content.decode(), re.S)
    assert foot is not None
    assert re.findall(r"<td[^>]*>(\d+)</td>", foot[1]) == ["12", "36", "36", "12", "12", "12", "120"]
    assertContains(answer, "<dd>120</dd>", html=True)
    assertNotContains(answer, "Grupa innego procesu")


def test_a_group_without_a_kind_of_seat_shows_none_of_it(client: Client) -> None:
    main = ProcessFactory(is_main=True)
    fill(main, 1)
    Seats.objects.create(group=WorkingGroupFactory(process=main, name="Zespół bez lidera"), kind="residents", count=4)
    row = re.search(r'<th scope="row">Zespół bez lidera</th>(.*?)</tr>', client.get("/grupy-robocze/").content.decode())
    assert row is not None
    assert re.findall(r"<td[^>]*>(\d+)</td>", row[1]) == ["0", "0", "4", "0", "0", "0", "4"]


def test_queries_do_not_grow_with_the_groups(client: Client) -> None:
    main = ProcessFactory(is_main=True)
    fill(main, 1)
    with CaptureQueriesContext(connection) as few:
        client.get("/grupy-robocze/")
    fill(main, 6)
    with CaptureQueriesContext(connection) as many:
        client.get("/grupy-robocze/")
    assert len(many) == len(few)
