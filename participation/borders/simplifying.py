"""Fewer points for the same borders. What two districts share stays shared (docs/adr/0032).

The rings are cut where more than two lines meet; each piece between two such points is one *arc*, however many rings it
belongs to, and is simplified once (Douglas and Peucker), so no gap opens and no strip is in two districts. Every point
left out lies within the tolerance of the line that stayed. Where the simpler lines would cross or a ring would
collapse, their arcs are simplified less, at worst not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from participation.borders.geometry import Point, Ring, Segment, Shape, all_rings, crossings, segments_of

Arc = tuple[Point, ...]
COARSEST = 10_000.0  # decimetres: borders a kilometre off are no borders any more


class TooManyPoints(Exception):
    """The borders cannot be drawn with so few points."""


@dataclass
class _Arcs:
    """Each arc once, in one direction, with the tolerance it is simplified with now, in decimetres."""

    tolerance: dict[Arc, float] = field(default_factory=dict)
    simple: dict[Arc, Arc] = field(default_factory=dict)
    crossed: dict[frozenset[Arc], bool] = field(default_factory=dict)

    def add(self, arc: Arc, tolerance: float) -> Arc:
        """The arc in its one direction."""
        key = min(arc, arc[::-1])
        if key not in self.tolerance:
            self.tolerance[key] = tolerance
            self.simple[key] = _thinned(key, tolerance)
        return key

    def crossed_before(self, pair: frozenset[Arc]) -> bool:
        """Whether the arcs crossed in the file already: neighbours that were drawn each by itself do, and may."""
        if pair not in self.crossed:
            lines = [(one, key) for key in pair for one in _lines(key)]
            found = crossings([one for one, _key in lines])
            self.crossed[pair] = any(lines[first][1] != lines[second][1] for first, second in found)
        return self.crossed[pair]

    def loosen(self, key: Arc) -> bool:
        """Simplify the arc less; whether that was still possible."""
        if not self.tolerance[key]:
            return False
        half = self.tolerance[key] / 2
        self.tolerance[key] = half if half >= 1 else 0.0
        self.simple[key] = _thinned(key, self.tolerance[key])
        return True


def simplify(shapes: Mapping[str, Shape], tolerance: float) -> dict[str, Shape]:
    """The shapes with fewer points; ``tolerance`` in decimetres. Raises TooTangled."""
    meeting = _where_lines_meet(shapes)
    arcs = _Arcs()
    cut: dict[int, list[tuple[Arc, bool]]] = {}  # ring's place among all rings → its arcs, and whether turned round
    for place, ring in enumerate(all_rings(shapes.values())):
        pieces = []
        for arc in _cut(ring, meeting):
            key = arcs.add(arc, tolerance)
            pieces.append((key, key != arc))
        cut[place] = pieces
    while _mend(arcs, cut):
        pass
    rings = iter(_joined(arcs, cut[place]) for place in range(len(cut)))
    return {slug: [[next(rings) for _ring in polygon] for polygon in shape] for slug, shape in shapes.items()}


def simplify_to(shapes: Mapping[str, Shape], *, most_points: int, tolerance: float) -> dict[str, Shape]:
    """The shapes simplified from the tolerance on, twice as much each time, until they have so few points.

    Raises TooTangled, and TooManyPoints when even a tolerance of a kilometre leaves too many.
    """
    simple = simplify(shapes, tolerance)
    while count_points(simple) > most_points:
        tolerance *= 2
        if tolerance > COARSEST:
            raise TooManyPoints
        simple = simplify(shapes, tolerance)
    return simple


def count_points(shapes: Mapping[str, Shape]) -> int:
    """How many points the shapes' rings have."""
    return sum(len(ring) for ring in all_rings(shapes.values()))


def _where_lines_meet(shapes: Mapping[str, Shape]) -> set[Point]:
    """The points that do not lie on one line alone: where three districts meet, or a shared border ends."""
    beside: dict[Point, set[Point]] = {}
    for ring in all_rings(shapes.values()):
        for a, b in segments_of(ring):
            beside.setdefault(a, set()).add(b)
            beside.setdefault(b, set()).add(a)
    return {point for point, others in beside.items() if len(others) != 2}


def _cut(ring: Ring, meeting: set[Point]) -> list[Arc]:
    """The ring's arcs in its order, each with both its ends; a ring that meets no other is one closed arc."""
    at = [place for place, point in enumerate(ring) if point in meeting]
    if not at:
        return [_closed_arc(ring)]
    turned = [*ring[at[0] :], *ring[: at[0]], ring[at[0]]]
    ends = [place - at[0] for place in at] + [len(ring)]
    return [tuple(turned[first : last + 1]) for first, last in pairwise(ends)]


def _closed_arc(ring: Ring) -> Arc:
    """From the ring's smallest point round to it again: the same for a hole and for the island that fills it."""
    first = ring.index(min(ring))
    turned = [*ring[first:], *ring[:first]]
    if turned[-1] < turned[1]:
        turned = [turned[0], *turned[:0:-1]]
    return (*turned, turned[0])


def _thinned(arc: Arc, tolerance: float) -> Arc:
    """The arc's ends and the points without which it would go further than the tolerance from where it ran."""
    if not tolerance or len(arc) < 3:
        return arc
    keep = {0, len(arc) - 1}
    waiting = [(0, len(arc) - 1)]
    if arc[0] == arc[-1]:
        far = max(range(len(arc)), key=lambda place: _squared(arc[place], arc[0], arc[0]))
        keep.add(far)
        waiting = [(0, far), (far, len(arc) - 1)]
    while waiting:
        first, last = waiting.pop()
        most, far = tolerance * tolerance, 0
        for place in range(first + 1, last):
            distance = _squared(arc[place], arc[first], arc[last])
            if distance > most:
                most, far = distance, place
        if far:
            keep.add(far)
            waiting += [(first, far), (far, last)]
    return tuple(arc[place] for place in sorted(keep))


def _squared(point: Point, a: Point, b: Point) -> float:
    """The squared distance of a point from a segment."""
    along_x, along_y = b[0] - a[0], b[1] - a[1]
    length = along_x * along_x + along_y * along_y
    x, y = point[0] - a[0], point[1] - a[1]
    if length:
        share = min(max((x * along_x + y * along_y) / length, 0.0), 1.0)
        x, y = x - share * along_x, y - share * along_y  # type: ignore[assignment]
    return x * x + y * y


def _joined(arcs: _Arcs, pieces: Sequence[tuple[Arc, bool]]) -> Ring:
    ring: Ring = []
    for key, is_turned in pieces:
        arc = arcs.simple[key]
        ring += (arc[::-1] if is_turned else arc)[:-1]
    return ring


def _mend(arcs: _Arcs, cut: Mapping[int, list[tuple[Arc, bool]]]) -> bool:
    """Loosen the arcs of rings that collapsed and those that cross; whether there was anything to loosen."""
    bad: set[Arc] = set()
    for pieces in cut.values():
        if len(set(_joined(arcs, pieces))) < 3:
            bad.update(key for key, _is_turned in pieces)
    lines = [(one, key) for key, arc in arcs.simple.items() for one in _lines(arc)]
    for first, second in crossings([one for one, _key in lines]):
        pair = frozenset((lines[first][1], lines[second][1]))
        if not arcs.crossed_before(pair):
            bad |= pair
    loosened = [arcs.loosen(key) for key in bad]
    return any(loosened)


def _lines(arc: Arc) -> list[Segment]:
    return list(pairwise(arc))
