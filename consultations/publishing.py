"""What a publication will make public and whom it will tell, looked at before it is confirmed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Q

from accounts.models import User
from consultations.models import Consultation, Decision, Remark, Submission
from consultations.places import Placed, with_places
from consultations.querysets import DecisionQuerySet

PAGE = 50
MOST_SIGNERS = 20  # named in the preview; there are hardly ever more


@dataclass(frozen=True)
class PreviewRow:
    """One answer as the public will read it: ``earlier`` are the published ones it replaces, the latest first."""

    placed: Placed[Remark]
    decision: Decision
    earlier: Sequence[Decision]


@dataclass(frozen=True)
class Told:
    """How many senders get a mail, how many gave no address, and how many are invented and get none."""

    by_mail: int
    without_address: int
    invented: int


@dataclass(frozen=True)
class Selection:
    """The answers of one consultation that can be published now: all of them, or those of the ``keys`` of remarks."""

    consultation: Consultation
    keys: Collection[int] | None = None

    def __post_init__(self) -> None:
        if self.keys is not None and not self.keys:
            raise ValueError("A selection of no remark selects nothing.")

    @property
    def decisions(self) -> DecisionQuerySet:
        found = Decision.objects.publishable().filter(remark__consultation=self.consultation)
        return found if self.keys is None else found.filter(remark__in=list(self.keys))

    @cached_property
    def remarks(self) -> dict[int, int | None]:
        """The remarks in the register's order, each with the revision of its answer. One query."""
        return dict(self.decisions.order_by("remark__position").values_list("remark", "revision"))

    @property
    def digest(self) -> str:
        """Names exactly these answers: a preview of others is not confirmed by it."""
        said = "\n".join(f"{remark}-{revision}" for remark, revision in self.remarks.items())
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    @cached_property
    def corrections(self) -> int:
        return self.decisions.exclude(corrects_why="").count()

    def outcomes(self) -> list[tuple[Remark.Outcome, int]]:
        """How many answers have which outcome, in the usual order; those that there are."""
        counted = dict(self.decisions.order_by().values_list("outcome").annotate(n=Count("pk")))
        return [(outcome, counted[outcome.value]) for outcome in Remark.Outcome if outcome.value in counted]

    def signers(self) -> list[tuple[User | None, int]]:
        """Who approved how many of the answers, the most first; None for accounts that are gone. Two queries."""
        counted = list(
            self.decisions.order_by().values_list("approved_by").annotate(n=Count("pk")).order_by("-n", "approved_by")
        )[:MOST_SIGNERS]
        people = User.objects.in_bulk([key for key, _number in counted if key is not None])
        return [(people.get(key), number) for key, number in counted]

    def told(self) -> Told:
        """One query."""
        senders = Submission.objects.filter(pk__in=self.decisions.order_by().values("remark__submission"))
        return Told(
            **senders.aggregate(
                by_mail=Count("pk", filter=Q(is_demonstration=False) & ~Q(email="")),
                without_address=Count("pk", filter=Q(is_demonstration=False, email="")),
                invented=Count("pk", filter=Q(is_demonstration=True)),
            )
        )

    def rows(self, *, after: int | None, now: dt.datetime) -> tuple[list[PreviewRow], int | None]:
        """A page of answers that follow the remark, and the last one's remark where more follow. Five queries."""
        keys = list(self.remarks)
        start = keys.index(after) + 1 if after in self.remarks else 0
        shown = keys[start : start + PAGE]
        decisions = {
            decision.remark_id: decision
            for decision in self.decisions.filter(remark__in=shown).select_related("department")
        }
        remarks = Remark.objects.as_public_will_read().filter(pk__in=list(decisions)).order_by("position")
        rows: list[PreviewRow] = []
        for placed in with_places(remarks):
            decision = decisions[placed.remark.pk]
            decision.published_at = now  # as it will read; nothing is saved
            rows.append(PreviewRow(placed, decision, vars(placed.remark)["public_decisions"][::-1]))
        return rows, shown[-1] if start + PAGE < len(keys) else None


def select_checked(values: Collection[str]) -> list[Selection]:
    """What can be published of the checked rows (``remark`` or ``remark-revision``), by consultation. Few queries."""
    keys = [int(value.partition("-")[0]) for value in values]
    of_consultation: dict[int, list[int]] = {}
    found = Remark.objects.filter(pk__in=keys).order_by("consultation", "position").values_list("consultation", "pk")
    for consultation, key in found:
        of_consultation.setdefault(consultation, []).append(key)
    consultations = Consultation.objects.in_bulk(list(of_consultation))
    return [Selection(consultations[pk], tuple(remarks)) for pk, remarks in of_consultation.items()]


def waiting_consultations() -> list[tuple[Consultation, int]]:
    """The consultations of which answers can be published, and how many, the latest consultation first."""
    counted = dict(
        Decision.objects.publishable().order_by().values_list("remark__consultation").annotate(n=Count("pk"))
    )
    found = Consultation.objects.filter(pk__in=list(counted)).order_by("-opens_at", "-pk")
    return [(one, counted[one.pk]) for one in found]
