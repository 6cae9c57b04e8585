"""Which outcomes the answers of a consultation may have, and which of them promise another text."""

from __future__ import annotations

from dataclasses import dataclass

from consultations.models import Consultation, Remark

Outcome = Remark.Outcome


@dataclass(frozen=True)
class Offer:
    """One outcome on offer. ``demands_change``: the next version has to carry it."""

    outcome: Remark.Outcome
    demands_change: bool


USUAL = (
    Offer(Outcome.ACCEPTED, True),
    Offer(Outcome.PARTLY_ACCEPTED, True),
    Offer(Outcome.NOT_ACCEPTED, False),
    Offer(Outcome.IN_TEXT, False),
    Offer(Outcome.FORWARDED, False),
    Offer(Outcome.EXPLAINED, False),
    Offer(Outcome.OUT_OF_SCOPE, False),
)


def offered_outcomes(consultation: Consultation) -> tuple[Offer, ...]:
    """What this consultation offers, in its order; the usual list where it has none of its own. One query."""
    own = tuple(
        Offer(Outcome(row.outcome), row.demands_change)
        for row in consultation.offered_outcomes.order_by("position", "pk")
    )
    return own or USUAL


def outcomes_demanding_change(consultation: Consultation) -> list[str]:
    """The outcomes that promise another text. One query."""
    return [offer.outcome.value for offer in offered_outcomes(consultation) if offer.demands_change]
