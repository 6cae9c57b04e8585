"""What the desk says of voices: refusals, and the verdicts on a table."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from lublin2030.lib.redacting import Kind
from lublin2030.lib.table_files import failure_in_words as _failure_in_words
from participation import errors
from participation.voice_table import COLUMNS, MOST_ROWS, Verdict

_WORDS: dict[type[errors.ParticipationError], str | Promise] = {
    errors.NotPermitted: gettext_lazy(
        "Your account may not do this. If you need it for your work, ask an administrator."
    ),
    errors.VoiceEmpty: gettext_lazy("Write what the person said."),
    errors.VoiceChanged: gettext_lazy(
        "Somebody has decided about this voice in the meantime. Look at it as it is now and decide again."
    ),
    errors.WhyMissing: gettext_lazy("Write the reason. The public reads why a text was changed."),
    errors.ForeignDirection: gettext_lazy("This direction belongs to another process. Choose one of the list."),
    errors.RowsRefused: gettext_lazy("A row of the table is refused, so it cannot be entered whole."),
    errors.ImportNotReady: gettext_lazy(
        "The table is no longer as you saw it: somebody has entered it or thrown it away. This is how it stands now."
    ),
    errors.TableUnreadable: gettext_lazy("This file cannot be read as a table. Start from our template."),
}

_VERDICTS: dict[str, str | Promise] = {
    Verdict.GOOD: pgettext_lazy("verdict on a row of a table", "accepted"),
    Verdict.KNOWN: gettext_lazy("entered before, adds nothing"),
    Verdict.REFUSED: pgettext_lazy("verdict on a row of a table", "refused"),
}

_PROBLEMS: dict[str, str | Promise] = {
    "missing": gettext_lazy("nothing is written here, but it is needed"),
    "unknown": gettext_lazy("“%(value)s” is not on the list"),
    "ambiguous": gettext_lazy("several have the name “%(value)s”; write the last part of its address"),
    "not_held": gettext_lazy("“%(value)s” has not begun yet, or was cancelled"),
    "not_date": gettext_lazy("“%(value)s” is no date; write 01.12.2021"),
    "future": gettext_lazy("%(value)s is still to come"),
    "too_long": gettext_lazy("longer than %(value)s characters"),
    "control_characters": gettext_lazy("holds characters that cannot be shown"),
}


def words_for(error: errors.ParticipationError) -> str:
    """What a person reads when the domain refuses. KeyError for an error without words."""
    return str(_WORDS[type(error)])


def status_for(error: errors.ParticipationError) -> int:
    """403 when the person may not, 422 when what was sent is at fault, 409 when the state does not allow it."""
    match error:
        case errors.NotPermitted():
            return 403
        case errors.VoiceEmpty() | errors.WhyMissing() | errors.ForeignDirection() | errors.TableUnreadable():
            return 422
    return 409


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


def kinds_in_words(kinds: list[str]) -> str:
    """Kinds of what may be a person's data, by names."""
    return ", ".join(str(Kind(kind).label) for kind in kinds)


def failure_in_words(failure: str) -> str:
    """Why a file could not be read, and what to do."""
    return _failure_in_words(failure, most_rows=MOST_ROWS)
