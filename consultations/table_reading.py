"""A table of remarks as a file: XLSX, or CSV in what offices save it in. What the cells mean is judged elsewhere."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import openpyxl

from consultations.errors import TableUnreadable
from lublin2030.lib.plaintext import normalise
from lublin2030.lib.typed_dates import write_moment

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 50_000
MOST_UNPACKED = 400 * 1024 * 1024  # a real table of 50,000 rows unpacks to well under half of this
MOST_PARTS = 2_000
MOST_COLUMNS = 100
MOST_SEARCHED = 300_000  # rows looked at, empty ones with them
MOST_IN_CELL = 100_000  # characters; Excel's own limit is a third of it

# Each column: its name in our template, and other headers under which it is known. All small letters.
COLUMNS: dict[str, tuple[str, ...]] = {
    "letter": ("pismo", "letter", "nr pisma", "zgłoszenie", "лист"),
    "channel": ("kanał", "channel", "sposób dostarczenia", "канал"),
    "received": ("wpłynęło", "received", "data wpłynięcia", "data wpływu", "надійшло"),
    "lodged": ("nadano", "lodged", "złożono", "data nadania", "подано"),
    "signed": ("podpisane", "signed", "podpis", "підписано"),
    "sender_kind": ("nadawca", "sender kind", "sender", "rodzaj nadawcy", "відправник"),
    "name": ("imię i nazwisko lub nazwa", "name", "imię i nazwisko", "nazwa", "назва"),
    "representative": ("reprezentant", "representative", "kto reprezentuje", "представник"),
    "email": ("e-mail", "email", "adres e-mail", "електронна пошта"),
    "phone": ("telefon", "phone", "телефон"),
    "address": ("adres", "address", "adres pocztowy", "адреса"),
    "district": ("dzielnica", "district", "район"),
    "place": ("miejsce", "place", "fragment", "część dokumentu", "місце"),
    "kind": ("rodzaj", "kind", "rodzaj uwagi", "вид"),
    "change": ("co zmienić", "change", "treść", "treść uwagi", "uwaga", "що змінити"),
    "wording": ("proponowane brzmienie", "wording", "proposed wording", "brzmienie", "запропонований текст"),
    "reason": ("uzasadnienie", "reason", "why", "dlaczego", "обґрунтування"),
    "topic": ("temat", "topic", "тема"),
}
LETTER_COLUMNS = (
    "channel", "received", "lodged", "signed", "sender_kind", "name", "representative", "email", "phone", "address",
    "district",
)  # fmt: skip
REMARK_COLUMNS = ("place", "kind", "change", "wording", "reason", "topic")
NEEDED = ("channel", "received", "change")
SHEET = "Uwagi"
# A row whose letter has this name is the template's example and is no letter.
EXAMPLE = "przykład"  # in our template, whose columns have Polish names in every language
EXAMPLES = {EXAMPLE, "example", "приклад"}
_BY_NAME = {name: key for key, names in COLUMNS.items() for name in names}


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


def read_table(content: bytes) -> Table:
    """The table that the file holds; what it is, its content says. Raises TableUnreadable."""
    if len(content) > MOST_BYTES:
        raise TableUnreadable("too_large")
    if not content.strip():
        raise TableUnreadable("empty")
    if content.startswith(b"PK"):
        return _table(read_cells(content))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableUnreadable("old_excel")
    return _read_csv(_decode(content))


# -- XLSX -------------------------------------------------------------------------------------------------------------


def read_cells(content: bytes, name: str = SHEET) -> Iterator[list[Cell]]:
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


def _read_csv(text: str) -> Table:
    problems: list[TableUnreadable] = []
    for delimiter in (";", "\t", ","):
        try:
            return _table(_csv_rows(text, delimiter))
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


def header_key(text: str) -> str | None:
    """The column that a header names, or none."""
    return _BY_NAME.get(" ".join(text.replace("*", " ").casefold().split()))


def _table(rows: Iterable[list[Cell]]) -> Table:
    keys: list[str | None] | None = None
    table = Table(rows=[])
    for number, cells in enumerate(rows, start=1):
        if number > MOST_SEARCHED:
            raise TableUnreadable("too_many_rows")
        if not any(cell.text for cell in cells):
            continue
        if keys is None:
            keys = _keys(cells, table)
            continue
        named = {key: cell for key, cell in zip(keys, cells, strict=False) if key is not None and cell.text}
        if not named or named.get("letter", EMPTY).text.casefold() in EXAMPLES:
            continue
        if len(table.rows) == MOST_ROWS:
            raise TableUnreadable("too_many_rows")
        table.rows.append(Row(number, named))
    if keys is None or not table.rows:
        raise TableUnreadable("empty")
    return table


def _keys(cells: list[Cell], table: Table) -> list[str | None]:
    keys: list[str | None] = []
    for cell in cells:
        key = header_key(cell.text)
        if key is not None and key in keys:
            raise TableUnreadable("column_twice", cell.text[:60])
        if key is None and cell.text:
            table.unknown_columns.append(cell.text[:60])
        keys.append(key)
    missing = [COLUMNS[key][0] for key in NEEDED if key not in keys and not (key == "change" and "wording" in keys)]
    if missing:
        raise TableUnreadable("no_columns", ", ".join(missing))
    return keys
