"""The form on paper: made from the consultation's rules, readable by a screen reader, in the reader's language."""

from __future__ import annotations

import io
import itertools

import docx
import pikepdf
import pytest
from django.core.cache import cache
from django.utils import translation

from consultations import blank_forms
from consultations.blank_forms import blank_form, blank_form_docx, blank_form_pdf
from consultations.models import Consultation
from lublin2030.lib.plain_markdown import plain_paragraphs
from tests.consultations.residents import url

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultation(consultation):
    consultation.contact = "Biuro Obsługi, **ul. Wieniawska 14**\n\n[napisz](mailto:strategia@example.org)"
    consultation.privacy_notice = "## Kto\n\nAdministratorem jest miasto.\n\n- cel\n- podstawa"
    consultation.required_fields = ["name", "address"]
    consultation.translate("title", "en", "Consultation of the strategy")
    consultation.save()
    return consultation


def words_of(document) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def structure(pdf: pikepdf.Pdf) -> list[str]:
    """The tags of the document, in its order."""
    tags: list[str] = []

    def walk(node) -> None:
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node and "/K" in node:
                tags.append(str(node.S))
            if "/K" in node:
                walk(node.K)

    walk(pdf.Root.StructTreeRoot)
    return tags


def test_the_rules_of_the_consultation_make_the_form(consultation):
    form = blank_form(consultation)
    assert [blank.label.endswith("*") for blank in form.sender] == [True, False, True, False, False, False]
    assert [reason.text for reason in form.reasons] == ["po terminie", "bez podpisu"]
    assert [one.text for one in form.returning] == [
        "Biuro Obsługi, ul. Wieniawska 14",
        "napisz (strategia@example.org)",
    ]
    assert [(one.kind, one.text) for one in form.privacy] == [
        ("heading", "Kto"), ("text", "Administratorem jest miasto."), ("item", "cel"), ("item", "podstawa"),
    ]  # fmt: skip
    assert "20 grudnia 2021, 23:59" in form.term[1][1]


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
def test_the_pdf_is_tagged_and_says_its_language_and_title(consultation, language):
    with translation.override(language):
        content = blank_form_pdf(consultation)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).startswith(language)
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as data:
            assert data["pdfuaid:part"] == "1"
            title = "Consultation of the strategy" if language == "en" else consultation.title
            assert title in data["dc:title"]
        tags = structure(pdf)
        assert tags.count("/H1") == 1
        assert {"/H2", "/Table", "/TH", "/L"} <= set(tags)


def test_the_docx_has_real_headings_and_tables_with_header_rows(consultation):
    document = docx.Document(io.BytesIO(blank_form_docx(consultation)))
    styles = [paragraph.style.name for paragraph in document.paragraphs]
    assert styles.count("Title") == 1
    assert styles.count("Heading 1") == 8
    assert len(document.tables) == 5
    for table in document.tables:
        assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
    words = words_of(document)
    for part in ("po terminie", "strategia@example.org", "Administratorem jest miasto.", consultation.title):
        assert part in words
    assert document.core_properties.language == "pl-PL"


def test_words_of_another_language_are_marked_in_the_docx(consultation):
    with translation.override("en"):
        document = docx.Document(io.BytesIO(blank_form_docx(consultation)))
    notice = next(one for one in document.paragraphs if one.text == "Administratorem jest miasto.")
    assert notice.runs[0]._r.xpath("./w:rPr/w:lang/@w:val") == ["pl-PL"]
    title = next(one for one in document.paragraphs if one.style.name == "Title")
    assert title.runs[0]._r.xpath("./w:rPr/w:lang/@w:val") == []


@pytest.mark.parametrize(
    ("name", "content_type"), [("blank_form_pdf", "application/pdf"), ("blank_form_docx", "wordprocessingml")]
)
def test_the_forms_can_be_had_from_the_consultations_page(consultation, client, during, name, content_type):
    address = url(name, consultation)
    assert address in client.get(url("detail", consultation)).content.decode()
    answer = client.get(address)
    assert answer.status_code == 200
    assert content_type in answer.headers["Content-Type"]


def test_an_unpublished_consultation_has_no_form(consultation, client):
    Consultation.objects.update(published_at=None)
    assert client.get(url("blank_form_pdf", consultation)).status_code == 404


@pytest.mark.parametrize(
    ("markdown", "texts"),
    [
        ("*a* `b` [c](https://d.pl)", ["a b c (https://d.pl)"]),
        ("[https://d.pl](https://d.pl)", ["https://d.pl"]),
        ("[tutaj](/kontakt/)", ["tutaj"]),
        ("a\nb", ["a b"]),
        ("<b>x</b>", ["<b>x</b>"]),
        ("", []),
    ],
)
def test_markdown_becomes_plain_paragraphs(markdown, texts):
    assert [one.text for one in plain_paragraphs(markdown)] == texts


@pytest.mark.parametrize(("make", "writer"), [(blank_form_pdf, "render_pdf"), (blank_form_docx, "_write_docx")])
def test_a_form_is_made_once_until_it_says_something_else(consultation, monkeypatch, make, writer):
    """Everybody can ask for it, and each making keeps a processor busy."""
    cache.clear()
    made = itertools.count(1)
    monkeypatch.setattr(blank_forms, writer, lambda *a, **k: b"%d" % next(made))
    assert [make(consultation), make(consultation)] == [b"1", b"1"]
    consultation.contact = "Nowy adres"
    assert make(consultation) == b"2"
    with translation.override("en"):
        assert make(consultation) == b"3"
