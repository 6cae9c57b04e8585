"""The verdicts on a table in words."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from consultations.table_judging import Verdict
from consultations.table_reading import COLUMNS, MOST_ROWS
from lublin2030.lib import table_files

_VERDICTS: dict[str, str | Promise] = {
    Verdict.GOOD: pgettext_lazy("verdict on a row of a table", "accepted"),
    Verdict.KNOWN: gettext_lazy("entered before, adds nothing"),
    Verdict.REFUSED: pgettext_lazy("verdict on a row of a table", "refused"),
    Verdict.WITH_LETTER: gettext_lazy("right, but another row of this letter is refused"),
}

_PROBLEMS: dict[str, str | Promise] = {
    "missing": gettext_lazy("nothing is written here, but it is needed"),
    "unknown": gettext_lazy("“%(value)s” is not on the list"),
    "differs": gettext_lazy("“%(value)s” is not what the first row of this letter says"),
    "not_date": gettext_lazy("“%(value)s” is no date; write 01.12.2021"),
    "future": gettext_lazy("%(value)s is still to come"),
    "before_opening": gettext_lazy("%(value)s is before the consultation opened"),
    "after_receipt": gettext_lazy("%(value)s is later than the day we received it"),
    "not_email": gettext_lazy("“%(value)s” is no e-mail address"),
    "not_yes_no": gettext_lazy("“%(value)s” is neither yes nor no"),
    "person_represented": gettext_lazy("a person acts for oneself; only an organisation is represented"),
    "no_place": gettext_lazy("there is no place “%(value)s” in the draft; write 3.2, f12, 3 or 0"),
    "place_is_date": gettext_lazy("the table program made a date of it; format the column as text"),
    "place_is_number": gettext_lazy("%(value)s or %(value)s0? Format the column as text and write it again"),
    "kind_needs_passage": gettext_lazy("“%(value)s” needs a passage"),
    "kind_needs_wording": gettext_lazy("“%(value)s” needs the proposed wording"),
    "too_long": gettext_lazy("longer than %(value)s characters"),
    "too_many_remarks": gettext_lazy("one letter can carry at most 200 remarks"),
    "control_characters": gettext_lazy("holds characters that cannot be shown"),
}


def verdict_in_words(verdict: str) -> str:
    return str(_VERDICTS[verdict])


def column_in_words(key: str) -> str:
    """The column by its name in our template."""
    return COLUMNS[key][0]


def problems_in_words(row: dict[str, Any]) -> list[str]:
    """Each fault of a row: the column, then what is wrong."""
    return [
        pgettext("column of a table: what is wrong there", "%(column)s: %(problem)s")
        % {"column": column_in_words(column), "problem": str(_PROBLEMS[code]) % {"value": value}}
        for column, code, value in row["problems"]
    ]


def failure_in_words(failure: str) -> str:
    """Why a file could not be read, and what to do."""
    return table_files.failure_in_words(failure, most_rows=MOST_ROWS)
