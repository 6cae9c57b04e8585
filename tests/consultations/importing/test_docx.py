"""A DOCX with everything in it: what is kept, and what is listed with its place."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from PIL import Image

from consultations.importing import read_document
from tests.consultations.importing import documents
from tests.consultations.importing.documents import add_xml, nasty_docx, picture, run, saved


def read(data, kind="docx", **options):
    return read_document(data, kind, front_title="Wstęp", picture_word="[ilustracja]", **options)


@pytest.fixture(scope="module")
def nasty():
    return read(nasty_docx())


def passages(result):
    return [passage for chapter in result.document["chapters"] for passage in chapter["passages"]]


def passage(result, beginning):
    return next(one for one in passages(result) if one["text"].startswith(beginning))


def problem(result, code):
    return next(one for one in result.problems if one["code"] == code)


def test_the_title_and_the_headings_make_title_and_chapters(nasty):
    assert nasty.document["title"] == "Strategia nieznośna"
    assert [chapter["title"] for chapter in nasty.document["chapters"]] == ["Diagnoza", "Wskaźniki"]


def test_a_deeper_heading_is_a_passage(nasty):
    found = passage(nasty, "Cele szczegółowe")
    assert (found["kind"], found["level"], found["html"]) == ("heading", 2, "")


def test_bold_and_italics_survive(nasty):
    found = passage(nasty, "Miasto jest")
    assert found["text"] == "Miasto jest zielone i ciche."
    assert found["html"] == "Miasto jest <strong>zielone</strong> i <em>ciche</em>."


def test_three_levels_of_a_list_keep_depth_signs_and_order(nasty):
    items = [(one["level"], one["marker"], one["text"]) for one in passages(nasty) if one["kind"] == "item"]
    assert items == [
        (1, "1.", "pierwszy cel"),
        (2, "a)", "cel wewnątrz"),
        (3, "", "najgłębiej"),
        (3, "", "obok najgłębszego"),
        (2, "b)", "drugi wewnątrz"),
        (1, "2.", "drugi cel"),
    ]


def test_tracked_changes_are_accepted_and_listed_at_their_place(nasty):
    assert passage(nasty, "Mieszkańcy")["text"] == "Mieszkańcy wszyscy chcą parków."
    place = "Diagnoza / Mieszkańcy wszyscy chcą parków."
    assert problem(nasty, "insertion") == {"code": "insertion", "count": 1, "place": place, "detail": ""}
    assert problem(nasty, "deletion") == {"code": "deletion", "count": 1, "place": place, "detail": ""}


def test_a_comment_is_left_out_with_its_author_and_listed(nasty):
    assert problem(nasty, "comment")["place"] == "Diagnoza / Zdanie z komentarzem."
    assert "Recenzentka" not in repr(nasty)
    assert "Do usunięcia" not in repr(nasty)


def test_a_footnote_stands_at_its_sign(nasty):
    found = passage(nasty, "Zdanie z przypisem")
    assert found["text"] == "Zdanie z przypisem i dalej."
    assert found["html"] == 'Zdanie z przypisem<sup class="note">1</sup> i dalej.'
    assert found["footnotes"] == [{"number": "1", "html": "Treść przypisu."}]


def test_a_text_box_follows_its_paragraph_whose_words_stay(nasty):
    texts = [one["text"] for one in passages(nasty)]
    at = texts.index("Zdanie obok pola.")
    assert texts[at + 1] == "Słowa w polu tekstowym"
    assert texts.count("Słowa w polu tekstowym") == 1
    assert problem(nasty, "text_box")["place"] == "Diagnoza / Zdanie obok pola."
    assert problem(nasty, "text_box")["detail"] == "Słowa w polu tekstowym"


def test_a_formula_becomes_text_and_is_listed(nasty):
    assert passage(nasty, "Wzór")["text"] == "Wzór x + 1"
    assert problem(nasty, "equation")["place"] == "Diagnoza / Wzór"


def test_an_empty_heading_is_dropped_and_its_place_told(nasty):
    assert problem(nasty, "empty_heading")["place"] == "Diagnoza / Wzór x + 1"


def test_the_contents_of_the_file_are_left_out(nasty):
    assert not any("Spis treści" in one["text"] for one in passages(nasty))
    assert problem(nasty, "contents")["count"] == 1


def test_the_running_header_is_listed(nasty):
    assert problem(nasty, "header_footer")["detail"] == "Urząd Miasta, wydruk roboczy"


def test_a_table_is_one_passage_and_an_inner_table_lines_of_its_cell(nasty):
    (table,) = [one for one in passages(nasty) if one["kind"] == "table"]
    assert table["text"] == "Wskaźnik | Wartość\ndrzewa | 1000\nparki | wewnątrz, tabeli"
    assert table["html"].startswith('<table><thead><tr><th scope="col">Wskaźnik</th>')
    assert table["html"].count("<table>") == 1
    assert problem(nasty, "nested_table")["place"] == "Wskaźniki / Wskaźnik | Wartość"


def test_a_picture_that_stands_alone_is_a_passage_and_waits_for_its_description(nasty):
    (image,) = [one for one in passages(nasty) if one["kind"] == "image"]
    (sha256,) = image["images"]
    assert image["html"] == f'<img alt="" src="obraz:{sha256}" width="60" height="40">'
    assert nasty.document["pictures"][sha256]["alt"] == ""
    assert Image.open(io.BytesIO(nasty.pictures[sha256].data)).size == (60, 40)


def test_a_picture_in_a_sentence_keeps_the_description_that_the_file_has(nasty):
    found = passage(nasty, "Zdanie z obrazem")
    (sha256,) = found["images"]
    assert found["html"].endswith(f'<img alt="Niebieska plansza" src="obraz:{sha256}" width="60" height="40">')


def test_nothing_else_is_said_to_be_lost(nasty):
    assert {one["code"] for one in nasty.problems} == {
        "comment", "insertion", "deletion", "text_box", "equation", "empty_heading", "contents", "header_footer",
        "nested_table",
    }  # fmt: skip


def test_text_that_the_converter_drops_is_found_and_listed():
    document = docx.Document()
    document.add_heading("Ukryte", 1)
    add_xml(document, run("Widać, ") + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>a tego nie widać</w:t></w:r>")
    result = read(saved(document))
    lost = [one["detail"] for one in result.problems if one["code"] == "text_lost"]
    kept = " ".join(one["text"] for one in passages(result))
    assert ("a tego nie widać" in kept) is not bool(lost)


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ('<w:r><w:object/></w:r>', "embedded_object"),
        (
            '<w:r><w:drawing><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData '
            'uri="http://schemas.openxmlformats.org/drawingml/2006/chart"/></a:graphic></w:drawing></w:r>',
            "chart",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_listed_at_its_place(inner, code):
    document = docx.Document()
    document.add_heading("Diagnoza", 1)
    add_xml(document, run("Zdanie przed.") + inner)
    found = problem(read(saved(document)), code)
    assert found["place"] == "Diagnoza / Zdanie przed."


def test_merged_cells_stay_merged():
    document = docx.Document()
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "razem"
    table.cell(1, 0).text, table.cell(1, 1).text = "lewa", "prawa"
    (found,) = passages(read(saved(document)))
    assert 'colspan="2">razem<' in found["html"]
    assert found["text"].endswith("lewa | prawa")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("image1.emf", b"\x01\x00\x00\x00 EMF", "picture_format"),
        ("image1.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "picture_format"),
        ("image1.png", picture()[:60], "picture_damaged"),
    ],
)
def test_a_picture_that_no_browser_shows_is_listed_by_its_place(name, data, code):
    document = docx.Document()
    document.add_heading("Mapy", 1)
    document.add_paragraph("Niżej mapa.")
    document.add_picture(io.BytesIO(picture()))
    with zipfile.ZipFile(io.BytesIO(saved(document))) as package:
        relations = package.read("word/_rels/document.xml.rels").replace(b"image1.png", name.encode())
    result = read(
        documents.with_parts(saved(document), {f"word/media/{name}": data, "word/_rels/document.xml.rels": relations})
    )
    assert problem(result, code) == {"code": code, "count": 1, "place": "Mapy", "detail": name}
    assert result.document["pictures"] == {}


def test_metadata_of_a_picture_is_gone():
    exif = Image.Exif()
    exif[0x010F] = "Aparat Anny Kowalskiej"
    document = docx.Document()
    document.add_picture(io.BytesIO(picture("JPEG", exif=exif)))
    result = read(saved(document))
    (kept,) = result.pictures.values()
    assert b"Kowalskiej" not in kept.data
    assert not Image.open(io.BytesIO(kept.data)).getexif()


@pytest.mark.parametrize(
    ("level", "titles"),
    [
        (0, ["Dom", "Ogród"]),
        (1, ["Strategia"]),
        (2, ["Dom", "Ogród"]),
        (3, ["Dom", "Dach", "Ogród"]),
    ],
)
def test_chapters_begin_at_the_chosen_level(level, titles):
    document = docx.Document()
    for text, depth in (("Strategia", 1), ("Dom", 2), ("Dach", 3), ("Ogród", 2)):
        document.add_heading(text, depth)
        document.add_paragraph(f"O tym: {text}.")
    result = read(saved(document), chapter_level=level)
    front = ["Wstęp"] if level != 1 else []
    assert [chapter["title"] for chapter in result.document["chapters"]] == front + titles
    assert result.document["title"] == ("" if level == 1 else "Strategia")


def test_text_before_the_first_heading_is_a_chapter_with_a_neutral_title():
    document = docx.Document()
    document.add_paragraph("Słowo prezydenta.")
    document.add_heading("Diagnoza", 1)
    document.add_paragraph("Jest dobrze.")
    result = read(saved(document))
    assert [chapter["title"] for chapter in result.document["chapters"]] == ["Wstęp", "Diagnoza"]


def test_a_heading_too_long_for_a_title_is_whole_in_the_first_passage():
    document = docx.Document()
    text = "Bardzo długi nagłówek " * 20
    document.add_heading(text.strip(), 1)
    result = read(saved(document))
    (chapter,) = result.document["chapters"]
    assert len(chapter["title"]) <= 300
    assert chapter["title"].endswith("…")
    assert chapter["passages"][0]["text"] == text.strip()
    assert problem(result, "long_heading")["count"] == 1


def test_links_to_the_web_stay_and_others_are_listed():
    result = read(
        b"[miasto](https://lublin.eu/) i [plik](file:///c:/tajne.doc) i [tu](#rozdzial) i [zle](javascript:alert(1))",
        "markdown",
    )
    (found,) = passages(result)
    assert found["html"] == '<a href="https://lublin.eu/" rel="noopener">miasto</a> i plik i tu i zle'
    assert [(one["code"], one["detail"]) for one in result.problems] == [
        ("link", "plik"), ("cross_reference", "tu"), ("link", "zle"),
    ]  # fmt: skip


def test_a_document_of_400_pages_is_read_whole():
    seen = []
    result = read(documents.large_docx(), tell=lambda done, total: seen.append((done, total)))
    texts = [one["text"] for one in passages(result)]
    assert (len(result.document["chapters"]), len(texts)) == (40, 2500)
    assert sum(len(text.split()) for text in texts) >= 120_000
    assert result.problems == []
    assert len(seen) > 20
    assert seen == sorted(seen)
    assert all(done < total for done, total in seen)
