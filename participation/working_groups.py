"""Who sits in the working groups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from participation.models import Seats, WorkingGroup


@dataclass(frozen=True)
class GroupSeats:
    """A group, its seats in the order of the composition's kinds (0 for none), and their sum: people."""

    group: WorkingGroup
    seats: list[int]
    total: int


@dataclass(frozen=True)
class Composition:
    """The seats of several groups: only kinds that some group has, sums per kind and of all."""

    kinds: list[Seats.Kind]
    groups: list[GroupSeats]
    per_kind: list[int]
    total: int


def composition(groups: Iterable[WorkingGroup]) -> Composition:
    """The seats of groups whose seats are prefetched. No query."""
    by_group = [(group, {seat.kind: seat.count for seat in group.seats.all()}) for group in groups]
    kinds = [kind for kind in Seats.Kind if any(kind in counts for _group, counts in by_group)]
    lines = [
        GroupSeats(group=group, seats=[counts.get(kind, 0) for kind in kinds], total=sum(counts.values()))
        for group, counts in by_group
    ]
    return Composition(
        kinds=kinds,
        groups=lines,
        per_kind=[sum(line.seats[place] for line in lines) for place in range(len(kinds))],
        total=sum(line.total for line in lines),
    )
