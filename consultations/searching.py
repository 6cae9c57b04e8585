"""Find remarks of a register by their words and in an order, a page at a time, at a cost that hardly grows with it.

SQLite walks the register's order and looks each remark up in the list of hits. On PostgreSQL a few hits are fetched
with their places and put in order here; of many, stretches of the register are asked for one after the other, each so
long that it is likely to fill the page (the first hits say how close together they stand): the database lays the
index of words over the index of places and reads only what is in both. ``docs/adr/0018`` has the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db import connection
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from consultations.models import Consultation, Remark, RemarkWords
from consultations.models.remarks import POSITION_STEP
from consultations.querysets import RemarkQuerySet
from lublin2030.lib.paging import KeyPage
from lublin2030.lib.polish import query_words

LONGEST_QUERY = 200  # characters
COUNTED = 1000  # found remarks are counted up to here
STRETCHES = 4  # so many stretches of the register are asked for before the whole of it
WIDENED = 6  # each stretch is so many times longer than the one before
SORTED = 10_000  # so many hits are put in the order of their answers; of more, the order is walked
WALKED = 8000  # answered remarks that are read in order before the hits are sorted


SQLITE_HITS = "SELECT rowid FROM consultations_remarkwords_index WHERE consultations_remarkwords_index MATCH %s"


@dataclass(frozen=True)
class Order:
    """An order of the register: a field, the way it runs, and whether only answered remarks stand in it."""

    code: str
    field: str
    descending: bool

    @property
    def key(self) -> str:
        """By what an address names a row in this order."""
        return "position" if self.field == "position" else "pk"

    def is_ascending(self, *, forward: bool) -> bool:
        """Whether keys grow on the way."""
        return self.descending is not forward

    def beyond(self, key: int, *, forward: bool) -> Q | None:
        """What comes after (or before) the remark of that key; None where the order knows no such remark.

        No query, but in the order of answers one.
        """
        word = "gt" if self.is_ascending(forward=forward) else "lt"
        if self.field == "position":
            return Q(**{f"position__{word}": key})
        value = Remark.objects.filter(pk=key).values_list(self.field, flat=True).first()
        if value is None:
            return None
        # The first condition is implied by the rest; the index needs it.
        same = Q(**{self.field: value, f"pk__{word}": key})
        return Q(**{f"{self.field}__{word}e": value}) & (Q(**{f"{self.field}__{word}": value}) | same)

    def keys(self, *, forward: bool) -> list[str]:
        sign = "" if self.is_ascending(forward=forward) else "-"
        return [f"{sign}{self.field}"] if self.field == "position" else [f"{sign}{self.field}", f"{sign}pk"]


BY_NUMBER = Order("", "position", descending=False)
NEWEST = Order("najnowsze", "position", descending=True)
LATELY_ANSWERED = Order("odpowiedzi", "changed_at", descending=True)
ORDERS = {order.code: order for order in (BY_NUMBER, NEWEST, LATELY_ANSWERED)}


@dataclass(frozen=True)
class Query:
    """The words that were asked for: for each the forms of which a remark must have one."""

    text: str
    words: tuple[tuple[str, ...], ...]

    @classmethod
    def read(cls, text: str) -> Query | None:
        """The query of an address; None when there is no word in it."""
        shown = " ".join(text.replace("\x00", " ").split())
        if len(shown) > LONGEST_QUERY:
            shown = shown[:LONGEST_QUERY].rpartition(" ")[0] or shown[:LONGEST_QUERY]
        words = tuple(tuple(filter(None, alternatives)) for alternatives in query_words(shown))
        words = tuple(filter(None, words))
        return cls(shown, words) if words else None

    @cached_property
    def forms(self) -> frozenset[str]:
        """All forms that a hit can have."""
        return frozenset(form for alternatives in self.words for form in alternatives)

    @property
    def expression(self) -> str:
        """The query in the language of the database's index.

        Words hold letters, digits, dots, strokes and hyphens only (``lib.polish``): no quote has to be escaped.
        """
        quote, either, both = ("'", " | ", " & ") if connection.vendor == "postgresql" else ('"', " OR ", " AND ")
        groups = (either.join(f"{quote}{form}{quote}" for form in forms) for forms in self.words)
        return both.join(f"({group})" for group in groups)

    @property
    def matches(self) -> RawSQL:
        """The condition on a row of ``RemarkWords``."""
        condition = "vector @@ %s::tsquery" if connection.vendor == "postgresql" else f"remark_id IN ({SQLITE_HITS})"
        return RawSQL(condition, [self.expression], output_field=BooleanField())  # noqa: S611  the words are a parameter


def matching(remarks: RemarkQuerySet, consultation: Consultation, query: Query) -> RemarkQuerySet:
    """Those of a consultation's remarks that have the words, in one query at a cost that grows with the hits."""
    words = RemarkWords.objects.filter(query.matches, consultation=consultation)
    return remarks.filter(pk__in=words.values("remark_id"))


@dataclass(frozen=True)
class Found:
    """How many remarks were found: exactly, or more than so many."""

    number: int
    more: bool = False


@dataclass
class Search:
    """One reader's register: the remarks of a consultation that were asked for, by words if any, in an order."""

    remarks: RemarkQuerySet
    consultation: Consultation
    query: Query | None = None
    order: Order = BY_NUMBER
    is_narrowed: bool = False  # whether ``remarks`` are fewer than the consultation's

    def __post_init__(self) -> None:
        if self.order is LATELY_ANSWERED:
            self.remarks = self.remarks.answered()
            self.is_narrowed = True

    def page(self, *, size: int, after: int | None = None, before: int | None = None) -> KeyPage[Remark]:
        """The ``size`` remarks that follow the key ``after``, or that come before ``before``, or the first.

        Keys are positions, and in the order of answers primary keys. One query without words, at most four with.
        """
        forward = before is None
        key = after if forward else before
        beyond = None if key is None else self.order.beyond(key, forward=forward)
        if beyond is None:
            key, forward = None, True
        stretch = self.remarks if beyond is None else self.remarks.filter(beyond)
        stretch = stretch.order_by(*self.order.keys(forward=forward))
        rows = self._first(stretch, size + 1, key, ascending=self.order.is_ascending(forward=forward))
        more = len(rows) > size
        rows = rows[:size] if forward else rows[:size][::-1]
        return KeyPage(
            rows=rows,
            after=getattr(rows[-1], self.order.key) if rows and (more if forward else True) else None,
            before=getattr(rows[0], self.order.key) if rows and (key is not None if forward else more) else None,
        )

    def neighbours(self, remark: Remark) -> tuple[int | None, int | None]:
        """The positions of the remarks before and after this one, which itself need not be among them."""
        key = getattr(remark, self.order.key)
        before, after = self.page(size=1, before=key).rows, self.page(size=1, after=key).rows
        return before[0].position if before else None, after[0].position if after else None

    def found(self) -> Found | None:
        """How many remarks have the words, up to ``COUNTED``; None where it would cost too much to know."""
        if self.query is None:
            return None
        if self._few is not None:
            number = self.remarks.filter(pk__in=self._few).count() if self.is_narrowed else len(self._few)
            return Found(number)
        if connection.vendor == "postgresql":
            return None if self.is_narrowed else Found(COUNTED, more=True)
        number = matching(self.remarks, self.consultation, self.query).values("pk")[: COUNTED + 1].count()
        return Found(min(number, COUNTED), more=number > COUNTED)

    @property
    def _words(self) -> QuerySet[RemarkWords]:
        """The consultation's remarks that have the words."""
        assert self.query is not None  # noqa: S101  asked for by searches with words only
        return RemarkWords.objects.filter(self.query.matches, consultation=self.consultation)

    @cached_property
    def _probe(self) -> dict[int, int]:
        """The first hits of the consultation, as they lie in the database, with their positions; one more than counted.

        PostgreSQL only.
        """
        found = self._words.values_list("position", "remark_id")[: COUNTED + 1]
        return {position: remark for position, remark in found if position is not None}

    @property
    def _few(self) -> list[int] | None:
        """All hits of the consultation, if they are few; None on SQLite."""
        if self.query is None or connection.vendor != "postgresql" or len(self._probe) > COUNTED:
            return None
        return list(self._probe.values())

    @cached_property
    def _density(self) -> float:
        """About how many hits there are per step of the position, as the first of them lie."""
        return len(self._probe) / (max(self._probe) - min(self._probe) + 1)

    def _first(self, stretch: RemarkQuerySet, wanted: int, key: int | None, *, ascending: bool) -> list[Remark]:
        """The first remarks of an ordered stretch of the register, which begins after ``key``, that have the words."""
        if self.query is None:
            return list(stretch[:wanted])
        if connection.vendor == "postgresql":
            if self.order.field != "position":
                found = self._by_answer(stretch, wanted)
            elif self._few is not None:
                found = self._of_few(stretch, wanted, key, ascending=ascending)
            else:
                found = self._by_stretches(stretch, wanted, key, ascending=ascending)
            if found is not None:
                return found
        return list(matching(stretch, self.consultation, self.query)[:wanted])

    def _of_few(self, stretch: RemarkQuerySet, wanted: int, key: int | None, *, ascending: bool) -> list[Remark]:
        """Of hits whose places are all known: only those are fetched that come next."""
        places = sorted(self._probe, reverse=not ascending)
        if key is not None:
            places = [place for place in places if (place > key if ascending else place < key)]
        found: list[Remark] = []
        # The first handful is often enough; where filters leave too little of it, all the rest is asked for.
        for some in (places[: 2 * wanted], places[2 * wanted :]):
            if some and len(found) < wanted:
                found += stretch.filter(pk__in=[self._probe[place] for place in some])[: wanted - len(found)]
        return found

    def _by_stretches(
        self, stretch: RemarkQuerySet, wanted: int, key: int | None, *, ascending: bool
    ) -> list[Remark] | None:
        """The page out of stretches of growing length; None when they do not fill it."""
        last = (self.consultation.last_number + 1) * POSITION_STEP
        at = key if key is not None else (0 if ascending else last)
        length = int(2 * wanted / self._density) + 1
        found: list[Remark] = []
        for _turn in range(STRETCHES):
            end = at + length if ascending else at - length
            between = Q(position__gt=at, position__lte=end) if ascending else Q(position__lt=at, position__gte=end)
            places = self._words.filter(between).order_by("position" if ascending else "-position")
            hits = list(places.values_list("remark_id", "position")[:COUNTED])
            found += stretch.filter(pk__in=[pk for pk, _position in hits])[: wanted - len(found)]
            if len(found) == wanted:
                return found
            at = (hits[-1][1] if len(hits) == COUNTED else None) or end
            if not 0 <= at <= last:
                return found
            length *= WIDENED
        return None

    def _by_answer(self, stretch: RemarkQuerySet, wanted: int) -> list[Remark] | None:
        """The page in the order of answers: hits put in order if they are not too many, else the order walked."""
        if self._few is not None:
            return list(stretch.filter(pk__in=self._few)[:wanted])
        if self._density * self.consultation.last_number * POSITION_STEP < SORTED:
            hits = list(self._words.values_list("remark_id", flat=True))
        else:
            hits = self._walk(stretch, wanted)
            if len(hits) < wanted:
                return None
        ordered = list(stretch.filter(pk__in=hits).values_list("pk", flat=True)[:wanted])
        return list(stretch.filter(pk__in=ordered))

    def _walk(self, stretch: RemarkQuerySet, wanted: int) -> list[int]:
        """The hits among the first ``WALKED`` remarks of the stretch: the database stops at the last one wanted.

        The index is looked at remark by remark on purpose: a join would let the planner fetch all hits first.
        """
        if self.query is None:
            return []
        sql, parameters = stretch.values_list("pk")[:WALKED].query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT walked.id FROM ({sql}) AS walked (id) WHERE (SELECT vector FROM {RemarkWords._meta.db_table}"  # noqa: S608
                " WHERE remark_id = walked.id) @@ %s::tsquery LIMIT %s",
                [*parameters, self.query.expression, wanted],
            )
            return [key for (key,) in cursor.fetchall()]
