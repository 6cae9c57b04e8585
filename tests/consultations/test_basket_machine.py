"""Whatever two tabs do, in whatever order: nothing is lost, the order is kept, and nothing is sent unseen."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from consultations.errors import BasketChanged, NothingToSend, PlaceInOrderGone, RemarkChanged, RemarkGone
from consultations.models import Basket, BasketRemark, Consultation, Remark, Submission
from consultations.services import baskets
from consultations.services.submissions import Sender
from tests.factories import DURING, consultation_with_draft, passage_remark

COOKIE = "k" * 43
TABS = st.sampled_from(["left", "right"])
PLACES = st.integers(0, 4)
KINDS = {
    Remark.Kind.GENERAL: lambda text: {"change": text},
    Remark.Kind.QUESTION: lambda text: {"change": text},
    Remark.Kind.REWORD: lambda text: {"change": "", "wording": text},
    Remark.Kind.ADD: lambda text: {"change": "", "wording": text},
    Remark.Kind.REMOVE: lambda text: {"change": "", "reason": text},
}


@dataclass(frozen=True)
class Line:
    """What the model knows of a remark in the basket."""

    pk: int
    says: tuple[str, str]
    revision: int = 1


@dataclass
class Tab:
    """What stands on a tab's screen: the basket as it was when the page was loaded."""

    basket: Basket | None = None
    lines: list[Line] = field(default_factory=list)
    reviewed: str = ""


def says(one):
    return (one.kind, "".join([one.change, one.wording, one.reason]))


class TwoTabs(RuleBasedStateMachine):
    """The verbs against a list in memory."""

    consultation: Consultation

    def __init__(self):
        super().__init__()
        self.lines: list[Line] = []
        self.sent: list[tuple[str, str]] = []
        self.tabs = {"left": Tab(), "right": Tab()}
        self.counter = 0

    @initialize()
    def begin(self):
        self.consultation = consultation_with_draft(chapters=1, passages=1)

    def new_remark(self, kind):
        self.counter += 1
        return passage_remark(
            self.consultation, chosen_kind=kind, **({"reason": ""} | KINDS[kind](f"Tekst {self.counter}"))
        )

    @rule(kind=st.sampled_from(list(KINDS)))
    def add(self, kind):
        remark = self.new_remark(kind)
        kept = baskets.add_remark(
            self.consultation, cookie_key=COOKIE, remark=remark, form_token=f"form {self.counter}", language="pl",
            now=DURING,
        )  # fmt: skip
        if not kept.basket.name:
            baskets.keep_sender(kept.basket, sender=Sender(name="Jan", email="jan@example.org"), now=DURING)
        self.lines.append(Line(kept.pk, says(remark)))

    @rule(tab=TABS)
    def load(self, tab):
        basket = Basket.objects.filter(consultation=self.consultation).first()
        rows = [] if basket is None else list(basket.remarks.all())
        reviewed = "" if basket is None else baskets.fingerprint(basket, rows)
        self.tabs[tab] = Tab(basket, list(self.lines), reviewed)

    def seen(self, tab, place):
        """A remark on the tab's screen, and the record as the server would find it for this tab."""
        lines = self.tabs[tab].lines
        if place >= len(lines):
            return None, None
        line = lines[place]
        record = BasketRemark(pk=line.pk, basket=self.tabs[tab].basket)
        record.basket.consultation = self.consultation
        return line, record

    def find(self, pk):
        return next((one for one in self.lines if one.pk == pk), None)

    @rule(tab=TABS, place=PLACES, kind=st.sampled_from(list(KINDS)))
    def change(self, tab, place, kind):
        line, record = self.seen(tab, place)
        if line is None:
            return
        current = self.find(line.pk)
        remark = self.new_remark(kind)
        try:
            baskets.change_remark(record, remark=remark, revision=line.revision, now=DURING)
        except RemarkGone:
            assert current is None
        except RemarkChanged:
            assert current is not None
            assert current.revision != line.revision
        else:
            assert current == line
            self.lines[self.lines.index(current)] = Line(line.pk, says(remark), line.revision + 1)

    @rule(tab=TABS, place=PLACES)
    def remove(self, tab, place):
        line, record = self.seen(tab, place)
        if line is not None:
            baskets.remove_remark(record, now=DURING)
            self.lines = [one for one in self.lines if one.pk != line.pk]

    @rule(tab=TABS, place=PLACES, beside=PLACES, side=st.sampled_from(["before", "after"]))
    def move(self, tab, place, beside, side):
        line, record = self.seen(tab, place)
        neighbour, _record = self.seen(tab, beside)
        if line is None or neighbour is None or neighbour == line:
            return
        moved, fixed = self.find(line.pk), self.find(neighbour.pk)
        try:
            baskets.move_remark(record, now=DURING, **{side: neighbour.pk})
        except RemarkGone:
            assert moved is None
        except PlaceInOrderGone:
            assert fixed is None
        else:
            self.lines.remove(moved)
            self.lines.insert(self.lines.index(fixed) + (side == "after"), moved)

    @rule(tab=TABS)
    def send(self, tab):
        shown = self.tabs[tab]
        if shown.basket is None:
            return
        shown.basket.consultation = self.consultation
        try:
            receipt = baskets.send_basket(shown.basket, reviewed=shown.reviewed, now=DURING)
        except BasketChanged:
            assert shown.lines != self.lines
        except NothingToSend:
            assert not self.lines
        else:
            if receipt.is_new:
                assert shown.lines == self.lines
                self.sent += [one.says for one in self.lines]
                self.lines = []

    @invariant()
    def the_basket_is_what_the_model_says(self):
        rows = BasketRemark.objects.filter(basket__consultation=getattr(self, "consultation", None))
        assert [Line(one.pk, says(one), one.revision) for one in rows.order_by("position", "pk")] == self.lines

    @invariant()
    def what_was_sent_is_what_was_seen_in_that_order(self):
        sent = Remark.objects.filter(consultation=getattr(self, "consultation", None)).order_by("position")
        assert [says(one) for one in sent] == self.sent
        assert Submission.objects.filter(remarks__isnull=True).count() == 0


@pytest.mark.django_db
def test_two_tabs_lose_nothing_keep_the_order_and_send_nothing_unseen():
    run_state_machine_as_test(
        TwoTabs,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
