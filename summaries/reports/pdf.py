"""A volume of a report as tagged PDF (PDF/UA-1): plain data for ``templates/pdf/report.typ``."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from consultations.models import Remark
from lublin2030.lib.numbers import grouped
from lublin2030.lib.pdf import render_pdf
from lublin2030.lib.plain_markdown import plain_paragraphs
from summaries.models import ConsultationReport
from summaries.reports.charts import chart_svg
from summaries.reports.content import LANGUAGE, remark_columns
from summaries.reports.rows import asks, stance_in_words

SHORT_HASH = 16
Standing = Remark.Standing


def write_pdf(report: ConsultationReport, volume: dict[str, Any]) -> bytes:
    """The volume (see ``volumes``) as PDF/UA-1: title, language, bookmarks, tables with header cells."""
    return render_pdf("report", pdf_data(report, volume), language=LANGUAGE, apart=True)


def pdf_data(report: ConsultationReport, volume: dict[str, Any]) -> dict[str, Any]:
    """Everything that the PDF says."""
    return {
        "title": document_title(volume),
        "heading": volume["title"],
        "subject": volume["subject"],
        "facts": head_facts(report, volume),
        "demonstration": volume["demonstration"],
        "watermark": "" if report.is_frozen else _("DRAFT"),
        "footer": footer(report, volume),
        "page_of": _("page %(page)s of %(pages)s") % {"page": "%p", "pages": "%t"},
        "contents": _("Contents"),
        "columns": remark_columns(),
        "sections": [
            {
                "title": f"{section['number']}. {section['title']}",
                "blocks": [said for block in section["blocks"] for said in _blocks(block)],
            }
            for section in volume["sections"]
        ],
    }


def document_title(volume: dict[str, Any]) -> str:
    """What the document is called: “Report on … no. 1/2022: Consultation of …”."""
    number = _("no. %(number)s") % {"number": volume["number"]} if volume["number"] else ""
    title = " ".join(filter(None, [volume["title"], number])) + ": " + volume["subject"]
    return f"{title} ({volume_in_words(volume)})" if volume["volumes"] > 1 else title


def volume_in_words(volume: dict[str, Any]) -> str:
    return _("volume %(volume)s of %(volumes)s") % {"volume": volume["volume"], "volumes": volume["volumes"]}


def head_facts(report: ConsultationReport, volume: dict[str, Any]) -> list[list[str]]:
    """What stands below the title: number, date, office, what it corrects, the content's digest."""
    day = date_format(dt.date.fromisoformat(volume["date"]), "DATE_FORMAT")
    rows = [
        (_("Number"), volume["number"] or _("draft, not signed")),
        (_("As of") if not volume["number"] else _("Date"), day),
        (_("Signed by"), volume["office"]),
        (_("Corrects report no."), volume["corrects"]),
        (_("Volume"), volume_in_words(volume) if volume["volumes"] > 1 else ""),
        (_("Digest of the content (SHA-256)"), report.sha256),
    ]
    return [[name, value] for name, value in rows if value]


def footer(report: ConsultationReport, volume: dict[str, Any]) -> str:
    """What each page says at its foot."""
    said = _("Report no. %(number)s") % {"number": volume["number"]} if volume["number"] else _("Draft of a report")
    return f"{said} · SHA-256 {report.sha256[:SHORT_HASH]}…"


def numeric_date(day: str) -> str:
    """A day as tables write it: 16.11.2021; empty of an empty one."""
    return f"{dt.date.fromisoformat(day):%d.%m.%Y}" if day else ""


def row_cells(row: dict[str, Any]) -> list[str]:
    """A remark as the ten cells of its row."""
    said = "\n".join(f"{name}: {text}" if name else text for name, text in asks(row))
    return [
        row["submission"],
        str(row["ordinal"]),
        numeric_date(row["received"]),
        row["channel_name"],
        row["sender"],
        row["place"],
        said,
        row["reason"],
        stance_in_words(row),
        "\n".join(
            filter(
                None,
                [
                    row["justification"],
                    _("Corrected: %(why)s") % {"why": row["correction"]} if row["correction"] else "",
                ],
            )
        ),
    ]


def chart_table(chart: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """A chart's numbers as a table: its columns and its rows."""
    columns = [chart["label"], _("Remarks"), *(one["name"] for one in chart["series"])]
    rows = [
        [row["label"], grouped(row["total"]), *(grouped(row["parts"].get(one["key"], 0)) for one in chart["series"])]
        for row in chart["rows"]
    ]
    return columns, rows


def _blocks(block: dict[str, Any]) -> list[dict[str, Any]]:
    """A block of the content as what the template knows."""
    match block["is"]:
        case "markdown":
            return _paragraphs(block["text"])
        case "chart":
            columns, rows = chart_table(block)
            drawn = {"is": "chart", "title": block["title"], "alt": block["alt"], "svg": chart_svg(block)}
            return [drawn | {"caption": "", "columns": columns, "rows": rows, "numbers": True}]
        case "table":
            return [block | {"numbers": False}]
        case "remark_table":
            rows_of_remarks = [{"cells": row_cells(row), "language": row["language"]} for row in block["rows"]]
            return [{"is": "remark_table", "rows": rows_of_remarks}]
        case _:
            return [block]


def _paragraphs(text: str) -> list[dict[str, Any]]:
    """Markdown by staff as paragraphs, subheadings and lists."""
    blocks: list[dict[str, Any]] = []
    for one in plain_paragraphs(text):
        if one.kind == "item":
            if not blocks or blocks[-1]["is"] != "items":
                blocks.append({"is": "items", "items": []})
            blocks[-1]["items"].append(one.text)
        else:
            blocks.append({"is": "subheading" if one.kind == "heading" else "paragraph", "text": one.text})
    return blocks
