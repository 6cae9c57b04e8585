"""What the public reads of a remark: its words as written, as redacted, or nothing. Said once, in Python and in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Case, F, TextField, Value, When

from lublin2030.lib.redacting import REDACTED

if TYPE_CHECKING:
    from consultations.models import Consultation, Remark

__all__ = ["REDACTED", "TEXTS", "PublicText", "public_columns", "public_text"]

TEXTS = ("change", "wording", "reason")


class PublicText(NamedTuple):
    """The three texts of a remark as the public reads them; each may be empty."""

    change: str
    wording: str
    reason: str


def public_text(remark: Remark) -> PublicText:
    """The public text of a remark whose own columns are loaded; ``public_columns`` is the same in SQL."""
    if remark.state == "withdrawn" or remark.text_state == "waiting":
        return PublicText("", "", "")
    if remark.text_state == "redacted":
        return PublicText(remark.shown_change, remark.shown_wording, remark.shown_reason)
    return PublicText(remark.change, remark.wording, remark.reason)


def public_columns() -> dict[str, Case]:
    """``public_change``, ``public_wording`` and ``public_reason``, for a query of remarks.

    Only a text that is named public is: a state that this does not know shows nothing.
    """
    return {
        f"public_{name}": Case(
            When(state="withdrawn", then=Value("")),
            When(text_state="open", then=F(name)),
            When(text_state="redacted", then=F(f"shown_{name}")),
            default=Value(""),
            output_field=TextField(),
        )
        for name in TEXTS
    }


def state_of_new_text(consultation: Consultation) -> str:
    """Whether a text that was just sent or corrected is public at once, or waits for a person: as the city chose."""
    return "waiting" if consultation.texts_need_approval else "open"
