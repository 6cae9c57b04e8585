"""The numbers of one consultation, read from its counters and tallies: never from the remarks themselves.

So the summary costs the same at a hundred thousand remarks as at a thousand. The page and the API print the same
``Summary``; ``manage.py recount`` proves what it is read from.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consultations.models import (
    ChapterText,
    Consultation,
    Decision,
    DraftVersion,
    PassageText,
    Remark,
    Submission,
    Tally,
    Topic,
)
from lublin2030.lib.dates import days_between
from lublin2030.lib.translations import TranslatedModel
from participation.models import District

Standing = Remark.Standing
Dimension = Tally.Dimension

# From the answers to what has none yet: the order of columns, of bars and of the legend.
STANDINGS = (
    Standing.ACCEPTED,
    Standing.PARTLY_ACCEPTED,
    Standing.NOT_ACCEPTED,
    Standing.IN_TEXT,
    Standing.FORWARDED,
    Standing.EXPLAINED,
    Standing.OUT_OF_SCOPE,
    Standing.IN_PROGRESS,
    Standing.RECEIVED,
    Standing.IMPROPER,
    Standing.WITHDRAWN,
)
ANSWERED = frozenset(STANDINGS[:7])
NOT_PROPER = frozenset({Standing.RECEIVED, Standing.IMPROPER, Standing.WITHDRAWN})
MOST_DISCUSSED = 10
LATEST_ANSWERS = 10


@dataclass(frozen=True)
class Counts:
    """How many remarks have each standing. Iterating gives every standing with its number, in the fixed order."""

    numbers: Mapping[str, int]

    def __iter__(self) -> Iterator[tuple[Remark.Standing, int]]:
        return ((standing, self.numbers.get(standing, 0)) for standing in STANDINGS)

    @property
    def total(self) -> int:
        return sum(self.numbers.values())

    @property
    def answered(self) -> int:
        """Remarks with a published answer."""
        return sum(number for standing, number in self if standing in ANSWERED)

    @property
    def proper(self) -> int:
        """Remarks found proper, answered or not."""
        return sum(number for standing, number in self if standing not in NOT_PROPER)


@dataclass(frozen=True)
class Line:
    """One value of a dimension and its remarks.

    ``key`` is what the register and the API call the value (a chapter's or passage's permanent id, a topic's or
    district's address, a channel's name), empty for “none”. Its name stands in ``record.field``, in the reader's
    language, or in ``label``. ``number`` is the number quoted in the draft (``3`` or ``3.2``).
    """

    key: str
    counts: Counts
    label: str | Promise = ""
    record: TranslatedModel | None = None
    field: str = ""
    number: str = ""


@dataclass(frozen=True)
class PassageLine(Line):
    """A passage among the most discussed. ``chapter_number`` is None when the latest version no longer has it."""

    chapter_number: int | None = None


@dataclass(frozen=True)
class Summary:
    """Everything the summary says, at one moment.

    ``remarks`` counts all, ``proper`` those by the rules, ``senders`` people and organisations.
    ``days_to_report`` is in calendar days, 0 on the due day, negative after it. Lines come with the most remarks
    first and “none” last; chapters and channels include those without a remark as far as the draft has them.
    ``latest`` are the remarks answered last, with ``public_decisions``.
    """

    consultation: Consultation
    moment: dt.datetime
    total: Counts
    chapters: tuple[Line, ...]
    topics: tuple[Line, ...]
    districts: tuple[Line, ...]
    silent_districts: tuple[District, ...]
    channels: tuple[Line, ...]
    passages: tuple[PassageLine, ...]
    latest: tuple[Remark, ...]

    @property
    def remarks(self) -> int:
        return self.consultation.remark_count

    @property
    def proper(self) -> int:
        return self.consultation.proper_count

    @property
    def senders(self) -> int:
        return self.consultation.sender_count

    @property
    def days_to_report(self) -> int:
        return days_between(self.moment, self.consultation.report_due_on)

    @property
    def days_late(self) -> int:
        """Calendar days since the report was due; 0 before."""
        return max(0, -self.days_to_report)


def summarise(consultation: Consultation, now: dt.datetime) -> Summary:
    """The consultation's numbers at the (aware) moment. The number of queries is constant."""
    cells = _cells(consultation)
    districts = list(District.objects.all())
    versions = list(DraftVersion.objects.filter(draft__consultation=consultation).published(now))
    return Summary(
        consultation=consultation,
        moment=now,
        total=cells[Dimension.TOTAL].get("", Counts({})),
        chapters=_chapters(versions, cells[Dimension.CHAPTER]),
        topics=_topics(consultation, cells[Dimension.TOPIC]),
        districts=_districts(districts, cells[Dimension.DISTRICT]),
        silent_districts=tuple(d for d in districts if str(d.pk) not in cells[Dimension.DISTRICT]),
        channels=_channels(cells[Dimension.CHANNEL]),
        passages=_most_discussed(consultation, versions),
        latest=tuple(Remark.objects.lately_answered(consultation, now)[:LATEST_ANSWERS]),
    )


def answers_of(remark: Remark) -> list[Decision]:
    """The published decisions that ``for_public_table`` has brought with the remark, the latest last."""
    return list(getattr(remark, "public_decisions", []))


def total_counts(consultation: Consultation) -> Counts:
    """The consultation's remarks by standing. One query of a few rows."""
    tallies = Tally.objects.filter(consultation=consultation, dimension=Dimension.TOTAL)
    return Counts(dict(tallies.values_list("standing", "remarks")))


def _cells(consultation: Consultation) -> dict[str, dict[str, Counts]]:
    """Dimension → key → counts, of every dimension but passages: a few hundred rows, one query."""
    numbers: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    rows = Tally.objects.filter(consultation=consultation, remarks__gt=0).exclude(dimension=Dimension.PASSAGE)
    for dimension, key, standing, remarks in rows.values_list("dimension", "key", "standing", "remarks"):
        numbers[dimension][key][standing] = remarks
    return {
        dimension.value: {key: Counts(by_standing) for key, by_standing in numbers[dimension].items()}
        for dimension in Dimension
    }


def _chapters(versions: list[DraftVersion], counts: dict[str, Counts]) -> tuple[Line, ...]:
    """The latest version's chapters, those that remarks name and this version dropped, and the whole document."""
    texts: dict[int, ChapterText] = {}
    of_versions = ChapterText.objects.filter(version__in=versions).select_related("chapter")
    for text in of_versions.order_by("version__number"):
        if text.version_id == versions[0].pk or str(text.chapter_id) in counts:
            texts[text.chapter_id] = text
    lines = [
        Line(
            key=text.chapter.code,
            counts=counts.get(str(text.chapter_id), Counts({})),
            record=text,
            field="title",
            number=str(text.number),
        )
        for text in sorted(texts.values(), key=lambda text: text.number)
    ]
    return _ordered(lines, counts, _("The whole document"))


def _topics(consultation: Consultation, counts: dict[str, Counts]) -> tuple[Line, ...]:
    lines = [
        Line(key=topic.slug, counts=counts.get(str(topic.pk), Counts({})), record=topic, field="name")
        for topic in Topic.objects.filter(consultation=consultation)
    ]
    return _ordered(lines, counts, _("No topic given"))


def _districts(districts: list[District], counts: dict[str, Counts]) -> tuple[Line, ...]:
    lines = [
        Line(key=district.slug, counts=counts[str(district.pk)], label=district.name)
        for district in districts
        if str(district.pk) in counts
    ]
    return _ordered(lines, counts, _("No district given"))


def _channels(counts: dict[str, Counts]) -> tuple[Line, ...]:
    lines = [
        Line(key=channel.value, counts=counts[channel.value], label=channel.label)
        for channel in Submission.Channel
        if channel.value in counts
    ]
    return _ordered(lines, {}, "")


def _ordered(lines: list[Line], counts: dict[str, Counts], none: str | Promise) -> tuple[Line, ...]:
    """The most remarks first (equals in the order given), the line for “none” last, if there is any such remark."""
    ordered = sorted(lines, key=lambda line: -line.counts.total)
    if "" in counts:
        ordered.append(Line(key="", counts=counts[""], label=none))
    return tuple(ordered)


def _most_discussed(consultation: Consultation, versions: list[DraftVersion]) -> tuple[PassageLine, ...]:
    """The passages with the most remarks. The database sums and cuts; three queries."""
    tallies = Tally.objects.filter(consultation=consultation, dimension=Dimension.PASSAGE).exclude(key="")
    totals = tallies.values("key").annotate(total=Sum("remarks")).filter(total__gt=0)
    keys = [row["key"] for row in totals.order_by("-total", "key")[:MOST_DISCUSSED]]
    numbers: dict[str, dict[str, int]] = defaultdict(dict)
    for key, standing, remarks in tallies.filter(key__in=keys).values_list("key", "standing", "remarks"):
        numbers[key][standing] = remarks
    # A text that a later version dropped is shown as it stood last; one that is not public yet is not shown.
    of_versions = PassageText.objects.filter(
        passage_id__in=[int(key) for key in keys], version__in=versions
    ).select_related("passage", "chapter")
    texts = {str(text.passage_id): text for text in of_versions.order_by("version__number")}
    return tuple(
        PassageLine(
            key=texts[key].passage.code,
            counts=Counts(numbers[key]),
            record=texts[key],
            field="wording",
            number=texts[key].number,
            chapter_number=texts[key].chapter.number if texts[key].version_id == versions[0].pk else None,
        )
        for key in keys
        if key in texts
    )
