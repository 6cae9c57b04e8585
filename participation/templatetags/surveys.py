"""Tags of the results of surveys."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from lublin2030.lib.numbers import grouped

register = template.Library()


@register.simple_tag
def cells(counts: Iterable[int | None]) -> SafeString:
    """The cells of a row of numbers; None is one that is not shown.

    A table by districts has a thousand of them: made one by one in the template they took most of the time.
    """
    hidden = format_html(
        '<td class="v"><span aria-hidden="true">–</span><span class="hidden-text">{}</span></td>', gettext("not shown")
    )
    made = (
        hidden if count is None else f'<td class="v">{count if count < 1000 else grouped(count)}</td>'
        for count in counts
    )
    return SafeString("".join(made))
