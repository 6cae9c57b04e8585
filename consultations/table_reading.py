"""A table of remarks as a file. What the cells mean is judged elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from consultations.errors import TableUnreadable
from lublin2030.lib import table_files
from lublin2030.lib.table_files import EMPTY, EXAMPLE, MOST_BYTES, MOST_SEARCHED, Cell, Layout, Row, Table

__all__ = ["EMPTY", "EXAMPLE", "MOST_BYTES", "MOST_SEARCHED", "Cell", "Row", "Table"]

MOST_ROWS = 50_000

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
SHEET = "Uwagi"
LAYOUT = Layout(
    sheet=SHEET,
    columns=COLUMNS,
    needed=(("channel",), ("received",), ("change", "wording")),
    most_rows=MOST_ROWS,
)
header_key = LAYOUT.key_of


@contextmanager
def _as_refusal() -> Iterator[None]:
    """What the reader of files raises, as a refusal of this app."""
    try:
        yield
    except table_files.TableUnreadable as error:
        raise TableUnreadable(error.code, error.detail) from error


def read_table(content: bytes) -> Table:
    """The table that the file holds; what it is, its content says. Raises TableUnreadable."""
    with _as_refusal():
        return table_files.read_table(content, LAYOUT)


def read_cells(content: bytes, name: str = SHEET) -> Iterator[list[Cell]]:
    """The rows of a workbook's sheet of that name, or of its first. Raises TableUnreadable."""
    with _as_refusal():
        yield from table_files.read_cells(content, name)
