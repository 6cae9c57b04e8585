"""Borders are brought in at the desk, looked at, published, and taken away again."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from participation.errors import NotPermitted
from participation.models import BorderSet
from participation.services.borders import back_to_tiles, bring_in_borders, publish_borders
from tests.factories import AFTER, DURING, DistrictFactory, ProcessFactory, person
from tests.participation.borders import city

pytestmark = pytest.mark.django_db
NAMES = ["Rury", "Felin"]
DRAWERS = {Role.EDITOR, Role.ADMINISTRATOR}


@pytest.fixture(autouse=True)
def _city() -> None:
    ProcessFactory(is_main=True)
    for name in NAMES:
        DistrictFactory(slug=name.lower(), name=name)


def brought_in(by: User | None = None, source: str = "Geoportal, 2026") -> BorderSet:
    return bring_in_borders(city(NAMES), source=source, by=by or person(Role.EDITOR), now=DURING)


def upload(client: Client, data: bytes, **fields: str):
    file = SimpleUploadedFile("dzielnice.geojson", data)
    return client.post("/biurko/mapa/", {"file": file, "source": "Geoportal", "named_by": "", **fields})


def map_page(client: Client) -> str:
    return client.get("/wydarzenia/mapa/").content.decode()


def test_what_was_brought_in_is_a_preview_until_it_is_published(client: Client) -> None:
    borders = brought_in()
    assert "<path" not in map_page(client)
    publish_borders(borders, by=person(Role.EDITOR), now=AFTER)
    assert map_page(client).count("<path") == 2
    assert "Geoportal, 2026" in map_page(client)


def test_publishing_others_retires_those_that_were_public(client: Client) -> None:
    first, second = brought_in(), brought_in(source="Inne")
    for borders in (first, second):
        publish_borders(borders, by=person(Role.EDITOR), now=AFTER)
    first.refresh_from_db()
    assert (first.state, first.retired_at, second.state) == ("retired", AFTER, "public")


def test_publishing_twice_changes_nothing_and_retired_ones_can_come_back() -> None:
    borders, by = brought_in(), person(Role.EDITOR)
    publish_borders(borders, by=by, now=DURING)
    publish_borders(borders, by=by, now=AFTER)
    assert borders.published_at == DURING
    assert back_to_tiles(by=by, now=AFTER)
    assert not back_to_tiles(by=by, now=AFTER)
    publish_borders(borders, by=by, now=AFTER)
    assert (borders.state, borders.retired_at) == ("public", None)


@pytest.mark.parametrize("role", Role)
def test_only_some_roles_draw_the_map(role: Role) -> None:
    borders = brought_in()
    verbs = [
        lambda by: brought_in(by),
        lambda by: publish_borders(borders, by=by),
        lambda by: back_to_tiles(by=by),
    ]
    for verb in verbs:
        if role in DRAWERS:
            verb(person(role))
        else:
            with pytest.raises(NotPermitted):
                verb(person(role))


@pytest.mark.parametrize("role", [None, *Role])
def test_the_pages_open_by_role(client: Client, sign_in, role: Role | None) -> None:
    borders = brought_in()
    if role:
        sign_in(role)
    expected = 302 if role is None else 200 if role in DRAWERS else 403
    assert {client.get(path).status_code for path in ("/biurko/mapa/", f"/biurko/mapa/{borders.pk}/")} == {expected}


def test_the_whole_way_at_the_desk(client: Client, sign_in) -> None:
    sign_in(Role.EDITOR)
    answer = upload(client, city(NAMES))
    borders = BorderSet.objects.get()
    assert answer["Location"] == f"/biurko/mapa/{borders.pk}/"
    assert client.get(answer["Location"]).content.decode().count("<path") == 2
    client.post(answer["Location"], {"action": "publish"})
    assert "<path" in map_page(client)
    client.post("/biurko/mapa/", {"action": "tiles"})
    assert "<path" not in map_page(client)
    assert f"/biurko/mapa/{borders.pk}/" in client.get("/biurko/mapa/").content.decode()


def test_a_file_that_cannot_be_used_is_refused_in_words_and_what_was_typed_stays(client: Client, sign_in) -> None:
    sign_in(Role.EDITOR)
    answer = upload(client, city(["Rury"]), source="Moje źródło")
    assert answer.status_code == 400
    assert "Felin" in answer.content.decode()
    assert "Moje źródło" in answer.content.decode()
    assert not BorderSet.objects.exists()


@pytest.mark.parametrize(("data", "fields"), [(b"", {}), (city(NAMES), {"source": ""})])
def test_a_form_without_file_or_source_marks_its_field(
    client: Client, sign_in, data: bytes, fields: dict[str, Any]
) -> None:
    sign_in(Role.EDITOR)
    answer = upload(client, data, **fields)
    assert answer.status_code == 200
    assert answer.context["form"].errors


def test_names_in_a_file_are_shown_as_text(client: Client, sign_in) -> None:
    sign_in(Role.EDITOR)
    page = upload(client, city([*NAMES, "<script>x</script>"])).content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>x" not in page


def test_the_map_stays_light_with_rough_borders(client: Client) -> None:
    import math

    from tests.participation.borders import collection, feature

    def rough(place: int) -> list[list[float]]:
        around = [k / 4000 * math.tau for k in range(4000)]
        return [
            [22.5 + place * 0.1 + (0.03 + 0.004 * math.sin(40 * a)) * math.cos(a), 51.2 + 0.03 * math.sin(a)]
            for a in around
        ]

    data = collection([feature(name, [rough(place)]) for place, name in enumerate(NAMES)])
    borders = bring_in_borders(data, source="x", by=person(Role.EDITOR))
    publish_borders(borders, by=person(Role.EDITOR))
    assert borders.points_read == 8000
    assert borders.points_kept <= 4000
    assert len(gzip.compress(map_page(client).encode())) < 60_000
