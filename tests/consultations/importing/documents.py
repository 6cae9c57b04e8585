"""Documents for the tests of importing, made as offices make them: parts of a ZIP, and XML where libraries stop."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from functools import cache
from typing import Any

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from PIL import Image

NUMBERING = 77  # the id of the list with three levels in the nasty document
WORDS = (
    "miasto", "mieszkańcy", "zieleń", "transport", "rozwój", "park", "ulica", "szkoła", "kultura", "woda", "powietrze",
    "drzewo", "rower", "pieszy", "dzielnica", "przestrzeń", "usługa", "rynek", "plan", "cel", "działanie", "wskaźnik",
    "budżet", "osiedle", "edukacja", "zdrowie", "sport", "energia", "klimat", "współpraca",
)  # fmt: skip


def picture(form: str = "PNG", color: str = "red", size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    """A picture's bytes."""
    drawn = io.BytesIO()
    Image.new("RGB", size, color).save(drawn, form, **options)
    return drawn.getvalue()


def saved(document: Document) -> bytes:
    """The document's bytes."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def with_parts(package: bytes, parts: dict[str, bytes | str]) -> bytes:
    """The package with these parts added or put in place of the old ones."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return file.getvalue()


def add_xml(document: Document, inner: str) -> None:
    """A paragraph of raw WordprocessingML at the end of the document."""
    xml = f"<w:p {nsdecls('w', 'r', 'm', 'mc', 'wps', 'v')}>{inner}</w:p>"
    document.element.body.insert_element_before(parse_xml(xml), "w:sectPr")


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


nsdecls.__globals__["nsmap"].setdefault("mc", "http://schemas.openxmlformats.org/markup-compatibility/2006")
nsdecls.__globals__["nsmap"].setdefault("wps", "http://schemas.microsoft.com/office/word/2010/wordprocessingShape")
nsdecls.__globals__["nsmap"].setdefault("v", "urn:schemas-microsoft-com:vml")
nsdecls.__globals__["nsmap"].setdefault("m", "http://schemas.openxmlformats.org/officeDocument/2006/math")

TEXT_BOX = (
    '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>'
    "<w:p><w:r><w:t>Słowa w polu tekstowym</w:t></w:r></w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice>"
    "<mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>Słowa w polu tekstowym</w:t></w:r></w:p>"
    "</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)
ABSTRACT_LIST = f"""<w:abstractNum {nsdecls("w")} w:abstractNumId="{NUMBERING}"><w:multiLevelType w:val="multilevel"/>
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%2)"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="–"/></w:lvl></w:abstractNum>"""


def add_item(document: Document, text: str, level: int) -> None:
    """An item of the list with three levels."""
    add_xml(
        document,
        f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{NUMBERING}"/></w:numPr></w:pPr>{run(text)}',
    )


def nasty_docx() -> bytes:
    """Everything at once: see the text of each part for what it is."""
    document = docx.Document()
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(ABSTRACT_LIST))
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="{NUMBERING}"><w:abstractNumId w:val="{NUMBERING}"/></w:num>')
    )
    document.styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH).element.set(qn("w:styleId"), "TOC1")
    document.add_heading("Strategia nieznośna", 0)
    document.sections[0].header.paragraphs[0].text = "Urząd Miasta, wydruk roboczy"
    add_xml(
        document,
        f'<w:pPr><w:pStyle w:val="TOC1"/></w:pPr>{run("Spis treści … 3")}',
    )
    document.add_heading("Diagnoza", 1)
    paragraph = document.add_paragraph("Miasto jest ")
    paragraph.add_run("zielone").bold = True
    paragraph.add_run(" i ")
    paragraph.add_run("ciche").italic = True
    paragraph.add_run(".")
    add_xml(
        document,
        run("Mieszkańcy ")
        + f'<w:ins w:id="1" w:author="Jan">{run("wszyscy ")}</w:ins>'
        + '<w:del w:id="2" w:author="Jan"><w:r><w:delText>niektórzy </w:delText></w:r></w:del>'
        + run("chcą parków."),
    )
    commented = document.add_paragraph("Zdanie z komentarzem.")
    document.add_comment(commented.runs, text="Do usunięcia?", author="Anna Recenzentka")
    add_xml(document, run("Zdanie z przypisem") + '<w:r><w:footnoteReference w:id="2"/></w:r>' + run(" i dalej."))
    add_xml(document, run("Zdanie obok pola.") + TEXT_BOX)
    add_xml(document, run("Wzór ") + "<m:oMath><m:r><m:t>x+1</m:t></m:r></m:oMath>")
    document.add_heading("", 1)
    document.add_heading("Cele szczegółowe", 2)
    for text, level in (
        ("pierwszy cel", 0), ("cel wewnątrz", 1), ("najgłębiej", 2), ("obok najgłębszego", 2), ("drugi wewnątrz", 1),
        ("drugi cel", 0),
    ):  # fmt: skip
        add_item(document, text, level)
    document.add_heading("Wskaźniki", 1)
    table = document.add_table(3, 2)
    for row, (left, right) in enumerate((("Wskaźnik", "Wartość"), ("drzewa", "1000"), ("parki", ""))):
        table.cell(row, 0).text, table.cell(row, 1).text = left, right
    inner = table.cell(2, 1).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "wewnątrz", "tabeli"
    document.add_paragraph()
    document.add_picture(io.BytesIO(picture()))
    described = document.add_paragraph("Zdanie z obrazem ")
    described.add_run().add_picture(io.BytesIO(picture("JPEG", "blue")))
    described.runs[-1]._r.xpath(".//wp:docPr")[0].set("descr", "Niebieska plansza")
    package = with_footnotes(saved(document), {"2": "Treść przypisu."})
    return with_parts(package, {})


def with_footnotes(package: bytes, notes: dict[str, str]) -> bytes:
    """The package with footnotes, which python-docx does not write."""
    with zipfile.ZipFile(io.BytesIO(package)) as old:
        types = old.read("[Content_Types].xml").decode()
        relations = old.read("word/_rels/document.xml.rels").decode()
    xml = "".join(
        f'<w:footnote w:id="{key}"><w:p><w:r><w:footnoteRef/></w:r>{run(text)}</w:p></w:footnote>'
        for key, text in notes.items()
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    part = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    return with_parts(
        package,
        {
            "word/footnotes.xml": f"<w:footnotes {nsdecls('w')}>{xml}</w:footnotes>",
            "[Content_Types].xml": types.replace(
                "</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{part}"/></Types>'
            ),
            "word/_rels/document.xml.rels": relations.replace(
                "</Relationships>",
                f'<Relationship Id="rIdNotes" Type="{kind}" Target="footnotes.xml"/></Relationships>',
            ),
        },
    )


@cache
def large_docx(passages: int = 2500, words: int = 48, chapters: int = 40) -> bytes:
    """About 400 pages: by default 2,500 passages and 120,000 words in 40 chapters. The same every time."""
    document = docx.Document()
    left, each = passages, passages // chapters
    for chapter in range(1, chapters + 1):
        document.add_heading(f"Rozdział {chapter}", 1)
        many = left if chapter == chapters else each
        for number in range(1, many + 1):
            style = "List Bullet" if number % 7 == 0 else None
            text = " ".join(WORDS[(chapter * 31 + number * 7 + word * word) % len(WORDS)] for word in range(words - 1))
            paragraph = document.add_paragraph(f"{chapter}/{number} {text}.", style=style)
            if number % 5 == 0:
                paragraph.add_run(" ważne").bold = True
        left -= many
    return saved(document)


# -- ODT ------------------------------------------------------------------------------------------------------------

ODT_NAMESPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:xlink="http://www.w3.org/1999/xlink"'
)
ODT_MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>'
    "{more}</manifest:manifest>"
)
ODT_BODY = """<text:h text:outline-level="1">Diagnoza</text:h>
<text:p>Miasto jest <text:span text:style-name="B">zielone</text:span> <text:a xlink:href="https://lublin.eu/">dla
wszystkich</text:a>.</text:p>
<text:p>Zdanie z komentarzem<office:annotation><dc:creator>Anna</dc:creator><text:p>Usunąć?</text:p></office:annotation>
i przypisem<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>
<text:p>Treść przypisu.</text:p></text:note-body></text:note>.</text:p>
<text:list><text:list-item><text:p>pierwszy</text:p><text:list><text:list-item><text:p>drugi poziom</text:p>
<text:list><text:list-item><text:p>trzeci poziom</text:p></text:list-item></text:list></text:list-item></text:list>
</text:list-item></text:list>
<text:h text:outline-level="1">Wskaźniki</text:h>
<table:table><table:table-column table:number-columns-repeated="2"/>
<table:table-row><table:table-cell><text:p>drzewa</text:p></table:table-cell>
<table:table-cell><text:p>1000</text:p></table:table-cell></table:table-row></table:table>
<text:p><draw:frame svg:width="1cm" svg:height="1cm"><draw:image xlink:href="Pictures/a.png"/></draw:frame></text:p>"""


def odt(body: str = ODT_BODY, parts: Iterable[tuple[str, bytes]] = (), manifest: str = "") -> bytes:
    """An ODT with this body."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("META-INF/manifest.xml", ODT_MANIFEST.format(more=manifest))
        package.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {ODT_NAMESPACES} office:version="1.2">'
            '<office:automatic-styles><style:style style:name="B" style:family="text">'
            '<style:text-properties fo:font-weight="bold"/></style:style></office:automatic-styles>'
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        )
        package.writestr(
            "styles.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-styles {ODT_NAMESPACES} office:version="1.2"/>',
        )
        package.writestr("Pictures/a.png", picture())
        for name, data in parts:
            package.writestr(name, data)
    return file.getvalue()
