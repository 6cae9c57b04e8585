"""How a long chapter is divided into parts that each open within the page-weight limit. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

# What the text of one part may take, in characters before compression. A first visit carries 100 kB (docs/adr/0013):
# fonts, styles and the page around the text take up to 75 kB, and 40,000 characters of prose compress to about 17.
PART_SIZE = 40_000
AROUND = 60  # what the markup around each passage adds: it is long, but always the same, so it compresses to little
HEADING_WITHIN = 0.25  # a part ends before a heading if one begins in the last quarter of it


def divide(sizes: Sequence[int], headings: Sequence[bool] = (), *, largest: int = PART_SIZE) -> list[range]:
    """Places 0… of the passages by parts, in order, none left out, each part with at least one passage.

    ``sizes``: characters of each passage. Parts are about equal, so that none is a remnant; a passage that is larger
    than a part stands alone. ``headings``: which passages are headings; a part begins with one where that is near.
    """
    weights = [size + AROUND for size in sizes]
    total = sum(weights)
    if total <= largest:
        return [range(len(sizes))]
    aim = total / ceil(total / largest)
    parts: list[range] = []
    start, carried = 0, 0.0
    for place, weight in enumerate(weights):
        begins_near = (
            place < len(headings) and headings[place] and carried >= aim * (1 - HEADING_WITHIN) and place > start
        )
        if place > start and (carried + weight > largest or carried + weight / 2 > aim or begins_near):
            parts.append(range(start, place))
            start, carried = place, 0.0
        carried += weight
    parts.append(range(start, len(sizes)))
    return parts
