"""Files of borders for tests: a city of small squares in a row, and what can be wrong with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

WEST, SOUTH, SIDE = 22.5, 51.2, 0.01  # degrees


def square(place: int) -> list[list[float]]:
    """The ring of a square; neighbours share a side."""
    x = WEST + place * SIDE
    return [[x, SOUTH], [x + SIDE, SOUTH], [x + SIDE, SOUTH + SIDE], [x, SOUTH + SIDE], [x, SOUTH]]


def feature(name: str, coordinates: Any, kind: str = "Polygon", **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"nazwa": name, **properties},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def collection(features: Sequence[Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def city(names: Sequence[str]) -> bytes:
    """A square for each name."""
    return collection([feature(name, [square(place)]) for place, name in enumerate(names)])
