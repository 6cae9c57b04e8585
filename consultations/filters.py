"""The filters of the register, read from its address. An unknown value is no filter."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Sum
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consultations.models import (
    ChapterText,
    Consultation,
    DraftVersion,
    PassageText,
    Remark,
    Submission,
    Tally,
    Topic,
)
from consultations.querysets import RemarkQuerySet
from consultations.reading import published_versions
from consultations.searching import BY_NUMBER, LATELY_ANSWERED, NEWEST, ORDERS, Order, Query, Search, matching
from lublin2030.lib.choices import Choice
from participation.models import District

WHOLE_DOCUMENT = "0"  # as a chapter's number: remarks on no chapter
PASSAGE_CODE = re.compile(r"[A-Za-z0-9_-]{1,20}")
PASSAGE_NUMBER = re.compile(r"([0-9]{1,4})\.([0-9]{1,5})")
ANSWERED = "answered"  # a state for the reader: any outcome


@dataclass(frozen=True)
class Chosen:
    """One choice of the filter in words, and the register's parameters without it."""

    name: str
    value: str
    without: str


@dataclass(frozen=True)
class RegisterFilter:
    """What of a consultation's register the reader asked for, and what can be asked for.

    Addresses: ``q`` (words), ``rozdzial`` (number, 0 for the whole document), ``fragment`` (its code, or its number in
    the newest version, “3.12”), ``temat``, ``dzielnica`` (slugs), ``kanal``, ``stan``, ``wynik`` (codes), ``sort``.
    ``stan`` understands an outcome too, as it did before there was ``wynik``.
    """

    consultation: Consultation
    chapters: list[ChapterText]
    topics: list[Topic]
    districts: list[District]
    chapter: ChapterText | None = None
    whole_document: bool = False
    passage: PassageText | None = None
    topic: Topic | None = None
    district: District | None = None
    channel: str = ""
    standing: str = ""
    is_answered: bool = False
    unknown_passage: str = ""
    query_text: Query | None = None
    order: Order = BY_NUMBER

    @classmethod
    def read(cls, consultation: Consultation, params: QueryDict, now: dt.datetime) -> RegisterFilter:
        """The filter of an address. Four queries, and one more when a passage is asked for."""
        versions = published_versions(consultation, now)
        chapters = list(ChapterText.objects.filter(version=versions[0]).order_by("number")) if versions else []
        topics = list(Topic.objects.filter(consultation=consultation))
        districts = list(District.objects.only("slug", "name"))
        asked = params.get("fragment", "").strip()
        passage = _passage(versions[0], asked) if versions and asked else None
        number = params.get("rozdzial", "")
        channel, state = params.get("kanal", ""), params.get("stan", "")
        outcome = params.get("wynik", "")
        # An outcome says that the remark is answered; another state beside it could only empty the list.
        standing = outcome if outcome in Remark.Outcome.values else state
        return cls(
            consultation=consultation,
            chapters=chapters,
            topics=topics,
            districts=districts,
            # A passage says its chapter already; another chapter beside it could only empty the list.
            chapter=None if passage else next((one for one in chapters if str(one.number) == number), None),
            whole_document=passage is None and number == WHOLE_DOCUMENT,
            passage=passage,
            topic=next((one for one in topics if one.slug == params.get("temat")), None),
            district=next((one for one in districts if one.slug == params.get("dzielnica")), None),
            channel=channel if channel in Submission.Channel.values else "",
            standing=standing if standing in Remark.Standing.values else "",
            unknown_passage="" if passage else asked[:20],
            is_answered=standing == ANSWERED,
            query_text=Query.read(params.get("q", "")),
            order=ORDERS.get(params.get("sort", ""), BY_NUMBER),
        )

    def apply(self, remarks: RemarkQuerySet) -> RemarkQuerySet:
        """The remarks that were asked for, but for the words: those are ``search``'s."""
        if self.whole_document:
            remarks = remarks.filter(chapter__isnull=True)
        if self.is_answered:
            remarks = remarks.answered()
        wanted: dict[str, Any] = {
            "chapter": self.chapter and self.chapter.chapter_id,
            "passage": self.passage and self.passage.passage_id,
            "topic": self.topic,
            "district": self.district,
            "channel": self.channel,
            "standing": self.standing,
        }
        return remarks.filter(**{name: value for name, value in wanted.items() if value})

    def found_in(self, remarks: RemarkQuerySet) -> RemarkQuerySet:
        """The remarks that were asked for, the words included, as one query that can be narrowed and paged further."""
        asked_for = self.apply(remarks)
        return matching(asked_for, self.consultation, self.query_text) if self.query_text else asked_for

    @property
    def is_set(self) -> bool:
        """Whether fewer than all remarks were asked for."""
        return bool(self._dimensions() or self.standing or self.is_answered or self.query_text)

    @property
    def is_by_answers(self) -> bool:
        return self.order is LATELY_ANSWERED

    @property
    def is_plain(self) -> bool:
        """Whether the register stands as it is without any choice, in its first order."""
        return not self.is_set and self.order is BY_NUMBER

    def search(self, remarks: RemarkQuerySet) -> Search:
        """The register as it was asked for, with the words and in the order, ready to be read a page at a time."""
        is_narrowed = bool(self._dimensions() or self.standing or self.is_answered)
        return Search(self.apply(remarks), self.consultation, self.query_text, self.order, is_narrowed=is_narrowed)

    @property
    def query(self) -> str:
        """The filter as it stands in an address before another parameter: empty, or ``rozdzial=3&``."""
        return self._address()

    @property
    def link(self) -> str:
        """The filter as an address's own end: empty, or ``?rozdzial=3``."""
        words = self._address().rstrip("&")
        return f"?{words}" if words else ""

    def _parameters(self) -> dict[str, str]:
        is_outcome = self.standing in Remark.Outcome.values
        chosen = {
            "q": self.query_text and self.query_text.text,
            "rozdzial": WHOLE_DOCUMENT if self.whole_document else self.chapter and self.chapter.number,
            "fragment": self.passage and self.passage.passage.code,
            "temat": self.topic and self.topic.slug,
            "dzielnica": self.district and self.district.slug,
            "kanal": self.channel,
            "stan": ANSWERED if self.is_answered else "" if is_outcome else self.standing,
            "wynik": self.standing if is_outcome else "",
            "sort": self.order.code,
        }
        return {name: str(value) for name, value in chosen.items() if value}

    def _address(self, *, without: str = "") -> str:
        words = urlencode({name: value for name, value in self._parameters().items() if name != without})
        return f"{words}&" if words else ""

    @property
    def chosen(self) -> list[Chosen]:
        """What was chosen, each with the address of the register without it."""
        names = {
            "q": (_("Words"), lambda: f"„{self.query_text.text}”" if self.query_text else ""),
            "rozdzial": (
                _("Part of the draft"),
                lambda: (
                    f"{self.chapter.number}. {self.chapter.text('title').value}"
                    if self.chapter
                    else gettext("Whole document")
                ),
            ),
            "fragment": (_("Passage"), lambda: self.passage.number if self.passage else ""),
            "temat": (_("Topic"), lambda: self.topic.text("name").value if self.topic else ""),
            "dzielnica": (_("District"), lambda: self.district.name if self.district else ""),
            "kanal": (_("Channel"), lambda: str(Submission.Channel(self.channel).label)),
            "stan": (
                _("State"),
                lambda: gettext("answered") if self.is_answered else str(Remark.Standing(self.standing).label),
            ),
            "wynik": (_("Outcome"), lambda: str(Remark.Standing(self.standing).label)),
        }
        return [
            Chosen(str(names[name][0]), str(names[name][1]()), self._address(without=name).rstrip("&"))
            for name in self._parameters()
            if name in names
        ]

    def count(self) -> int | None:
        """How many remarks the filter finds; None where no counter knows it. At most one query.

        The counters know every single dimension, alone or with a standing; counting anything else would take longer
        the longer the register is.
        """
        dimensions = self._dimensions()
        if self.query_text is not None:
            return None
        if not self.is_set:
            return self.consultation.remark_count
        if len(dimensions) > 1:
            return None
        dimension, key = dimensions[0] if dimensions else (Tally.Dimension.TOTAL, "")
        tallies = Tally.objects.filter(consultation=self.consultation, dimension=dimension, key=key)
        if self.standing:
            tallies = tallies.filter(standing=self.standing)
        elif self.is_answered:
            tallies = tallies.filter(standing__in=Remark.Outcome.values)
        return tallies.aggregate(total=Sum("remarks"))["total"] or 0

    def _dimensions(self) -> list[tuple[Tally.Dimension, str]]:
        """The dimensions that were asked for, each with its key in the tallies."""
        found: list[tuple[Tally.Dimension, str]] = []
        if self.chapter or self.whole_document:
            found.append((Tally.Dimension.CHAPTER, str(self.chapter.chapter_id) if self.chapter else ""))
        if self.passage:
            found.append((Tally.Dimension.PASSAGE, str(self.passage.passage_id)))
        if self.topic:
            found.append((Tally.Dimension.TOPIC, str(self.topic.pk)))
        if self.district:
            found.append((Tally.Dimension.DISTRICT, str(self.district.pk)))
        if self.channel:
            found.append((Tally.Dimension.CHANNEL, self.channel))
        return found

    @property
    def channel_choices(self) -> list[Choice]:
        return [Choice(value, str(label), value == self.channel) for value, label in Submission.Channel.choices]

    @property
    def state_choices(self) -> list[Choice]:
        states = [
            (standing.value, str(standing.label))
            for standing in Remark.Standing
            if standing.value not in Remark.Outcome
        ]
        states.append((ANSWERED, gettext("answered")))
        chosen = ANSWERED if self.is_answered else self.standing
        return [Choice(value, label, value == chosen) for value, label in states]

    @property
    def outcome_choices(self) -> list[Choice]:
        return [Choice(value, str(label), value == self.standing) for value, label in Remark.Outcome.choices]

    @property
    def order_choices(self) -> list[Choice]:
        labels = {
            BY_NUMBER: gettext("by number"),
            NEWEST: gettext("newest first"),
            LATELY_ANSWERED: gettext("lately answered first"),
        }
        return [Choice(order.code, label, order is self.order) for order, label in labels.items()]


def _passage(version: DraftVersion, asked: str) -> PassageText | None:
    """The passage of that code or number in the version. A query, or two; none for what can be neither."""
    texts = PassageText.objects.select_related("chapter", "passage").filter(version=version)
    number = PASSAGE_NUMBER.fullmatch(asked)
    if number is not None:
        return texts.filter(chapter__number=int(number[1]), position=int(number[2])).first()
    return texts.filter(passage__code=asked).first() if PASSAGE_CODE.fullmatch(asked) else None
