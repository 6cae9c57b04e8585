"""Shapes in whole decimetres, and whether their lines cross.

A ring is a closed line without its first point at the end; a polygon is its outer ring and its holes; a shape is
several polygons. x grows to the east, y to the south, as in a drawing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

Point = tuple[int, int]
Ring = list[Point]
Polygon = list[Ring]
Shape = list[Polygon]
Segment = tuple[Point, Point]

# An equirectangular map around the city: good to a few metres over its twenty kilometres.
ORIGIN = (22.56, 51.23)  # longitude, latitude
DECIMETRES_A_DEGREE = 1_111_950.0
_ALONG = DECIMETRES_A_DEGREE * math.cos(math.radians(ORIGIN[1]))

MOST_LOOKS = 6_000_000  # pairs of segments that are compared before a drawing counts as too tangled


class TooTangled(Exception):
    """So many lines lie so close together that looking for crossings would take too long."""


def projected(longitude: float, latitude: float) -> Point:
    """A place in degrees (WGS 84) on the drawing."""
    return round((longitude - ORIGIN[0]) * _ALONG), round((ORIGIN[1] - latitude) * DECIMETRES_A_DEGREE)


def segments_of(ring: Sequence[Point]) -> Iterator[Segment]:
    """The ring's segments, the last of them back to its beginning."""
    return zip(ring, [*ring[1:], ring[0]], strict=True)


def side(a: Point, b: Point, c: Point) -> int:
    """Positive when c lies to one side of the line from a to b, negative on the other, 0 on it."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def area(ring: Sequence[Point]) -> float:
    """The area within the ring, in square decimetres."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in segments_of(ring))) / 2


def do_cross(first: Segment, second: Segment) -> bool:
    """Whether two segments cross or lie on each other. Those that only touch do not."""
    (a, b), (c, d) = first, second
    shared = {a, b} & {c, d}
    if len(shared) == 2:
        return True
    if shared:
        corner = next(iter(shared))
        one, other = b if a == corner else a, d if c == corner else c
        # A line that turns back upon itself.
        towards = (one[0] - corner[0]) * (other[0] - corner[0]) + (one[1] - corner[1]) * (other[1] - corner[1])
        return side(corner, one, other) == 0 and towards > 0
    c_side, d_side, a_side, b_side = side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)
    if c_side == d_side == 0:
        along = 0 if abs(b[0] - a[0]) >= abs(b[1] - a[1]) else 1
        low, high = sorted((a[along], b[along]))
        low_too, high_too = sorted((c[along], d[along]))
        return max(low, low_too) < min(high, high_too)
    return (c_side > 0) != (d_side > 0) and (a_side > 0) != (b_side > 0) and 0 not in (c_side, d_side, a_side, b_side)


def crossings(segments: Sequence[Segment]) -> Iterator[tuple[int, int]]:
    """The places of each two segments that cross. Raises TooTangled.

    They are put into the cells of a grid about as wide as a segment is long; only those of one cell are compared.
    """
    if not segments:
        return
    lengths = sum(max(abs(a[0] - b[0]), abs(a[1] - b[1])) for a, b in segments)
    cell = max(2 * lengths // len(segments), 1)
    cells: dict[tuple[int, int], list[int]] = {}
    looks = 0
    for place, segment in enumerate(segments):
        for key in _cells(segment, cell):
            cells.setdefault(key, []).append(place)
            looks += 1
            if looks > MOST_LOOKS:
                raise TooTangled
    told: set[tuple[int, int]] = set()
    for places in cells.values():
        for at, first in enumerate(places):
            looks += len(places) - at - 1
            if looks > MOST_LOOKS:
                raise TooTangled
            for second in places[at + 1 :]:
                if do_cross(segments[first], segments[second]) and (first, second) not in told:
                    told.add((first, second))
                    yield first, second


def _cells(segment: Segment, cell: int) -> Iterator[tuple[int, int]]:
    """The cells that a segment passes, column by column; a little too many is no harm."""
    (ax, ay), (bx, by) = sorted(segment)
    for column in range(ax // cell, bx // cell + 1):
        if ax == bx:
            top, bottom = sorted((ay, by))
        else:
            left, right = max(ax, column * cell), min(bx, (column + 1) * cell)
            ends = [ay + (by - ay) * (x - ax) / (bx - ax) for x in (left, right)]
            top, bottom = math.floor(min(ends)), math.ceil(max(ends))
        for row in range(top // cell, bottom // cell + 1):
            yield column, row


def crosses_itself(polygon: Polygon) -> bool:
    """Whether any two lines of the polygon's rings cross. Raises TooTangled."""
    return next(crossings([one for ring in polygon for one in segments_of(ring)]), None) is not None


def place_within(shape: Shape) -> Point:
    """A point well within the shape: in the middle of its widest stretch from west to east."""
    polygon = max(shape, key=lambda one: area(one[0]))
    top, bottom = min(y for _x, y in polygon[0]), max(y for _x, y in polygon[0])
    best: tuple[float, Point] = (-1.0, polygon[0][0])
    for part in range(1, 16):
        y = top + (bottom - top) * part / 16 + 0.25  # never through a corner
        crossed = sorted(_crossed_at(polygon, y))
        for left, right in zip(crossed[::2], crossed[1::2], strict=False):
            # A stretch far from the middle loses to one as wide near it.
            weight = (right - left) * (1 - abs(part - 8) / 20)
            best = max(best, (weight, (round((left + right) / 2), round(y))))
    return best[1]


def _crossed_at(polygon: Polygon, y: float) -> Iterator[float]:
    for ring in polygon:
        for a, b in segments_of(ring):
            if (a[1] < y) != (b[1] < y):
                yield a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1])


def all_rings(shapes: Iterable[Shape]) -> Iterator[Ring]:
    """The rings of all the shapes."""
    return (ring for shape in shapes for polygon in shape for ring in polygon)
