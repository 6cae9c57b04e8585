"""Which cells of a public cross-table are not shown, so that no small number can be worked out (docs/adr/0030).

A table has answers as rows and groups of people as columns. Its row totals are public. What is told as “fewer than 5”
must not follow from anything that is shown. For tables of two dimensions this is a question of graphs: rows and columns
are nodes, hidden cells are edges. A hidden cell has more than one possible value if and only if one can go round in the
graph and raise and lower cells by turns without going below zero, so that all totals stay.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence

LEAST = 5  # people; what is smaller is not shown
Cell = tuple[int, int]


def hidden_cells(table: Sequence[Sequence[int]], *, most: Sequence[int] | None = None) -> set[Cell] | None:
    """The cells (row, column) to hide; None if the table cannot be shown at all.

    All numbers are whole and not negative. An attacker knows the sum of every row, and of every column; where one
    person could choose several answers, ``most`` has the people of each column, and its sum is not known. Hidden are
    all numbers below ``LEAST`` but the zeros of an empty row or column, which tell of nobody, and few others.
    """
    rows, columns = len(table), len(table[0]) if table else 0
    row_sums = [sum(row) for row in table]
    column_sums = [sum(row[column] for row in table) for column in range(columns)]
    known_zeros = {
        (row, column)
        for row in range(rows)
        for column in range(columns)
        if row_sums[row] == 0 or column_sums[column] == 0
    }
    cells = {(row, column): table[row][column] for row in range(rows) for column in range(columns)}
    hidden = {cell for cell, count in cells.items() if count < LEAST} - known_zeros
    # The sums of columns that nobody knows are hidden cells of one more row.
    free = {} if most is None else {(rows, column): column_sums[column] for column in range(columns)}
    full = set() if most is None else {(row, column) for row, column in cells if table[row][column] >= most[column]}
    while True:
        graph = _Graph(rows + 1, columns, cells | free, hidden | set(free), full)
        open_cell = next((cell for cell in sorted(hidden) if not graph.is_protected(cell)), None)
        if open_cell is None:
            return hidden
        more = graph.cheapest_protection(open_cell, allowed=set(cells) - hidden - known_zeros)
        if more is None:
            return None
        hidden |= more


class _Graph:
    """Rows are the nodes 0…, columns the nodes after them. Raising a cell goes from its row to its column."""

    def __init__(self, rows: int, columns: int, cells: Mapping[Cell, int], hidden: set[Cell], full: set[Cell]) -> None:
        self.rows = rows
        self.cells = cells
        self.full = full  # cannot be raised: all people of the column have chosen it
        self.steps: list[set[int]] = [set() for _node in range(rows + columns)]
        for row, column in hidden:
            if (row, column) not in full:
                self.steps[row].add(rows + column)
            if cells[row, column] > 0:
                self.steps[rows + column].add(row)

    def is_protected(self, cell: Cell) -> bool:
        """Whether the hidden cell has more than one possible value."""
        row, column = cell[0], self.rows + cell[1]
        can_rise = cell not in self.full and self._leads(column, row, but=(column, row))
        return can_rise or (self.cells[cell] > 0 and self._leads(row, column, but=(row, column)))

    def _leads(self, start: int, end: int, *, but: tuple[int, int]) -> bool:
        waiting, seen = deque([start]), {start}
        while waiting:
            node = waiting.popleft()
            for following in self.steps[node]:
                if following in seen or (node, following) == but:
                    continue
                if following == end:
                    return True
                seen.add(following)
                waiting.append(following)
        return False

    def cheapest_protection(self, cell: Cell, *, allowed: set[Cell]) -> set[Cell] | None:
        """The shown cells that, hidden too, protect the cell: those with the smallest sum. None if nothing does."""
        row, column = cell[0], self.rows + cell[1]
        ways = [] if cell in self.full else [self._cheapest(column, row, cell, allowed)]
        if self.cells[cell] > 0:
            ways.append(self._cheapest(row, column, cell, allowed))
        found = [way for way in ways if way is not None]
        return min(found)[1] if found else None

    def _cheapest(self, start: int, end: int, cell: Cell, allowed: set[Cell]) -> tuple[int, set[Cell]] | None:
        best: dict[int, int] = {start: 0}
        came: dict[int, tuple[int, Cell | None]] = {}
        heap = [(0, start)]
        while heap:
            cost, node = heapq.heappop(heap)
            if node == end:
                added = set()
                while node != start:
                    node, used = came[node]
                    if used is not None:
                        added.add(used)
                return cost, added
            if cost > best[node]:
                continue
            for following, used, price in self._offers(node, allowed):
                if (node, following) == (start, end) and self._is(node, following, cell):
                    continue
                if cost + price < best.get(following, cost + price + 1):
                    best[following] = cost + price
                    came[following] = (node, used)
                    heapq.heappush(heap, (cost + price, following))
        return None

    def _offers(self, node: int, allowed: set[Cell]) -> Iterator[tuple[int, Cell | None, int]]:
        for following in self.steps[node]:
            yield following, None, 0
        for row, column in allowed:
            count = self.cells[row, column]
            if row == node and (row, column) not in self.full:
                yield self.rows + column, (row, column), count + 1
            elif self.rows + column == node and count > 0:
                yield row, (row, column), count + 1

    def _is(self, node: int, following: int, cell: Cell) -> bool:
        return {node, following} == {cell[0], self.rows + cell[1]}


def joined_groups(sizes: Mapping[str, int], *, already: Collection[str] = ()) -> set[str]:
    """The groups that are shown only together, because by themselves they are too small.

    Every group below ``LEAST`` is among them and every one of ``already``; never one alone; and together they are at
    least ``LEAST`` people, unless all people together are fewer. Groups without anybody are left out.
    """
    people = {group: size for group, size in sizes.items() if size > 0}
    joined = {group for group, size in people.items() if size < LEAST or group in already}
    rest = sorted((size, group) for group, size in people.items() if group not in joined)
    while joined and rest and (len(joined) < 2 or sum(people[group] for group in joined) < LEAST):
        joined.add(rest.pop(0)[1])
    return joined
