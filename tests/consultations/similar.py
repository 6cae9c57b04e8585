"""Remarks that resemble each other, and the worker's look at them, for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import User
from accounts.roles import Role
from consultations.models import Consultation, Remark, RemarkGroup
from consultations.services.groups import confirm_group
from consultations.services.similar import find_similar
from tests.factories import DURING, passage_remark, person, submission

LETTER = (
    "Stanowczo sprzeciwiamy się wycince starych lip przy ulicy Przykładowej. Drzewa dają cień, zatrzymują kurz i"
    " chłodzą przystanek, na którym codziennie czekają uczniowie. Domagamy się zachowania całego szpaleru i nowych"
    " nasadzeń."
)
ENDINGS = [
    "",
    " Mieszkam obok od czterdziestu lat.",
    " Moja babcia siada pod nimi latem z sąsiadkami.",
    " Proszę o odpowiedź na piśmie.",
    " Dzieci zbierają tam kasztany i liście do zielnika.",
]
OTHER = (
    "Rozkład jazdy nocnych autobusów trzeba wydłużyć w weekendy, bo ostatni kurs z dworca odjeżdża przed północą i"
    " pasażerowie wracają do odległych osiedli pieszo albo drogą taksówką."
)


def sent(
    consultation: Consultation, change: str, *, code: str = "f1", now: dt.datetime = DURING, **fields: Any
) -> Remark:
    """A received remark of a sender of its own that says just that."""
    new = passage_remark(consultation, code, **({"change": change, "reason": ""} | fields))
    return submission(consultation, new_remarks=[new], now=now).remarks.select_related("consultation").get()


def campaign(consultation: Consultation, size: int = 3, *, now: dt.datetime = DURING) -> list[Remark]:
    """So many letters of one campaign, each with an ending of its own."""
    return [sent(consultation, LETTER + ENDINGS[number % len(ENDINGS)], now=now) for number in range(size)]


def look(consultation: Consultation) -> None:
    """The worker's look at the consultation's remarks."""
    find_similar({"consultation": consultation.pk}, lambda done, total: None)


def proposed_group(consultation: Consultation, size: int = 3) -> RemarkGroup:
    """A group of a campaign's letters as the worker proposes it."""
    campaign(consultation, size)
    look(consultation)
    return RemarkGroup.objects.select_related("consultation").latest("pk")


def confirmed_group(consultation: Consultation, size: int = 3, *, by: User | None = None) -> RemarkGroup:
    """The same, confirmed whole."""
    group = proposed_group(consultation, size)
    keys = list(group.members.values_list("remark", flat=True))
    return confirm_group(group, joining=keys, by=by or person(Role.COORDINATOR), now=DURING)


def states(group: RemarkGroup) -> dict[int, str]:
    """The state of each member by the key of its remark."""
    return dict(group.members.order_by("remark").values_list("remark", "state"))
