"""A volume of a report as DOCX: real headings, header rows that repeat, the language, pictures with their texts."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any
from xml.sax.saxutils import escape

import docx
import typst
from django.utils.translation import gettext as _
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from lublin2030.lib.plain_markdown import plain_paragraphs
from summaries.models import ConsultationReport
from summaries.reports.charts import WIDTH, chart_svg, width_of
from summaries.reports.content import remark_columns
from summaries.reports.pdf import chart_table, document_title, footer, head_facts, row_cells

LANGUAGES = {"pl": "pl-PL", "en": "en-GB", "uk": "uk-UA"}
GREEN, SOFT = RGBColor(0x0B, 0x5D, 0x3F), RGBColor(0x4B, 0x5A, 0x53)
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
REMARK_WIDTHS = (1.4, 1.1, 1.8, 2.0, 2.3, 2.7, 5.4, 3.6, 2.2, 4.2)  # centimetres
PICTURE_WIDTH = Cm(16)
PICTURE_PPI = 160
TWIPS_PER_CM = 567


def write_docx(report: ConsultationReport, volume: dict[str, Any]) -> bytes:
    """The volume (see ``volumes``) as DOCX."""
    return _Writer(report, volume).write()


def chart_png(chart: dict[str, Any]) -> bytes:
    """The chart as a picture, for a format that knows no SVG."""
    source = b'#set page(width: auto, height: auto, margin: 2pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
    made = typst.compile(
        source, format="png", ppi=PICTURE_PPI, sys_inputs={"svg": chart_svg(chart)}, ignore_system_fonts=True
    )
    return bytes(made)


MOST_OF_A_PROPERTY = 255  # characters that the format allows in a document's title or author


class _Writer:
    def __init__(self, report: ConsultationReport, volume: dict[str, Any]) -> None:
        self._report, self._volume = report, volume
        self._file = docx.Document()

    def write(self) -> bytes:
        self._set_up()
        volume = self._volume
        if volume["demonstration"]:
            self._text("Intense Quote", volume["demonstration"])
        self._text("Title", volume["title"])
        self._text("Subtitle", volume["subject"])
        self._facts(head_facts(self._report, volume))
        self._contents()
        is_wide = False
        for section in volume["sections"]:
            needs_width = any(block["is"] == "remark_table" for block in section["blocks"])
            if needs_width != is_wide:
                self._turn(wide=needs_width)
                is_wide = needs_width
            self._text("Heading 1", f"{section['number']}. {section['title']}")
            for block in section["blocks"]:
                self._block(block)
        written = io.BytesIO()
        self._file.save(written)
        return written.getvalue()

    # -- The file -----------------------------------------------------------------------------------------------------

    def _set_up(self) -> None:
        file, volume = self._file, self._volume
        properties = file.core_properties
        properties.title = document_title(volume)[:MOST_OF_A_PROPERTY]
        properties.language = "pl-PL"
        properties.author = (volume["office"] or "Urząd Miasta Lublin")[:MOST_OF_A_PROPERTY]
        properties.comments = f"SHA-256 {self._report.sha256}"
        properties.created = properties.modified = self._report.made_at.astimezone(dt.UTC).replace(tzinfo=None)
        styles = file.styles
        styles["Normal"].font.name, styles["Normal"].font.size = "Georgia", Pt(11)
        styles["Normal"].paragraph_format.space_after = Pt(8)
        for defaults in styles.element.iter(qn("w:rPrDefault")):
            for old in list(defaults.iter(qn("w:lang"))):
                old.getparent().remove(old)
            language = OxmlElement("w:lang")
            language.set(qn("w:val"), "pl-PL")
            defaults.find(qn("w:rPr")).append(language)
        for name in ("Title", "Subtitle", *(f"Heading {level}" for level in range(1, 4))):
            styles[name].font.name = "Georgia"
            styles[name].font.color.rgb = SOFT if name == "Subtitle" else GREEN
        self._ids = {style.name: style.style_id for style in styles if style.name}
        section = file.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
        section.top_margin = section.bottom_margin = Cm(2.2)
        if not self._report.is_frozen:
            mark = section.header.paragraphs[0]
            mark.alignment = 1
            run = mark.add_run(_("DRAFT"))
            run.bold, run.font.size, run.font.color.rgb = True, Pt(20), RGBColor(0xC4, 0x16, 0x1C)
        foot = section.footer.paragraphs[0]
        foot.add_run(footer(self._report, volume) + " · ").font.size = Pt(8)
        self._field(foot, "PAGE")
        foot.add_run(" / ").font.size = Pt(8)
        self._field(foot, "NUMPAGES")

    def _turn(self, *, wide: bool) -> None:
        """Go on upon pages that lie, or stand again."""
        section = self._file.add_section(WD_SECTION.NEW_PAGE)
        section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (Cm(29.7), Cm(21)) if wide else (Cm(21), Cm(29.7))
        section.left_margin = section.right_margin = Cm(1.5 if wide else 2.2)

    def _field(self, paragraph: Any, instruction: str) -> None:
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), instruction)
        paragraph._p.append(field)

    def _contents(self) -> None:
        """The chapters; to go to one, a word processor has its own navigation by headings."""
        self._text("TOC Heading" if "TOC Heading" in self._ids else "Subtitle", _("Contents"))
        for section in self._volume["sections"]:
            self._text("List Bullet", f"{section['number']}. {section['title']}")

    def _text(self, style: str, text: str) -> Any:
        paragraph = self._file.add_paragraph(_writable(text))
        paragraph._p.style = self._ids[style]
        return paragraph

    # -- Blocks -------------------------------------------------------------------------------------------------------

    def _block(self, block: dict[str, Any]) -> None:
        match block["is"]:
            case "paragraph":
                self._text("Normal", block["text"])
            case "subheading":
                self._text("Heading 2", block["text"])
            case "table_heading":
                self._text("Heading 3", block["text"])
            case "items":
                for item in block["items"]:
                    self._text("List Bullet", item)
            case "markdown":
                styles = {"text": "Normal", "heading": "Heading 2", "item": "List Bullet"}
                for one in plain_paragraphs(block["text"]):
                    self._text(styles[one.kind], one.text)
            case "facts":
                self._facts(block["rows"])
            case "table":
                self._text("Caption", block["caption"])
                self._table(block["columns"], block["rows"])
            case "chart":
                self._chart(block)
            case "remark_table":
                rows = [(row_cells(row), row["language"]) for row in block["rows"]]
                self._append_table(_table_xml(remark_columns(), rows, widths=REMARK_WIDTHS, size=7.5, foreign=(6, 7)))

    def _facts(self, rows: list[list[str]]) -> None:
        for name, value in rows:
            paragraph = self._text("Normal", "")
            paragraph.paragraph_format.space_after = Pt(2)
            paragraph.add_run(f"{_writable(name)}: ").font.color.rgb = SOFT
            paragraph.add_run(_writable(value))
        self._text("Normal", "").paragraph_format.space_after = Pt(2)

    def _chart(self, block: dict[str, Any]) -> None:
        self._text("Heading 2", block["title"])
        picture = self._file.add_picture(io.BytesIO(chart_png(block)), width=PICTURE_WIDTH * width_of(block) // WIDTH)
        picture._inline.docPr.set("descr", _writable(block["alt"]))
        self._table(*chart_table(block))

    def _table(self, columns: list[str], rows: list[list[str]]) -> None:
        size = 9.0 if len(columns) <= 6 else 7.5
        self._append_table(_table_xml(columns, [(row, "pl") for row in rows], size=size))

    def _append_table(self, xml: str) -> None:
        body = self._file.element.body
        body.insert(len(body) - 1, parse_xml(xml))  # the section's own properties stay last
        self._text("Normal", "").paragraph_format.space_after = Pt(2)


def _table_xml(
    columns: list[str],
    rows: list[tuple[list[str], str]],
    *,
    size: float,
    widths: tuple[float, ...] = (),
    foreign: tuple[int, ...] = (),
) -> str:
    """A table with a header row that repeats, as XML: python-docx needs minutes for thousands of rows.

    ``foreign``: the columns that are in the row's language.
    """
    lengths = [round(width * TWIPS_PER_CM) for width in widths] or [round(16.6 * TWIPS_PER_CM / len(columns))] * len(
        columns
    )
    half_points = round(size * 2)
    grid = "".join(f'<w:gridCol w:w="{length}"/>' for length in lengths)

    def cell(text: str, number: int, *, header: bool = False, language: str = "pl") -> str:
        marks = "<w:b/>" if header else ""
        marks += f'<w:sz w:val="{half_points}"/>'
        if language != "pl":
            marks += f'<w:lang w:val="{LANGUAGES.get(language, language)}"/>'
        lines = "<w:br/>".join(
            f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in _writable(text).split("\n")
        )
        shade = '<w:shd w:val="clear" w:color="auto" w:fill="E3EFE7"/>' if header else ""
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{lengths[number]}" w:type="dxa"/>{shade}</w:tcPr>'
            f'<w:p><w:pPr><w:spacing w:after="20"/></w:pPr><w:r><w:rPr>{marks}</w:rPr>{lines}</w:r></w:p></w:tc>'
        )

    head = "".join(cell(name, number, header=True) for number, name in enumerate(columns))
    body = "".join(
        "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        + "".join(
            cell(text, number, language=language if number in foreign else "pl") for number, text in enumerate(cells)
        )
        + "</w:tr>"
        for cells, language in rows
    )
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="{sum(lengths)}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/><w:tblLook w:val="0620" w:firstRow="1" w:lastRow="0" w:firstColumn="0"'
        f' w:lastColumn="0" w:noHBand="1" w:noVBand="1"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>{body}</w:tbl>"
    )


def _writable(text: str) -> str:
    """Without what no XML file can hold."""
    return UNWRITABLE.sub("", text)
