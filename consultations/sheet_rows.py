"""A sheet of answers: its columns, and the token by which a row is known when it comes back."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models import Remark

NAME = "Odpowiedzi"  # of the sheet in the workbook, in every language
COLUMNS: dict[str, str | Promise] = {
    "number": _("Remark"),
    "place": _("Place"),
    "current": _("Current wording"),
    "kind": _("Kind"),
    "change": _("What to change"),
    "wording": _("Proposed wording"),
    "reason": _("Why"),
    "department": _("Department"),
    "state": _("State"),
    "outcome": _("Decision"),
    "justification": _("Justification"),
    "token": pgettext_lazy("column of a sheet", "Mark of the row (do not change)"),
}
FILLED_IN = ("outcome", "justification")
NEEDED = (*FILLED_IN, "token")

_signer = Signer(salt="consultations.answer_sheet")


class Token(NamedTuple):
    """What a remark was when the sheet was made: its text, its state, its department, the latest of its answers."""

    remark: int
    revision: int
    state: str
    department: int  # 0 without one
    answer: int  # 0 without one; one that was sent back counts too

    def signed(self) -> str:
        return _signer.sign(".".join(map(str, self)))

    @classmethod
    def read(cls, text: str) -> Token | None:
        """The token, or none when it was not made here or has been changed."""
        try:
            pk, revision, state, department, answer = _signer.unsign(text).split(".")
            return cls(int(pk), int(revision), state, int(department), int(answer))
        except (BadSignature, ValueError):
            return None


def token_of(remark: Remark, latest: int) -> Token:
    """The token of the remark as it is now; ``latest`` is the number of its latest answer, 0 without one."""
    return Token(remark.pk, remark.revision, remark.state, remark.department_id or 0, latest)


def column_of(header: str) -> str | None:
    """The column that a header names, in any of our languages."""
    wanted = _plain(header)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for key, name in COLUMNS.items():
                if wanted in {key, _plain(str(name))}:
                    return key
    return None


def outcomes_by_name(outcomes: list[Remark.Outcome]) -> dict[str, Remark.Outcome]:
    """Each outcome by its code and by its name in each of our languages."""
    names: dict[str, Remark.Outcome] = {}
    for outcome in outcomes:
        names[_plain(outcome.value)] = outcome
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                names[_plain(str(outcome.label))] = outcome
    return names


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def outcome_named(text: str, names: dict[str, Remark.Outcome]) -> Remark.Outcome | None:
    return names.get(_plain(text))
