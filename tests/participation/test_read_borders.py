"""A file of borders is read whatever wrote it, or refused with the reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation.borders import reading
from participation.borders.geometry import crosses_itself, projected
from participation.borders.reading import read_borders
from participation.errors import BordersUnusable
from participation.figure_refusals import words_of
from participation.models import District
from tests.participation.borders import SIDE, SOUTH, WEST, city, collection, feature, square

RURY = District(slug="rury", name="Rury")
CZECHOW = District(slug="czechow-poludniowy", name="Czechów Południowy")
BOTH = [RURY, CZECHOW]
NAMES = ["Rury", "Czechów Południowy"]


def read(data: bytes, named_by: str = "") -> reading.Read:
    return read_borders(data, named_by=named_by, districts=BOTH)


def refusal(data: bytes, named_by: str = "") -> BordersUnusable:
    with pytest.raises(BordersUnusable) as caught:
        read(data, named_by)
    assert words_of(caught.value)  # every reason has its words
    return caught.value


def with_ring(ring: Any, kind: str = "Polygon") -> bytes:
    """The city with this ring for its first district."""
    coordinates = [ring] if kind == "Polygon" else ring
    return collection([feature("Rury", coordinates, kind), feature("Czechów Południowy", [square(3)])])


@pytest.mark.parametrize(
    "names",
    [
        NAMES,
        ["RURY", "czechów południowy"],
        ["rury", "czechow-poludniowy"],
        ["Dzielnica Rury", "Dz. Czechów  Południowy"],
    ],
)
def test_districts_are_known_by_name_or_address_however_they_are_written(names: list[str]) -> None:
    found = read(city(names))
    assert set(found.shapes) == {"rury", "czechow-poludniowy"}
    assert (found.property, found.points) == ("nazwa", 8)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250"])
def test_the_encoding_is_found(encoding: str) -> None:
    assert set(read(city(NAMES).decode().encode(encoding)).shapes) == {"rury", "czechow-poludniowy"}


def test_the_property_is_the_one_that_was_named() -> None:
    features = [feature("x", [square(0)], dz="Rury"), feature("y", [square(1)], dz="Czechów Południowy")]
    assert read(collection(features)).property == "dz"
    assert refusal(collection(features), "nazwa").fault == "no_names"


def test_several_parts_of_a_district_are_one_shape() -> None:
    parts = [feature("Rury", [[square(0)], [square(2)]], "MultiPolygon"), feature("Czechów Południowy", [square(4)])]
    again = [*parts, feature("Rury", [square(6)])]
    assert len(read(collection(again)).shapes["rury"]) == 3


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"Rury;Felin", "not_json"),
        (b'{"type": NaN}', "not_json"),
        (b"[" * 200_000, "too_deep"),
        (b"{}", "not_a_collection"),
        (b"[]", "not_a_collection"),
        (json.dumps(feature("Rury", [square(0)])).encode(), "not_a_collection"),
        (b'{"type": "FeatureCollection", "features": {}}', "not_a_collection"),
        (b'{"type": "FeatureCollection", "features": [1]}', "not_a_collection"),
        (collection([]), "empty"),
        (collection([feature("Rury", [square(0)])] * 1001), "too_many_features"),
        (city(["Kraków", "Łódź"]), "no_names"),
        (city([*NAMES, "Świdnik"]), "unknown_names"),
        (city(["Rury"]), "missing"),
        (with_ring([]), "geometry"),
        (with_ring(None), "geometry"),
        (with_ring([[22.5, 51.2], [22.6, 51.2]]), "geometry"),
        (with_ring([[22.5, 51.2]] * 5), "geometry"),
        (with_ring([["a", "b"]] * 4), "geometry"),
        (with_ring([[True, False]] * 4), "geometry"),
        (with_ring([[1e999, 51.2]] * 4), "not_json"),
        (with_ring([], "LineString"), "geometry"),
        (with_ring([], "MultiPolygon"), "geometry"),
        (with_ring([[747_000.5, 382_000.5], [748_000, 382_000], [748_000, 383_000]]), "not_degrees"),
        (with_ring([[51.2, 22.5], [51.3, 22.5], [51.3, 22.6]]), "exchanged"),
        (with_ring([[19.9, 50.0], [20.0, 50.0], [20.0, 50.1]]), "outside"),
        (with_ring([[22.5, 51.2], [22.6, 51.3], [22.6, 51.2], [22.5, 51.3]]), "crossing"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_its_reason(data: bytes, fault: str) -> None:
    assert refusal(data).fault == fault


def test_missing_and_unknown_districts_are_named() -> None:
    assert refusal(city(["Rury"])).names == ("Czechów Południowy",)
    assert refusal(city([*NAMES, "Świdnik"])).names == ("Świdnik",)


def test_too_large_and_too_many_points_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_POINTS", 7)
    assert refusal(city(NAMES)).fault == "too_many_points"
    monkeypatch.setattr(reading, "MOST_BYTES", 100)
    assert refusal(city(NAMES)).fault == "too_large"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["type", "features", "geometry", "coordinates", "properties", "nazwa"]), inner, max_size=4
    ), max_leaves=20,
).map(lambda value: collection([value, value])))  # fmt: skip
def test_whatever_the_bytes_are_the_reason_is_told(data: bytes) -> None:
    refusal(data)


@pytest.mark.parametrize(
    ("ring", "crosses"),
    [
        ([(0, 0), (10, 0), (10, 10), (0, 10)], False),
        ([(0, 0), (10, 10), (10, 0), (0, 10)], True),
        ([(0, 0), (10, 0), (10, 10), (10, 0), (5, -5)], True),  # there and back on one line
        ([(0, 0), (10, 0), (3, 0), (3, 5)], True),
        ([(0, 0), (10, 0), (10, 10), (5, 0), (0, 10)], False),  # it touches itself, and does not cross
    ],
)
def test_a_ring_that_crosses_itself_is_told_from_one_that_touches(ring: list[Any], crosses: bool) -> None:
    assert crosses_itself([ring]) == crosses


def test_a_degree_has_its_length() -> None:
    x, y = projected(WEST + SIDE, SOUTH)
    left, _y = projected(WEST, SOUTH)
    _x, top = projected(WEST, SOUTH + SIDE)
    assert x - left == pytest.approx(6_963, rel=0.01)  # decimetres: 0.01° of longitude is 696 m here
    assert y - top == pytest.approx(11_120, rel=0.01)
