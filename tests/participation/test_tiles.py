"""The grid of tiles: every district once, nobody on another, and north stays north."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest
from django.conf import settings

from participation.models import District
from participation.tiles import COLUMNS, GRID, ROWS, lay_out

CONTENT = settings.BASE_DIR / "lublin2030" / "content" / "lublin2030.json"
CLEARLY_NORTH, CLEARLY_EAST = 0.012, 0.018  # degrees: about 1.3 km each


@pytest.fixture(scope="module")
def districts() -> dict[str, tuple[float, float]]:
    entries = json.loads(CONTENT.read_text(encoding="utf-8"))["districts"]
    return {entry["slug"]: (entry["lat"], entry["lon"]) for entry in entries}


def test_all_27_districts_have_a_tile_of_their_own(districts: dict[str, Any]) -> None:
    assert set(GRID) == set(districts)
    assert len({(row, column) for row, column, _lines in GRID.values()}) == 27
    assert all(0 <= row < ROWS and 0 <= column < COLUMNS for row, column, _lines in GRID.values())


def test_whoever_lies_clearly_north_or_east_of_another_stands_there(districts: dict[str, Any]) -> None:
    wrong = []
    for one, other in combinations(GRID, 2):
        north, east = (districts[one][axis] - districts[other][axis] for axis in (0, 1))
        (row, column, _), (other_row, other_column, _) = GRID[one], GRID[other]
        if abs(north) > CLEARLY_NORTH and (row - other_row) * north > 0:
            wrong.append((one, other, "north"))
        if abs(east) > CLEARLY_EAST and (column - other_column) * east < 0:
            wrong.append((one, other, "east"))
    assert wrong == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("srodmiescie", "stare-miasto"), ("czechow-polnocny", "czechow-poludniowy"), ("slawin", "slawinek"),
        ("czuby-polnocne", "czuby-poludniowe"), ("weglin-polnocny", "weglin-poludniowy"), ("bronowice", "kosminek"),
        ("rury", "wieniawa"), ("rury", "za-cukrownia"), ("rury", "czuby-polnocne"), ("tatary", "bronowice"),
        ("hajdow-zadebie", "felin"), ("slawinek", "konstantynow"), ("dziesiata", "kosminek"), ("dziesiata", "wrotkow"),
        ("kalinowszczyzna", "stare-miasto"),
    ],
)  # fmt: skip
def test_neighbours_stay_neighbours(one: str, other: str) -> None:
    (row, column, _), (other_row, other_column, _) = GRID[one], GRID[other]
    assert abs(row - other_row) + abs(column - other_column) == 1


def test_a_district_that_the_grid_does_not_know_stands_below_it() -> None:
    known, stranger = District(pk=1, slug="rury", name="Rury"), District(pk=2, slug="nowa", name="Nowa Dzielnica")
    tiles, _width, height = lay_out([known, stranger])
    assert int(tiles[2].y) > ROWS * 100 > int(tiles[1].y)
    assert height == (ROWS + 1) * 100
    assert [line.text for line in tiles[2].lines] == ["Nowa", "Dzielnica"]
