"""The form on paper, made from the rules of its consultation: as tagged PDF and as DOCX, in the reader's language."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.core.cache import cache
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from consultations.models import Consultation
from consultations.models.consultations import IdentityField
from lublin2030.lib.dates import WARSAW
from lublin2030.lib.pdf import render_pdf
from lublin2030.lib.plain_markdown import plain_paragraphs
from lublin2030.lib.translations import Text, current_language

REMARKS_ON_FORM = 3
KEPT_SECONDS = 3600


@dataclass(frozen=True)
class Said:
    """A text and the language it is in, so that it is read aloud and hyphenated rightly."""

    text: str
    language: str
    kind: str = "text"


@dataclass(frozen=True)
class Blank:
    """A field to fill in by hand: its name, and how many centimetres high the space is."""

    label: str
    height: float


@dataclass(frozen=True)
class BlankForm:
    """All that stands on the form, in the order of the paper."""

    heading: str
    title: Said
    term: list[tuple[str, str]]
    return_heading: str
    returning: list[Said]
    sender_heading: str
    sender_note: str
    columns: tuple[str, str]
    sender_kinds: list[str]
    sender: list[Blank]
    remark_headings: list[str]
    remark: list[Blank]
    kinds_label: str
    kinds: list[str]
    more: str
    signature_heading: str
    signature: list[Blank]
    reasons_heading: str
    reasons: list[Said]
    privacy_heading: str
    privacy: list[Said]


def blank_form(consultation: Consultation) -> BlankForm:
    """The form's content by the consultation's rules, in the active language. One query."""

    def field(name: IdentityField, height: float = 0.7) -> Blank:
        return Blank(f"{name.label}{' *' if consultation.requires(name) else ''}", height)

    opens = consultation.opens_at.astimezone(WARSAW)
    return BlankForm(
        heading=_("Form for remarks"),
        title=_said(consultation.text("title")),
        term=[
            (_("Remarks are taken from"), date_format(opens, "DATE_FORMAT")),
            (_("until"), date_format(consultation.last_minute.astimezone(WARSAW), "DATETIME_FORMAT")),
        ],
        return_heading=_("Where to bring or send this form"),
        returning=_paragraphs(consultation.text("contact")),
        sender_heading=_("1. Who sends the remarks"),
        sender_note=_("Fields with a star (*) are required. We never publish a person's name."),
        columns=(_("Field"), _("Write here")),
        sender_kinds=[_("I send this for myself"), _("I send this for an organisation")],
        sender=[
            field(IdentityField.NAME),
            field(IdentityField.REPRESENTATIVE),
            field(IdentityField.ADDRESS, 1.1),
            field(IdentityField.EMAIL),
            field(IdentityField.PHONE),
            field(IdentityField.DISTRICT),
        ],
        remark_headings=[
            _("%(section)d. Remark %(number)d") % {"section": number + 1, "number": number}
            for number in range(1, REMARKS_ON_FORM + 1)
        ],
        remark=[
            Blank(_("Place in the draft: number of the passage or chapter, or “the whole document”"), 1.1),
            Blank(_("Current wording"), 1.5),
            Blank(_("Proposed wording, or what should change *"), 2.9),
            Blank(_("Why"), 2.0),
        ],
        kinds_label=_("What I ask for"),
        kinds=[
            _("change the wording"),
            _("remove the passage"),
            _("add after the passage"),
            _("other remark"),
            _("question"),
        ],
        more=_("If you need more room, add sheets and number the remarks on."),
        signature_heading=_("%(section)d. Date and signature") % {"section": REMARKS_ON_FORM + 2},
        signature=[Blank(_("Date"), 1.0), Blank(_("Legible signature *"), 1.6)],
        reasons_heading=_("When a remark is improper"),
        reasons=[_said(reason.text("label")) for reason in consultation.improper_reasons.all()],
        privacy_heading=_("Personal data"),
        privacy=_paragraphs(consultation.text("privacy_notice")),
    )


def _said(text: Text) -> Said:
    return Said(text.value, text.language)


def _paragraphs(text: Text) -> list[Said]:
    return [Said(one.text, text.language, one.kind) for one in plain_paragraphs(text.value)]


def blank_form_pdf(consultation: Consultation) -> bytes:
    """The form as PDF/UA-1 in the active language. Made once for as long as it says the same, at most an hour."""
    form = asdict(blank_form(consultation))
    return _kept("pdf", form, lambda: render_pdf("blank_form", form, language=current_language()))


def _kept(format: str, form: dict[str, Any], make: Callable[[], bytes]) -> bytes:
    """The document of the form's content: everybody can ask for it, so it is not made anew for each who does."""
    said = json.dumps([format, current_language(), form], ensure_ascii=False, sort_keys=True)
    key = f"blank-form:{hashlib.sha256(said.encode()).hexdigest()}"
    kept: bytes | None = cache.get(key)
    if kept is None:
        kept = make()
        cache.set(key, kept, KEPT_SECONDS)
    return kept


# -- DOCX -------------------------------------------------------------------------------------------------------------


def blank_form_docx(consultation: Consultation) -> bytes:
    """The form as DOCX in the active language. Made once for as long as it says the same, at most an hour."""
    form = blank_form(consultation)
    return _kept("docx", asdict(form), lambda: _write_docx(form))


def _write_docx(form: BlankForm) -> bytes:
    """With real headings and tables whose first row is their header."""
    document = Document()
    _set_up(document, form)
    document.add_paragraph(form.heading, style="Subtitle")
    document.add_heading(form.title.text, level=0)
    _in_language(document.paragraphs[-1], form.title.language)
    for name, value in form.term:
        line = document.add_paragraph(f"{name}: ")
        line.add_run(value).bold = True
    if form.returning:
        document.add_heading(form.return_heading, level=1)
        _add_paragraphs(document, form.returning)
    document.add_heading(form.sender_heading, level=1)
    document.add_paragraph(form.sender_note)
    _add_choices(document, form.sender_kinds)
    _add_table(document, form.columns, form.sender)
    for heading in form.remark_headings:
        document.add_heading(heading, level=1)
        document.add_paragraph(f"{form.kinds_label}:").paragraph_format.keep_with_next = True
        _add_choices(document, form.kinds)
        _add_table(document, form.columns, form.remark)
    document.add_paragraph(form.more)
    document.add_heading(form.signature_heading, level=1)
    _add_table(document, form.columns, form.signature)
    if form.reasons:
        document.add_heading(form.reasons_heading, level=1)
        _add_paragraphs(document, [Said(one.text, one.language, "item") for one in form.reasons])
    if form.privacy:
        document.add_heading(form.privacy_heading, level=1)
        _add_paragraphs(document, form.privacy)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


_REGIONS = {"pl": "pl-PL", "en": "en-GB", "uk": "uk-UA"}


def _set_up(document: DocumentType, form: BlankForm) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
    document.styles["Normal"].font.size = Pt(11)
    properties = document.core_properties
    properties.title = f"{form.heading}: {form.title.text}"
    properties.language = _REGIONS[current_language()]
    properties.author = ""
    default = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    language = default.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        default.append(language)
    language.set(qn("w:val"), _REGIONS[current_language()])


def _in_language(paragraph: Any, language: str) -> None:
    """Mark a paragraph's words as being in another language than the document."""
    if language == current_language():
        return
    for run in paragraph.runs:
        mark = OxmlElement("w:lang")
        mark.set(qn("w:val"), _REGIONS[language])
        run._r.get_or_add_rPr().append(mark)


def _add_paragraphs(document: DocumentType, paragraphs: list[Said]) -> None:
    styles = {"text": "Normal", "item": "List Bullet", "heading": "Heading 2"}
    for one in paragraphs:
        _in_language(document.add_paragraph(one.text, style=styles[one.kind]), one.language)


def _add_choices(document: DocumentType, choices: list[str]) -> None:
    line = document.add_paragraph("    ".join(f"☐ {choice}" for choice in choices))
    line.alignment = WD_ALIGN_PARAGRAPH.LEFT
    line.paragraph_format.keep_with_next = True


def _add_table(document: DocumentType, columns: tuple[str, str], blanks: list[Blank]) -> None:
    table = document.add_table(rows=1, cols=2, style="Table Grid")
    table.autofit = False
    for cell, name in zip(table.rows[0].cells, columns, strict=True):
        cell.text = name
        cell.paragraphs[0].runs[0].bold = True
    # Readers and screen readers are told that this row names the columns; it is repeated on the next page.
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(head)
    for blank in blanks:
        row = table.add_row()
        row.cells[0].text = blank.label
        row.height = Cm(blank.height)
    for row in table.rows:
        row.cells[0].width, row.cells[1].width = Cm(5.5), Cm(11.5)
