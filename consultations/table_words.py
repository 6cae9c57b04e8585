"""The verdicts on a table in words."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from consultations.table_judging import Verdict
from consultations.table_reading import COLUMNS, MOST_ROWS

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

_FAILURES: dict[str, str | Promise] = {
    "too_large": gettext_lazy("The file is larger than 20 MB. Split the table and bring in the parts."),
    "empty": gettext_lazy("There is no row in the table. Fill in our template and bring it in again."),
    "old_excel": gettext_lazy("This is an old Excel file. Save it as XLSX and bring it in again."),
    "not_table": gettext_lazy("This is neither XLSX nor CSV. Save the table as one of them and bring it in again."),
    "broken": gettext_lazy("The file is damaged. Open it, save it once more as XLSX and bring it in again."),
    "bomb": gettext_lazy("The file unpacks to far more than a table of remarks. Save it once more as XLSX or CSV."),
    "too_many_rows": gettext_lazy("The table has more than %(most)s rows. Split it and bring in the parts."),
    "cell_too_long": gettext_lazy("A cell holds far more text than a remark may have. Shorten it."),
    "column_twice": gettext_lazy("The column “%(detail)s” is there twice. Keep one."),
    "no_columns": gettext_lazy(
        "These columns are missing: %(detail)s. Their names must stand in the first row, as in our template."
    ),
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
    code, _colon, detail = failure.partition(":")
    if code not in _FAILURES:
        return _("This file cannot be read as a table. Start from our template.")
    return str(_FAILURES[code]) % {"detail": detail, "most": f"{MOST_ROWS:,}".replace(",", " ")}
