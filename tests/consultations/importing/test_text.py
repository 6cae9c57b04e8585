"""Markdown and pasted text: no word is lost, and what a line is, is told from its shape."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultations.importing import read_document
from consultations.importing.pasted import read_pasted
from consultations.importing.reading import Read
from tests.consultations.importing.test_docx import passages, problem, read

# How fast the machine is says nothing about the texts.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
word = st.text("abcdefghijklmnopqrstuwyząćęłńóśźżАБВіїє0123456789", min_size=1, max_size=12)
line = st.lists(word, min_size=1, max_size=12).map(" ".join)


@st.composite
def pasted_text(draw) -> str:
    """Lines of any shape: headings, items, broken lines, blank ones."""
    begin = st.sampled_from(["", "", "# ", "## ", "– ", "• ", "1. ", "a) ", "   - ", "\t", "Rozdział 3 ", "2.1 "])
    end = st.sampled_from(["", ".", ",", ":", "…"])
    rows = draw(st.lists(st.one_of(st.just(""), st.tuples(begin, line, end).map("".join)), min_size=1, max_size=25))
    line_end: str = draw(st.sampled_from(["\n", "\r\n"]))
    return line_end.join(rows)


def words_of_pieces(pieces) -> list[str]:
    return " ".join(f"{one.marker} {one.text}" for one in pieces).split()


@unhurried
@given(pasted_text())
def test_every_word_of_a_pasted_text_stands_in_what_was_read_in_its_order(text):
    signs = {"#", "##", "–", "•", "-"}
    assert [w for w in words_of_pieces(read_pasted(text)) if w not in signs] == [
        w for w in text.split() if w not in signs
    ]


@unhurried
@given(st.text(max_size=400))
def test_no_text_makes_reading_fail(text):
    letters = [sign for piece in read_pasted(text) for sign in f"{piece.marker}{piece.text}" if sign.isalnum()]
    import unicodedata

    assert letters == [sign for sign in unicodedata.normalize("NFC", text) if sign.isalnum()]


@st.composite
def markdown(draw) -> str:
    kinds = st.sampled_from(
        ["{}", "# {}", "## {}", "**{}**", "- {}", "1. {}", "> {}", "| {} | b |\n|---|---|\n| c | d |"]
    )
    blocks = draw(st.lists(st.tuples(kinds, line), min_size=1, max_size=8))
    return "\n\n".join(kind.format(text) for kind, text in blocks) + "\n\nkoniec"


def words_read(result: Read) -> list[str]:
    parts: list[str] = [result.document["title"]]
    for chapter in result.document["chapters"]:
        parts.append(chapter["title"])
        parts += [one["text"].replace("|", " ") for one in chapter["passages"]]
    return " ".join(parts).split()


@settings(unhurried, max_examples=15)
@given(markdown())
def test_every_word_of_a_markdown_text_stands_in_what_was_read_in_its_order(text):
    result = read_document(text.encode(), "markdown", front_title="", picture_word="[p]")
    sought = [
        w for w in text.replace("**", "").replace("|", " ").split() if w not in {"#", "##", "-", "1.", ">", "---"}
    ]
    assert words_read(result) == sought


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rozdział 1. Diagnoza\nTreść.", [("heading", 1, "Rozdział 1. Diagnoza"), ("paragraph", 1, "Treść.")]),
        ("# Cele\n\nTreść.", [("heading", 1, "Cele"), ("paragraph", 1, "Treść.")]),
        ("2.1 Zieleń\n\nTreść.", [("heading", 2, "2.1 Zieleń"), ("paragraph", 1, "Treść.")]),
        ("DIAGNOZA\n\nTreść.", [("heading", 1, "DIAGNOZA"), ("paragraph", 1, "Treść.")]),
        ("Ważne: 2.1 wynosi 5.", [("paragraph", 1, "Ważne: 2.1 wynosi 5.")]),
        ("- raz\n- dwa", [("item", 1, "raz"), ("item", 1, "dwa")]),
        ("1. raz\n  a) głębiej\n2. dwa", [("item", 1, "raz"), ("item", 2, "głębiej"), ("item", 1, "dwa")]),
        ("złamane\nprzez stronę.\n\nDrugie.", [("paragraph", 1, "złamane przez stronę."), ("paragraph", 1, "Drugie.")]),
        ("Jeden akapit.\nDrugi akapit.", [("paragraph", 1, "Jeden akapit."), ("paragraph", 1, "Drugi akapit.")]),
    ],
)  # fmt: skip
def test_the_shape_of_a_line_tells_what_it_is(text, expected):
    assert [(one.kind, one.level, one.text) for one in read_pasted(text)] == expected


def test_the_sign_of_a_numbered_item_is_kept_and_a_bullet_is_none():
    assert [one.marker for one in read_pasted("1. raz\nb) dwa\n– trzy")] == ["1.", "b)", ""]


def test_footnotes_and_tables_of_markdown_survive():
    result = read(
        "# Cele\n\nZdanie[^1].\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[^1]: Przypis **ważny**.".encode(), "markdown"
    )
    sentence, table = passages(result)
    assert sentence["footnotes"] == [{"number": "1", "html": "Przypis <strong>ważny</strong>."}]
    assert table["text"] == "a | b\n1 | 2"


def test_html_in_markdown_leaves_its_words_and_nothing_that_runs():
    result = read(
        b"<div onclick='x()'>Blok</div>\n\nA <b onmouseover='x()'>b</b> <script>alert(1)</script>", "markdown"
    )
    everything = repr(result.document)
    assert "Blok" in everything
    assert "onclick" not in everything
    assert "<script" not in everything
    assert problem(result, "raw_markup")


def test_a_picture_of_markdown_is_not_fetched_but_listed():
    result = read(b"Tekst ![mapa](https://example.org/mapa.png) dalej", "markdown")
    (found,) = passages(result)
    assert found["text"] == "Tekst mapa dalej"
    assert problem(result, "picture_missing")["detail"] == "mapa.png"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250", "utf-16"])
def test_text_is_read_in_the_encodings_that_offices_write(encoding):
    (found,) = passages(read("Zażółć gęślą jaźń".encode(encoding), "markdown"))
    assert found["text"] == "Zażółć gęślą jaźń"


def test_an_item_of_several_paragraphs_is_one_passage():
    (first, second) = passages(read(b"- raz\n\n  dalszy ciag\n\n- dwa", "markdown"))
    assert (first["text"], second["text"]) == ("raz\ndalszy ciag", "dwa")
