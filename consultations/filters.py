"""The filters of the register, read from its address. An unknown value is no filter."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Sum
from django.http import QueryDict

from consultations.models import ChapterText, Consultation, PassageText, Remark, Submission, Tally, Topic
from consultations.querysets import RemarkQuerySet
from consultations.reading import published_versions
from lublin2030.lib.choices import Choice
from participation.models import District

WHOLE_DOCUMENT = "0"  # as a chapter's number: remarks on no chapter
PASSAGE_CODE = re.compile(r"[A-Za-z0-9_-]{1,20}")


@dataclass(frozen=True)
class RegisterFilter:
    """What of a consultation's register the reader asked for, and what can be asked for.

    Addresses: ``rozdzial`` (number, 0 for the whole document), ``fragment`` (code), ``temat``, ``dzielnica`` (slugs),
    ``kanal``, ``stan`` (codes).
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

    @classmethod
    def read(cls, consultation: Consultation, params: QueryDict, now: dt.datetime) -> RegisterFilter:
        """The filter of an address. Four queries, and one more when a passage is asked for."""
        versions = published_versions(consultation, now)
        chapters = list(ChapterText.objects.filter(version=versions[0]).order_by("number")) if versions else []
        topics = list(Topic.objects.filter(consultation=consultation))
        districts = list(District.objects.only("slug", "name"))
        code = params.get("fragment", "")
        passage = None
        if versions and PASSAGE_CODE.fullmatch(code):
            texts = PassageText.objects.select_related("chapter", "passage")
            passage = texts.filter(version=versions[0], passage__code=code).first()
        number = params.get("rozdzial", "")
        channel, standing = params.get("kanal", ""), params.get("stan", "")
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
        )

    def apply(self, remarks: RemarkQuerySet) -> RemarkQuerySet:
        """The remarks that were asked for."""
        if self.whole_document:
            remarks = remarks.filter(chapter__isnull=True)
        wanted: dict[str, Any] = {
            "chapter": self.chapter and self.chapter.chapter_id,
            "passage": self.passage and self.passage.passage_id,
            "topic": self.topic,
            "district": self.district,
            "channel": self.channel,
            "standing": self.standing,
        }
        return remarks.filter(**{name: value for name, value in wanted.items() if value})

    @property
    def is_set(self) -> bool:
        return bool(self._dimensions() or self.standing)

    @property
    def query(self) -> str:
        """The filter as it stands in an address before another parameter: empty, or ``rozdzial=3&``."""
        chosen = {
            "rozdzial": WHOLE_DOCUMENT if self.whole_document else self.chapter and self.chapter.number,
            "fragment": self.passage and self.passage.passage.code,
            "temat": self.topic and self.topic.slug,
            "dzielnica": self.district and self.district.slug,
            "kanal": self.channel,
            "stan": self.standing,
        }
        words = urlencode({name: value for name, value in chosen.items() if value})
        return f"{words}&" if words else ""

    def count(self) -> int | None:
        """How many remarks the filter finds; None where no counter knows it. At most one query.

        The counters know every single dimension, alone or with a standing; counting anything else would take longer
        the longer the register is.
        """
        dimensions = self._dimensions()
        if not self.is_set:
            return self.consultation.remark_count
        if len(dimensions) > 1:
            return None
        dimension, key = dimensions[0] if dimensions else (Tally.Dimension.TOTAL, "")
        tallies = Tally.objects.filter(consultation=self.consultation, dimension=dimension, key=key)
        if self.standing:
            tallies = tallies.filter(standing=self.standing)
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
    def standing_choices(self) -> list[Choice]:
        return [Choice(value, str(label), value == self.standing) for value, label in Remark.Standing.choices]
