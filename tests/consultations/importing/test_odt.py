"""An ODT: the same document, the same chapters and passages."""

from __future__ import annotations

import pytest

from tests.consultations.importing.documents import odt
from tests.consultations.importing.test_docx import passage, passages, problem, read


@pytest.fixture(scope="module")
def document():
    return read(odt(), "odt")


def test_headings_make_chapters(document):
    assert [chapter["title"] for chapter in document.document["chapters"]] == ["Diagnoza", "Wskaźniki"]


def test_bold_and_links_survive(document):
    assert passage(document, "Miasto jest")["html"] == (
        'Miasto jest <strong>zielone</strong> <a href="https://lublin.eu/" rel="noopener">dla wszystkich</a>.'
    )


def test_a_footnote_stands_at_its_sign_and_a_comment_is_listed(document):
    found = passage(document, "Zdanie z komentarzem")
    assert found["footnotes"] == [{"number": "1", "html": "Treść przypisu."}]
    assert "Usunąć?" not in repr(document)
    assert problem(document, "comment")["place"] == "Diagnoza / Zdanie z komentarzem i przypisem."


def test_three_levels_of_a_list_keep_their_depth(document):
    items = [(one["level"], one["text"]) for one in passages(document) if one["kind"] == "item"]
    assert items == [(1, "pierwszy"), (2, "drugi poziom"), (3, "trzeci poziom")]


def test_a_table_and_a_picture_are_passages(document):
    assert passage(document, "drzewa")["text"] == "drzewa | 1000"
    assert [one["kind"] for one in passages(document)][-2:] == ["table", "image"]
    assert len(document.pictures) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<draw:frame><draw:text-box><text:p>w polu</text:p></draw:text-box></draw:frame>", "text_box"),
        ('<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>', "chart"),
        ('<draw:frame><draw:object-ole xlink:href="./Object 1"/></draw:frame>', "embedded_object"),
        ('<text:change-start text:change-id="c1"/>b<text:change-end text:change-id="c1"/>', "insertion"),
        ('<text:change text:change-id="c1"/>', "deletion"),
    ],
)
def test_what_cannot_be_kept_is_listed_at_its_place(body, code):
    result = read(odt(f'<text:h text:outline-level="1">Mapy</text:h><text:p>A{body}</text:p>'), "odt")
    assert problem(result, code)["place"].startswith("Mapy / A")
