"""The schematic map: a tile of one size for each district of Lublin, on a grid.

Laid out by hand from the centroids (domain.md §6) so that neighbours stay neighbours; a test holds that no two share a
tile and that whoever lies clearly north or east of another stands there here too. Drawn by us: nobody's map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from participation.models import District

SIDE = 100  # of a tile with its gap, in the drawing's own units
GAP = 6
COLUMNS = 7

# slug: row from the north, column from the west, the name in the lines that fit on the tile
GRID: dict[str, tuple[int, int, tuple[str, ...]]] = {
    "slawin": (0, 1, ("Sławin",)),
    "czechow-polnocny": (0, 2, ("Czechów", "Północny")),
    "ponikwoda": (0, 5, ("Ponikwoda",)),
    "szerokie": (1, 0, ("Szerokie",)),
    "slawinek": (1, 1, ("Sławinek",)),
    "czechow-poludniowy": (1, 2, ("Czechów", "Południowy")),
    "kalinowszczyzna": (1, 4, ("Kalinow-", "szczyzna")),
    "konstantynow": (2, 1, ("Konstan-", "tynów")),
    "wieniawa": (2, 2, ("Wieniawa",)),
    "srodmiescie": (2, 3, ("Śródmieście",)),
    "stare-miasto": (2, 4, ("Stare", "Miasto")),
    "tatary": (2, 5, ("Tatary",)),
    "hajdow-zadebie": (2, 6, ("Hajdów-", "Zadębie")),
    "weglin-polnocny": (3, 0, ("Węglin", "Północny")),
    "czuby-polnocne": (3, 1, ("Czuby", "Północne")),
    "rury": (3, 2, ("Rury",)),
    "za-cukrownia": (3, 3, ("Za", "Cukrownią")),
    "bronowice": (3, 5, ("Bronowice",)),
    "felin": (3, 6, ("Felin",)),
    "weglin-poludniowy": (4, 0, ("Węglin", "Południowy")),
    "czuby-poludniowe": (4, 1, ("Czuby", "Południowe")),
    "wrotkow": (4, 3, ("Wrotków",)),
    "dziesiata": (4, 4, ("Dziesiąta",)),
    "kosminek": (4, 5, ("Kośminek",)),
    "zemborzyce": (5, 1, ("Zemborzyce",)),
    "abramowice": (5, 3, ("Abramowice",)),
    "glusk": (5, 5, ("Głusk",)),
}
ROWS = 1 + max(row for row, _column, _lines in GRID.values())


@dataclass(frozen=True)
class Line:
    """A line of text and where its middle stands."""

    text: str
    x: str
    y: str


@dataclass(frozen=True)
class Tile:
    """A district's square: its corner, and where its name's lines and its number stand."""

    x: str
    y: str
    side: str
    lines: tuple[Line, ...]
    number_x: str
    number_y: str


def lay_out(districts: Sequence[District]) -> tuple[dict[int, Tile], int, int]:
    """A tile for each district by its key, and the drawing's width and height.

    Districts that the grid does not know (a city may grow) stand in rows of their own below it.
    """
    tiles: dict[int, Tile] = {}
    strangers = 0
    for district in districts:
        if district.slug in GRID:
            row, column, lines = GRID[district.slug]
        else:
            row, column = ROWS + strangers // COLUMNS, strangers % COLUMNS
            lines = tuple(district.name.split()[:2])
            strangers += 1
        tiles[district.pk] = _tile(row, column, lines)
    rows = ROWS + -(-strangers // COLUMNS)
    return tiles, COLUMNS * SIDE, rows * SIDE


def _tile(row: int, column: int, lines: tuple[str, ...]) -> Tile:
    x, y = column * SIDE + GAP // 2, row * SIDE + GAP // 2
    middle = x + (SIDE - GAP) // 2
    return Tile(
        x=str(x),
        y=str(y),
        side=str(SIDE - GAP),
        lines=tuple(Line(text, str(middle), str(y + 24 + 17 * place)) for place, text in enumerate(lines)),
        number_x=str(middle),
        number_y=str(y + 78),
    )
