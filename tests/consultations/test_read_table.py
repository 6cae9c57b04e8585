"""Reading a table: whatever an office saves is read, and whatever is no table gets a sentence instead of a crash."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultations.errors import TableUnreadable
from consultations.table_reading import COLUMNS, MOST_ROWS, header_key, read_table
from consultations.table_template import example_row, headers, template_csv, template_xlsx
from consultations.table_words import failure_in_words
from tests.consultations.tables import as_csv, as_xlsx, row
from tests.factories import DURING


def texts(content: bytes) -> list[dict[str, str]]:
    return [{key: cell.text for key, cell in one.cells.items()} for one in read_table(content).rows]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16", "cp1250"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_is_read_however_it_was_saved(encoding, delimiter):
    rows = [row(change="Żółć, gęś; jaźń\tźdźbło"), row(change='„Cytat” i "cudzysłów"\ndruga linia')]
    assert texts(as_csv(rows, delimiter=delimiter, encoding=encoding)) == rows


def test_xlsx_keeps_texts_dates_numbers_and_answers():
    rows = [row(received=DURING.replace(tzinfo=None), lodged=dt.date(2021, 11, 29), letter=12, place=3.2, signed=False)]
    read = read_table(as_xlsx(rows)).rows[0]
    assert read.text("received") == "01.12.2021 12:00"
    assert read.text("lodged") == "29.11.2021"
    assert read.text("letter") == "12"
    assert (read.cells["place"].text, read.cells["place"].was) == ("3.2", "number")
    assert read.text("signed") == "nie"


@pytest.mark.parametrize("text", ["=1+1", "+48 81 466 20 00", "-5 drzew", "@miasto", '=HYPERLINK("http://x","y")'])
@pytest.mark.parametrize("save", [as_csv, as_xlsx])
def test_what_looks_like_a_formula_is_text(save, text):
    assert texts(save([row(change=text)]))[0]["change"] == text


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Kanał *", "channel"),
        ("CHANNEL", "channel"),
        ("  data   wpłynięcia ", "received"),
        ("E-mail", "email"),
        ("x", None),
    ],
)
def test_headers_are_known_in_polish_and_english(header, key):
    assert header_key(header) == key


def test_an_unknown_column_is_listed_and_left_out():
    content = as_csv([row()]).decode("utf-8-sig").replace("temat", "Ulubiony kolor").encode()
    assert read_table(content).unknown_columns == ["Ulubiony kolor"]


def test_empty_rows_and_the_example_are_no_rows():
    content = as_csv([row(letter="PRZYKŁAD"), {}, row(letter="2")])
    assert [one.number for one in read_table(content).rows] == [4]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", "<x/>")
        for number in range(9):
            parts.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * (50 * 1024 * 1024))
    return out.getvalue()


def broken_xlsx() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("xl/workbook.xml", "<workbook><sheets>")
    return out.getvalue()


def other_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("word/document.xml", "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (lambda: b"", "empty"),
        (lambda: b"  \n ", "empty"),
        (lambda: as_csv([]), "empty"),
        (lambda: b"PK\x03\x04 not a zip", "broken"),
        (broken_xlsx, "broken"),
        (other_zip, "not_table"),
        (bomb, "bomb"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
        (lambda: b"%PDF-1.7\x00\x01", "not_table"),
        (lambda: b"\xff\xfe\x00\xd8\x00", "broken"),
        (lambda: "jakiś tekst\nbez tabeli".encode(), "no_columns"),
        (lambda: "pismo;kanał;kanał\n1;2;3".encode(), "column_twice"),
        (lambda: as_csv([row()] * (MOST_ROWS + 1)), "too_many_rows"),
        (lambda: b"x" * (20 * 1024 * 1024 + 1), "too_large"),
    ],
)
def test_what_is_no_table_gets_its_sentence(content, code):
    with pytest.raises(TableUnreadable) as refusal:
        read_table(content())
    assert refusal.value.code == code
    assert "%" not in failure_in_words(f"{code}:{refusal.value.detail}")


def test_the_missing_columns_are_named():
    with pytest.raises(TableUnreadable) as refusal:
        read_table(b"pismo;miejsce\n1;2")
    assert refusal.value.detail == "kanał, wpłynęło, co zmienić"


@pytest.mark.parametrize("template", [template_xlsx, template_csv])
def test_the_template_comes_back_as_it_was_filled_in(consultation, template):
    content = template(consultation, now=DURING)
    with pytest.raises(TableUnreadable) as refusal:
        read_table(content)  # the example alone is no table
    assert refusal.value.code == "empty"


def test_the_example_is_named_in_the_language_of_the_columns(consultation):
    assert example_row(consultation, DURING)["letter"] == "PRZYKŁAD"


def test_the_template_names_every_column():
    assert [header_key(name) for name in headers()] == list(COLUMNS)


cell = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.fixed_dictionaries(dict.fromkeys(("name", "change", "wording", "reason", "topic"), cell)), max_size=5)
)
def test_any_text_comes_back_from_both_forms_as_it_was_written(values):
    rows = [row(letter=str(number), **value) for number, value in enumerate(values, start=1)] or [row()]
    assert texts(as_csv(rows)) == texts(as_xlsx(rows))


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=400)
    | st.binary(max_size=400).map(lambda tail: b"PK\x03\x04" + tail)
    | st.text(max_size=400).map(str.encode)
)
def test_no_bytes_make_the_reader_crash(content):
    with contextlib.suppress(TableUnreadable):  # any other error fails the test
        assert read_table(content).rows
