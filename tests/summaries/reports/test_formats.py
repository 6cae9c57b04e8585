"""The six formats of one content: what each of them holds, and that the data are the register."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile

import docx
import openpyxl
import pikepdf
import pytest
from django.utils import translation

from accounts.roles import Role
from consultations.models import Institution, Opinion, Remark, Submission
from lublin2030.lib.pdf import TypesettingFailed
from participation.models import Event
from summaries.reports import volumes
from summaries.reports.charts import chart_svg
from summaries.reports.data import data_columns, write_csv, write_json
from summaries.reports.docx import write_docx
from summaries.reports.files import make_files
from summaries.reports.html import RECIPE
from summaries.reports.pdf import write_pdf
from summaries.reports.services import save_texts
from summaries.reports.sheets import write_xlsx
from summaries.reports.volumes import plan, volumes_of
from tests.factories import EventFactory, FigureFactory, StageFactory, person
from tests.pdf_reading import opened, structure, words
from tests.summaries.reports.making import REPORTED, drafted, finished, frozen


def said(write, report):
    out = io.BytesIO()
    with translation.override("pl"):
        write(report, out)
    return out.getvalue()


def first_volume(write, report):
    with translation.override("pl"):
        return write(report, next(volumes_of(report)))


def expected(consultation):
    """The register by remark: what a row must say, read from the records themselves."""
    return {
        one.public_number: {
            "received": one.received_at.date().isoformat(),
            "sender": one.submission.name
            if one.submission.sender_kind == Submission.SenderKind.ORGANISATION
            else "osoba fizyczna",
            "change": "" if one.state == Remark.State.WITHDRAWN else one.change,
            "wording": "" if one.state == Remark.State.WITHDRAWN else one.wording,
            "reason": "" if one.state == Remark.State.WITHDRAWN else one.reason,
            "stance": one.get_standing_display(),
            "justification": "Słusznie." if one.state == Remark.State.PUBLISHED else "",
            "improper_reason": "po terminie" if one.state == Remark.State.IMPROPER else "",
        }
        for one in Remark.objects.filter(consultation=consultation).select_related("submission", "consultation")
    }


# -- Data -------------------------------------------------------------------------------------------------------------


def test_the_json_is_the_register(over, report):
    rows = {row["number"]: row for row in json.loads(said(write_json, report))["remarks"]}
    assert {number: {key: rows[number][key] for key in facts} for number, facts in expected(over).items()} == expected(
        over
    )
    assert len(rows) == 5


def test_the_csv_is_the_register_and_opens_in_polish_excel(over, report):
    content = said(write_csv, report)
    assert content.startswith(b"\xef\xbb\xbf")
    names = dict(data_columns())
    read = {
        row[names["number"]]: row for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    }
    for number, facts in expected(over).items():
        guarded = {key: f"'{text}" if text[:1] in {"=", "-"} else text for key, text in facts.items()}
        assert {key: read[number][names[key]] for key in facts} == guarded


def test_no_cell_of_the_csv_is_a_formula(report):
    rows = list(csv.reader(io.StringIO(said(write_csv, report).decode("utf-8-sig")), delimiter=";"))
    assert any(cell.startswith("'=1+1") for row in rows for cell in row)
    assert not [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]


def test_the_xlsx_is_the_register(over, report):
    book = openpyxl.load_workbook(io.BytesIO(said(write_xlsx, report)))
    sheet = book.worksheets[1]
    keys = [key for key, _name in data_columns()]
    read = [dict(zip(keys, row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert len(read) == 5
    for row in read:
        facts = expected(over)[row["number"]]
        facts["received"] = dt.datetime.fromisoformat(facts["received"])
        assert {key: row[key] or "" for key in facts} == facts
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


def test_the_data_have_all_columns_of_the_table_in_real_reports():
    assert [key for key, _name in data_columns()[:10]] == [
        "submission", "ordinal", "received", "channel_name", "sender", "place", "change", "reason", "stance",
        "justification",
    ]  # fmt: skip


def test_the_recipe_on_the_page_computes_the_digest(report, tmp_path):
    (tmp_path / "sprawozdanie.json").write_bytes(said(write_json, report))
    done = subprocess.run([sys.executable, "-c", RECIPE], cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == report.sha256


def test_a_text_too_long_for_a_cell_says_where_the_rest_is(over):
    Remark.objects.filter(ordinal=2).update(change="ą" * 40_000)
    report = drafted(over)
    sheet = openpyxl.load_workbook(io.BytesIO(said(write_xlsx, report))).worksheets[1]
    longest = max((cell.value for line in sheet.iter_rows() for cell in line if isinstance(cell.value, str)), key=len)
    assert len(longest) == 32_767
    assert "CSV" in longest[-60:]


# -- Documents --------------------------------------------------------------------------------------------------------


@pytest.fixture
def whole(db):
    """A report with every kind of section filled."""
    stage = StageFactory(number=6)
    over = finished(process=stage.process, stage=stage)
    event = EventFactory(process=stage.process, stage=stage, title="Debata", state=Event.State.HELD, address="Ratusz")
    EventFactory(process=stage.process, stage=stage, title="Tajne", state=Event.State.DRAFT)
    FigureFactory(process=stage.process, stage=stage, activity="Debaty", value=37, event=event)
    institution = Institution.objects.create(name="Zarząd Województwa")
    Opinion.objects.create(consultation=over, institution=institution, asked_on=dt.date(2021, 11, 15), term_days=30)
    by = person(Role.COORDINATOR)
    save_texts(over, information="- plakaty\n- radio", summary="Dziękujemy.", annexes="1. Mapa", revision=0, by=by)
    return frozen(over)


def test_the_content_has_every_chapter_of_a_report(whole):
    keys = [section["key"] for section in whole.document["sections"]]
    assert keys == [
        "subject", "basis", "information", "course", "statistics", "remarks", "opinions", "improper", "summary",
        "annexes",
    ]  # fmt: skip


def test_each_event_stands_with_its_date_its_place_and_what_the_ledger_counted(whole):
    [table, _ledger] = next(one for one in whole.document["sections"] if one["key"] == "course")["blocks"]
    [[title, _form, day, place, attendance]] = table["rows"]
    assert (title, place) == ("Debata", "Ratusz")
    assert "1 grudnia 2021" in day
    assert "37" in attendance


def test_silence_of_an_institution_is_told(whole):
    [table] = next(one for one in whole.document["sections"] if one["key"] == "opinions")["blocks"]
    [[name, _asked, due, _received, told]] = table["rows"]
    with translation.override("pl"):
        assert told == translation.gettext("no answer within the term, which counts as agreement")
    assert (name, due) == ("Zarząd Województwa", "15 grudnia 2021")


def test_the_pdf_is_tagged_polish_and_has_a_title(whole):
    pdf = opened(first_volume(write_pdf, whole))
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf.Root.Metadata.read_bytes()
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "pl-PL"
    assert "1/2022" in str(pdf.docinfo.Title)
    assert pdf.Root.ViewerPreferences.DisplayDocTitle


def test_the_pdf_has_header_cells_headings_and_charts_with_alternative_texts(whole):
    tags, alternatives = structure(opened(first_volume(write_pdf, whole)))
    assert tags["/Table"] >= 8
    assert tags["/TH"] >= 8 * 2
    assert tags["/THead"] >= 8
    assert tags["/H1"] == 10 + 1  # the contents have a heading too
    assert tags["/Figure"] == 5
    assert all(alternatives)


def test_the_pdf_has_bookmarks_of_sections_and_tables(whole):
    with opened(first_volume(write_pdf, whole)).open_outline() as outline:
        titles = [one.title for one in outline.root]
        assert [title.partition(".")[0] for title in titles] == [str(number) for number in range(1, 11)]
        tables = [child.title for child in outline.root[5].children]
    assert tables == ["1. Rozdział 1", "2. Rozdział 2"]


def test_the_pdf_says_the_remarks_and_the_answers(whole):
    text = words(first_volume(write_pdf, whole))
    for expected_words in ("Fundacja", "Słusznie", "osoba", "Dziękujemy", "plakaty", whole.sha256[:16]):
        assert expected_words in text


def test_only_a_draft_has_the_watermark(over):
    draft, final = drafted(over), None
    with translation.override("pl"):
        mark = translation.gettext("DRAFT")
    assert words(first_volume(write_pdf, draft)).count(mark) >= 2
    assert mark in docx.Document(io.BytesIO(first_volume(write_docx, draft))).sections[0].header.paragraphs[0].text
    final = frozen(over)
    assert mark not in words(first_volume(write_pdf, final))
    assert not docx.Document(io.BytesIO(first_volume(write_docx, final))).sections[0].header.paragraphs[0].text


def test_the_watermark_is_not_read_aloud(over):
    """It is an artifact: no marked content of the structure tree holds it."""
    pdf = opened(first_volume(write_pdf, drafted(over)))
    depth: list[str] = []
    for instruction in pikepdf.parse_content_stream(pdf.pages[0]):
        operands, operator = instruction.operands, instruction.operator
        if str(operator) in {"BDC", "BMC"}:
            depth.append(str(operands[0]))
        elif str(operator) == "EMC":
            depth.pop()
        elif str(operator) in {"TJ", "Tj"}:
            assert depth == ["/Artifact"]
            return
    raise AssertionError("The page draws no text.")


def test_the_same_report_makes_the_same_pdf(report):
    assert first_volume(write_pdf, report) == first_volume(write_pdf, report)


def test_the_docx_has_real_headings_header_rows_and_described_pictures(whole):
    document = docx.Document(io.BytesIO(first_volume(write_docx, whole)))
    styles = [(one.style.name, one.text) for one in document.paragraphs]
    assert [text.partition(".")[0] for style, text in styles if style == "Heading 1"] == [str(n) for n in range(1, 11)]
    assert ("Heading 2", "1. Rozdział 1") in styles
    assert ("List Bullet", "plakaty") in styles
    assert all(table.rows[0]._tr.xpath("./w:trPr/w:tblHeader") for table in document.tables)
    assert all(shape._inline.docPr.get("descr") for shape in document.inline_shapes)
    assert (document.core_properties.language, len(document.inline_shapes)) == ("pl-PL", 5)


def test_the_docx_says_the_remarks_row_by_row_in_their_language(over, report):
    content = first_volume(write_docx, report)
    tables = docx.Document(io.BytesIO(content)).tables
    rows = [[cell.text for cell in row.cells] for table in tables for row in table.rows if len(row.cells) == 10]
    assert [row[0] for row in rows if row[0][0].isdigit()] == ["1/2021", "2/2021", "1/2021", "3/2021", "4/2021"]
    ukrainian = next(row for row in rows if row[0] == "2/2021")
    assert (ukrainian[4], ukrainian[6], ukrainian[9]) == ("Fundacja Zielony Dach", "Більше дерев.", "Słusznie.")
    xml = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert '<w:lang w:val="uk-UA"/>' in xml


@pytest.mark.parametrize("text", ["#panic() $x$ *b* _i_ `c` \\", "<w:p/>&amp; ]]>", "\x07 😀 漢", '"; </text><script>'])
def test_a_text_is_never_markup(over, text):
    Remark.objects.filter(consultation=over, ordinal=1).update(change=text, wording=text)
    report = drafted(over)
    assert first_volume(write_pdf, report).startswith(b"%PDF")
    assert docx.Document(io.BytesIO(first_volume(write_docx, report))).tables
    json.loads(said(write_json, report))


def test_a_chart_is_whole_svg_whatever_its_labels_say():
    rows = [{"label": '<&"' * 30, "key": "", "total": 3, "parts": {"accepted": 2, "improper": 1}}]
    series = [{"key": "accepted", "name": "a & b"}, {"key": "improper", "name": "c"}]
    root = ElementTree.fromstring(chart_svg({"alt": '"<&', "series": series, "rows": rows}))  # noqa: S314
    assert root.get("aria-label") == '"<&'
    assert len(root.findall("{http://www.w3.org/2000/svg}rect")) == 2 + 2


def test_what_cannot_be_set_fails_alone_and_says_nothing_of_the_document(report, monkeypatch):
    monkeypatch.setattr("lublin2030.lib.pdf.MOST_BYTES_APART", 1024)
    with pytest.raises(TypesettingFailed):
        first_volume(write_pdf, report)


# -- Volumes ----------------------------------------------------------------------------------------------------------


def test_long_tables_go_on_in_further_volumes(monkeypatch):
    document = {"parts": [{"key": 1, "rows": 3}, {"key": 2, "rows": 4}]}
    slices = [(one.part["key"], one.volume, one.start, one.stop) for one in plan(document, rows=5)]
    assert slices == [(1, 1, 0, 3), (2, 1, 0, 2), (2, 2, 2, 4)]


def test_every_remark_stands_in_one_volume_and_every_chapter_in_the_first(over, report, monkeypatch):
    monkeypatch.setattr(volumes, "plan", lambda document: plan(document, rows=2))
    monkeypatch.setattr(volumes, "volume_count", lambda document: 3)
    made = list(volumes_of(report))
    assert [len(volume["sections"]) for volume in made] == [10, 2, 1]
    numbers = [
        row["number"]
        for volume in made
        for section in volume["sections"]
        for block in section["blocks"]
        if block["is"] == "remark_table"
        for row in block["rows"]
    ]
    assert sorted(numbers) == sorted(expected(over))
    assert len(numbers) == len(set(numbers))


def test_each_file_is_made_once_and_keeps_its_digest(report):
    for _ in range(2):
        make_files(report, lambda done, total: None, now=REPORTED)
    made = {one.format: one for one in report.files.all()}
    assert set(made) == {"pdf", "docx", "xlsx", "csv", "json"}
    for one in made.values():
        content = one.file.open("rb").read()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (one.size, one.sha256)
