"""Fewer points: within the tolerance, nothing crosses, and what two districts share stays shared."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation.borders.drawing import LONGER_SIDE, MARGIN, draw
from participation.borders.geometry import Point, Ring, Shape, all_rings, crosses_itself, place_within, segments_of
from participation.borders.simplifying import TooManyPoints, count_points, simplify, simplify_to

WIDE = 1_000


@st.composite
def cities(draw_from: st.DrawFn) -> dict[str, Shape]:
    """A grid of districts whose shared borders are rough lines, drawn once and used by both."""
    columns, rows = draw_from(st.integers(1, 3)), draw_from(st.integers(1, 2))
    rough = st.integers(-300, 300)

    def border(start: Point, end: Point) -> list[Point]:
        steps = draw_from(st.integers(1, 8))
        along_x = start[1] == end[1]
        points = [start]
        for step in range(1, steps):
            x = start[0] + (end[0] - start[0]) * step // steps
            y = start[1] + (end[1] - start[1]) * step // steps
            shift = draw_from(rough) if steps > 1 else 0
            points.append((x, y + shift) if along_x else (x + shift, y))
        return [*points, end]

    level = {
        (c, r): border((c * WIDE, r * WIDE), ((c + 1) * WIDE, r * WIDE))
        for c in range(columns)
        for r in range(rows + 1)
    }
    upright = {
        (c, r): border((c * WIDE, r * WIDE), (c * WIDE, (r + 1) * WIDE))
        for c in range(columns + 1)
        for r in range(rows)
    }
    found: dict[str, Shape] = {}
    for c in range(columns):
        for r in range(rows):
            ring = [
                *level[c, r][:-1], *upright[c + 1, r][:-1], *level[c, r + 1][:0:-1], *upright[c, r][:0:-1],
            ]  # fmt: skip
            if not crosses_itself([ring]):
                found[f"{c}-{r}"] = [[ring]]
    return found


def distance(point: Point, ring: Ring) -> float:
    def to(a: Point, b: Point) -> float:
        length = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2
        share = ((point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1])) / length if length else 0
        share = min(max(share, 0), 1)
        return math.hypot(point[0] - a[0] - share * (b[0] - a[0]), point[1] - a[1] - share * (b[1] - a[1]))

    return min(to(a, b) for a, b in segments_of(ring))


def sides(shapes: dict[str, Shape]) -> dict[frozenset[Point], int]:
    """How many rings have each segment."""
    found: dict[frozenset[Point], int] = {}
    for ring in all_rings(shapes.values()):
        for segment in segments_of(ring):
            found[frozenset(segment)] = found.get(frozenset(segment), 0) + 1
    return found


@settings(max_examples=80, deadline=None)
@given(cities(), st.sampled_from([0, 20, 150, 600]))
def test_every_shape_stays_sound_and_within_the_tolerance(city: dict[str, Shape], tolerance: int) -> None:
    simple = simplify(city, tolerance)
    assert set(simple) == set(city)
    for slug, [polygon] in simple.items():
        assert len(set(polygon[0])) == len(polygon[0]) >= 3
        assert not crosses_itself(polygon)
        [[before]] = city[slug]
        assert set(polygon[0]) <= set(before)
        assert all(distance(point, polygon[0]) <= tolerance + 1e-6 for point in before)


@settings(max_examples=60, deadline=None)
@given(cities())
def test_what_was_shared_stays_shared_and_nothing_becomes_finer(city: dict[str, Shape]) -> None:
    simple = simplify(city, 150)
    assert count_points(simple) <= count_points(city)
    outer = {point for segment, rings in sides(city).items() if rings == 1 for point in segment}
    for segment, rings in sides(simple).items():
        # A side of one district alone runs along the city's edge: both its ends were there before.
        assert rings == 2 or segment <= outer


def test_an_island_in_a_district_fills_its_hole_afterwards_too() -> None:
    around = [(0, 0), (1000, 0), (1000, 1000), (0, 1000)]
    hole = [(300, 300), (500, 290), (700, 300), (710, 500), (700, 700), (300, 700)]
    simple = simplify({"around": [[around, hole]], "island": [[hole[::-1]]]}, 50)
    assert set(simple["around"][0][1]) == set(simple["island"][0][0])
    assert len(simple["island"][0][0]) < len(hole)


def test_a_small_part_does_not_collapse() -> None:
    tiny = [(0, 0), (10, 0), (10, 10), (0, 10)]
    assert len(set(simplify({"a": [[tiny]]}, 10_000)["a"][0][0])) >= 3


def test_the_tolerance_grows_until_there_are_few_enough_points() -> None:
    circle = [
        (round(9000 * math.cos(a / 500 * math.tau)), round(9000 * math.sin(a / 500 * math.tau))) for a in range(500)
    ]
    assert count_points(simplify_to({"a": [[circle]]}, most_points=60, tolerance=1)) <= 60
    with pytest.raises(TooManyPoints):
        simplify_to({"a": [[circle]]}, most_points=2, tolerance=1)


@settings(max_examples=40, deadline=None)
@given(cities())
def test_the_number_stands_within_its_district(city: dict[str, Shape]) -> None:
    for shape in city.values():
        x, y = place_within(shape)
        [[ring]] = shape
        crossed = sum(
            (a[1] > y) != (b[1] > y) and x < a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1])
            for a, b in segments_of(ring)
        )
        assert crossed % 2 == 1 or distance((x, y), ring) < 2


def test_a_drawing_fits_its_box_and_tells_each_step_from_the_one_before() -> None:
    drawing = draw({"a": [[[(0, 0), (2000, 0), (2000, 1000), (0, 1000)]]]})
    assert (drawing.width, drawing.height) == (LONGER_SIDE + 2 * MARGIN, LONGER_SIDE // 2 + 2 * MARGIN)
    assert drawing.outlines["a"]["path"] == f"M{MARGIN} {MARGIN}l4000 0 0 2000-4000 0z"
