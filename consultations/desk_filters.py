"""Which remarks a list of the desk, a bulk verb or a sheet is for, read from an address: one filter for all of them.

An unknown value is a fault and finds nothing: a filter that was left out would mean more remarks than were asked for.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.desk import BY_RECEIPT, DeskOrder, pending_of
from consultations.models import BulkItem, ChapterText, Consultation, Department, Remark, Submission, Topic
from consultations.models.remarks import POSITION_STEP
from consultations.permissions import own_departments, works_for
from consultations.querysets import NO_TERM, RemarkQuerySet
from consultations.searching import LONGEST_QUERY, Query, matching
from lublin2030.lib.paging import KeyPage, read_key
from participation.models import District

NONE = "brak"  # as a department, a topic or a term: remarks without one
WHOLE_DOCUMENT = "0"  # as a chapter: remarks on no chapter
OVERDUE = "po-terminie"
TERM_DAYS = ("7", "14", "30")
CORRECTIONS = "sprostowania"  # as a state: a published answer whose correction is under way
CORRECTION = "sprostowanie-"  # before the step of a correction
IN_LIST = "lista"  # in a remark's address: it was opened from the list
NUMBER = re.compile(r"([0-9]{1,9})\.([0-9]{1,3})(/[0-9]{4})?")

ANY = pgettext_lazy("in a filter", "any")

BY_TERM = DeskOrder(
    "termin",
    ("term", "received_at", "pk"),
    lambda remark: (remark.answer_due_on or NO_TERM, remark.received_at, remark.pk),
)
ORDERS = {order.code: order for order in (BY_RECEIPT, BY_TERM)}

# What the words of addresses were before, in bookmarks and in letters.
_EARLIER = {
    ("komorka", "-"): NONE,
    ("temat", "-"): NONE,
    ("termin", "tydzien"): "7",
    ("stan", "korekty"): CORRECTIONS,
    **{
        ("stan", f"{word}{step.value}"): f"{CORRECTION}{step.value}"
        for word in ("korekta-", "poprawka-")
        for step in Remark.Correction
    },
}


@dataclass(frozen=True)
class DeskFilter:
    """The remarks that were asked for, all of whose words are known.

    ``params`` are the address's own words. ``own`` are the departments to which it is narrowed, None for all.
    ``consultation`` is the one that was chosen, or the only one there is. What it finds depends on the day only where a
    term was asked for, and on the person only where that person's work was (``is_mine``). ``facts`` are what a history
    row says of it; not the words that were looked for, which may name people.
    """

    user: Any
    params: tuple[tuple[str, str], ...]
    conditions: Q
    state: Q
    own: frozenset[int] | None
    consultation: Consultation | None
    is_mine: bool = False
    query: Query | None = None
    order: DeskOrder = BY_RECEIPT
    facts: Mapping[str, Any] = field(default_factory=dict)

    def remarks(self) -> RemarkQuerySet:
        """Exactly the remarks, in the register's order."""
        return self._in_any_state().filter(self.state).order_by("position")

    def in_order(self) -> RemarkQuerySet:
        """The same remarks in the order that was asked for."""
        return self.remarks().with_term().order_by(*self.order.keys)

    def _in_any_state(self) -> RemarkQuerySet:
        remarks = pending_of(self.user) if self.is_mine else Remark.objects.all()
        found: RemarkQuerySet = remarks.filter(self.conditions)
        if self.own is not None:
            found = found.filter(department__in=self.own)
        if self.query is not None:
            found = matching(found, self.of_one, self.query)
        return found

    def page(self, *, after: str | None, size: int) -> KeyPage[Remark]:
        """The rows of the list that follow the one with the key ``after``, or the first. At most two queries."""
        remarks = self.in_order().select_related("consultation", "department", "submission")
        key = read_key(after)
        anchor = Remark.objects.filter(pk=key).first() if key is not None else None
        if anchor is not None:
            remarks = remarks.filter(self.order.later_than(anchor))
        rows = list(remarks[: size + 1])
        return KeyPage(rows[:size], after=rows[size - 1].pk if len(rows) > size else None, before=None)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many remarks of each state the other choices leave, and under ``""`` how many of all. One query."""
        rows = self._in_any_state().order_by().values_list("state", "correction").annotate(total=Count("pk"))
        found = {"": 0}
        for state, correction, total in rows:
            keys = ["", state]
            if correction:
                keys += [CORRECTIONS, f"{CORRECTION}{correction}"]
            for key in keys:
                found[key] = found.get(key, 0) + total
        return found

    @property
    def total(self) -> int:
        """How many remarks were asked for."""
        return self.counts.get(dict(self.params).get("stan", ""), 0)

    @property
    def of_one(self) -> Consultation:
        """The consultation of all these remarks. ValueError for a list of several, which is only to be looked at."""
        if self.consultation is None:
            raise ValueError("The filter is not of one consultation.")
        return self.consultation

    # -- Addresses ----------------------------------------------------------------------------------------------------

    @property
    def address(self) -> str:
        """The filter as the end of an address, without the question mark."""
        return urlencode(self.params)

    @property
    def query_before(self) -> str:
        """The filter as it stands in an address before another parameter: empty, or ``moje=1&``."""
        return f"{self.address}&" if self.params else ""

    @property
    def address_of_work(self) -> str:
        """The end of the address where one thing is done to exactly these; its consultation is always named there."""
        if self.consultation is None:
            return ""
        return urlencode({"konsultacja": self.consultation.slug} | dict(self.params))

    @property
    def opened(self) -> str:
        """The end of a remark's address that keeps previous and next within this list."""
        return f"?{urlencode([*self.params, (IN_LIST, '1')])}"

    @property
    def mine_or_all(self) -> str:
        """The address's parameters with “pending mine” switched over, the other choices kept."""
        others = {name: value for name, value in self.params if name != "moje"}
        return urlencode(others if self.is_mine else {**others, "moje": "1"})

    @property
    def is_set(self) -> bool:
        return any(name != "sort" for name, _value in self.params)


class DeskFilterForm(forms.Form):
    """What can be asked for. Chapters, topics, words and numbers are those of one consultation.

    With ``reads_all`` everything that the person may read, of every consultation: a list to look at. Without it one
    consultation, the latest if none is named, and of it only what the person's departments answer: a list to work on.

    What there is to choose from is read when it is needed: one query for each list of choices.
    """

    konsultacja = forms.ChoiceField(label=_("Consultation"))
    stan = forms.ChoiceField(label=_("State"), required=False)
    komorka = forms.ChoiceField(label=_("Department"), required=False)
    termin = forms.ChoiceField(label=_("Department's term"), required=False)
    rozdzial = forms.ChoiceField(label=_("Chapter"), required=False)
    temat = forms.ChoiceField(label=_("Topic"), required=False)
    dzielnica = forms.ChoiceField(label=_("District"), required=False)
    kanal = forms.ChoiceField(label=_("Channel"), required=False, choices=[("", ANY), *Submission.Channel.choices])
    q = forms.CharField(label=_("Words"), required=False, max_length=LONGEST_QUERY)
    jak = forms.CharField(
        label=_("Same text as remark"), required=False, max_length=20, help_text=_("Its number, as 12.3")
    )
    odrzucone = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=10**18)
    moje = forms.ChoiceField(required=False, widget=forms.HiddenInput, choices=[("1", "1")])
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            (BY_RECEIPT.code, _("by receipt, the oldest first")),
            (BY_TERM.code, _("by deadline, the nearest first")),
        ],
    )

    def __init__(self, params: Mapping[str, str], *, user: Any, reads_all: bool = False) -> None:
        self.user = user
        self.own = None if reads_all else own_departments(user)
        # With all that numbers and terms need, without the long texts.
        self._consultations = list(
            Consultation.objects.order_by("-opens_at", "-pk").defer("rules", "legal_basis", "privacy_notice", "contact")
        )
        data = {name: _word_now(name, params.get(name, "")) for name in self.base_fields}
        if not reads_all and not data["konsultacja"] and self._consultations:
            data["konsultacja"] = self._consultations[0].slug
        super().__init__(data, auto_id="filter_%s")
        self.named = next((one for one in self._consultations if one.slug == data["konsultacja"]), None)
        only = self._consultations[0] if len(self._consultations) == 1 else None
        self.consultation = self.named if data["konsultacja"] else only
        for one in self.fields.values():
            one.needed_sometimes = True  # type: ignore[attr-defined]  # no “(optional)” beside each of ten
        self.fields["konsultacja"].required = not reads_all
        choices: dict[str, Callable[[], Iterable[tuple[str, Any]]]] = {
            "konsultacja": lambda: [
                *([("", ANY)] if reads_all else []),
                *((one.slug, one.text("title").value) for one in self._consultations),
            ],
            "stan": lambda: [("", ANY), *_states()],
            "komorka": lambda: [
                ("", ANY),
                *((one.slug, one.text("name").value) for one in self._departments.values()),
                *([(NONE, _("no department"))] if self.own is None else []),
            ],
            "termin": lambda: _terms(data["termin"]),
            "rozdzial": lambda: [
                ("", ANY),
                *((number, f"{number}. {one.text('title').value}") for number, one in self._chapters.items()),
                (WHOLE_DOCUMENT, _("Whole document")),
            ],
            "temat": lambda: [
                ("", ANY),
                *((one.slug, one.text("name").value) for one in self._topics.values()),
                (NONE, _("no topic")),
            ],
            "dzielnica": lambda: [("", ANY), *((slug, one.name) for slug, one in self._districts.items())],
        }
        for name, of_field in choices.items():
            self.fields[name].choices = of_field  # type: ignore[attr-defined]

    # -- What there is ------------------------------------------------------------------------------------------------

    @cached_property
    def _departments(self) -> dict[str, Department]:
        return {one.slug: one for one in Department.objects.all() if works_for(self.own, one.pk)}

    @cached_property
    def _districts(self) -> dict[str, District]:
        return {one.slug: one for one in District.objects.only("slug", "name")}

    @cached_property
    def _topics(self) -> dict[str, Topic]:
        topics = [] if self.consultation is None else self.consultation.topics.all()
        return {one.slug: one for one in topics}

    @cached_property
    def _chapters(self) -> dict[str, ChapterText]:
        """The chapters of the newest published version by their numbers there."""
        if self.consultation is None:
            return {}
        texts = ChapterText.objects.filter(
            version__draft__consultation=self.consultation, version__published_at__isnull=False
        )
        newest = list(texts.order_by("-version__number", "number"))
        return {str(one.number): one for one in newest if one.version_id == newest[0].version_id}

    @property
    def asks_more(self) -> bool:
        """Whether something rarer is asked for, so that those fields stand open."""
        return any(self[name].value() for name in ("dzielnica", "kanal", "q", "jak"))

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Say beside each state how many remarks it has; leave those without any out, but for the chosen one."""
        chosen = self["stan"].value()
        self.fields["stan"].choices = [  # type: ignore[attr-defined]
            ("", ANY),
            *(
                (value, f"{label} ({counts.get(value, 0)})")
                for value, label in _states()
                if counts.get(value) or value == chosen
            ),
        ]

    # -- What was asked for -------------------------------------------------------------------------------------------

    def clean_q(self) -> str:
        words = str(self.cleaned_data["q"])
        if words and Query.read(words) is None:
            raise forms.ValidationError(_("There is no word in it to look for."))
        return self._of_one(words)

    def clean_jak(self) -> str:
        text = self._of_one(str(self.cleaned_data["jak"]).strip())
        if text and self._same_text(text) is None:
            raise forms.ValidationError(_("There is no such remark with a text in this consultation."))
        return text

    def _of_one(self, value: str) -> str:
        """The value, which means something within one consultation only."""
        if value and self.consultation is None:
            raise forms.ValidationError(_("Choose a consultation first."))
        return value

    def _same_text(self, number: str) -> str | None:
        written = NUMBER.fullmatch(number)
        if written is None:
            return None
        position = int(written[1]) * POSITION_STEP + int(written[2])
        remark = Remark.objects.filter(consultation=self.consultation, position=position).first()
        return remark.text_hash or None if remark is not None else None

    def clean_odrzucone(self) -> int | None:
        pk: int | None = self.cleaned_data["odrzucone"]
        if pk and not BulkItem.objects.filter(action=pk, action__consultation=self.consultation).exists():
            raise forms.ValidationError(_("There is no such bulk action in this consultation."))
        return pk

    def chosen(self, *, today: dt.date) -> DeskFilter | None:
        """The filter, or none when a value is unknown: then nothing may be shown or done, of no remark."""
        if not self.is_valid():
            return None
        said = self.cleaned_data
        facts: dict[str, Any] = {}
        found = Q() if self.named is None else Q(consultation=self.named)
        if said["komorka"]:
            department = self._departments.get(said["komorka"])
            found &= Q(department=department)
            facts |= {"department": department.pk} if department else {}
        if said["rozdzial"]:
            chapter = self._chapters.get(said["rozdzial"])
            found &= Q(chapter=chapter and chapter.chapter_id)
        if said["temat"]:
            topic = self._topics.get(said["temat"])
            found &= Q(topic=topic)
            facts |= {"topic": topic and topic.pk}
        if said["dzielnica"]:
            found &= Q(district=self._districts[said["dzielnica"]])
        if said["kanal"]:
            found &= Q(channel=said["kanal"])
        if said["termin"]:
            found &= _in_term(said["termin"], today)
        if said["jak"]:
            found &= Q(text_hash=self._same_text(said["jak"]))
        if said["odrzucone"]:
            found &= Q(pk__in=BulkItem.objects.filter(action=said["odrzucone"]).refused().values("remark"))
        return DeskFilter(
            user=self.user,
            params=tuple((name, str(value)) for name, value in said.items() if value),
            conditions=found,
            state=_in_state(said["stan"]),
            own=None if self.own is None else frozenset(self.own),
            consultation=self.consultation,
            is_mine=bool(said["moje"]),
            query=Query.read(said["q"]) if said["q"] else None,
            order=ORDERS[said["sort"]],
            facts=facts | ({"state": said["stan"]} if said["stan"] in Remark.State else {}),
        )


def _word_now(name: str, value: str) -> str:
    """The word of an address as it is said now."""
    return _EARLIER.get((name, value), value)


def _states() -> list[tuple[str, Any]]:
    return [
        *Remark.State.choices,
        (CORRECTIONS, _("correction under way")),
        *((f"{CORRECTION}{step.value}", step.label) for step in Remark.Correction),
    ]


def _terms(asked: str) -> list[tuple[str, Any]]:
    """The terms that can be asked for; any number of days can stand in an address."""
    is_days = asked.isascii() and asked.isdigit() and len(asked) <= 3
    days = sorted({*TERM_DAYS, *([asked] if is_days else [])}, key=int)
    return [
        ("", ANY),
        (OVERDUE, _("overdue")),
        *((one, _("due within %(days)s days") % {"days": one}) for one in days),
        (NONE, _("no deadline")),
    ]


def _in_state(state: str) -> Q:
    if not state:
        return Q()
    if state == CORRECTIONS:
        return ~Q(correction="")
    if state.startswith(CORRECTION):
        return Q(correction=state.removeprefix(CORRECTION))
    return Q(state=state)


def _in_term(term: str, today: dt.date) -> Q:
    """A term is kept once the answer is drafted: only remarks that wait for one are late, or soon due."""
    if term == NONE:
        return Q(answer_due_on__isnull=True)
    waiting = Q(state=Remark.State.ASSIGNED)
    if term == OVERDUE:
        return waiting & Q(answer_due_on__lt=today)
    return waiting & Q(answer_due_on__range=(today, today + dt.timedelta(days=int(term))))
