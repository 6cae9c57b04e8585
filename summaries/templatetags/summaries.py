"""Tags of the front page and the summary."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from consultations.models import Consultation, Remark
from lublin2030.lib.markdown import render_markdown
from lublin2030.lib.translations import current_language
from stages.models import Process
from summaries.counts import Counts, Line
from summaries.models import ConsultationReport
from summaries.reports.exposed import Holding, reports_holding

register = template.Library()

YEAR = re.compile(r"\b20\d\d\b")
SHORT_WORD = re.compile(r"\b(\w{1,2}) $")
GAP = 0.6  # between two parts of a bar, in hundredths of its width: neighbours differ not by colour alone


@register.simple_tag
def question(process: Process) -> SafeString:
    """The process's question in the reader's language, with the first year it names marked."""
    text = process.text("question") or process.text("name")
    year = YEAR.search(text.value)
    if year is None:
        marked = format_html("{}", text.value)
    else:
        # A short word before the year stays on its line: "w 2030 roku".
        before, after = SHORT_WORD.sub("\\1\N{NO-BREAK SPACE}", text.value[: year.start()]), text.value[year.end() :]
        marked = format_html("{}<mark>{}</mark>{}", before, year[0], after)
    if text.language != current_language():
        return format_html('<span lang="{}">{}</span>', text.language, marked)
    return marked


@register.inclusion_tag("summaries/parts/stack.html")
def stack(counts: Counts, most: int) -> dict[str, Any]:
    """A bar of the standings, ``most`` remarks being its full width. Screen readers read the numbers beside it."""
    parts: list[dict[str, Any]] = []
    start = 0.0
    for standing, number in counts:
        width = 100 * number / most if most else 0
        if width:
            parts.append({"standing": standing, "x": round(start, 2), "width": round(max(width - GAP, 0.4), 2)})
        start += width
    return {"parts": parts}


@register.filter
def of(counts: Counts, standing: str) -> int:
    """How many of the remarks have the standing."""
    return counts.numbers.get(standing, 0)


@register.filter
def most(lines: Sequence[Line]) -> int:
    """The largest line's remarks: the full width of the bars."""
    return max((line.counts.total for line in lines), default=0)


@register.inclusion_tag("summaries/parts/stack.html")
def standing_bar(standing: str, number: int, whole: int) -> dict[str, Any]:
    """One standing's bar in its colour, ``whole`` remarks being the full width."""
    return {"parts": [{"standing": standing, "x": 0, "width": round(100 * number / whole, 2) if whole else 0}]}


@register.inclusion_tag("summaries/parts/swatch.html")
def swatch(standing: str) -> dict[str, str]:
    """A square in the standing's colour beside its name: the legend of the bars."""
    return {"standing": standing}


@register.filter
def staff_markdown(text: str) -> SafeString:
    """Markdown by staff as clean HTML."""
    return render_markdown(text)


@register.simple_tag
def latest_report(consultation: Consultation) -> ConsultationReport | None:
    """The consultation's frozen report that stands, without its content. One query."""
    return ConsultationReport.objects.without_content().latest_of(consultation)


@register.simple_tag
def reports_with(remark: Remark) -> list[Holding]:
    """The public reports that say the remark as the register does, or more. One query."""
    return reports_holding(remark)


@register.inclusion_tag("summaries/parts/report_chart.html")
def report_chart(chart: dict[str, Any]) -> dict[str, Any]:
    """A chart of a report as a table with its bars, drawn like those of the summary."""
    keys = [one["key"] for one in chart["series"]]
    lines = [
        row | {"counts": Counts(row["parts"]), "numbers": [row["parts"].get(key, 0) for key in keys]}
        for row in chart["rows"]
    ]
    most = max((row["total"] for row in chart["rows"]), default=0)
    return {"chart": chart, "lines": lines, "most": most, "id": f"wykres-{slugify(chart['title'])}"}
