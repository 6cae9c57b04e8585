"""The desk's list of all remarks: its filter, read from its address, and its orders. An unknown value is no filter."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import QueryDict
from django.utils.translation import gettext

from consultations.desk import BY_RECEIPT, DeskOrder, pending_of
from consultations.models import ChapterText, Consultation, Department, DraftVersion, Remark, Topic
from consultations.querysets import NO_TERM, RemarkQuerySet
from lublin2030.lib.choices import Choice
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.paging import KeyPage, read_key

WHOLE_DOCUMENT = "0"  # as a chapter's number: remarks on no chapter
LATE, WITHOUT_TERM = "po-terminie", "brak"
TERM_DAYS = ("7", "14", "30")
CORRECTIONS = "korekty"  # as a state: a published answer whose correction is under way
CORRECTION_PREFIX = "korekta-"
IN_LIST = "lista"  # in a remark's address: it was opened from this list


BY_TERM = DeskOrder(
    "termin",
    ("term", "received_at", "pk"),
    lambda remark: (remark.answer_due_on or NO_TERM, remark.received_at, remark.pk),
)
ORDERS = {order.code: order for order in (BY_RECEIPT, BY_TERM)}


@dataclass(frozen=True)
class DeskFilter:
    """What of all remarks the person asked for, and what can be asked for.

    Addresses: ``konsultacja``, ``komorka``, ``temat`` (slugs; a department of ``brak`` is none), ``stan`` (a state,
    ``korekty``, or ``korekta-`` and its step), ``rozdzial`` (number in the newest version, 0 for the whole document),
    ``termin`` (``po-terminie``, a number of days, ``brak``), ``moje`` (1: what waits for this person), ``sort``
    (``termin``, or by receipt). Chapters and topics can be asked for within one consultation.
    """

    user: Any
    today: dt.date
    consultations: list[Consultation]
    departments: list[Department]
    chapters: list[ChapterText] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    consultation: Consultation | None = None
    department: Department | None = None
    without_department: bool = False
    state: str = ""
    chapter: ChapterText | None = None
    whole_document: bool = False
    topic: Topic | None = None
    term: str = ""
    is_mine: bool = False
    order: DeskOrder = BY_RECEIPT

    @classmethod
    def read(cls, params: QueryDict, *, user: Any, now: dt.datetime) -> DeskFilter:
        """The filter of an address. Two queries, and two more within a consultation."""
        consultations = list(Consultation.objects.order_by("-opens_at", "-pk"))
        departments = list(Department.objects.all())
        consultation = next((one for one in consultations if one.slug == params.get("konsultacja")), None)
        within = consultation or (consultations[0] if len(consultations) == 1 else None)
        chapters, topics = (_chapters(within), list(Topic.objects.filter(consultation=within))) if within else ([], [])
        number, state, term = params.get("rozdzial", ""), params.get("stan", ""), params.get("termin", "")
        slug = params.get("komorka")
        return cls(
            user=user,
            today=warsaw_day(now),
            consultations=consultations,
            departments=departments,
            chapters=chapters,
            topics=topics,
            consultation=consultation,
            department=next((one for one in departments if one.slug == slug), None),
            without_department=slug == WITHOUT_TERM,
            state=state if state in _state_words() else "",
            chapter=next((one for one in chapters if str(one.number) == number), None),
            whole_document=number == WHOLE_DOCUMENT and within is not None,
            topic=next((one for one in topics if one.slug == params.get("temat")), None),
            term=term if term in {LATE, WITHOUT_TERM} or _is_days(term) else "",
            is_mine=params.get("moje") == "1",
            order=ORDERS.get(params.get("sort", ""), BY_RECEIPT),
        )

    @property
    def remarks(self) -> RemarkQuerySet:
        """The remarks that were asked for, in their order."""
        return self._narrowed(with_state=True).with_term().order_by(*self.order.keys)

    def _narrowed(self, *, with_state: bool) -> RemarkQuerySet:
        remarks = pending_of(self.user) if self.is_mine else Remark.objects.all()
        wanted: dict[str, Any] = {
            "consultation": self.consultation,
            "department": self.department,
            "chapter": self.chapter and self.chapter.chapter_id,
            "topic": self.topic,
        }
        remarks = remarks.filter(**{name: value for name, value in wanted.items() if value})
        if self.without_department:
            remarks = remarks.filter(department__isnull=True)
        if self.whole_document:
            remarks = remarks.filter(chapter__isnull=True)
        if self.term:
            remarks = remarks.filter(self._in_term())
        return remarks.filter(_in_state(self.state)) if with_state and self.state else remarks

    def _in_term(self) -> Q:
        """A term is kept once the answer is drafted: only remarks that wait for one are late, or soon due."""
        if self.term == WITHOUT_TERM:
            return Q(answer_due_on__isnull=True)
        waiting = Q(state=Remark.State.ASSIGNED)
        if self.term == LATE:
            return waiting & Q(answer_due_on__lt=self.today)
        last = self.today + dt.timedelta(days=int(self.term))
        return waiting & Q(answer_due_on__gte=self.today, answer_due_on__lte=last)

    def page(self, *, after: str | None, size: int) -> KeyPage[Remark]:
        """The rows that follow the one with the key ``after``, or the first. At most two queries."""
        remarks = self.remarks.select_related("consultation", "department", "submission")
        key = read_key(after)
        anchor = Remark.objects.filter(pk=key).first() if key is not None else None
        if anchor is not None:
            remarks = remarks.filter(self.order.later_than(anchor))
        rows = list(remarks[: size + 1])
        return KeyPage(rows[:size], after=rows[size - 1].pk if len(rows) > size else None, before=None)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many remarks of each state the other choices leave, and under ``""`` how many of all. One query."""
        rows = (
            self._narrowed(with_state=False).order_by().values_list("state", "correction").annotate(total=Count("pk"))
        )
        found = {"": 0}
        for state, correction, total in rows:
            keys = ["", state]
            if correction:
                keys += [CORRECTIONS, f"{CORRECTION_PREFIX}{correction}"]
            for key in keys:
                found[key] = found.get(key, 0) + total
        return found

    @property
    def total(self) -> int:
        """How many remarks were asked for."""
        return self.counts.get(self.state, 0)

    @property
    def parameters(self) -> dict[str, str]:
        """The choices as they stand in an address."""
        chosen = {
            "konsultacja": self.consultation and self.consultation.slug,
            "komorka": WITHOUT_TERM if self.without_department else self.department and self.department.slug,
            "stan": self.state,
            "rozdzial": WHOLE_DOCUMENT if self.whole_document else self.chapter and self.chapter.number,
            "temat": self.topic and self.topic.slug,
            "termin": self.term,
            "moje": "1" if self.is_mine else "",
            "sort": self.order.code,
        }
        return {name: str(value) for name, value in chosen.items() if value}

    @property
    def is_set(self) -> bool:
        return any(name != "sort" for name in self.parameters)

    @property
    def query(self) -> str:
        """The filter as it stands in an address before another parameter: empty, or ``moje=1&``."""
        return _query(self.parameters)

    @property
    def opened(self) -> str:
        """The end of a remark's address that keeps previous and next within this list."""
        return f"?{urlencode({**self.parameters, IN_LIST: '1'})}"

    @property
    def mine_or_all(self) -> str:
        """The address's parameters with “pending mine” switched over, the other choices kept."""
        others = {name: value for name, value in self.parameters.items() if name != "moje"}
        return urlencode(others if self.is_mine else {**others, "moje": "1"})

    # -- What can be asked for --------------------------------------------------------------------------------------

    @property
    def consultation_choices(self) -> list[Choice]:
        return [Choice(one.slug, one.text("title").value, one == self.consultation) for one in self.consultations]

    @property
    def department_choices(self) -> list[Choice]:
        choices = [Choice(one.slug, one.text("name").value, one == self.department) for one in self.departments]
        return [*choices, Choice(WITHOUT_TERM, gettext("no department"), self.without_department)]

    @property
    def state_choices(self) -> list[Choice]:
        """The states with how many remarks each has; one without any only where it is chosen."""
        return [
            Choice(value, f"{label} ({self.counts.get(value, 0)})", value == self.state)
            for value, label in _state_words().items()
            if self.counts.get(value) or value == self.state
        ]

    @property
    def chapter_choices(self) -> list[Choice]:
        whole = Choice(WHOLE_DOCUMENT, gettext("Whole document"), self.whole_document)
        chapters = [
            Choice(str(one.number), f"{one.number}. {one.text('title').value}", one == self.chapter)
            for one in self.chapters
        ]
        return [*chapters, whole] if chapters else []

    @property
    def topic_choices(self) -> list[Choice]:
        return [Choice(one.slug, one.text("name").value, one == self.topic) for one in self.topics]

    @property
    def term_choices(self) -> list[Choice]:
        labels = {LATE: gettext("overdue")}
        days = sorted({*TERM_DAYS, *([self.term] if _is_days(self.term) else [])}, key=int)
        labels |= {one: gettext("due within %(days)s days") % {"days": one} for one in days}
        labels[WITHOUT_TERM] = gettext("no deadline")
        return [Choice(value, label, value == self.term) for value, label in labels.items()]

    @property
    def order_choices(self) -> list[Choice]:
        labels = {
            BY_RECEIPT: gettext("by receipt, the oldest first"),
            BY_TERM: gettext("by deadline, the nearest first"),
        }
        return [Choice(order.code, label, order is self.order) for order, label in labels.items()]


def _query(parameters: dict[str, str]) -> str:
    words = urlencode(parameters)
    return f"{words}&" if words else ""


def _is_days(term: str) -> bool:
    return term.isascii() and term.isdigit() and len(term) <= 3


def _chapters(consultation: Consultation) -> list[ChapterText]:
    """The chapters of the newest version, published or not. One query."""
    newest = DraftVersion.objects.filter(draft__consultation=consultation).order_by("-number").values("pk")[:1]
    return list(ChapterText.objects.filter(version__in=newest).order_by("number"))


def _state_words() -> dict[str, str]:
    words = {state.value: str(state.label) for state in Remark.State}
    words[CORRECTIONS] = gettext("correction under way")
    return words | {f"{CORRECTION_PREFIX}{step.value}": str(step.label) for step in Remark.Correction}


def _in_state(state: str) -> Q:
    if state == CORRECTIONS:
        return ~Q(correction="")
    if state.startswith(CORRECTION_PREFIX):
        return Q(correction=state.removeprefix(CORRECTION_PREFIX))
    return Q(state=state)
