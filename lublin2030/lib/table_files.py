"""Tables as files: XLSX, or CSV in whatever encoding offices save it. What the cells mean is judged elsewhere."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import openpyxl
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lublin2030.lib.numbers import grouped
from lublin2030.lib.plaintext import normalise
from lublin2030.lib.typed_dates import write_moment

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 400 * 1024 * 1024  # a real table of 50,000 rows unpacks to well under half of this
MOST_PARTS = 2_000
MOST_COLUMNS = 100
MOST_SEARCHED = 300_000  # rows looked at, empty ones with them
MOST_IN_CELL = 100_000  # characters; Excel's own limit is a third of it
# In the first column it marks the template's example, which is no row. Our templates write the Polish one.
EXAMPLE = "przykład"
EXAMPLES = frozenset({EXAMPLE, "example", "приклад"})


class TableUnreadable(Exception):
    """The file is no table that can be read. ``code`` says why, ``detail`` names what of it (no person's data)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Layout:
    """How a kind of table looks: each column's key with its name in our template and its other names, in small letters.

    The first column is the one that marks the example. Of each group in ``needed`` one column must be there.
    """

    sheet: str
    columns: Mapping[str, tuple[str, ...]]
    needed: tuple[tuple[str, ...], ...]
    most_rows: int

    @property
    def first(self) -> str:
        return next(iter(self.columns))

    def key_of(self, header: str) -> str | None:
        """The column that a header names, or none."""
        name = plain(header.replace("*", " "))
        return next((key for key, names in self.columns.items() if name in names), None)


def plain(text: str) -> str:
    """The text as headers and listed values are compared: in small letters, with single blanks."""
    return " ".join(str(text).casefold().split())


class Cell(NamedTuple):
    """A cell as text, and whether the file held a number or a date instead of text."""

    text: str
    was: str = "text"


EMPTY = Cell("")


class Row(NamedTuple):
    """A row with its number in the file, as a person sees it there, and its cells by the column's key."""

    number: int
    cells: dict[str, Cell]

    def text(self, key: str) -> str:
        return self.cells.get(key, EMPTY).text


@dataclass
class Table:
    """The rows of a file, without empty ones and the example, and the headers nobody knows."""

    rows: list[Row]
    unknown_columns: list[str] = field(default_factory=list)


def read_table(content: bytes, layout: Layout) -> Table:
    """The table that the file holds; what it is, its content says. Raises TableUnreadable."""
    if len(content) > MOST_BYTES:
        raise TableUnreadable("too_large")
    if not content.strip():
        raise TableUnreadable("empty")
    if content.startswith(b"PK"):
        return _table(read_cells(content, layout.sheet), layout)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableUnreadable("old_excel")
    return _read_csv(_decode(content), layout)


# -- XLSX -------------------------------------------------------------------------------------------------------------


def read_cells(content: bytes, name: str) -> Iterator[list[Cell]]:
    """The rows of a workbook's sheet of that name, or of its first. Raises TableUnreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            sizes = [part.file_size for part in parts.infolist()]
            names = parts.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise TableUnreadable("broken") from error
    if sum(sizes) > MOST_UNPACKED or len(sizes) > MOST_PARTS:
        raise TableUnreadable("bomb")
    if "xl/workbook.xml" not in names:
        raise TableUnreadable("not_table")
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book[name] if name in book.sheetnames else book.worksheets[0]
        sheet.reset_dimensions()
        for row in sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True):
            yield [_cell(value) for value in row]
    except TableUnreadable:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged part leads it to
        raise TableUnreadable("broken") from error


def _cell(value: Any) -> Cell:
    match value:
        case None:
            return EMPTY
        case bool():
            return Cell("tak" if value else "nie")
        case dt.datetime():
            return Cell(write_moment(value.date(), value.time() if value.time() != dt.time() else None), "date")
        case dt.date():
            return Cell(write_moment(value), "date")
        case float() if value.is_integer() and abs(value) < 1e15:
            return Cell(str(int(value)), "number")
        case int() | float():
            return Cell(str(value), "number")
    text = normalise(str(value))
    if len(text) > MOST_IN_CELL:
        raise TableUnreadable("cell_too_long")
    return Cell(text)


# -- CSV --------------------------------------------------------------------------------------------------------------


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise TableUnreadable("broken") from error
    if b"\x00" in content:
        raise TableUnreadable("not_table")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel saves on a Polish Windows as “CSV”. Bytes that cp1250 does not know become a visible sign.
        return content.decode("cp1250", errors="replace")


def _read_csv(text: str, layout: Layout) -> Table:
    problems: list[TableUnreadable] = []
    for delimiter in (";", "\t", ","):
        try:
            return _table(_csv_rows(text, delimiter), layout)
        except TableUnreadable as error:
            problems.append(error)
    # With the wrong delimiter no column is found; the right one's problem is another, or names the fewest columns.
    raise min(problems, key=lambda error: len(error.detail) if error.code == "no_columns" else 0)


def _csv_rows(text: str, delimiter: str) -> Iterator[list[Cell]]:
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [Cell(normalise(value)) for value in row[:MOST_COLUMNS]]
    except csv.Error as error:
        raise TableUnreadable("broken") from error


# -- Rows -------------------------------------------------------------------------------------------------------------


def _table(rows: Iterable[list[Cell]], layout: Layout) -> Table:
    keys: list[str | None] | None = None
    table = Table(rows=[])
    for number, cells in enumerate(rows, start=1):
        if number > MOST_SEARCHED:
            raise TableUnreadable("too_many_rows")
        if not any(cell.text for cell in cells):
            continue
        if keys is None:
            keys = _keys(cells, table, layout)
            continue
        named = {key: cell for key, cell in zip(keys, cells, strict=False) if key is not None and cell.text}
        if not named or named.get(layout.first, EMPTY).text.casefold() in EXAMPLES:
            continue
        if len(table.rows) == layout.most_rows:
            raise TableUnreadable("too_many_rows")
        table.rows.append(Row(number, named))
    if keys is None or not table.rows:
        raise TableUnreadable("empty")
    return table


def _keys(cells: list[Cell], table: Table, layout: Layout) -> list[str | None]:
    keys: list[str | None] = []
    for cell in cells:
        key = layout.key_of(cell.text)
        if key is not None and key in keys:
            raise TableUnreadable("column_twice", cell.text[:60])
        if key is None and cell.text:
            table.unknown_columns.append(cell.text[:60])
        keys.append(key)
    missing = [layout.columns[group[0]][0] for group in layout.needed if not set(group) & set(keys)]
    if missing:
        raise TableUnreadable("no_columns", ", ".join(missing))
    return keys


# -- In words ---------------------------------------------------------------------------------------------------------

_FAILURES: dict[str, str | Promise] = {
    "too_large": gettext_lazy("The file is larger than 20 MB. Split the table and bring in the parts."),
    "empty": gettext_lazy("There is no row in the table. Fill in our template and bring it in again."),
    "old_excel": gettext_lazy("This is an old Excel file. Save it as XLSX and bring it in again."),
    "not_table": gettext_lazy("This is neither XLSX nor CSV. Save the table as one of them and bring it in again."),
    "broken": gettext_lazy("The file is damaged. Open it, save it once more as XLSX and bring it in again."),
    "bomb": gettext_lazy("The file unpacks to far more than such a table holds. Save it once more as XLSX or CSV."),
    "too_many_rows": gettext_lazy("The table has more than %(most)s rows. Split it and bring in the parts."),
    "cell_too_long": gettext_lazy("A cell holds far more text than a row may have. Shorten it."),
    "column_twice": gettext_lazy("The column “%(detail)s” is there twice. Keep one."),
    "no_columns": gettext_lazy(
        "These columns are missing: %(detail)s. Their names must stand in the first row, as in our template."
    ),
}


def failure_in_words(failure: str, *, most_rows: int) -> str:
    """Why a file (``code:detail``) could not be read, and what to do."""
    code, _colon, detail = failure.partition(":")
    if code not in _FAILURES:
        return _("This file cannot be read as a table. Start from our template.")
    return str(_FAILURES[code]) % {"detail": detail, "most": grouped(most_rows)}
