"""Charts as SVG, drawn here: bars of one colour, or of the standings. They need no font of the reader's and no script.

They stand in documents; the page draws the same numbers with the bars of the summary, in the reader's theme.
"""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from consultations.models import Remark

Standing = Remark.Standing
COLOURS: dict[str, str] = {
    Standing.ACCEPTED: "#0b5d3f",
    Standing.PARTLY_ACCEPTED: "#e0a800",
    Standing.NOT_ACCEPTED: "#c4161c",
    Standing.IN_TEXT: "#5fa384",
    Standing.FORWARDED: "#4b5a53",
    Standing.EXPLAINED: "#8b97a5",
    Standing.OUT_OF_SCOPE: "#b9a58c",
    Standing.IN_PROGRESS: "#c9d1cc",
    Standing.RECEIVED: "#dfe4e1",
    Standing.IMPROPER: "#7a857e",
    Standing.WITHDRAWN: "#e9ece6",
}
PLAIN = "#0b5d3f"
# A plain chart is narrow: its numbers stand beside it. One of several series has them below, and the whole width.
WIDTH, LABEL = 680, 250
NARROW_WIDTH, NARROW_LABEL = 430, 190
ROW, BAR = 24, 14
NUMBER = 52  # room for the number after the longest bar
LONGEST_LABEL = 40
LONGEST_NARROW_LABEL = 30
LEGEND_ROW = 20


def chart_svg(chart: dict[str, Any]) -> str:
    """The chart (see ``content.chart``) as a whole SVG document with its alternative text as title."""
    rows = chart["rows"]
    series = chart["series"]
    most = max((row["total"] for row in rows), default=0) or 1
    legend = _legend(series)
    top = LEGEND_ROW * (len(legend) + 1) if legend else 6
    height = top + ROW * len(rows) + 4
    width = width_of(chart)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" aria-label={quoteattr(chart["alt"])}'
        ' font-family="Libertinus Serif, Georgia, serif" font-size="13">'
    ]
    for number, line in enumerate(legend):
        x = 0.0
        for one in line:
            y = 4 + number * LEGEND_ROW
            parts.append(f'<rect x="{x:g}" y="{y}" width="12" height="12" fill="{COLOURS[one["key"]]}"/>')
            parts.append(f'<text x="{x + 17:g}" y="{y + 11}" fill="#17211d">{escape(one["name"])}</text>')
            x += 17 + _width_of(one["name"]) + 22
    for number, row in enumerate(rows):
        parts += _row(row, top + number * ROW, most, series)
    return "".join([*parts, "</svg>"])


def width_of(chart: dict[str, Any]) -> int:
    """How wide the chart is drawn, in pixels."""
    return WIDTH if chart["series"] else NARROW_WIDTH


def _legend(series: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    """The series in lines that fit."""
    lines: list[list[dict[str, str]]] = []
    used = 0.0
    for one in series:
        width = 17 + _width_of(one["name"]) + 22
        if not lines or used + width > WIDTH:
            lines.append([])
            used = 0.0
        lines[-1].append(one)
        used += width
    return lines


def _row(row: dict[str, Any], y: int, most: int, series: list[dict[str, str]]) -> list[str]:
    width, left = (WIDTH, LABEL) if series else (NARROW_WIDTH, NARROW_LABEL)
    longest = LONGEST_LABEL if series else LONGEST_NARROW_LABEL
    label = row["label"] if len(row["label"]) <= longest else row["label"][: longest - 1].rstrip() + "…"
    middle = y + BAR - 2
    parts = [f'<text x="{left - 10}" y="{middle}" text-anchor="end" fill="#17211d">{escape(label)}</text>']
    scale = (width - left - NUMBER) / most
    x = float(left)
    if series:
        for one in series:
            length = row["parts"].get(one["key"], 0) * scale
            if length:
                parts.append(
                    f'<rect x="{x:.1f}" y="{y}" width="{max(length - 1, 0.8):.1f}" height="{BAR}"'
                    f' fill="{COLOURS[one["key"]]}"/>'
                )
            x += length
    elif row["total"]:
        colour = COLOURS.get(row.get("key", ""), PLAIN)
        length = row["total"] * scale
        parts.append(f'<rect x="{x:.1f}" y="{y}" width="{max(length, 0.8):.1f}" height="{BAR}" fill="{colour}"/>')
        x += length
    parts.append(f'<text x="{x + 6:.1f}" y="{middle}" fill="#17211d">{row["total"]}</text>')
    return parts


def _width_of(text: str) -> float:
    return 6.4 * len(text)
