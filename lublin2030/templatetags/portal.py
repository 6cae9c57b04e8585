"""Tags and filters of every template (they are built in: no ``load``)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.desk import count_waiting, queues_for
from lublin2030.lib.markdown import clean_html, render_markdown
from lublin2030.lib.numbers import grouped
from lublin2030.lib.quarters import Quarter
from lublin2030.lib.translations import Text, TranslatedModel, current_language

register = template.Library()

# In a block of data these would end the block, or the line.
IN_DATA = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
# From this many days on, the time to a report is shown as running out.
PRESSING_DAYS = 7


def _marked(text: Text, content: SafeString | str, tag: str) -> SafeString:
    """The content, in an element that tells its language where that is not the page's."""
    if text.language != current_language():
        return format_html("<{} lang={}>{}</{}>", SafeString(tag), text.language, content, SafeString(tag))
    return format_html("{}", content)


@register.simple_tag
def say(record: TranslatedModel | None, field: str) -> SafeString:
    """A field in the reader's language; one that is not translated comes in Polish and says so by ``lang``."""
    if record is None:
        return SafeString("")
    text = record.text(field)
    return _marked(text, text.value, "span")


@register.simple_tag
def say_markdown(record: TranslatedModel, field: str) -> SafeString:
    """Like ``say`` for a field of Markdown (or of HTML, where the record's ``format`` says so)."""
    text = record.text(field)
    is_html = getattr(record, "format", "") == "html"
    html = clean_html(text.value) if is_html else render_markdown(text.value)
    return _marked(text, html, "div")


@register.filter
def markdown(text: str) -> SafeString:
    """A text of Markdown as HTML without anything that could harm."""
    return render_markdown(text)


@register.simple_tag
def structured_data(data: dict[str, Any]) -> SafeString:
    """Facts for search engines, in a block of data that no browser runs; its text cannot end the block."""
    text = json.dumps(data, ensure_ascii=False).translate(
        {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
    )
    return format_html('<script type="application/ld+json">{}</script>', SafeString(text))


@register.filter
def plain(record: TranslatedModel, field: str) -> str:
    """A field in the reader's language without markup, for titles and attributes."""
    return record.text(field).value


@register.filter
def number(value: int | None) -> str:
    """A whole number as the reader's language groups it: 1 500."""
    return "" if value is None else grouped(value)


@register.filter
def quarters(record: Any) -> str:
    """A period in quarters: “IV kw. 2018 – IV kw. 2019”, “III–IV kw. 2021”, “II kw. 2021”."""
    first: Quarter = record.first_quarter
    last: Quarter = record.last_quarter
    if first == last:
        return gettext("Q%(quarter)s %(year)s") % {"quarter": _quarter(first), "year": first.year}
    if first.year == last.year:
        return gettext("Q%(first)s–%(last)s %(year)s") % {
            "first": _quarter(first),
            "last": _quarter(last),
            "year": first.year,
        }
    return gettext("Q%(first)s %(first_year)s – Q%(last)s %(last_year)s") % {
        "first": _quarter(first),
        "first_year": first.year,
        "last": _quarter(last),
        "last_year": last.year,
    }


def _quarter(quarter: Quarter) -> str:
    # Polish and Ukrainian count quarters in roman numerals, English does not.
    return str(quarter.number) if current_language() == "en" else quarter.roman


@register.filter
def days_until(day: dt.date | None, now: dt.datetime) -> int | None:
    """Calendar days in Warsaw from the moment to the day."""
    return None if day is None else (day - warsaw_day(now)).days


@register.filter
def in_days(days: int) -> str:
    """“today”, “1 day left”, “5 days left”, “2 days late”."""
    if days == 0:
        return gettext("today")
    if days < 0:
        return ngettext("%(days)s day late", "%(days)s days late", -days) % {"days": -days}
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}


@register.filter
def of_key(values: dict[Any, Any], key: Any) -> Any:
    """The value of a key that is itself a variable; none where there is none."""
    return values.get(key)


@register.filter
def is_pressing(days: int | None) -> bool:
    """Whether so few days are left (or the day has passed) that the time is shown in red."""
    return days is not None and days <= PRESSING_DAYS


@register.inclusion_tag("parts/bar.html")
def bar(value: int | None, most: int, *, estimate: bool = False) -> dict[str, Any]:
    """A bar beside a number, ``most`` being the full width. Hidden from screen readers: the number stands beside it."""
    width = round(100 * (value or 0) / most, 1) if most else 0
    return {"width": width, "estimate": estimate}


@register.inclusion_tag("parts/field.html")
def field(bound: Any) -> dict[str, Any]:
    """A form field with its label, hint and errors, tied together for screen readers."""
    described = []
    if bound.help_text or getattr(bound.field, "limit", None):
        described.append(f"{bound.id_for_label}_hint")
    if bound.errors:
        described.append(f"{bound.id_for_label}_error")
    attrs: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    is_group = bound.field.widget.__class__.__name__ in {"RadioSelect", "CheckboxSelectMultiple"}
    return {
        "bound": bound,
        "widget": bound.as_widget(attrs=attrs),
        "is_group": is_group,
        "is_checkbox": bound.field.widget.__class__.__name__ == "CheckboxInput",
        "limit": getattr(bound.field, "limit", None),
    }


@register.inclusion_tag("desk/queues.html", takes_context=True)
def desk_queues(context: dict[str, Any]) -> dict[str, Any]:
    """The person's queues with how much waits in each: one query, or none where the page has counted."""
    request = context["request"]
    opened_from = context.get("queue_name")  # an item's page says in which queue it stands
    items = []
    queues = queues_for(request.user)
    counts = context.get("queue_counts") or count_waiting(queues, request.user)
    for queue in queues:
        url = reverse(queue.url_name)
        items.append(
            {
                "label": queue.label,
                "url": url,
                "count": counts[queue.name],
                "current": opened_from == queue.name if opened_from else request.path.startswith(url),
            }
        )
    return {"items": items}
