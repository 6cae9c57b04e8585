"""Borders read from a GeoJSON file (RFC 7946) of whatever making: checked, matched to the districts, projected."""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lublin2030.lib.polish import fold
from participation.borders.geometry import Polygon, Ring, Shape, TooTangled, crosses_itself, projected
from participation.errors import BordersUnusable
from participation.models import District

MOST_BYTES = 20_000_000
MOST_FEATURES = 1_000
MOST_POINTS = 200_000
MOST_NAMED = 10  # features that an error names
# Lublin with its surroundings, in degrees: west, south, east, north.
REGION = (22.2, 50.9, 23.0, 51.5)
_NO_PART_OF_A_NAME = frozenset({"dzielnica", "dz", "lublin"})


@dataclass(frozen=True)
class Read:
    """The shapes by the districts' slugs, the property that named them, and how many points there were."""

    shapes: dict[str, Shape]
    property: str
    points: int


def read_borders(data: bytes, *, named_by: str, districts: Sequence[District]) -> Read:
    """The borders of all the districts. ``named_by``: the property with the names, empty to look for it.

    Raises BordersUnusable, and nothing else whatever the bytes are.
    """
    features = _features(_parsed(data))
    by_name = {_bare(name): one.slug for one in districts for name in (one.name, one.slug)}
    named_by = named_by or _best_property(features, by_name)
    found: dict[str, Shape] = {}
    unknown: list[str] = []
    points = 0
    for place, feature in enumerate(features, start=1):
        name = _property(feature, named_by)
        slug = by_name.get(_bare(name))
        if slug is None:
            unknown.append(name or f"#{place}")
            continue
        shape = _shape(feature.get("geometry"), name)
        points += sum(len(ring) for polygon in shape for ring in polygon)
        if points > MOST_POINTS:
            raise BordersUnusable("too_many_points")
        found.setdefault(slug, []).extend(shape)
    if unknown:
        raise BordersUnusable("unknown_names" if found else "no_names", _named(unknown))
    missing = [one.name for one in districts if one.slug not in found]
    if missing:
        raise BordersUnusable("missing", tuple(missing))
    _refuse_crossing(found, {one.slug: one.name for one in districts})
    return Read(found, named_by, points)


def _parsed(data: bytes) -> Any:
    if not data.strip():
        raise BordersUnusable("empty")
    if len(data) > MOST_BYTES:
        raise BordersUnusable("too_large")
    try:
        return json.loads(_decoded(data), parse_constant=_refuse_constant)
    except RecursionError as error:
        raise BordersUnusable("too_deep") from error
    except ValueError as error:
        raise BordersUnusable("not_json") from error


def _decoded(data: bytes) -> str:
    """The file's text: UTF-8 or UTF-16 with their marks, UTF-8 without, else what Polish Windows wrote."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1250", errors="replace")


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _features(document: Any) -> list[dict[str, Any]]:
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise BordersUnusable("not_a_collection")
    features = document.get("features")
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise BordersUnusable("not_a_collection")
    if not features:
        raise BordersUnusable("empty")
    if len(features) > MOST_FEATURES:
        raise BordersUnusable("too_many_features")
    return features


def _property(feature: dict[str, Any], name: str) -> str:
    properties = feature.get("properties")
    value = properties.get(name) if isinstance(properties, dict) else None
    if not isinstance(value, str):
        return ""
    # Half a character (JSON can hold one) could not be shown.
    return " ".join(value.encode("utf-8", "replace").decode().split())[:80]


def _best_property(features: Sequence[dict[str, Any]], by_name: dict[str, str]) -> str:
    """The property of which the most values are names of districts, each district once."""
    matched: Counter[str] = Counter()
    for feature in features:
        properties = feature.get("properties")
        names = properties if isinstance(properties, dict) else {}
        matched.update(key for key in names if _bare(_property(feature, key)) in by_name)
    if not matched:
        raise BordersUnusable("no_names")
    return matched.most_common(1)[0][0]


def _bare(name: str) -> str:
    words = re.findall(r"[a-z0-9]+", fold(name))
    return " ".join(word for word in words if word not in _NO_PART_OF_A_NAME)


def _shape(geometry: Any, name: str) -> Shape:
    kind, coordinates = (geometry.get("type"), geometry.get("coordinates")) if isinstance(geometry, dict) else ("", [])
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(kind if isinstance(kind, str) else "")
    if not isinstance(polygons, list) or not polygons:
        raise BordersUnusable("geometry", (name,))
    return [_polygon(polygon, name) for polygon in polygons]


def _polygon(rings: Any, name: str) -> Polygon:
    if not isinstance(rings, list) or not rings:
        raise BordersUnusable("geometry", (name,))
    return [_ring(ring, name) for ring in rings]


def _ring(positions: Any, name: str) -> Ring:
    """The ring without repeated points; what has fewer than three, or lies on one line, is none."""
    if not isinstance(positions, list):
        raise BordersUnusable("geometry", (name,))
    ring: Ring = []
    for longitude, latitude in _degrees(positions, name):
        point = projected(longitude, latitude)
        if not ring or ring[-1] != point:
            ring.append(point)
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    if len(set(ring)) < 3:
        raise BordersUnusable("geometry", (name,))
    return ring


def _degrees(positions: list[Any], name: str) -> Iterator[tuple[float, float]]:
    west, south, east, north = REGION
    for position in positions:
        if not isinstance(position, list) or len(position) < 2 or not all(map(_is_number, position[:2])):
            raise BordersUnusable("geometry", (name,))
        longitude, latitude = position[:2]
        if not (west <= longitude <= east and south <= latitude <= north):
            raise BordersUnusable(_elsewhere(longitude, latitude), (name,))
        yield float(longitude), float(latitude)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e9 < value < 1e9  # no NaN either


def _elsewhere(longitude: float, latitude: float) -> str:
    """What is wrong with a place that is not in the region: no degrees, the two exchanged, or another city."""
    west, south, east, north = REGION
    if abs(longitude) > 180 or abs(latitude) > 90:
        return "not_degrees"
    if west <= latitude <= east and south <= longitude <= north:
        return "exchanged"
    return "outside"


def _refuse_crossing(shapes: dict[str, Shape], names: dict[str, str]) -> None:
    try:
        crossed = [names[slug] for slug, shape in shapes.items() if any(map(crosses_itself, shape))]
    except TooTangled as error:
        raise BordersUnusable("tangled") from error
    if crossed:
        raise BordersUnusable("crossing", _named(crossed))


def _named(names: Sequence[str]) -> tuple[str, ...]:
    return (*names[:MOST_NAMED], *(["…"] if len(names) > MOST_NAMED else []))
