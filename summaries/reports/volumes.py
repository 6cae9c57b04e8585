"""A long report as documents: how its tables of remarks are cut into volumes, and what each volume says.

What holds (docs/adr/0022): the first volume has every chapter; the tables of remarks fill it up to ``ROWS`` rows and go
on in further volumes, in their order. Setting one volume takes under a gigabyte of memory.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lublin2030.lib.numbers import grouped
from summaries.models import ConsultationReport
from summaries.reports.rows import rows_of_part

ROWS = 2500  # of remarks in one volume
ROWS_OF_TABLE = 500  # a longer table is cut, so that its heading leads to where one looks


@dataclass(frozen=True)
class Slice:
    """Rows of one part, counted from 0, that stand in one volume."""

    part: dict[str, Any]
    volume: int
    start: int
    stop: int


def plan(document: dict[str, Any], rows: int = ROWS) -> list[Slice]:
    """Where each row of each part stands."""
    slices: list[Slice] = []
    used = 0
    for part in document["parts"]:
        start = 0
        while start < part["rows"]:
            volume = used // rows + 1
            stop = min(part["rows"], start + volume * rows - used)
            slices.append(Slice(part, volume, start, stop))
            used += stop - start
            start = stop
    return slices


def volume_count(document: dict[str, Any]) -> int:
    return max((one.volume for one in plan(document)), default=1)


def volumes_of(report: ConsultationReport) -> Iterator[dict[str, Any]]:
    """The report's document volume by volume: the blocks ``remarks`` replaced by headings, tables and notes.

    A ``remark_table`` has ``rows``, read when the volume is asked for; one volume is in memory at a time.
    """
    document = report.document
    slices = plan(document)
    total = volume_count(document)
    streams = {part["key"]: rows_of_part(report, part["key"]) for part in document["parts"]}
    for volume in range(1, total + 1):
        here = [one for one in slices if one.volume == volume]
        # The rows of a part are read once, in order: a part's next slice begins where this one ends.
        tables = {
            one.part["key"]: list(itertools.islice(streams[one.part["key"]], one.stop - one.start)) for one in here
        }
        sections = []
        for section in document["sections"]:
            blocks: list[dict[str, Any]] = []
            for block in section["blocks"]:
                if block["is"] == "remarks":
                    blocks += _tables(block["parts"], document, slices, tables, volume)
                elif volume == 1:
                    blocks.append(block)
            if blocks:
                sections.append(section | {"blocks": blocks})
        yield document | {"sections": sections, "volume": volume, "volumes": total}


def _tables(
    keys: list[int],
    document: dict[str, Any],
    slices: list[Slice],
    tables: dict[int, list[dict[str, Any]]],
    volume: int,
) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    for key in keys:
        of_part = [one for one in slices if one.part["key"] == key]
        if volume != 1 and key not in tables:
            continue
        blocks.append({"is": "subheading", "text": of_part[0].part["title"]})
        mine = next((one for one in of_part if one.volume == volume), None)
        if mine is not None:
            rows = tables[key]
            for start in range(0, len(rows), ROWS_OF_TABLE):
                some = rows[start : start + ROWS_OF_TABLE]
                if mine.part["rows"] > ROWS_OF_TABLE:
                    first = mine.start + start + 1
                    told = _("Remarks %(first)s–%(last)s of %(total)s") % {
                        "first": grouped(first),
                        "last": grouped(first + len(some) - 1),
                        "total": grouped(mine.part["rows"]),
                    }
                    blocks.append({"is": "table_heading", "text": told})
                blocks.append({"is": "remark_table", "title": mine.part["title"], "rows": some})
        elsewhere = sorted({one.volume for one in of_part if one.volume != volume})
        if elsewhere:
            numbers = ", ".join(str(one) for one in elsewhere)
            blocks.append(
                {
                    "is": "paragraph",
                    "text": _("More of this table stands in volume: %(numbers)s.") % {"numbers": numbers},
                }
            )
    return blocks
