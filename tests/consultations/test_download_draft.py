"""The draft as documents: what they hold, when they are made, and that nothing unpublished is ever served."""

from __future__ import annotations

import io
from collections import Counter

import docx
import pikepdf
import pytest
from django.utils import translation

from accounts.jobs import run_due
from accounts.models import Job
from consultations.docx_writer import write_docx
from consultations.draft_document import document_of
from consultations.models import DraftFile, PassageText
from consultations.pdf_writer import write_pdf
from consultations.services import draft_files
from tests.consultations.drafts import add_passage, publish_next, rich_consultation, version_of
from tests.consultations.residents import text_of, url
from tests.factories import DURING, consultation_with_draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


@pytest.fixture
def consultation(during):
    return rich_consultation()


def body(response):
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def pdf_of(consultation, language="pl"):
    return pikepdf.open(io.BytesIO(write_pdf(document_of(version_of(consultation), language))))


def word_of(consultation, language="pl"):
    return docx.Document(io.BytesIO(write_docx(document_of(version_of(consultation), language))))


def structure(pdf):
    """How often each structure element stands in the tagged document, and the alternative texts."""
    tags: Counter[str] = Counter()
    alternatives: list[str] = []

    def walk(element):
        if isinstance(element, pikepdf.Dictionary):
            if "/S" in element:
                tags[str(element.S)] += 1
            if "/Alt" in element:
                alternatives.append(str(element.Alt))
            kids = element.get("/K")
            for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
                walk(kid)

    walk(pdf.Root.StructTreeRoot)
    return tags, alternatives


# -- PDF ------------------------------------------------------------------------------------------------------------


def test_the_pdf_says_that_it_is_accessible_and_what_it_is(consultation):
    pdf = pdf_of(consultation)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf.Root.Metadata.read_bytes()
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "pl-PL"
    assert str(pdf.docinfo.Title) == "Projekt strategii"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle


def test_the_pdf_is_tagged_as_the_draft_is_made(consultation):
    tags, alternatives = structure(pdf_of(consultation))
    assert tags["/H2"] == 1
    assert tags["/LI"] == 5 + 2  # the items of the draft, and those in the table's cell
    assert (tags["/Table"], tags["/THead"], tags["/TH"]) == (1, 1, 2)
    assert tags["/Note"] == 1
    assert tags["/Figure"] == 1
    assert alternatives.count("Plan miasta") == 1
    assert tags["/Link"] >= 1


def test_the_pdf_has_bookmarks_of_chapters_and_headings(consultation):
    with pdf_of(consultation).open_outline() as outline:
        assert [(one.title, [child.title for child in one.children]) for one in outline.root] == [
            ("1. Miasto zielone", ["Kierunki"])
        ]


def test_the_same_version_makes_the_same_bytes(consultation):
    document = document_of(version_of(consultation), "pl")
    assert write_pdf(document) == write_pdf(document)


@pytest.mark.parametrize(
    "wording", ["#panic()", "$x$ *b* _i_ `c`", "\\ ] [ } {", "= Nagłówek", "<a> @b /* c", '#eval("1")', "\x07"]
)
def test_a_text_is_never_markup_of_the_typesetter(consultation, wording):
    PassageText.objects.filter(passage__code="f3").update(wording=wording)
    assert len(pdf_of(consultation).pages) >= 1


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td rowspan=9 colspan=9>a</td></tr><tr><td>b</td></tr></table>",
        "<table><thead><tr><th rowspan=3>a</th><th>b</th></tr></thead><tr><td>c</td></tr></table>",
        "<table><tr><td></td></tr><tr></tr></table>",
        "<table><tr><th>only</th></tr></table>",
        "<table><tr><td><table><tr><td>nested</td></tr></table></td></tr></table>",
        '<p>a<sup class="note">7</sup></p>',
        "<ul><li></li></ul>",
        "<blockquote><p>q</p><ul><li>x<ol><li>y</li></ol></li></ul></blockquote>",
        f'<img src="obraz:{"0" * 64}" alt="brak pliku">',
        "<pre>  a\n b</pre><hr><h1>x</h1>",
    ],
)
@pytest.mark.parametrize("kind", ["paragraph", "item", "table", "heading", "image"])
def test_odd_layouts_can_be_written_in_both_formats(consultation, html, kind):
    PassageText.objects.filter(passage__code="f3").update(html=html, kind=kind, level=3, footnotes=[])
    document = document_of(version_of(consultation), "pl")
    assert write_pdf(document).startswith(b"%PDF")
    assert docx.Document(io.BytesIO(write_docx(document))).paragraphs


# -- DOCX -----------------------------------------------------------------------------------------------------------


def test_the_docx_says_what_it_is(consultation):
    properties = word_of(consultation).core_properties
    assert (properties.title, properties.language) == ("Projekt strategii", "pl-PL")
    assert properties.created.date().isoformat() == "2021-11-14"  # midnight in Warsaw, in UTC


def test_the_docx_has_real_styles(consultation):
    document = word_of(consultation)
    styles = {paragraph.text: paragraph.style.name for paragraph in document.paragraphs}
    assert styles["1. Miasto zielone"] == "Heading 1"
    assert styles["1.2\tKierunki"] == "Heading 2"
    assert styles["1.4\ta)\twięcej lip"] == "List"
    assert styles["1.5 na ulicach"] == "List Bullet 2"
    assert styles["Projekt strategii"] == "Title"


def test_the_docx_keeps_tables_pictures_links_and_footnotes(consultation):
    document = word_of(consultation)
    table = document.tables[0]
    assert [cell.text for cell in table.rows[0].cells] == ["Cel", "Lata", "Lata"]
    assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
    assert not table.rows[1]._tr.xpath("./w:trPr/w:tblHeader")
    assert [shape._inline.docPr.get("descr") for shape in document.inline_shapes] == ["Plan miasta"]
    targets = [one.target_ref for one in document.part.rels.values() if one.is_external]
    assert targets == ["https://lublin.eu/plan?a=1&b=2"]
    [notes] = [one.target_part for one in document.part.rels.values() if one.reltype.endswith("/footnotes")]
    assert "Około tysiąca rocznie." in notes.blob.decode()


@pytest.mark.parametrize("wording", ["<w:p/>&amp;", "a\x00b\x0bc", "\ud800".encode("utf-8", "surrogatepass").hex()])
def test_a_text_is_never_markup_of_the_word_processor(consultation, wording):
    clean = wording.replace("\x00", "")
    PassageText.objects.filter(passage__code="f3").update(wording=clean)
    assert any(clean.replace("\x0b", "") in one.text for one in word_of(consultation).paragraphs)


# -- Languages ------------------------------------------------------------------------------------------------------


def test_a_translated_document_says_which_text_binds_and_which_parts_are_polish(consultation):
    pdf = pdf_of(consultation, "en")
    assert str(pdf.Root.Lang) == "en-GB"
    with pdf.open_outline() as outline:
        assert outline.root[0].title == "1. The green city"
    document = word_of(consultation, "en")
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "1.11\tThe last paragraph." in texts
    assert any("binding" in text for text in texts)
    polish = next(paragraph for paragraph in document.paragraphs if "Dwa akapity." in paragraph.text)
    assert polish._p.xpath(".//w:lang/@w:val") == ["pl-PL"]


def test_a_language_without_translations_gets_the_original(client, consultation):
    with translation.override("uk"):
        response = client.get(url("draft_pdf", consultation))
    body(response)
    assert [file.language for file in DraftFile.objects.all()] == ["pl"]


def test_each_language_is_a_file_of_its_own(client, consultation):
    body(client.get(url("draft_docx", consultation)))
    with translation.override("en"):
        response = client.get(url("draft_docx", consultation))
    body(response)
    assert 'wersja-1-en.docx"' in response["Content-Disposition"]
    assert DraftFile.objects.count() == 2


# -- Serving --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "kind"), [("draft_pdf", "application/pdf"), ("draft_docx", "officedocument")])
def test_a_document_is_served_as_a_file(client, consultation, name, kind):
    response = client.get(url(name, consultation))
    assert kind in response["Content-Type"]
    assert response["Content-Disposition"].startswith(f'attachment; filename="projekt-{consultation.slug}-wersja-1.')
    assert response["X-Content-Type-Options"] == "nosniff"
    assert len(body(response)) == DraftFile.objects.get().size == int(response["Content-Length"])
    assert not response.cookies


def test_it_is_made_once(client, consultation, monkeypatch):
    body(client.get(url("draft_pdf", consultation)))
    monkeypatch.setattr(draft_files, "make_file", None)
    body(client.get(url("draft_pdf", consultation)))
    assert DraftFile.objects.count() == 1


def test_who_has_it_already_is_told_so(client, consultation):
    first = client.get(url("draft_pdf", consultation))
    for header, name in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")):
        again = client.get(url("draft_pdf", consultation), headers={name: first[header]})
        assert again.status_code == 304
        assert again["ETag"] == first["ETag"]


@pytest.mark.parametrize("name", ["draft_pdf", "draft_docx"])
@pytest.mark.parametrize("wanted", ["2", "99", "abc", ""])
def test_an_unpublished_or_unknown_version_is_never_served(client, consultation, name, wanted):
    publish_next(consultation, published_at=None)
    assert client.get(url(name, consultation), {"wersja": wanted}).status_code == 404
    assert not DraftFile.objects.exists()


def test_an_earlier_version_is_served_when_asked_for(client, consultation):
    publish_next(consultation)
    assert "wersja-2.pdf" in client.get(url("draft_pdf", consultation))["Content-Disposition"]
    assert "wersja-1.pdf" in client.get(url("draft_pdf", consultation), {"wersja": "1"})["Content-Disposition"]


def test_without_a_published_draft_there_is_no_document(client):
    consultation = consultation_with_draft()
    consultation.draft.versions.update(published_at=None)
    assert client.get(url("draft_pdf", consultation)).status_code == 404


def test_a_consultation_that_is_not_public_serves_none(client, consultation):
    type(consultation).objects.update(published_at=None)
    assert client.get(url("draft_pdf", consultation)).status_code == 404


def test_the_contents_link_the_documents_with_their_sizes_once_made(client, consultation):
    response = client.get(url("draft", consultation))
    assert url("draft_pdf", consultation) in response.content.decode()
    assert response.context["files"] == []
    body(client.get(url("draft_pdf", consultation)))
    assert "KB" in text_of(client.get(url("draft", consultation)))


def test_a_long_version_is_made_by_the_worker_and_the_page_says_so(client, consultation, monkeypatch):
    monkeypatch.setattr(draft_files, "AT_ONCE", 3)
    for _ in range(2):
        response = client.get(url("draft_pdf", consultation))
        assert response.status_code == 202
        assert response["Cache-Control"] == "no-store"
    assert Job.objects.filter(kind=draft_files.JOB).count() == 1
    run_due(now=DURING)
    assert Job.objects.get().state == Job.State.DONE
    body(client.get(url("draft_pdf", consultation)))
    kept = {(file.format, file.language) for file in DraftFile.objects.all()}
    assert kept == {("pdf", "pl"), ("docx", "pl"), ("pdf", "en"), ("docx", "en")}


def test_the_job_may_run_twice(consultation):
    for _ in range(2):
        draft_files.make_everything({"version": version_of(consultation).pk}, lambda done, total: None)
    assert DraftFile.objects.count() == 4


def test_of_two_who_make_the_same_one_is_kept(consultation):
    version = version_of(consultation)
    first = draft_files.make_file(version, DraftFile.Format.DOCX, "pl", now=DURING)
    storage, folder = first.file.storage, first.file.name.rpartition("/")[0]
    files = set(storage.listdir(folder)[1])
    second = draft_files.make_file(version, DraftFile.Format.DOCX, "pl", now=DURING)
    assert second == first
    assert set(storage.listdir(folder)[1]) == files


def test_the_worker_finds_long_versions_without_documents(consultation, monkeypatch):
    assert draft_files.prepare_files(now=DURING) == 0
    monkeypatch.setattr(draft_files, "AT_ONCE", 3)
    assert draft_files.prepare_files(now=DURING) == 1
    run_due(now=DURING)
    assert draft_files.prepare_files(now=DURING) == 0


def test_the_number_of_queries_does_not_grow_with_the_document(consultation, connection_queries):
    version = version_of(consultation)
    few = connection_queries(lambda: document_of(version, "en"))
    for _ in range(30):
        add_passage(version.chapters.get(), "Jeszcze jeden.")
    assert connection_queries(lambda: document_of(version, "en")) == few
