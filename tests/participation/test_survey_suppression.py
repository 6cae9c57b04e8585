"""No number below five follows from what a public cross-table shows: proved against every table it could be."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation.surveys.suppression import LEAST, hidden_cells, joined_groups

Table = list[list[int]]


def possible_tables(
    table: Table, hidden: set[tuple[int, int]], most: list[int] | None
) -> dict[tuple[int, int], set[int]]:
    """By brute force: what each hidden cell can be, given all that is shown and the sums that are known."""
    cells = sorted(hidden)
    rows, columns = len(table), len(table[0])
    row_left = [sum(table[r][c] for c in range(columns) if (r, c) in hidden) for r in range(rows)]
    column_left = [sum(table[r][c] for r in range(rows) if (r, c) in hidden) for c in range(columns)]
    found: dict[tuple[int, int], set[int]] = {cell: set() for cell in cells}

    def fill(at: int, left_r: list[int], left_c: list[int], chosen: list[int]) -> None:
        if at == len(cells):
            if not any(left_r) and (most is not None or not any(left_c)):
                for cell, value in zip(cells, chosen, strict=True):
                    found[cell].add(value)
            return
        row, column = cells[at]
        top = left_r[row] if most is not None else min(left_r[row], left_c[column])
        if most is not None:
            top = min(top, most[column])
        for value in range(top + 1):
            left_r[row] -= value
            left_c[column] -= value
            fill(at + 1, left_r, left_c, [*chosen, value])
            left_r[row] += value
            left_c[column] += value

    fill(0, row_left, column_left, [])
    return found


def small_left(table: Table, hidden: set[tuple[int, int]]) -> bool:
    columns = list(zip(*table, strict=True))
    return any(
        0 <= table[r][c] < LEAST and (r, c) not in hidden and any(table[r]) and any(columns[c])
        for r, c in itertools.product(range(len(table)), range(len(table[0])))
    )


tables = st.integers(2, 3).flatmap(
    lambda columns: st.lists(st.lists(st.integers(0, 7), min_size=columns, max_size=columns), min_size=2, max_size=3)
)


@given(tables)
@settings(max_examples=70, deadline=None)
def test_no_hidden_cell_follows_where_each_person_chose_once(table: Table) -> None:
    hidden = hidden_cells(table)
    if hidden is None:
        return
    assert not small_left(table, hidden)
    assert all(len(values) > 1 for values in possible_tables(table, hidden, None).values())


@given(tables, st.integers(0, 3))
@settings(max_examples=70, deadline=None)
def test_no_hidden_cell_follows_where_one_person_chose_several(table: Table, more: int) -> None:
    most = [max(column) + more for column in zip(*table, strict=True)]
    hidden = hidden_cells(table, most=most)
    if hidden is None:
        return
    assert not small_left(table, hidden)
    assert all(len(values) > 1 for values in possible_tables(table, hidden, most).values())


@pytest.mark.parametrize(
    ("table", "hidden"),
    [
        ([[5, 6], [7, 8]], set()),
        ([[0, 0], [7, 8]], set()),
        # One small number takes three others with it: its row, its column and the cell across.
        ([[3, 9, 30], [20, 8, 30]], {(0, 0), (0, 1), (1, 0), (1, 1)}),
        ([[2, 1], [9, 9]], {(0, 0), (0, 1), (1, 0), (1, 1)}),
    ],
)
def test_as_few_as_needed_are_hidden(table: Table, hidden: set[tuple[int, int]]) -> None:
    assert hidden_cells(table) == hidden


def test_a_table_that_cannot_be_protected_is_not_shown() -> None:
    assert hidden_cells([[3], [9]]) is None


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=1), st.integers(0, 12), max_size=6))
def test_small_groups_stand_together_and_never_alone(sizes: dict[str, int]) -> None:
    joined = joined_groups(sizes)
    people = {group: size for group, size in sizes.items() if size}
    assert joined >= {group for group, size in people.items() if size < LEAST}
    if joined and joined != set(people):
        assert len(joined) > 1
        assert sum(people[group] for group in joined) >= LEAST
