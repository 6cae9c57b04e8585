"""Borders as paths of an SVG drawing: in whole units, each point told from the one before, so that they stay short."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from participation.borders.geometry import Point, Ring, Shape, all_rings, place_within

LONGER_SIDE = 4_000  # of the drawing, in its own units: some five metres each
MARGIN = 30


@dataclass(frozen=True)
class Drawing:
    """Slug → {"path", "x", "y"}, all as text, in a box of so many units."""

    outlines: dict[str, dict[str, str]]
    width: int
    height: int


def draw(shapes: Mapping[str, Shape]) -> Drawing:
    """The shapes in a box around them."""
    points = [point for ring in all_rings(shapes.values()) for point in ring]
    left, top = min(x for x, _y in points), min(y for _x, y in points)
    wide, high = max(x for x, _y in points) - left, max(y for _x, y in points) - top
    unit = max(wide, high, 1) / LONGER_SIDE

    def place(point: Point) -> Point:
        return MARGIN + round((point[0] - left) / unit), MARGIN + round((point[1] - top) / unit)

    outlines = {}
    for slug, shape in shapes.items():
        x, y = place(place_within(shape))
        path = "".join(_path([place(point) for point in ring]) for polygon in shape for ring in polygon)
        outlines[slug] = {"path": path, "x": str(x), "y": str(y)}
    return Drawing(outlines, round(wide / unit) + 2 * MARGIN, round(high / unit) + 2 * MARGIN)


def _path(ring: Ring) -> str:
    x, y = ring[0]
    steps = [f"M{x} {y}l"]
    numbers: list[str] = []
    for at_x, at_y in ring[1:]:
        if (at_x, at_y) != (x, y):
            numbers += [str(at_x - x), str(at_y - y)]
            x, y = at_x, at_y
    # A minus parts two numbers by itself.
    return "".join(steps) + " ".join(numbers).replace(" -", "-") + "z"
