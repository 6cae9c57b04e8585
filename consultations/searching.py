"""Find remarks of a register by their words and in an order, a page at a time, at a cost that hardly grows with it.

SQLite walks the register's order and looks each remark up in the list of hits. On PostgreSQL a few hits are all
fetched and put in order; of many (the probe says so) a bounded stretch of the register is walked, which finds a page
of a frequent word quickly, and only where that is not enough the hits are sorted. ``docs/adr/0018`` has the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from consultations.models import Consultation, Remark, RemarkWords
from consultations.querysets import RemarkQuerySet
from lublin2030.lib.paging import KeyPage
from lublin2030.lib.polish import query_words

LONGEST_QUERY = 200  # characters
COUNTED = 1000  # found remarks are counted up to here
WALKED = 8000  # remarks of the register that are read in order before the hits are sorted


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

    def beyond(self, key: int, *, forward: bool) -> Q | None:
        """What comes after (or before) the remark of that key; None where the order knows no such remark.

        No query, but in the order of answers one.
        """
        word = "lt" if self.descending is forward else "gt"
        if self.field == "position":
            return Q(**{f"position__{word}": key})
        value = Remark.objects.filter(pk=key).values_list(self.field, flat=True).first()
        if value is None:
            return None
        # The first condition is implied by the rest; the index needs it.
        same = Q(**{self.field: value, f"pk__{word}": key})
        return Q(**{f"{self.field}__{word}e": value}) & (Q(**{f"{self.field}__{word}": value}) | same)

    def keys(self, *, forward: bool) -> list[str]:
        sign = "-" if self.descending is forward else ""
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
        rows = self._first(stretch.order_by(*self.order.keys(forward=forward)), size + 1)
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

    @cached_property
    def _probe(self) -> list[int]:
        """The first hits of the consultation, as they lie in the database, at most ``COUNTED`` and one."""
        if self.query is None or connection.vendor != "postgresql":
            return []
        words = RemarkWords.objects.filter(self.query.matches, consultation=self.consultation)
        return list(words.values_list("remark_id", flat=True)[: COUNTED + 1])

    @property
    def _few(self) -> list[int] | None:
        """All hits of the consultation, if they are few; asked on PostgreSQL only."""
        if self.query is None or connection.vendor != "postgresql" or len(self._probe) > COUNTED:
            return None
        return self._probe

    def _is_worth_a_walk(self, wanted: int) -> bool:
        """Whether the page is likely to be full after fewer remarks than there are hits to be sorted.

        Remarks lie in the order in which they came in, so the first hits tell how close together hits stand: to fill
        the page about ``wanted / density`` remarks have to be walked, and there are ``density * all`` hits.
        """
        density = len(self._probe) / (max(self._probe) - min(self._probe) + 1)
        to_walk = wanted / density
        return to_walk < min(WALKED, density * self.consultation.remark_count)

    def _first(self, stretch: RemarkQuerySet, wanted: int) -> list[Remark]:
        """The first remarks of an ordered stretch of the register that have the words."""
        if self.query is None:
            return list(stretch[:wanted])
        if self._few is not None:
            return list(stretch.filter(pk__in=self._few)[:wanted])
        if connection.vendor == "postgresql" and self._is_worth_a_walk(wanted):
            walked = self._walk(stretch, wanted)
            if len(walked) == wanted:
                return list(stretch.filter(pk__in=walked))
        return list(matching(stretch, self.consultation, self.query)[:wanted])

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
