"""A draft's document as DOCX: real heading, list and footnote styles, so that it can be worked on and read aloud."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor

from consultations.draft_document import Document, Passage
from consultations.markup import Block, Break, Inline, Items, NoteSign, Paragraph, Picture, Quote, Run, Table, text_of
from consultations.models import PassageText
from consultations.rendering import Note

LANGUAGES = {"pl": "pl-PL", "en": "en-GB", "uk": "uk-UA"}
MARGIN = Cm(1.4)  # to the left of the text, where the numbers of passages stand
INDENT = Cm(0.8)  # of a list item, by depth
LARGEST_PICTURE = Cm(15)
EMU_PER_PIXEL = 9525
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
DEEPEST_LIST = 3  # so many list styles there are
FOOTNOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


def write_docx(document: Document) -> bytes:
    """The document as DOCX, with its title, language and date among its properties."""
    return _Writer(document).write()


class _Writer:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._file = docx.Document()
        self._style_ids: dict[str, str] = {}
        self._notes: list[str] = []  # the XML of each footnote, the first with the id 1

    def write(self) -> bytes:
        self._set_up()
        file = self._file
        self._language(self._paragraph(file, "Title", self._document.title), self._document.title_language)
        for line in self._document.lines:
            self._paragraph(file, "Subtitle", line)
        for chapter in self._document.chapters:
            heading = self._paragraph(file, "Heading 1", f"{chapter.number}. {chapter.title}")
            self._language(heading, chapter.language)
            for passage in chapter.passages:
                self._passage(passage)
        self._add_footnotes()
        written = io.BytesIO()
        file.save(written)
        return written.getvalue()

    # -- The file -------------------------------------------------------------------------------------------------

    def _set_up(self) -> None:
        document, file = self._document, self._file
        properties = file.core_properties
        properties.title = document.title
        properties.language = LANGUAGES.get(document.language, document.language)
        properties.author = "Urząd Miasta Lublin"
        properties.comments = "\n".join(document.lines)
        properties.keywords = ""
        if document.published:
            published = dt.datetime.fromisoformat(document.published).astimezone(dt.UTC).replace(tzinfo=None)
            properties.created = properties.modified = published
        styles = file.styles
        normal = styles["Normal"]
        normal.font.name, normal.font.size = "Georgia", Pt(11)
        normal.paragraph_format.space_after = Pt(8)
        # The language of everything that does not say another.
        for defaults in styles.element.iter(qn("w:rPrDefault")):
            for old in list(defaults.iter(qn("w:lang"))):
                old.getparent().remove(old)
            defaults.find(qn("w:rPr")).append(self._lang(document.language))
        number = styles.add_style("Passage Number", WD_STYLE_TYPE.CHARACTER)
        number.font.size, number.font.color.rgb = Pt(8), RGBColor(0x4B, 0x5A, 0x53)
        for name, size in (("Footnote Text", 9), ("Footnote Reference", None)):
            kind = WD_STYLE_TYPE.PARAGRAPH if size else WD_STYLE_TYPE.CHARACTER
            style = styles.add_style(name, kind)
            if size:
                style.font.size = Pt(size)
            else:
                style.font.superscript = True
        for level in range(1, 7):
            style = styles[f"Heading {level}"]
            style.font.name, style.font.color.rgb = "Georgia", RGBColor(0x0B, 0x5D, 0x3F)
        self._style_ids = {style.name: style.style_id for style in styles if style.name}
        section = file.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin, section.right_margin = Cm(3.4), Cm(2.2)
        section.top_margin = section.bottom_margin = Cm(2.2)
        self._footer(section)

    def _footer(self, section: Any) -> None:
        """The page's number at its foot, as a field that Word fills."""
        paragraph = section.footer.paragraphs[0]
        paragraph.alignment = 1
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        paragraph._p.append(field)

    def _paragraph(self, container: Any, style: str, text: str = "") -> Any:
        """A new paragraph of the style. The style's id is written as it is: the library looks all of them through."""
        paragraph = container.add_paragraph(_writable(text))
        paragraph._p.style = self._style_ids[style]
        return paragraph

    # -- Passages -------------------------------------------------------------------------------------------------

    def _passage(self, passage: Passage) -> None:
        self._by_number = {note.number: note for note in passage.layout.notes}
        self._set: set[str] = set()
        self._spoken = passage.layout.language
        content: tuple[Block, ...] = passage.layout.blocks
        if passage.kind == PassageText.Kind.HEADING:
            inline = passage.inline.content if passage.inline else (Run(passage.plain),)
            paragraph = self._paragraph(self._file, f"Heading {passage.level}")
            self._number(paragraph, passage.number)
            self._inlines(paragraph, inline)
        elif passage.kind == PassageText.Kind.ITEM:
            self._item(passage, content)
        else:
            self._numbered(passage.number, content)
        # A note whose sign is nowhere in the text (that of a translation) still has to be read somewhere.
        for number, note in self._by_number.items():
            if number not in self._set:
                paragraph = self._paragraph(self._file, "Footnote Text")
                self._run(paragraph, Run(f"{number} ", frozenset({"sup"})))
                for text in _plain_notes(note):
                    self._run(paragraph, Run(text))

    def _numbered(self, number: str, content: tuple[Block, ...]) -> None:
        """Blocks, the first with the passage's number before it."""
        first = content[0] if content else None
        if not isinstance(first, Paragraph):
            paragraph = self._file.add_paragraph()
            paragraph.paragraph_format.keep_with_next = True
            paragraph.paragraph_format.space_after = Pt(2)
            self._number(paragraph, number)
            self._blocks(self._file, content)
            return
        paragraph = self._file.add_paragraph()
        self._number(paragraph, number)
        self._inlines(paragraph, first.content)
        self._blocks(self._file, content[1:])

    def _item(self, passage: Passage, content: tuple[Block, ...]) -> None:
        """A list item: with a bullet of Word's own, or with the sign that the document has, which must stay."""
        level = min(passage.level, DEEPEST_LIST)
        is_bullet = passage.marker in {"", "•", "–", "-", "—"}
        style = ("List Bullet" if is_bullet else "List") + (f" {level}" if level > 1 else "")
        paragraph = self._paragraph(self._file, style)
        indent = INDENT * passage.level
        form = paragraph.paragraph_format
        form.left_indent = indent
        form.space_after = Pt(4)
        if is_bullet:
            # The bullet stands where the numbers do not: the number follows the text's begin.
            form.first_line_indent = -Cm(0.6)
            self._run_in(paragraph, f"{passage.number} ", "Passage Number")
        else:
            form.first_line_indent = -(indent + MARGIN)
            form.tab_stops.add_tab_stop(indent - INDENT)
            form.tab_stops.add_tab_stop(indent)
            self._run_in(paragraph, passage.number, "Passage Number")
            paragraph.add_run(f"\t{passage.marker}\t")
        first = content[0] if content else None
        if isinstance(first, Paragraph):
            self._inlines(paragraph, first.content)
            content = content[1:]
        self._blocks(self._file, content, indent=indent)

    def _number(self, paragraph: Any, number: str) -> None:
        """The passage's number in the margin, the text after a tab where it begins in every line."""
        form = paragraph.paragraph_format
        form.left_indent, form.first_line_indent = Emu(0), -MARGIN
        form.tab_stops.add_tab_stop(Emu(0))
        self._run_in(paragraph, number, "Passage Number")
        paragraph.add_run("\t")

    # -- Blocks ---------------------------------------------------------------------------------------------------

    def _blocks(self, container: Any, blocks: Iterable[Block], *, indent: int = 0) -> None:
        for block in blocks:
            if isinstance(block, Paragraph):
                paragraph = container.add_paragraph()
                if indent:
                    paragraph.paragraph_format.left_indent = Emu(indent)
                self._inlines(paragraph, block.content)
            elif isinstance(block, Items):
                style = "List Number" if block.ordered else "List Bullet"
                for item in block.items:
                    first = item[0] if item else None
                    paragraph = self._paragraph(container, style)
                    if isinstance(first, Paragraph):
                        self._inlines(paragraph, first.content)
                        item = item[1:]
                    self._blocks(container, item, indent=indent + INDENT)
            elif isinstance(block, Quote):
                for one in block.content:
                    if isinstance(one, Paragraph):
                        self._inlines(self._paragraph(container, "Quote"), one.content)
                    else:
                        self._blocks(container, [one], indent=indent)
            else:
                self._table(container, block)

    def _table(self, container: Any, table: Table) -> None:
        grid = table.grid()
        if not grid or not grid[0]:
            return
        if table.caption:
            self._inlines(self._paragraph(container, "Caption"), table.caption)
        if container is self._file:
            made = container.add_table(rows=len(grid), cols=len(grid[0]))
        else:
            made = container.add_table(len(grid), len(grid[0]))
        made.style = "Table Grid"
        cells = [list(row.cells) for row in made.rows]
        for y, row in enumerate(grid):
            for x, cell in enumerate(row):
                if cell is None:
                    continue
                place = cells[y][x]
                right, below = min(x + cell.columns, len(row)) - 1, min(y + cell.rows, len(grid)) - 1
                if (right, below) != (x, y):
                    place = place.merge(cells[below][right])
                self._cell(place, cell.content, is_header=cell.is_header)
        for number in range(table.header_rows):
            properties = made.rows[number]._tr.get_or_add_trPr()
            header = OxmlElement("w:tblHeader")
            header.set(qn("w:val"), "true")
            properties.append(header)
        if container is self._file:
            container.add_paragraph().paragraph_format.space_after = Pt(2)

    def _cell(self, place: Any, content: tuple[Block, ...], *, is_header: bool) -> None:
        first = content[0] if content else None
        own = place.paragraphs[0]
        own.paragraph_format.space_after = Pt(2)
        if isinstance(first, Paragraph):
            self._inlines(own, first.content, bold=is_header)
            content = content[1:]
        self._blocks(place, content)

    # -- Inline ---------------------------------------------------------------------------------------------------

    def _inlines(self, paragraph: Any, content: Iterable[Inline], *, bold: bool = False) -> None:
        for one in content:
            if isinstance(one, Run):
                self._run(paragraph, one, bold=bold)
            elif isinstance(one, Break):
                paragraph.add_run().add_break()
            elif isinstance(one, NoteSign):
                self._sign(paragraph, one.number)
            else:
                self._picture(paragraph, one)

    def _run(self, paragraph: Any, one: Run, *, bold: bool = False) -> None:
        run = paragraph.add_run(_writable(one.text))
        font = run.font
        if bold or "strong" in one.marks:
            font.bold = True
        if "em" in one.marks:
            font.italic = True
        if "u" in one.marks:
            font.underline = True
        if "del" in one.marks:
            font.strike = True
        if "sup" in one.marks:
            font.superscript = True
        if "sub" in one.marks:
            font.subscript = True
        if "code" in one.marks:
            font.name = "Consolas"
        if self._spoken != self._document.language:
            run._r.get_or_add_rPr().append(self._lang(self._spoken))
        if one.href:
            font.underline, font.color.rgb = True, RGBColor(0x0B, 0x5D, 0x3F)
            link = OxmlElement("w:hyperlink")
            link.set(qn("r:id"), paragraph.part.relate_to(one.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
            run._r.addprevious(link)
            link.append(run._r)

    def _run_in(self, paragraph: Any, text: str, style: str) -> None:
        paragraph.add_run(text)._r.style = self._style_ids[style]

    def _picture(self, paragraph: Any, picture: Picture) -> None:
        file = self._document.pictures.get(picture.sha256)
        if file is None or file.extension == "webp":  # Word's format does not know it
            self._run(paragraph, Run(picture.alt, frozenset({"em"})))
            return
        shape = paragraph.add_run().add_picture(io.BytesIO(file.content))
        wanted = min(picture.width * EMU_PER_PIXEL if picture.width else shape.width, LARGEST_PICTURE)
        shape.height = Emu(round(shape.height * wanted / shape.width))
        shape.width = Emu(wanted)
        described = shape._inline.docPr
        described.set("descr", _writable(picture.alt))
        described.set("name", f"image {described.get('id')}")

    def _sign(self, paragraph: Any, number: str) -> None:
        note = self._by_number.get(number)
        if note is None or number in self._set:
            self._run(paragraph, Run(number, frozenset({"sup"})))
            return
        self._set.add(number)
        self._notes.append("".join(f"<w:p>{_note_style(place, number)}{_note_run(text)}</w:p>"
                                   for place, text in enumerate(_plain_notes(note))))  # fmt: skip
        run = paragraph.add_run()
        run._r.style = self._style_ids["Footnote Reference"]
        reference = OxmlElement("w:footnoteReference")
        # The document's own sign, not one that Word counts: it is the sign that people quote.
        reference.set(qn("w:customMarkFollows"), "1")
        reference.set(qn("w:id"), str(len(self._notes)))
        run._r.append(reference)
        mark = OxmlElement("w:t")
        mark.text = _writable(number)
        run._r.append(mark)

    def _add_footnotes(self) -> None:
        if not self._notes:
            return
        separators = (
            '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
            '<w:footnote w:type="continuationSeparator" w:id="0">'
            "<w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>"
        )
        notes = "".join(f'<w:footnote w:id="{place}">{xml}</w:footnote>' for place, xml in enumerate(self._notes, 1))
        xml = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            f"<w:footnotes {NAMESPACES}>{separators}{notes}</w:footnotes>"
        )
        own = self._file.part
        part = Part(PackURI("/word/footnotes.xml"), FOOTNOTES_TYPE, xml.encode(), own.package)
        own.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)

    # -- Language -------------------------------------------------------------------------------------------------

    def _lang(self, language: str) -> Any:
        element = OxmlElement("w:lang")
        element.set(qn("w:val"), LANGUAGES.get(language, language))
        return element

    def _language(self, paragraph: Any, language: str) -> None:
        """Say the language of a paragraph's runs where it is not the document's."""
        if language != self._document.language:
            for run in paragraph.runs:
                run._r.get_or_add_rPr().append(self._lang(language))


def _writable(text: str) -> str:
    """The text without characters that no XML may hold."""
    return UNWRITABLE.sub("", text)


def _plain_notes(note: Note) -> list[str]:
    """A footnote's text, a paragraph each; never empty."""
    return [text for block in note.blocks if (text := text_of([block]))] or [note.number]


def _note_style(place: int, number: str) -> str:
    sign = f'<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:t>{escape(_writable(number))}</w:t></w:r>'
    return f'<w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>{sign if place == 0 else ""}'


def _note_run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve"> {escape(_writable(text))}</w:t></w:r>'
